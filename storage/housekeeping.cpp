#include "storage/housekeeping.hpp"

#include <algorithm>
#include <pqxx/result>
#include <pqxx/transaction>
#include <string>

#include "storage/guarded.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

constexpr const char* fence = "SELECT fence($1::bigint)";

// It waits for locks that the journal holds shortly; rather tomorrow than a queue behind us.
constexpr const char* bounded_wait = "SET LOCAL lock_timeout = '5s'";
constexpr const char* roll = "SELECT roll_inbound_keys($1::integer)";

constexpr const char* delete_stray_keys = R"(
DELETE FROM inbound_keys_other WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM inbound_keys_other WHERE abs($1::bigint / 86400000 - day) > 30 LIMIT $2::integer)))";
constexpr const char* delete_quarantined = R"(
DELETE FROM quarantined_events WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM quarantined_events WHERE received_at < $1::bigint LIMIT $2::integer)))";
constexpr const char* delete_parked = R"(
DELETE FROM parked_events WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM parked_events WHERE parked_at < $1::bigint LIMIT $2::integer)))";
constexpr const char* delete_turns = R"(
DELETE FROM turns WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM turns WHERE state = 1 AND ended_at < $1::bigint LIMIT $2::integer)))";
constexpr const char* delete_action_results = R"(
DELETE FROM action_results WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM action_results WHERE created_at < $1::bigint LIMIT $2::integer)))";
constexpr const char* delete_done_tasks = R"(
DELETE FROM person_tasks WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM person_tasks WHERE done_at < $1::bigint LIMIT $2::integer)))";

template <class Work>
result<std::int64_t> fenced(const housekeeping& duty, Work work) {
  return guarded([&] {
    pqxx::work transaction{duty.engine};
    transaction.exec_params(fence, duty.incarnation);
    const auto outcome = static_cast<std::int64_t>(work(transaction));
    transaction.commit();
    return outcome;
  });
}

result<std::int64_t> remove(const housekeeping& duty, const char* sql, instant before) {
  return fenced(duty, [&](pqxx::work& transaction) {
    return transaction.exec_params(sql, to_unix_ms(before), std::max(1, duty.batch)).affected_rows();
  });
}

}  // namespace

result<std::int64_t> roll_inbound_keys(const housekeeping& duty) {
  return fenced(duty, [&](pqxx::work& transaction) {
    transaction.exec(bounded_wait);
    const auto today = std::chrono::floor<std::chrono::days>(duty.now).time_since_epoch().count();
    return transaction.exec_params1(roll, today)[0].as<std::int64_t>();
  });
}

result<std::int64_t> prune_stray_keys(const housekeeping& duty) {
  return remove(duty, delete_stray_keys, duty.now);
}

result<std::int64_t> purge_quarantine(const housekeeping& duty) {
  return remove(duty, delete_quarantined, duty.now - quarantine_retention);
}

result<std::int64_t> purge_parked(const housekeeping& duty, retention keep) {
  return remove(duty, delete_parked, duty.now - keep);
}

result<std::int64_t> purge_turns(const housekeeping& duty, retention keep) {
  return remove(duty, delete_turns, duty.now - keep);
}

result<std::int64_t> purge_action_results(const housekeeping& duty, retention keep) {
  return remove(duty, delete_action_results, duty.now - keep);
}

result<std::int64_t> purge_done_tasks(const housekeeping& duty, retention keep) {
  return remove(duty, delete_done_tasks, duty.now - keep);
}

}  // namespace sellavie::storage
