#pragma once
// The janitor's duties in this server: what is done, how often, and with what retention. The duties run on
// the janitor's thread, one at a time, and share one connection that is opened anew when it was lost.
//
//   heartbeat       1 s     this node is alive; tells what came of it
//   database        1 s     a dead embedded database is started again (database.hpp)
//   directory       250 ms  new and changed connections
//   reservations    5 s     tells the desks whose reservations ended
//   senders         30 s    wakes the sender of every account that has open rows: one that was lost with its supervisor
//   activity        1 s     entries of the activity log join their hash chain
//   plan_usage      10 s    sums of the AI replies of 50 businesses whose sums are an hour old
//   inbox_keys      1 h     partitions of the dedupe keys: 30 days
//   quarantine      1 h     events of nobody: 7 days
//   turns           1 min   completed turns: 90 days; a 720th of the table at a time
//   action_results  1 min   what actions did: 90 days; a 720th of the table at a time
//   payment_events  1 min   what payment providers told: 90 days; a 720th of the table at a time
//   sessions         1 min   ended ones with their refresh tokens: 30 days; a 720th of the table at a time
//   sign_ups        1 h     wishes for accounts that nobody proved: 24 hours
//   password_resets 1 h     tokens that nobody used: one hour
//   invitations     1 h     those that nobody took: 30 days after they expired
//   mails           1 h     given up, or never sent: 7 days after they expired
//   attachments     1 h     uploads for the composer that no message uses: a day
//   parked          24 h    deliveries that were given up: 30 days
//   done_tasks      24 h    tasks that a person has done: 90 days
//   dead_jobs       24 h    background jobs that failed for good: 90 days
//
// One run of a purge removes at most `most_batches` batches; what is left waits for the next run.

#include <functional>
#include <memory>
#include <vector>

#include "actors/janitor.hpp"
#include "storage/connect.hpp"

namespace sellavie {

inline constexpr int most_batches = 10;

struct janitor_hands {
  /// As the engine role.
  std::function<result<std::unique_ptr<pqxx::connection>>()> connect;
  std::int64_t incarnation = 0;
  std::function<void(const result<void>&)> on_heartbeat;
  /// Long work lets the heartbeat wait: each part of it that is done shows that the database answers.
  std::function<void()> on_answer;
  std::function<result<void>(instant)> watch_database;
  std::function<result<void>(instant)> watch_directory;
  std::function<result<void>(instant)> end_reservations;
  std::function<result<void>(instant)> wake_senders;
};

[[nodiscard]] std::vector<actors::duty> janitor_duties(janitor_hands hands);

}  // namespace sellavie
