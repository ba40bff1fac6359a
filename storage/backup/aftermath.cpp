#include "storage/backup/aftermath.hpp"

#include <array>
#include <string>

namespace sellavie::storage {
namespace {

// 8 unconfirmed; 4 overtaken. A chat's epoch rises: nothing that was made under the old one goes on.
constexpr const char* end_chats = R"(
WITH lost AS (
  DELETE FROM outbox RETURNING id, business_id, conversation_id
), shown AS (
  UPDATE messages m SET state = 8 FROM lost WHERE m.conversation_id = lost.conversation_id AND m.id = lost.id
), ended AS (
  UPDATE turns SET state = 1, outcome = 4, epoch = NULL, inbox_ids = NULL, plan = NULL, ended_at = $1::bigint
   WHERE state = 0 RETURNING business_id, conversation_id
), open AS (
  SELECT business_id, conversation_id, count(*) AS replies, 0 AS plans FROM lost GROUP BY 1, 2
  UNION ALL SELECT business_id, conversation_id, 0, count(*) FROM ended GROUP BY 1, 2
), chats AS (
  SELECT business_id, conversation_id, sum(replies) AS replies, sum(plans) AS plans FROM open GROUP BY 1, 2
), raised AS (
  UPDATE conversations c SET epoch = c.epoch + 1 FROM chats WHERE c.id = chats.conversation_id
)
SELECT business_id, conversation_id, replies, plans FROM chats ORDER BY 1, 2)";

constexpr const char* park_inbox = R"(
WITH gone AS (
  DELETE FROM inbound_events RETURNING id, business_id, connection_id, accepted_at, payload
), kept AS (
  INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload)
  SELECT id, business_id, connection_id, 'open when the restored backup was taken', accepted_at, $1::bigint, payload
    FROM gone RETURNING business_id
)
SELECT business_id, count(*) FROM kept GROUP BY 1 ORDER BY 1)";

constexpr const char* add_task = R"(
INSERT INTO person_tasks (id, business_id, conversation_id, kind, reason, created_at)
SELECT $1::uuid, id, NULLIF($3, '')::uuid, $4, $5, $6::bigint FROM businesses WHERE id = $2::uuid)";

constexpr const char* give_mails_up =
    "UPDATE mails SET claimed_by = NULL, dead_at = $1::bigint, letter = '' WHERE dead_at IS NULL";
constexpr const char* end_sessions =
    "UPDATE sessions SET revoked_at = $1::bigint, revoked_why = 'restored' WHERE revoked_at IS NULL";
constexpr const char* forget_resets = "DELETE FROM password_resets";
// They may have been revoked or used since; they stay listed and can be sent again.
constexpr const char* end_invitations = "UPDATE invitations SET expires_at = least(expires_at, $1::bigint)";
constexpr const char* end_imports =
    "UPDATE product_imports SET state = 'failed', claimed_by = NULL, problem = 'open when the restored backup was taken', "
    "finished_at = $1::bigint WHERE state IN ('queued', 'running')";

// It may have been said since. What people see in the app stays.
constexpr const char* give_notices_up = R"(
UPDATE notifications SET email = CASE WHEN email = 1 THEN 3 ELSE email END, push = CASE WHEN push = 1 THEN 3 ELSE push END
WHERE email = 1 OR push = 1)";

constexpr const char* bury_jobs = R"(
WITH gone AS (
  DELETE FROM jobs WHERE kind NOT LIKE 'notice.%' RETURNING *
), unsaid AS (
  DELETE FROM jobs WHERE kind LIKE 'notice.%'
)
INSERT INTO dead_jobs (id, business_id, kind, unique_key, priority, attempts, claims, created_at, died_at, error_codes,
                       error_times, payload)
SELECT id, business_id, kind, unique_key, priority, attempts, claims, created_at, $1::bigint, error_codes || 'restored'::text,
       error_times || $1::bigint, payload FROM gone)";

constexpr const char* bury_nodes = "UPDATE nodes SET alive = false WHERE alive";
// More starts than there can have been in between, far fewer than the 2^31 that there are: an id of the inbox is
// incarnation * 2^32 + counter.
constexpr const char* raise_sequence = R"(
SELECT setval(sequence, 100000 + greatest($1::bigint, pg_sequence_last_value(sequence), (SELECT max(incarnation) FROM nodes)))
  FROM (SELECT pg_get_serial_sequence('nodes', 'incarnation')::regclass AS sequence) of_nodes)";

struct task {
  std::string business;
  std::string conversation;
  std::string_view kind;
  std::string reason;
};

result<void> add(PGconn& owner, const task& one, instant now, id_source& ids) {
  const auto added = execute(owner, add_task,
                             std::array{to_string(ids.next()), one.business, one.conversation,
                                        std::string{one.kind}, one.reason, std::to_string(to_unix_ms(now))});
  if (!added) return added.error();
  return {};
}

std::string reason_of(std::int64_t replies, std::int64_t plans) {
  const std::string from = "restored from a backup: ";
  if (replies == 0)
    return from +
           "an answer was being prepared and may have been sent since; compare with the channel's own inbox";
  return from + std::to_string(replies) + (replies == 1 ? " reply" : " replies") +
         (plans > 0 ? " and an answer that was being prepared" : "") +
         " may have been sent since; compare with the channel's own inbox";
}

result<void> end_open_chats(PGconn& owner, instant now, id_source& ids, aftermath& sum) {
  const auto chats = execute(owner, end_chats, std::array{std::to_string(to_unix_ms(now))});
  if (!chats) return chats.error();
  for (int i = 0; i < PQntuples(chats->get()); ++i) {
    const auto replies = number_in(field(*chats, i, 2));
    const auto plans = number_in(field(*chats, i, 3));
    sum.replies += replies;
    sum.plans += plans;
    ++sum.tasks;
    if (auto done = add(owner,
                        {std::string{field(*chats, i, 0)}, std::string{field(*chats, i, 1)}, "unconfirmed",
                         reason_of(replies, plans)},
                        now, ids);
        !done)
      return done;
  }
  return {};
}

result<void> park_open_deliveries(PGconn& owner, instant now, id_source& ids, aftermath& sum) {
  const auto parked = execute(owner, park_inbox, std::array{std::to_string(to_unix_ms(now))});
  if (!parked) return parked.error();
  for (int i = 0; i < PQntuples(parked->get()); ++i) {
    const auto count = number_in(field(*parked, i, 1));
    sum.deliveries += count;
    ++sum.tasks;
    auto reason =
        "restored from a backup: " + std::to_string(count) +
        (count == 1 ? " delivery was" : " deliveries were") +
        " open when it was taken and will not be answered again; compare with the channels' own inboxes";
    if (auto done =
            add(owner, {std::string{field(*parked, i, 0)}, {}, "parked", std::move(reason)}, now, ids);
        !done)
      return done;
  }
  return {};
}

result<std::int64_t> changed(PGconn& owner, const char* sql, instant now) {
  const auto done = execute(owner, sql, std::array{std::to_string(to_unix_ms(now))});
  if (!done) return done.error();
  return number_in(PQcmdTuples(done->get()));
}

}  // namespace

result<aftermath> settle_open_work(PGconn& owner, instant now, id_source& ids) {
  aftermath sum;
  if (auto done = end_open_chats(owner, now, ids, sum); !done) return done.error();
  if (auto done = park_open_deliveries(owner, now, ids, sum); !done) return done.error();
  const auto mails = changed(owner, give_mails_up, now);
  if (!mails) return mails.error();
  sum.mails = *mails;
  const auto jobs = changed(owner, bury_jobs, now);
  if (!jobs) return jobs.error();
  sum.jobs = *jobs;
  const auto sessions = changed(owner, end_sessions, now);
  if (!sessions) return sessions.error();
  sum.sessions = *sessions;
  for (const char* ending : {forget_resets, give_notices_up})
    if (const auto done = execute(owner, ending); !done) return done.error();
  for (const char* ending : {end_invitations, end_imports})
    if (const auto done = changed(owner, ending, now); !done) return done.error();
  return sum;
}

result<void> raise_incarnations(PGconn& owner, std::int64_t highest_known) {
  if (const auto buried = execute(owner, bury_nodes); !buried) return buried.error();
  const auto raised = execute(owner, raise_sequence, std::array{std::to_string(highest_known)});
  if (!raised) return raised.error();
  return {};
}

}  // namespace sellavie::storage
