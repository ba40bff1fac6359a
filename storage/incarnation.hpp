#pragma once
// One start of the server = one incarnation. Each start is a takeover of this node's former
// ones: their sessions are ended, their commits are waited for and then shut out, and what they
// left in the queues is marked. Only afterwards may anything be loaded.
//
//  R1 A commit under way ends before the takeover does; every later one is `fenced` (fence() in 0001).
//  R2 After a clean stop nothing that is in the inbox has killed a process: deaths = 0. Deaths are counted by
//     the run that begins a delivery of an earlier one, before it does (actors/inbox_pump).
//  R3 A delivery that ran alone when the process died is parked, with a task for a person.
//  R4 Outbox rows found `sending` are `unknown`: their answers are lost.
//  R5 All of it is one transaction: a start that fails half-way has changed nothing.

#include <chrono>
#include <cstdint>
#include <pqxx/connection>
#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

struct takeover {
  /// 1 to 48 of [A-Za-z0-9._-]; the same at each start of this node.
  std::string node_id;
  instant now{};
  /// due_at of the sends that become unknown: until then an echo or a status may settle them.
  instant evidence_until{};
  /// How long to wait for former sessions to end and for a commit under way.
  std::chrono::milliseconds patience{30'000};
};

struct started {
  std::int64_t incarnation = 0;
  /// Also true at the very first start.
  bool previous_stopped_cleanly = true;
  std::int64_t parked = 0;
  std::int64_t unknown_sends = 0;
};

/// What every connection of the node's server must carry: "sellavie/<node_id>".
[[nodiscard]] std::string application_name_of(std::string_view node_id);

/// Called before any other connection of this process is opened: sessions with the node's name are
/// ended, except `engine`. timed_out or unavailable: try again.
[[nodiscard]] result<started> begin_incarnation(pqxx::connection& engine, const takeover& wanted,
                                                id_source& ids);

/// errc::fenced when this incarnation was taken over or ended.
[[nodiscard]] result<void> heartbeat(pqxx::connection& engine, std::int64_t incarnation, instant now);

/// A clean stop: waits for commits under way; none can follow. errc::fenced as above.
[[nodiscard]] result<void> end_incarnation(pqxx::connection& engine, std::int64_t incarnation, instant now);

}  // namespace sellavie::storage
