// The activity log: append-only for both roles, chained by its owner afterwards, read by an index.

#include <atomic>
#include <pqxx/transaction>
#include <thread>

#include "protocol/api/activity_chain.hpp"
#include "storage/api/activity_log.hpp"
#include "storage/housekeeping.hpp"
#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const business_id bola = id_of<business_id>(11);
const api::account_id grace{plain_id(21)};
const api::account_id musa{plain_id(22)};

class activity_chain_test : public unit_of_work_test {
 protected:
  static change_origin by(const api::account_id& who = grace, instant at = noon) {
    return {who, {plain_id(31)}, "203.0.113.7", "r-1", at};
  }
  activity_row a_row(std::string action, const business_id& business = ada,
                     const api::account_id& who = grace, instant at = noon,
                     std::uint32_t subject = 41) const {
    return {business, by(who, at), std::move(action), "product", plain_id(subject), R"({"name":"₦ \"old\""})",
            {}};
  }
  void write(std::vector<activity_row> rows) {
    ASSERT_EQ(apply({.activities = std::move(rows)}).outcome, outcome::committed);
  }
  std::int64_t chain(int batch = 1000) {
    const auto connection = engine();
    const auto done = chain_activity({*connection, incarnation, noon, batch});
    EXPECT_TRUE(done) << test::why(done);
    return done ? done.value() : -1;
  }
  std::vector<api::chain_entry> exported(const business_id& business = ada, std::int64_t after = 0,
                                         int limit = 1000) {
    auto found = export_activity(api, business, after, limit, by());
    EXPECT_TRUE(found) << test::why(found);
    return found.value();
  }
  static std::optional<api::chain_fault> fault_of(const std::vector<api::chain_entry>& entries) {
    api::chain_check check{std::nullopt};
    for (const auto& one : entries) check.read(api::export_line(one));
    return check.finish();
  }
  static std::vector<std::string> actions(const std::vector<api::chain_entry>& entries) {
    std::vector<std::string> found;
    for (const auto& one : entries) found.push_back(one.action);
    return found;
  }
  std::vector<std::string> listed(const activity_filter& filter, const business_id& business = ada) {
    const auto rows = list_activity(api, business, filter, {}, 100);
    EXPECT_TRUE(rows) << test::why(rows);
    std::vector<std::string> found;
    for (const auto& one : rows.value()) found.push_back(one.action);
    return found;
  }

  using outcome = commit_outcome;
  api_session api{database.access(), "sellavie/test-api"};
};

TEST_F(activity_chain_test, an_actors_commit_writes_what_the_person_did) {
  write({a_row("product.updated")});
  EXPECT_EQ(
      text(
          "SELECT concat_ws('|', business_id, account_id, session_id, action, subject_kind, subject_id, address, "
          "request_id, before, after, at) FROM audit_log"),
      to_string(ada) + '|' + to_string(grace) + '|' + to_string(plain_id(31)) + "|product.updated|product|" +
          to_string(plain_id(41)) + "|203.0.113.7|r-1|{\"name\":\"₦ \\\"old\\\"\"}||" +
          std::to_string(to_unix_ms(noon)));
}

TEST_F(activity_chain_test, nothing_is_recorded_of_a_change_that_did_not_happen) {
  change_set set;
  set.conversations.push_back(an_epoch(7, 8));
  set.activities.push_back(a_row("conversation.taken_over"));
  EXPECT_EQ(apply(set).outcome, outcome::refused);
  EXPECT_EQ(count("audit_log"), 0);
}

TEST_F(activity_chain_test, neither_role_can_change_remove_or_place_a_row) {
  write({a_row("product.updated")});
  chain();
  for (const auto& role : {database.access().tenant, database.access().engine}) {
    const auto session = open_pq(role, "test").value();
    (void)execute(*session, "SET app.business_id = " + quote(ada)).value();
    for (
        const char* statement :
        {"UPDATE audit_log SET action = 'nothing.happened'",
         "UPDATE audit_log SET position = NULL, hash = NULL", "DELETE FROM audit_log", "TRUNCATE audit_log",
         "INSERT INTO audit_log (business_id, account_id, action, subject_kind, subject_id, address, request_id, at, "
         "position, hash) SELECT business_id, account_id, action, subject_kind, subject_id, address, request_id, at, 2, "
         "hash FROM audit_log",
         "ALTER TABLE audit_log DISABLE ROW LEVEL SECURITY", "DROP TABLE audit_log"}) {
      const auto done = execute(*session, statement);
      ASSERT_TRUE(done.has_error()) << statement;
      EXPECT_THAT(done.error().detail,
                  testing::AnyOf(HasSubstr("permission denied"), HasSubstr("must be owner")))
          << statement;
    }
  }
  const auto tenant = open_pq(database.access().tenant, "test").value();
  EXPECT_TRUE(execute(*tenant, "SELECT chain_activity(1)").has_error())
      << "the owner's work is asked for by the engine";
  EXPECT_EQ(text("SELECT action || position FROM audit_log"), "product.updated1");
}

TEST_F(activity_chain_test, hashes_what_the_documentation_says) {
  write({a_row("product.created"), a_row("product.updated"), a_row("product.deleted")});
  EXPECT_EQ(chain(), 3);
  const auto entries = exported();
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(actions(entries),
            (std::vector<std::string>{"product.created", "product.updated", "product.deleted"}));
  const auto fault = fault_of(entries);
  EXPECT_FALSE(fault) << fault->detail;
  EXPECT_EQ(entries[2].previous, entries[1].hash);
  EXPECT_EQ(activity_head(api, ada).value(), (api::chain_head{3, entries[2].hash}));
}

TEST_F(activity_chain_test, a_row_without_a_session_is_hashed_as_such) {
  sql("INSERT INTO audit_log (business_id, account_id, action, subject_kind, subject_id, address, request_id, at) VALUES (" +
      quote(ada) + "," + quote(grace) + ", 'product.updated', 'product', " + quote(grace) + ", '', '', 5)");
  chain();
  const auto entries = exported();
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_FALSE(entries[0].session_id);
  EXPECT_FALSE(fault_of(entries));
}

TEST_F(activity_chain_test, each_business_has_a_chain_of_its_own_and_the_accounts_have_one) {
  sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" + quote(bola) +
      ", 'bola', 'Bola', 'NGN', 'Africa/Lagos', 0)");
  write({a_row("product.created"), a_row("product.created", bola), a_row("product.updated")});
  for (int i = 0; i < 2; ++i)
    sql("INSERT INTO audit_log (account_id, action, subject_kind, subject_id, address, request_id, at) VALUES (" +
        quote(grace) + ", 'session.signed_in', 'session', " + quote(grace) + ", '', '', 5)");
  EXPECT_EQ(chain(), 5);
  EXPECT_EQ(text("SELECT string_agg(position::text, ',' ORDER BY id) FROM audit_log"), "1,1,2,1,2");
  EXPECT_THAT(exported(ada), SizeIs(2));
  EXPECT_THAT(exported(bola), SizeIs(1));
  EXPECT_EQ(number("SELECT count(DISTINCT hash) FROM audit_log"), 5);
}

TEST_F(activity_chain_test, a_call_is_bounded_and_the_next_one_goes_on) {
  write(std::vector<activity_row>(5, a_row("product.updated")));
  EXPECT_EQ(chain(2), 2);
  EXPECT_EQ(chain(2), 2);
  EXPECT_EQ(chain(2), 1);
  EXPECT_EQ(chain(2), 0);
  EXPECT_FALSE(fault_of(exported()));
}

TEST_F(activity_chain_test, a_row_that_commits_late_is_not_skipped) {
  const auto slow = engine("sellavie/slow");
  pqxx::work late{*slow};
  late.exec_params(
      "INSERT INTO audit_log (business_id, account_id, action, subject_kind, subject_id, address, request_id, at) "
      "VALUES ($1::uuid, $2::uuid, 'product.late', 'product', $2::uuid, '', '', 1)",
      to_string(ada), to_string(grace));
  write({a_row("product.updated")});
  EXPECT_EQ(chain(), 1);
  late.commit();
  EXPECT_EQ(chain(), 1);
  const auto entries = exported();
  EXPECT_THAT(actions(entries), ElementsAre("product.updated", "product.late"));
  EXPECT_FALSE(fault_of(entries));
}

TEST_F(activity_chain_test, callers_at_the_same_time_chain_each_row_once) {
  write(std::vector<activity_row>(300, a_row("product.updated")));
  std::atomic<std::int64_t> chained{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      const auto connection = engine();
      for (;;) {
        const auto done = chain_activity({*connection, incarnation, noon, 7});
        if (!done || *done == 0) break;
        chained += *done;
      }
    });
  for (auto& one : callers) one.join();
  EXPECT_EQ(chained, 300);
  const auto entries = exported();
  ASSERT_THAT(entries, SizeIs(300));
  const auto fault = fault_of(entries);
  EXPECT_FALSE(fault) << fault->detail;
}

TEST_F(activity_chain_test, an_export_comes_in_pages_that_fit_together_and_is_recorded) {
  write(std::vector<activity_row>(5, a_row("product.updated")));
  chain();
  auto all = exported(ada, 0, 2);
  EXPECT_THAT(all, SizeIs(2));
  for (std::int64_t after = 2; after < 5;) {
    const auto next = exported(ada, after, 2);
    ASSERT_THAT(next, Not(IsEmpty()));
    after = next.back().position;
    all.insert(all.end(), next.begin(), next.end());
  }
  EXPECT_FALSE(fault_of(all));
  EXPECT_THAT(all, SizeIs(5));
  EXPECT_THAT(exported(ada, 5), IsEmpty());
  EXPECT_EQ(count("audit_log WHERE action = 'activity.exported'"), 4);
}

TEST_F(activity_chain_test, what_the_owner_of_the_database_changes_is_found) {
  write(std::vector<activity_row>(4, a_row("product.updated")));
  chain();
  sql("UPDATE audit_log SET before = '{}' WHERE position = 2");
  const auto fault = fault_of(exported());
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->line, 2);
  EXPECT_EQ(fault->why, api::chain_break::changed);
}

TEST_F(activity_chain_test, is_listed_newest_first_by_each_filter_and_for_its_business_alone) {
  using std::chrono::seconds;
  write({a_row("product.created", ada, grace, noon, 41),
         a_row("product.updated", ada, musa, noon + seconds{1}, 42),
         a_row("order.placed", bola, grace, noon)});
  chain();
  EXPECT_THAT(listed({}), ElementsAre("product.updated", "product.created"));
  EXPECT_THAT(listed({.subject = plain_id(41)}), ElementsAre("product.created"));
  EXPECT_THAT(listed({.account = musa}), ElementsAre("product.updated"));
  EXPECT_THAT(listed({.action = "product.created"}), ElementsAre("product.created"));
  EXPECT_THAT(listed({.subject = plain_id(41), .account = musa}), IsEmpty());
  EXPECT_THAT(listed({.since = noon + seconds{1}}), ElementsAre("product.updated"));
  EXPECT_THAT(listed({.until = noon + seconds{1}}), ElementsAre("product.created"));
  EXPECT_THAT(listed({.oldest_first = true}), ElementsAre("product.created", "product.updated"));
  EXPECT_THAT(listed({.since = noon + seconds{1}, .oldest_first = true}), ElementsAre("product.updated"));
  EXPECT_THAT(listed({.until = noon + seconds{1}, .oldest_first = true}), ElementsAre("product.created"));
  EXPECT_THAT(listed({.action = "'; DROP TABLE audit_log; --"}), IsEmpty());
}

TEST_F(activity_chain_test, pages_of_the_list_follow_one_another_also_within_one_moment) {
  write(std::vector<activity_row>(5, a_row("product.updated")));
  chain();
  const auto walked = [&](bool oldest_first) {
    std::vector<std::int64_t> seen;
    std::optional<api::page_position> after;
    do {
      auto rows = list_activity(api, ada, {.oldest_first = oldest_first}, after, 2).value();
      after.reset();
      if (rows.size() > 2) {
        rows.pop_back();
        after = api::read_cursor(api::write_cursor(rows.back().place));
      }
      for (const auto& one : rows) seen.push_back(one.position);
    } while (after);
    return seen;
  };
  EXPECT_THAT(walked(false), ElementsAre(5, 4, 3, 2, 1));
  EXPECT_THAT(walked(true), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(activity_chain_test, an_entry_is_found_by_its_id_chained_or_not_and_in_its_own_business_alone) {
  write({a_row("product.created"), a_row("product.updated")});
  const auto rows = list_activity(api, ada, {}, {}, 1).value();
  const auto id = rows.front().id;
  EXPECT_EQ(find_activity(api, ada, id).value()->position, 0);
  chain();
  const auto found = find_activity(api, ada, id).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, id);
  EXPECT_EQ(found->action, rows.front().action);
  EXPECT_EQ(found->position, 2);
  EXPECT_FALSE(find_activity(api, id_of<business_id>(2), id).value());
  auto another = id;
  another.bytes[0] = 1;
  EXPECT_FALSE(find_activity(api, ada, another).value()) << "an entry has one id";
  EXPECT_FALSE(find_activity(api, ada, plain_id(9999)).value());
}

TEST_F(activity_chain_test, every_reading_uses_an_index) {
  sql("INSERT INTO audit_log (business_id, account_id, action, subject_kind, subject_id, address, request_id, at) "
      "SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n % 50 + 1), 12, '0'))::uuid, gen_random_uuid(), 'a.b' || n % 20, "
      "'product', gen_random_uuid(), '', '', n FROM generate_series(1, 20000) n");
  sql("ANALYZE audit_log");
  const auto tenant = open_pq(database.access().tenant, "test").value();
  (void)execute(*tenant, "SET app.business_id = " + quote(ada)).value();
  (void)execute(*tenant, "SET plan_cache_mode = force_generic_plan").value();
  const auto plan_of = [&](const std::string& statement) {
    (void)execute(*tenant, "PREPARE asked AS " + statement).value();
    const auto parameters = statement.find("$6") != std::string::npos   ? 6
                            : statement.find("$5") != std::string::npos ? 5
                            : statement.find("$3") != std::string::npos ? 3
                                                                        : 1;
    std::string asked = "EXPLAIN EXECUTE asked(NULL";
    for (int i = 1; i < parameters; ++i) asked += ", NULL";
    const auto rows = execute(*tenant, asked + ")").value();
    (void)execute(*tenant, "DEALLOCATE asked").value();
    std::string plan;
    for (int i = 0; i < PQntuples(rows.get()); ++i) plan += std::string{field(rows, i, 0)} + '\n';
    return plan;
  };
  const auto statements = activity_statements();
  const std::vector<std::string> lists{"audit_log_newest", "audit_log_by_subject", "audit_log_by_account",
                                       "audit_log_by_action"};
  ASSERT_EQ(statements.size(), 3 + 2 * lists.size());
  for (std::size_t i = 0; i < 2 * lists.size(); ++i) {
    const auto plan = plan_of(statements[3 + i]);
    EXPECT_THAT(plan, HasSubstr("using " + lists[i % lists.size()])) << statements[3 + i] << '\n' << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Sort"))) << plan;
  }
  sql("SET session_replication_role = replica; UPDATE audit_log SET position = id, hash = sha256(id::text::bytea)");
  sql("ANALYZE audit_log");
  for (const std::size_t of_chain : {0U, 1U})
    EXPECT_THAT(plan_of(statements[of_chain]), HasSubstr("audit_log_chain")) << statements[of_chain];
  EXPECT_THAT(plan_of(statements[2]), Not(HasSubstr("Seq Scan")));
}

}  // namespace
}  // namespace sellavie::storage
