#pragma once
// A wrong key must stop the server before it seals or opens anything: with another Fernet key every
// stored secret and every delivery in the inbox would look broken. So the database remembers which
// keys were used in it, by fingerprint, never a key.
//
//  R1 Only the first of the listed Fernet keys seals. Its fingerprint is committed before it seals.
//  R2 A database that holds secrets takes a list of Fernet keys only if each recorded one is in it.
//     So a rotation puts the new key first and keeps the old ones, until `sellavie rotate-keys` has sealed
//     everything anew and dropped their records (storage/key_rotation).
//  R3 A database that holds secrets and has no record of any key (made before there were records, or
//     restored without them) is proved: every lasting token must open with a listed key, and the newest
//     delivery of each table. The keys that opened one are recorded, and the first.
//  R4 While nothing that lasts is sealed, a start of the server may bring other keys: what was recorded is replaced.
//     A tool brings no new key to a database that has records, because a server without it may be running.
//  R5 A lost JWT key loses no data: its fingerprint is recorded, and a change is only told.
//  R6 One look or change at a time: whoever is admitted keeps everybody else out until its commit.
//
// Secrets are what storage/sealed_columns.hpp lists as lasting: tokens, payment keys, second factors, deliveries. What is
// over within days anyway keeps no start from its new key.

#include <pqxx/pqxx>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crypto/fernet.hpp"
#include "protocol/domain/error.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

/// What the database remembers of keys.
[[nodiscard]] std::vector<std::string> fingerprints_of(const crypto::fernet_ring& ring);
[[nodiscard]] std::string fingerprint_of_jwt(std::string_view key);

/// Keys are made only for a database that holds no business yet.
[[nodiscard]] result<bool> has_no_businesses(pqxx::connection& engine);

/// For a start of the server, before anything is loaded. What an operator should be told, one a line;
/// errc::forbidden when these keys are not the database's, and what to do about it.
[[nodiscard]] result<std::vector<std::string>> admit_server_keys(pqxx::connection& engine,
                                                                 const crypto::fernet_ring& fernet,
                                                                 std::span<const std::string> jwt_keys,
                                                                 instant now);

/// For a tool that seals within `transaction`, before it does. Throws pqxx exceptions.
[[nodiscard]] result<void> admit_tool_keys(pqxx::work& transaction, const crypto::fernet_ring& fernet,
                                           instant now);

}  // namespace sellavie::storage
