// The statements of the hot path find their rows by an index, as the engine role: on full tables with
// the planner free to choose, and on empty ones with the settings of a journal session.

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include "storage/journal_statements.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

struct expected_plan {
  const char* statement;
  const char* table;
};

const std::vector<expected_plan> expected_plans{{"finish_inbox", "inbound_events"},
                                                {"count_tries", "inbound_events"},
                                                {"park_deliveries", "inbound_events"},
                                                {"record_events", "inbound_events"},
                                                {"change_messages", "messages"},
                                                {"correct_messages", "messages"},
                                                {"change_outbox", "outbox"},
                                                {"finish_outbox", "outbox"},
                                                {"change_conversations", "conversations"},
                                                {"change_contacts", "contacts"},
                                                {"block_contacts", "contacts"},
                                                {"composed", "composed_messages"},
                                                {"move_read_marks", "contacts"},
                                                {"move_read_marks", "conversations"},
                                                {"move_read_marks", "contact_aliases"},
                                                {"change_stock", "products"},
                                                {"change_orders", "orders"},
                                                {"drop_items", "order_items"},
                                                {"change_payments", "payments"},
                                                {"finish_jobs", "jobs"},
                                                {"put_off_jobs", "jobs"},
                                                {"bury_jobs", "jobs"},
                                                {"promote_jobs", "jobs"},
                                                {"claim_jobs", "jobs"},
                                                {"find_conversation", "contacts"},
                                                {"find_conversation", "conversations"},
                                                {"find_conversation", "turns"},
                                                {"find_conversation", "messages"},
                                                {"find_by_identity", "contacts"},
                                                {"find_by_identity", "contact_aliases"},
                                                {"find_by_identity", "conversations"},
                                                {"find_by_identity", "turns"},
                                                {"find_by_identity", "messages"},
                                                {"open_conversations", "contacts"},
                                                {"learn_aliases", "contacts"},
                                                {"change_addresses", "contacts"},
                                                {"change_reach", "contacts"},
                                                {"change_reach", "conversations"},
                                                {"make_conversation", "contacts"},
                                                {"look_inbox", "inbound_events"},
                                                {"these_inbox", "inbound_events"},
                                                {"mark_begun", "inbound_events"},
                                                {"open_inbox", "inbound_events"},
                                                {"tenant_connections", "connections"},
                                                {"desk_orders", "orders"},
                                                {"desk_items", "order_items"},
                                                {"order_by_id", "orders"},
                                                {"touch_conversations", "conversations"},
                                                {"last_order_number", "orders"},
                                                {"action_result", "action_results"},
                                                {"invoices_of_order", "invoices"},
                                                {"insert_webhook_events", "orders"},
                                                {"sent_message", "messages"},
                                                {"sent_message", "contacts"},
                                                {"sent_message", "contact_aliases"},
                                                {"sent_message_by_external_id", "messages"},
                                                {"sent_message_by_external_id", "contacts"},
                                                {"sent_message_by_external_id", "conversations"}};

class plans_test : public spine_test {
 protected:
  /// Its generic plan: no value is known when it is made.
  std::string plan_of(PGconn& session, const statement& what) {
    (void)pg_result{PQprepare(&session, what.name, what.sql, 0, nullptr)};
    const pg_result described{PQdescribePrepared(&session, what.name)};
    std::string explain = "EXPLAIN EXECUTE " + std::string{what.name};
    for (int i = 0; i < PQnparams(described.get()); ++i) explain += i == 0 ? "(NULL" : ", NULL";
    if (PQnparams(described.get()) > 0) explain += ')';
    const auto rows = execute(session, explain).value();
    std::string plan;
    for (int i = 0; i < PQntuples(rows.get()); ++i) plan += std::string{field(rows, i, 0)} + "\n";
    return plan;
  }
  static const statement& named(std::string_view name) {
    for (const auto all : {journal_statements(), read_statements()})
      if (const auto found =
              std::find_if(all.begin(), all.end(), [&](const statement& one) { return one.name == name; });
          found != all.end())
        return *found;
    throw std::runtime_error("no such statement");
  }
  /// Index scans of the table that name no row: they read every entry, also those of dead rows.
  static std::string scans_of_all(const std::string& plan, const std::string& table) {
    std::string found;
    std::string scan;  // the last one that waits for its condition
    std::istringstream lines{plan};
    for (std::string line; std::getline(lines, line);) {
      if (line.find("->") != std::string::npos) found += std::exchange(scan, {});
      const bool is_scan =
          line.find("Index") != std::string::npos && line.find(" on " + table + " ") != std::string::npos;
      if (is_scan && line.find("Bitmap") == std::string::npos) scan = line + '\n';
      if (line.find("Index Cond") != std::string::npos) scan.clear();
    }
    return found + scan;
  }
  void expect_index_scans(const std::string& settings) {
    for (const auto& one : expected_plans) {
      const auto session = open_pq(database.access().engine, "plans").value();
      (void)execute(*session, settings).value();
      const auto plan = plan_of(*session, named(one.statement));
      EXPECT_THAT(plan, Not(HasSubstr(std::string{"Seq Scan on "} + one.table + " "))) << one.statement;
      EXPECT_THAT(plan, HasSubstr(one.table)) << one.statement;
      EXPECT_EQ(scans_of_all(plan, one.table), "") << one.statement << '\n' << plan;
    }
  }
  /// 10,000 conversations of 100 businesses with a message, delivery, send, order and payment each.
  void fill() {
    sql(R"(
      CREATE FUNCTION u(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
        $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
      SET session_replication_role = replica;
      INSERT INTO businesses (id, key, name, currency, timezone, created_at) SELECT u(1,n), 'k'||n, 'n', 'NGN', 'UTC', 0 FROM generate_series(0,99) n;
      INSERT INTO connections (id, business_id, channel, external_id, access_token, created_at) SELECT u(2,n), u(1,n), 'messenger', 'p'||n, 't', 0 FROM generate_series(0,99) n;
      INSERT INTO contacts (id, business_id, connection_id, scoped_id, created_at) SELECT u(3,n), u(1,n%100), u(2,n%100), 's'||n, 0 FROM generate_series(0,9999) n;
      INSERT INTO contact_aliases SELECT u(1,n%100), u(2,n%100), 'a'||n, u(3,n), 0 FROM generate_series(0,9999) n;
      INSERT INTO conversations (id, business_id, connection_id, contact_id, created_at) SELECT u(4,n), u(1,n%100), u(2,n%100), u(3,n), 0 FROM generate_series(0,9999) n;
      INSERT INTO messages (conversation_id, id, business_id, direction, origin, state, body, provider_time, created_at) SELECT u(4,n%10000), u(5,n), u(1,n%100), 0, 0, 0, repeat('x',80), 0, 0 FROM generate_series(0,29999) n;
      INSERT INTO inbound_events SELECT n, u(1,n%100), u(2,n%100), 0, 0, 0, false, n, decode(repeat('ab',300),'hex') FROM generate_series(0,9999) n;
      INSERT INTO outbox (id, business_id, connection_id, conversation_id, recipient, origin, epoch, state, due_at, created_at, body) SELECT u(6,n), u(1,n%100), u(2,n%100), u(4,n), 'r', 1, 1, 1, 0, 0, '{}' FROM generate_series(0,9999) n;
      INSERT INTO turns (conversation_id, turn_id, business_id, state, deliveries, epoch, started_at) SELECT u(4,n%10000), u(7,n), u(1,n%100), CASE WHEN n < 100 THEN 0 ELSE 1 END, 1, 1, 0 FROM generate_series(0,19999) n;
      INSERT INTO products (id, business_id, sku, name, price_minor, stock) SELECT u(8,n), u(1,n%100), 'sku'||n, 'p', 1, 1 FROM generate_series(0,9999) n;
      INSERT INTO orders (id, business_id, number, conversation_id, contact_id, status, currency, total_minor, idempotency_key, version, created_at, wished_at) SELECT u(9,n), u(1,n%100), n+1, u(4,n), u(3,n), CASE WHEN n < 500 THEN 'draft' ELSE 'paid' END, 'NGN', 1, 'i'||n, 1, n, n FROM generate_series(0,9999) n;
      INSERT INTO order_items SELECT u(1,n%100), u(9,n), 1, u(8,n), 'a', 'b', 1, 1, 1 FROM generate_series(0,9999) n;
      INSERT INTO payments (id, business_id, order_id, provider, mode, reference, amount_minor, currency, status, created_at) SELECT u(10,n), u(1,n%100), u(9,n), 'paystack', 'test', 'r'||n, 1, 'NGN', 'intent', 0 FROM generate_series(0,9999) n;
      INSERT INTO invoices SELECT u(11,n), u(1,n%100), 'INV', n+1, 'invoice', u(9,n), 'NGN', 1, '[]', 0 FROM generate_series(0,9999) n;
      INSERT INTO composed_messages (conversation_id, message_id, business_id, account_id, idempotency_key, part, fingerprint) SELECT u(4,n), u(12,n), u(1,n%100), u(13,n%7), 'k'||n, 0, 'f' FROM generate_series(0,9999) n;
      INSERT INTO action_results SELECT u(1,n%100), 'a'||n, '{}', 0 FROM generate_series(0,9999) n;
      INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, claimed_by, claimed_until, created_at, payload) SELECT u(14,n), u(1,n%100), 'k', 'u'||n, 1, state, n, CASE WHEN state = 2 THEN 1 END, CASE WHEN state = 2 THEN 0 END, 0, '{}' FROM (SELECT n, CASE WHEN n < 5000 THEN 0 WHEN n < 9900 THEN 1 ELSE 2 END AS state FROM generate_series(0,9999) n) s;
      ANALYZE)");
  }
};

TEST_F(plans_test, full_tables_are_read_by_index_with_the_planner_free_to_choose) {
  fill();
  expect_index_scans("SET plan_cache_mode = force_generic_plan; SET jit = off");
}

TEST_F(plans_test, plans_made_on_empty_tables_use_indexes_too) {
  expect_index_scans("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off");
}

}  // namespace
}  // namespace sellavie::storage
