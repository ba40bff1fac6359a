#include "storage/housekeeping.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
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
// Not while a backup reads the partitions (storage/backup/dump): whoever writes keys would queue behind us, and we
// behind the backup. They are made two days ahead.
constexpr const char* roll = R"(
SELECT CASE WHEN pg_try_advisory_xact_lock(1936027753, 2) THEN roll_inbound_keys($1::integer) ELSE 0 END)";

constexpr const char* delete_stray_keys = R"(
DELETE FROM inbound_keys_other WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM inbound_keys_other
  WHERE day < $1::bigint / 86400000 - 30 OR day > $1::bigint / 86400000 + 30 LIMIT $2::integer)))";
// Ids grow with time: a batch of the oldest is all that is looked at.
constexpr const char* delete_quarantined = R"(
DELETE FROM quarantined_events WHERE id = ANY (ARRAY(
  SELECT id FROM (SELECT id, received_at FROM quarantined_events ORDER BY id LIMIT $2::integer) oldest
  WHERE received_at < $1::bigint)))";
constexpr const char* delete_parked = R"(
DELETE FROM parked_events WHERE id = ANY (ARRAY(
  SELECT id FROM (SELECT id, parked_at FROM parked_events ORDER BY id LIMIT $2::integer) oldest
  WHERE parked_at < $1::bigint)))";
constexpr const char* delete_recorded = R"(
DELETE FROM recorded_events WHERE id = ANY (ARRAY(
  SELECT id FROM (SELECT id, recorded_at FROM recorded_events ORDER BY id LIMIT $2::integer) oldest
  WHERE recorded_at < $1::bigint)))";
// A UUIDv7 begins with its time: only tasks made before $1 are looked at, of which the open ones stay.
constexpr const char* delete_done_tasks = R"(
DELETE FROM person_tasks WHERE id = ANY (ARRAY(
  SELECT id FROM person_tasks WHERE id < $3::uuid AND done_at < $1::bigint ORDER BY id LIMIT $2::integer)))";
// Likewise; their deliveries go with them.
constexpr const char* delete_webhook_events = R"(
DELETE FROM webhook_events WHERE id = ANY (ARRAY(
  SELECT id FROM webhook_events WHERE id < $3::uuid AND occurred_at < $1::bigint ORDER BY id LIMIT $2::integer)))";
// Likewise.
constexpr const char* delete_notifications = R"(
DELETE FROM notifications WHERE id = ANY (ARRAY(
  SELECT id FROM notifications WHERE id < $3::uuid AND created_at < $1::bigint ORDER BY id LIMIT $2::integer)))";

// Endpoint by endpoint, because only their index begins with who waits. The second look at the time is for those who
// replay one meanwhile.
constexpr const char* end_stranded = R"(
UPDATE webhook_deliveries d
SET state = 'dead', next_attempt_at = 0,
    last_problem = CASE WHEN d.last_status = 0 AND d.last_problem = '' THEN 'lost' ELSE d.last_problem END
FROM (SELECT w.endpoint_id, w.event_id FROM webhook_endpoints e
      JOIN webhook_deliveries w ON w.endpoint_id = e.id AND w.state = 'waiting'
      WHERE w.next_attempt_at < $1::bigint
        AND NOT EXISTS (SELECT FROM jobs j WHERE j.business_id = w.business_id AND j.kind = 'webhook.out'
                        AND j.unique_key = w.endpoint_id || '.' || w.event_id)
      LIMIT $2::integer) stranded
WHERE d.endpoint_id = stranded.endpoint_id AND d.event_id = stranded.event_id AND d.state = 'waiting'
  AND d.next_attempt_at < $1::bigint)";

// Their keys begin with the conversation or the business, so no index finds the old ones, and one that did
// would cost each message. The pages from $3 to $4 are read by themselves (a TID range scan).
constexpr const char* count_pages =
    "SELECT pg_relation_size($1::regclass) / current_setting('block_size')::bigint";
constexpr const char* delete_turns = R"(
DELETE FROM turns WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM turns WHERE ctid >= $3::tid AND ctid < $4::tid AND state = 1 AND ended_at < $1::bigint
  LIMIT $2::integer)))";
constexpr const char* delete_action_results = R"(
DELETE FROM action_results WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM action_results WHERE ctid >= $3::tid AND ctid < $4::tid AND created_at < $1::bigint
  LIMIT $2::integer)))";
constexpr const char* delete_payment_events = R"(
DELETE FROM payment_events WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM payment_events WHERE ctid >= $3::tid AND ctid < $4::tid AND received_at < $1::bigint
  LIMIT $2::integer)))";

constexpr const char* delete_sessions = R"(
DELETE FROM sessions WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM sessions WHERE ctid >= $3::tid AND ctid < $4::tid
    AND least(expires_at, revoked_at) < $1::bigint LIMIT $2::integer)))";

// By their index on expires_at.
constexpr const char* delete_sign_ups = R"(
DELETE FROM sign_ups WHERE id = ANY (ARRAY(
  SELECT id FROM sign_ups WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::integer)))";
// With the tokens of a choice that nobody made.
constexpr const char* delete_connect_flows = R"(
DELETE FROM connect_flows WHERE id = ANY (ARRAY(
  SELECT id FROM connect_flows WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::integer)))";
constexpr const char* delete_password_resets = R"(
DELETE FROM password_resets WHERE token_hash = ANY (ARRAY(
  SELECT token_hash FROM password_resets WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::integer)))";
constexpr const char* delete_invitations = R"(
DELETE FROM invitations WHERE id = ANY (ARRAY(
  SELECT id FROM invitations WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::integer)))";
constexpr const char* delete_mails = R"(
DELETE FROM mails WHERE id = ANY (ARRAY(
  SELECT id FROM mails WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::integer)))";

// By their index on died_at.
constexpr const char* delete_dead_jobs = R"(
DELETE FROM dead_jobs WHERE id = ANY (ARRAY(
  SELECT id FROM dead_jobs WHERE died_at < $1::bigint ORDER BY died_at LIMIT $2::integer)))";

constexpr const char* delete_attachments = R"(
DELETE FROM attachments WHERE id = ANY (ARRAY(
  SELECT id FROM attachments WHERE used_at = 0 AND created_at < $1::bigint ORDER BY created_at LIMIT $2::integer))
  AND used_at = 0)";

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

std::string page(std::int64_t number) { return "(" + std::to_string(number) + ",0)"; }

result<std::int64_t> remove_from(const housekeeping& duty, const char* table, const char* sql, instant before,
                                 stretch where) {
  return fenced(duty, [&](pqxx::work& transaction) {
    const auto pages = transaction.exec_params1(count_pages, table)[0].as<std::int64_t>();
    const auto length = (pages + where.parts - 1) / where.parts;
    const auto first = length * where.part;
    return transaction
        .exec_params(sql, to_unix_ms(before), std::max(1, duty.batch), page(first), page(first + length))
        .affected_rows();
  });
}

/// The least UUIDv7 of this moment.
std::string first_id_at(instant at) {
  std::array<char, 37> text{};
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_ms(at), 0));
  std::snprintf(text.data(), text.size(), "%08x-%04x-0000-0000-000000000000",
                static_cast<unsigned>(ms >> 16U & 0xffff'ffffU), static_cast<unsigned>(ms & 0xffffU));
  return text.data();
}

/// By ids that begin with their time.
result<std::int64_t> remove_made_before(const housekeeping& duty, const char* sql, instant before) {
  return fenced(duty, [&](pqxx::work& transaction) {
    return transaction.exec_params(sql, to_unix_ms(before), std::max(1, duty.batch), first_id_at(before))
        .affected_rows();
  });
}

}  // namespace

stretch stretch_at(instant now) noexcept {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(now).time_since_epoch().count();
  return {static_cast<int>(minutes % half_a_day), half_a_day};
}

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

result<std::int64_t> purge_parked(const housekeeping& duty) {
  return remove(duty, delete_parked, duty.now - parked_retention);
}

result<std::int64_t> purge_recorded(const housekeeping& duty) {
  return remove(duty, delete_recorded, duty.now - recorded_retention);
}

result<std::int64_t> purge_done_tasks(const housekeeping& duty) {
  return remove_made_before(duty, delete_done_tasks, duty.now - done_task_retention);
}

result<std::int64_t> purge_webhook_events(const housekeeping& duty) {
  return remove_made_before(duty, delete_webhook_events, duty.now - webhook_retention);
}

result<std::int64_t> end_stranded_deliveries(const housekeeping& duty) {
  return remove(duty, end_stranded, duty.now - stranded_after);
}

result<std::int64_t> purge_notifications(const housekeeping& duty) {
  return remove_made_before(duty, delete_notifications, duty.now - notification_retention);
}

result<std::int64_t> purge_dead_jobs(const housekeeping& duty) {
  return remove(duty, delete_dead_jobs, duty.now - dead_job_retention);
}

result<std::int64_t> purge_turns(const housekeeping& duty, stretch where) {
  return remove_from(duty, "turns", delete_turns, duty.now - turn_retention, where);
}

result<std::int64_t> purge_action_results(const housekeeping& duty, stretch where) {
  return remove_from(duty, "action_results", delete_action_results, duty.now - action_result_retention,
                     where);
}

result<std::int64_t> purge_payment_events(const housekeeping& duty, stretch where) {
  return remove_from(duty, "payment_events", delete_payment_events, duty.now - payment_event_retention,
                     where);
}

result<std::int64_t> purge_sessions(const housekeeping& duty, stretch where) {
  return remove_from(duty, "sessions", delete_sessions, duty.now - session_retention, where);
}

result<std::int64_t> chain_activity(const housekeeping& duty) {
  return fenced(duty, [&](pqxx::work& transaction) {
    return transaction.exec_params1("SELECT chain_activity($1::integer)", std::max(1, duty.batch))[0]
        .as<std::int64_t>();
  });
}

result<std::int64_t> roll_plan_usage(const housekeeping& duty) {
  return fenced(duty, [&](pqxx::work& transaction) {
    return transaction
        .exec_params1("SELECT roll_plan_usage($1::bigint, $2::integer)", to_unix_ms(duty.now),
                      std::max(1, duty.batch))[0]
        .as<std::int64_t>();
  });
}

result<std::int64_t> purge_sign_ups(const housekeeping& duty) {
  return remove(duty, delete_sign_ups, duty.now);
}

result<std::int64_t> purge_password_resets(const housekeeping& duty) {
  return remove(duty, delete_password_resets, duty.now);
}

result<std::int64_t> purge_connect_flows(const housekeeping& duty) {
  return remove(duty, delete_connect_flows, duty.now - flow_retention);
}

result<std::int64_t> purge_invitations(const housekeeping& duty) {
  return remove(duty, delete_invitations, duty.now - invitation_retention);
}

result<std::int64_t> purge_mails(const housekeeping& duty) {
  return remove(duty, delete_mails, duty.now - mail_retention);
}

result<std::int64_t> purge_attachments(const housekeeping& duty) {
  return remove(duty, delete_attachments, duty.now - attachment_retention);
}

std::span<const statement> purge_statements() noexcept {
  static constexpr std::array all{statement{"inbound_keys_other", delete_stray_keys},
                                  statement{"quarantined_events", delete_quarantined},
                                  statement{"parked_events", delete_parked},
                                  statement{"person_tasks", delete_done_tasks},
                                  statement{"turns", delete_turns},
                                  statement{"action_results", delete_action_results},
                                  statement{"payment_events", delete_payment_events},
                                  statement{"sessions", delete_sessions},
                                  statement{"sign_ups", delete_sign_ups},
                                  statement{"password_resets", delete_password_resets},
                                  statement{"connect_flows", delete_connect_flows},
                                  statement{"invitations", delete_invitations},
                                  statement{"mails", delete_mails},
                                  statement{"recorded_events", delete_recorded},
                                  statement{"dead_jobs", delete_dead_jobs},
                                  statement{"attachments", delete_attachments},
                                  statement{"webhook_events", delete_webhook_events},
                                  statement{"notifications", delete_notifications}};
  return all;
}

}  // namespace sellavie::storage
