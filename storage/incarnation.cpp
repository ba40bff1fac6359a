#include "storage/incarnation.hpp"

#include <algorithm>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <pqxx/transaction>
#include <thread>

#include "storage/guarded.hpp"
#include "storage/notice_work.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;

// --- SQL -----------------------------------------------------------------------------------------

// As the user who logged in: a role reached by SET ROLE may not end that user's sessions.
constexpr const char* as_login = "SET LOCAL ROLE NONE";

constexpr const char* end_sessions = R"(
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = $1 AND usename = session_user AND datname = current_database() AND pid <> pg_backend_pid())";

// Two starts of one node at once: the second sees the first one's row.
constexpr const char* serialise = "SELECT pg_advisory_xact_lock(1396853836, hashtext($1))";

constexpr const char* find_former =
    "SELECT clean_stop FROM nodes WHERE node_id = $1 ORDER BY incarnation DESC LIMIT 1";
constexpr const char* find_alive =
    "SELECT incarnation FROM nodes WHERE node_id = $1 AND alive ORDER BY incarnation";
constexpr const char* shut_out = "SELECT pg_advisory_xact_lock($1::bigint)";
constexpr const char* bury = "UPDATE nodes SET alive = false WHERE node_id = $1 AND alive";
constexpr const char* insert_node = R"(
INSERT INTO nodes (node_id, started_at, heartbeat_at) VALUES ($1, $2::bigint, $2::bigint) RETURNING incarnation)";

constexpr const char* find_alone = "SELECT id FROM inbound_events WHERE alone ORDER BY id";
constexpr const char* forgive =
    "UPDATE inbound_events SET alone = false, deaths = 0 WHERE alone OR deaths <> 0";
constexpr const char* park = R"(
WITH gone AS (
  DELETE FROM inbound_events WHERE id = $1::bigint RETURNING id, business_id, connection_id, accepted_at, payload
), kept AS (
  INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload)
  SELECT id, business_id, connection_id, $2, accepted_at, $3::bigint, payload FROM gone RETURNING business_id
)
INSERT INTO person_tasks (id, business_id, kind, reason, created_at)
SELECT $4::uuid, k.business_id, 'parked', $2, $3::bigint FROM kept k JOIN businesses b ON b.id = k.business_id)";

// 2 sending, 4 unknown; the message shows the same.
constexpr const char* lose_sends = R"(
WITH lost AS (
  UPDATE outbox SET state = 4, due_at = $1::bigint WHERE state = 2 RETURNING conversation_id, id
), shown AS (
  UPDATE messages m SET state = 4 FROM lost WHERE m.conversation_id = lost.conversation_id AND m.id = lost.id
)
SELECT count(*) FROM lost)";

constexpr const char* beat =
    "UPDATE nodes SET heartbeat_at = $2::bigint WHERE incarnation = $1::bigint AND alive";
constexpr const char* stop = R"(
UPDATE nodes SET alive = false, clean_stop = true, heartbeat_at = $2::bigint WHERE incarnation = $1::bigint AND alive)";

constexpr const char* killed_alone = "the server died while it handled only this delivery";

// --- steps ---------------------------------------------------------------------------------------

constexpr std::size_t longest_node_id = 48;
constexpr std::string_view node_id_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
constexpr auto pause = 20ms;

// PostgreSQL cuts application names at 63 bytes and replaces what is not ASCII.
bool is_valid_node_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= longest_node_id &&
         id.find_first_not_of(node_id_characters) == std::string_view::npos;
}

std::size_t terminate_former(pqxx::connection& engine, const std::string& name) {
  pqxx::work transaction{engine};
  transaction.exec(as_login);
  const auto found = transaction.exec_params(end_sessions, name).size();
  transaction.commit();
  return static_cast<std::size_t>(found);
}

/// A backend that is told to end finishes the commit that it is in.
bool end_former_sessions(pqxx::connection& engine, const takeover& wanted) {
  const auto name = application_name_of(wanted.node_id);
  const auto deadline = std::chrono::steady_clock::now() + wanted.patience;
  while (terminate_former(engine, name) != 0) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

void bound_waits(pqxx::work& transaction, std::chrono::milliseconds patience) {
  const auto ms = std::to_string(std::max<std::int64_t>(1, patience.count()));
  transaction.exec("SET LOCAL lock_timeout = " + ms + "; SET LOCAL statement_timeout = 0");
}

void fence_former(pqxx::work& transaction, const std::string& node_id) {
  for (const auto& row : transaction.exec_params(find_alive, node_id))
    transaction.exec_params(shut_out, row[0].as<std::int64_t>());
  transaction.exec_params(bury, node_id);
}

std::int64_t park_killers(pqxx::work& transaction, instant now, id_source& ids) {
  const auto alone = transaction.exec(find_alone);
  for (const auto& row : alone) {
    const auto task = ids.next();
    transaction.exec_params(park, row[0].as<std::int64_t>(), killed_alone, to_unix_ms(now), to_string(task));
    queue_task_notice(transaction, task, notification_kind::review_item, now);
  }
  return static_cast<std::int64_t>(alone.size());
}

started take_over(pqxx::work& transaction, const takeover& wanted, id_source& ids) {
  started outcome;
  transaction.exec_params(serialise, wanted.node_id);
  const auto former = transaction.exec_params(find_former, wanted.node_id);
  fence_former(transaction, wanted.node_id);
  outcome.previous_stopped_cleanly = former.empty() || former.front()[0].as<bool>();
  if (!outcome.previous_stopped_cleanly) outcome.parked = park_killers(transaction, wanted.now, ids);
  else if (!former.empty()) transaction.exec(forgive);
  outcome.unknown_sends =
      transaction.exec_params1(lose_sends, to_unix_ms(wanted.evidence_until))[0].as<std::int64_t>();
  outcome.incarnation =
      transaction.exec_params1(insert_node, wanted.node_id, to_unix_ms(wanted.now))[0].as<std::int64_t>();
  return outcome;
}

result<void> alive_or_fenced(const result<bool>& found) {
  if (!found) return found.error();
  if (!*found) return make_failure(errc::fenced, "this incarnation is over");
  return {};
}

}  // namespace

std::string application_name_of(std::string_view node_id) { return "sellavie/" + std::string{node_id}; }

result<started> begin_incarnation(pqxx::connection& engine, const takeover& wanted, id_source& ids) {
  if (!is_valid_node_id(wanted.node_id))
    return make_failure(errc::invalid_value,
                        "a node id is 1 to 48 letters, digits, dots, dashes or underscores");
  const auto ended = guarded([&] { return end_former_sessions(engine, wanted); });
  if (!ended) return ended.error();
  if (!*ended) return make_failure(errc::timed_out, "a session of this node's former process does not end");
  return guarded([&] {
    pqxx::work transaction{engine};
    bound_waits(transaction, wanted.patience);
    const auto outcome = take_over(transaction, wanted, ids);
    transaction.commit();
    return outcome;
  });
}

result<void> heartbeat(pqxx::connection& engine, std::int64_t incarnation, instant now) {
  return alive_or_fenced(guarded([&] {
    pqxx::work transaction{engine};
    const bool is_alive = transaction.exec_params(beat, incarnation, to_unix_ms(now)).affected_rows() == 1;
    transaction.commit();
    return is_alive;
  }));
}

result<void> end_incarnation(pqxx::connection& engine, std::int64_t incarnation, instant now) {
  return alive_or_fenced(guarded([&] {
    pqxx::work transaction{engine};
    transaction.exec_params(shut_out, incarnation);
    const bool was_alive = transaction.exec_params(stop, incarnation, to_unix_ms(now)).affected_rows() == 1;
    transaction.commit();
    return was_alive;
  }));
}

}  // namespace sellavie::storage
