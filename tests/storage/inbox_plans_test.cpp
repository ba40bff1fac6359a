// The lists of the inbox find their rows by an index, as the role that runs them and with the settings of an API
// session, on full tables.

#include <functional>

#include "storage/api/conversations.hpp"
#include "storage/api/customers.hpp"
#include "storage/api/dead_jobs.hpp"
#include "storage/api/inbox.hpp"
#include "storage/api/notifications.hpp"
#include "storage/api/person_tasks.hpp"
#include "storage/api/webhook_endpoints.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

class inbox_plans_test : public spine_test {
 protected:
  void SetUp() override {
    spine_test::SetUp();
    fill();
  }

  /// 20,000 conversations of 20 businesses, each with three messages; few of them assigned, labelled, snoozed.
  void fill() {
    sql(R"(
      CREATE FUNCTION u(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
        $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
      SET session_replication_role = replica;
      INSERT INTO businesses (id, key, name, currency, timezone, created_at) SELECT u(1,n), 'k'||n, 'n', 'NGN', 'UTC', 0 FROM generate_series(0,19) n;
      INSERT INTO connections (id, business_id, channel, external_id, access_token, created_at) SELECT u(2,n), u(1,n), 'messenger', 'p'||n, 't', 0 FROM generate_series(0,19) n;
      INSERT INTO contacts (id, business_id, connection_id, scoped_id, name, created_at) SELECT u(3,n), u(1,n%20), u(2,n%20), 's'||n, 'Name '||n, 0 FROM generate_series(0,19999) n;
      INSERT INTO conversations (id, business_id, connection_id, contact_id, owner, last_message_at, created_at) SELECT u(4,n), u(1,n%20), u(2,n%20), u(3,n), (n%50=0)::int, n, 0 FROM generate_series(0,19999) n;
      INSERT INTO messages (conversation_id, id, business_id, direction, origin, state, body, provider_time, created_at) SELECT u(4,n%20000), u(5,n), u(1,n%20), 0, 0, 0, repeat('x',80), 0, 0 FROM generate_series(0,59999) n;
      INSERT INTO conversation_work (conversation_id, business_id, assignee_id, snoozed_until) SELECT u(4,n*10), u(1,n*10%20), u(8,n%40), n FROM generate_series(0,1999) n;
      INSERT INTO labels (id, business_id, name, colour, created_at) SELECT u(6,n), u(1,n%20), 'l'||n, 'grey', 0 FROM generate_series(0,199) n;
      INSERT INTO conversation_labels (conversation_id, label_id, business_id) SELECT u(4,n*10), u(6,n*10%200), u(1,n*10%20) FROM generate_series(0,1999) n;
      INSERT INTO person_tasks (id, business_id, kind, reason, created_at, done_at) SELECT u(7,n), u(1,n%20), CASE WHEN n%7=0 THEN 'parked' ELSE 'handover' END, 'r', 0, CASE WHEN n%10=0 THEN NULL ELSE 1 END FROM generate_series(0,19999) n;
      INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload) SELECT n, u(1,n%20), u(2,n%20), 'r', 0, 0, 'x' FROM generate_series(0,19999) n;
      INSERT INTO dead_jobs (id, business_id, kind, priority, attempts, claims, created_at, died_at, error_codes, error_times, payload) SELECT u(9,n), u(1,n%20), 'k', 1, 1, 1, 0, n, '{}', '{}', '{}' FROM generate_series(0,19999) n;
      INSERT INTO webhook_endpoints (id, business_id, url, description, events, secret, secret_hint, created_at, created_by) SELECT u(10,n), u(1,n%20), 'https://h', '', '{ping}', 's', '', 0, u(8,0) FROM generate_series(0,39) n;
      INSERT INTO webhook_events (id, business_id, type, body, occurred_at) SELECT u(11,n), u(1,n%20), 'ping', '{}', 0 FROM generate_series(0,19999) n;
      INSERT INTO webhook_deliveries (endpoint_id, event_id, business_id, state, began_at) SELECT u(10,n%40), u(11,n), u(1,n%20), CASE WHEN n%100=0 THEN 'dead' ELSE 'delivered' END, 0 FROM generate_series(0,19999) n;
      INSERT INTO notifications (id, business_id, account_id, kind, subject, happened_at, created_at, read_at, in_app, email, push) SELECT u(12,n), u(1,n%20), u(8,n%40), 'quota', 's'||n, n, n, CASE WHEN n%10=0 THEN NULL ELSE n END, true, 0, 0 FROM generate_series(0,19999) n;
      SET session_replication_role = origin;
      ANALYZE)");
  }

  std::string plan_of(const database_role& role, const std::string& statement, int parameters) const {
    std::string asked = "SET plan_cache_mode = force_generic_plan; SET jit = off; SET app.business_id = '" +
                        to_string(business) + "'; PREPARE asked AS " + statement + ";";
    const auto session = open_pq(role, "plans").value();
    const auto prepared = execute(*session, asked);
    EXPECT_TRUE(prepared) << test::why(prepared);
    std::string explain = "EXPLAIN EXECUTE asked(NULL";
    for (int i = 1; i < parameters; ++i) explain += ", NULL";
    const auto rows = execute(*session, explain + ")");
    if (!rows) return "no plan: " + rows.error().detail;
    std::string plan;
    for (int i = 0; i < PQntuples(rows.value().get()); ++i)
      plan += std::string{field(rows.value(), i, 0)} + "\n";
    return plan;
  }

  void expect_index(const std::string& plan, const std::string& index) const {
    EXPECT_THAT(plan, HasSubstr(index));
    // Small tables may be read as a whole.
    for (const char* table : {"conversations", "contacts", "messages", "conversation_work",
                              "conversation_labels", "person_tasks", "parked_events", "dead_jobs"})
      EXPECT_THAT(plan, Not(HasSubstr(std::string{"Seq Scan on "} + table + " "))) << plan;
  }

  const business_id business{*parse_uuid("00000001-0000-7000-8000-000000000007")};
};

TEST_F(inbox_plans_test, each_source_of_the_inbox_is_an_index_and_no_table_is_scanned) {
  const auto& statements = inbox_statements();
  const std::vector<std::string> indexes{"conversations_by_last_message", "conversations_of_people",
                                         "conversation_work_of_assignee", "conversation_labels_of_label",
                                         "conversation_work_snoozed",     "contacts_by_name"};
  // Newest first, then oldest first.
  ASSERT_EQ(statements.size(), 2 * indexes.size());
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const auto& index = indexes[i % indexes.size()];
    const bool by_name = index == "contacts_by_name";
    const auto& role = by_name ? database.access().engine : database.access().tenant;
    expect_index(plan_of(role, statements[i].sql, 16), index);
  }
}

TEST_F(inbox_plans_test, the_walk_reads_in_order_and_sorts_no_more_than_it_walked) {
  const auto& statements = inbox_statements();
  for (const std::size_t walking : {std::size_t{0}, statements.size() / 2}) {
    const auto plan = plan_of(database.access().tenant, statements[walking].sql, 16);
    const auto walk = plan.find("conversations_by_last_message");
    ASSERT_NE(walk, std::string::npos) << plan;
    const auto looked = plan.find("CTE looked");
    EXPECT_EQ(plan.substr(looked, walk - looked).find("Sort"), std::string::npos) << plan;
  }
}

TEST_F(inbox_plans_test, customers_and_tasks_are_found_by_an_index) {
  const auto customers = customer_statements();
  expect_index(plan_of(database.access().tenant, customers[0], 3), "contacts_business_id_id_key");
  expect_index(plan_of(database.access().engine, customers[1], 5), "contacts_by_name");
  expect_index(plan_of(database.access().tenant, customers[2], 2), "contacts_merged");
  expect_index(plan_of(database.access().tenant, customers[3], 3), "contacts_business_id_id_key");
  expect_index(plan_of(database.access().engine, customers[4], 5), "contacts_by_name");
  const auto tasks = task_statements();
  expect_index(plan_of(database.access().tenant, tasks[0], 3), "person_tasks_open");
  expect_index(plan_of(database.access().tenant, tasks[1], 4), "person_tasks_open_kind");
  expect_index(plan_of(database.access().tenant, tasks[2], 3), "person_tasks_open");
  expect_index(plan_of(database.access().tenant, tasks[3], 4), "person_tasks_open_kind");
  for (const std::size_t of_tasks : {0U, 1U, 2U, 3U})
    EXPECT_THAT(plan_of(database.access().tenant, tasks[of_tasks], of_tasks % 2 == 0 ? 3 : 4),
                Not(HasSubstr("Sort")));
  expect_index(plan_of(database.access().tenant, tasks[4], 3), "parked_events_of_business");
  const auto dead = plan_of(database.access().tenant, dead_job_list_statement(), 4);
  expect_index(dead, "dead_jobs_of_business");
  EXPECT_THAT(dead, Not(HasSubstr("Sort Key: dead_jobs"))) << dead;
}

TEST_F(inbox_plans_test, messages_are_read_in_the_order_of_their_index_from_either_end) {
  for (const auto& statement : message_statements()) {
    const auto plan = plan_of(database.access().tenant, statement, 6);
    expect_index(plan, "messages_pkey");
    const auto looked = plan.find("CTE looked");
    EXPECT_EQ(plan.substr(looked, plan.find("messages_pkey") - looked).find("Sort"), std::string::npos)
        << plan;
  }
}

TEST_F(inbox_plans_test, deliveries_of_webhooks_are_found_by_an_index) {
  const auto deliveries = webhook_delivery_statements();
  expect_index(plan_of(database.access().tenant, deliveries[0], 4), "webhook_deliveries_pkey");
  expect_index(plan_of(database.access().tenant, deliveries[1], 5), "webhook_deliveries_by_state");
}

TEST_F(inbox_plans_test, notifications_of_a_person_are_found_by_an_index) {
  const auto statements = notification_statements();
  expect_index(plan_of(database.access().tenant, statements.at(0), 4), "notifications_of_person");
  expect_index(plan_of(database.access().tenant, statements.at(1), 4), "notifications_unread");
  expect_index(plan_of(database.access().tenant, statements.at(2), 3), "notifications_unread");
}

}  // namespace
}  // namespace sellavie::storage
