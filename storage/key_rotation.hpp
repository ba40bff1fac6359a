#pragma once
// Seals every stored secret anew with the first Fernet key, so that the keys after it can be removed.
//
//  R1 The keys are admitted as a tool's (storage/key_guard R2, R4): the first one must be known to the database
//     already, which it is when a server was started with it.
//  R2 Batches of bounded size, each its own transaction; a row is changed only if it still holds what was read, and a
//     row that somebody else has locked is left for the next round. Killed at any point, the next run goes on.
//  R3 What opens with none of the keys stays as it is, is counted, and the old keys stay needed.
//  R4 The end is proved: with everybody else kept from admitting keys, no live server seals with another key and
//     nothing is sealed with one. Then the records of the older keys are dropped, in the same transaction.
//
// The server may run meanwhile. What it seals, it seals with its own first key.

#include <functional>
#include <pqxx/connection>
#include <span>
#include <string>
#include <string_view>

#include "protocol/crypto/fernet.hpp"
#include "protocol/domain/error.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

/// Tells the database with which key this process seals; before it seals anything.
[[nodiscard]] result<void> note_sealing_key(pqxx::connection& engine, std::int64_t incarnation,
                                            const crypto::fernet_ring& secrets, instant now);

struct rotation_context {
  const crypto::fernet_ring& secrets;
  /// Fills the bytes from the system's random source.
  std::function<void(std::span<std::uint8_t>)> random;
  instant now{};
  /// One line for the operator; no secrets.
  std::function<void(const std::string&)> tell;
  /// Rows that are read at once.
  int batch = 200;
};

struct rotation_report {
  std::int64_t sealed_anew = 0;
  /// Open with none of the keys.
  std::int64_t unreadable = 0;
  /// The older keys are needed no more.
  bool is_complete = false;
  /// Why not.
  std::string obstacle;
};

[[nodiscard]] result<rotation_report> rotate_keys(pqxx::connection& engine, const rotation_context& context);

}  // namespace sellavie::storage
