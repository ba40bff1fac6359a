#include "storage/postgres_unit_of_work.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "storage/journal_statements.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;

// Plans are made on tables of any size: never let an empty one teach a sequential scan.
constexpr const char* session_settings =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
    "SET plan_cache_mode = force_generic_plan; SET jit = off; "
    "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '10s'";

/// How long one look waits for a session that was told to end.
constexpr int end_attempts = 10;
constexpr auto end_pause = 20ms;
/// Looks that the commit itself makes before it answers; about a second while no server is there.
constexpr int doubt_attempts = 10;
constexpr auto doubt_pause = 100ms;

std::int64_t read_int8(const char* bytes) noexcept {
  std::uint64_t raw = 0;
  for (int i = 0; i < 8; ++i) raw = (raw << 8U) | static_cast<std::uint8_t>(bytes[i]);
  return static_cast<std::int64_t>(raw);
}

// As the user who logged in: a role reached by SET ROLE may not end that user's sessions. A pid may
// have been given to another session of ours since: never our own, and only one of the same name.
constexpr const char* terminate_session = R"(
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid = $1::integer AND pid <> pg_backend_pid() AND usename = session_user
  AND application_name = current_setting('application_name'))";

/// Tells the session to end; whether it was still there.
result<bool> terminate(PGconn& session, int backend) {
  const std::string pid = std::to_string(backend);
  const char* values[] = {pid.c_str()};
  const pg_result begun{PQexec(&session, "BEGIN; SET LOCAL ROLE NONE")};
  const pg_result told{PQexecParams(&session, terminate_session, 1, nullptr, values, nullptr, nullptr, 0)};
  const pg_result ended{PQexec(&session, "COMMIT")};
  if (PQresultStatus(told.get()) != PGRES_TUPLES_OK)
    return make_failure(errc::unavailable, "cannot end a lost session");
  return PQntuples(told.get()) > 0;
}

/// An idle session has nothing to read but its end: seen here, a commit is `unavailable` and not `in_doubt`.
bool is_usable(PGconn& session) noexcept {
  char byte = 0;
  while (PQstatus(&session) == CONNECTION_OK) {
    const auto got = ::recv(PQsocket(&session), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (got <= 0 || PQconsumeInput(&session) == 0) return false;
  }
  return false;
}

uuid read_uuid(const char* bytes) noexcept {
  uuid id;
  std::memcpy(id.bytes.data(), bytes, id.bytes.size());
  return id;
}

/// The statement answers with the ids that were fresh, in the order of the batch or not.
template <class Row, class Id>
std::vector<bool> match_fresh(change_sets sets, std::vector<Row> change_set::*kind, Id Row::*id,
                              const PGresult* answer, Id (*read)(const char*) noexcept) {
  std::vector<Id> fresh_ids;
  fresh_ids.reserve(static_cast<std::size_t>(PQntuples(answer)));
  for (int row = 0; row < PQntuples(answer); ++row) fresh_ids.push_back(read(PQgetvalue(answer, row, 0)));
  std::sort(fresh_ids.begin(), fresh_ids.end());
  std::vector<bool> fresh;
  for (const change_set* set : sets)
    for (const Row& row : set->*kind)
      fresh.push_back(std::binary_search(fresh_ids.begin(), fresh_ids.end(), row.*id));
  return fresh;
}

}  // namespace

postgres_unit_of_work::postgres_unit_of_work(connector connect, std::int64_t incarnation,
                                             std::shared_ptr<doubt_gate> doubts)
    : connect_{std::move(connect)}, incarnation_{incarnation}, doubts_{std::move(doubts)} {}

commit_report postgres_unit_of_work::commit(std::span<const change_set* const> sets) {
  auto [report, lost_deadlock] = try_commit(sets);
  if (lost_deadlock) report = try_commit(sets).report;
  if (report.outcome == commit_outcome::unavailable) connection_.reset();
  return report;
}

postgres_unit_of_work::attempt postgres_unit_of_work::try_commit(std::span<const change_set* const> sets) {
  if (auto ready = ensure_connected(); !ready) {
    commit_report report;
    report.failure = ready.error();
    return {std::move(report), false};
  }
  pipeline batch{*connection_};
  const auto answers = queue_change_sets(batch, sets, incarnation_);
  std::vector<pg_result> results;
  commit_report report = batch.finish(results);
  const auto answer = [&](int at) { return results.at(static_cast<std::size_t>(at)).get(); };
  const bool is_committed = report.outcome == commit_outcome::committed;
  if (is_committed && answers.inbound >= 0)
    report.fresh =
        match_fresh(sets, &change_set::inbound, &inbound_row::id, answer(answers.inbound), read_int8);
  if (is_committed && answers.payment_events >= 0)
    report.fresh_events = match_fresh(sets, &change_set::payment_events, &payment_event_row::id,
                                      answer(answers.payment_events), read_uuid);
  if (report.outcome == commit_outcome::in_doubt) begin_doubt();
  const bool lost_deadlock = report.outcome == commit_outcome::unavailable && batch.lost_deadlock();
  return {std::move(report), lost_deadlock};
}

result<void> postgres_unit_of_work::ensure_connected() {
  if (connection_ && is_usable(*connection_)) return {};
  connection_.reset();
  auto fresh = connect_();
  if (!fresh) return fresh.error();
  PGconn& session = *fresh.value();
  const pg_result settings{PQexec(&session, session_settings)};
  if (PQresultStatus(settings.get()) != PGRES_COMMAND_OK)
    return make_failure(errc::unavailable, "session settings refused");
  if (auto ended = end_lost_session(session); !ended) return ended;
  const auto statements = journal_statements();
  if (auto prepared = prepare_pipeline(session, statements.data(), statements.size()); !prepared)
    return prepared;
  backend_ = PQbackendPID(&session);
  connection_ = std::move(fresh.value());
  return {};
}

// A killed session's backend can still finish its commit: wait until it is gone.
result<void> postgres_unit_of_work::end_lost_session(PGconn& fresh) {
  if (lost_backend_ == 0) return {};
  for (int i = 0; i < end_attempts; ++i) {
    const auto running = terminate(fresh, lost_backend_);
    if (!running) return running.error();
    if (!*running) {
      lost_backend_ = 0;
      doubts_->open();
      return {};
    }
    std::this_thread::sleep_for(end_pause);
  }
  return make_failure(errc::unavailable, "a lost session is still running");
}

// Bounded: if the server or the lost session hangs, commits and loads answer `unavailable` until that
// session is known to be gone.
void postgres_unit_of_work::begin_doubt() {
  lost_backend_ = backend_;
  doubts_->close();
  connection_.reset();
  for (int i = 0; i < doubt_attempts && !settle(); ++i) std::this_thread::sleep_for(doubt_pause);
}

bool postgres_unit_of_work::settle() { return lost_backend_ == 0 || ensure_connected().has_value(); }

}  // namespace sellavie::storage
