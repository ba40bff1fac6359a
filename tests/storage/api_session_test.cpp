// Work for a business runs as the tenant role with that business set for its transaction alone: what a statement
// forgets to ask for, row security refuses all the same.

#include "storage/api/api_session.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class api_session_test : public spine_test {
 protected:
  static inline const business_id bola = id_of<business_id>(51);

  void SetUp() override {
    spine_test::SetUp();
    sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" + quote(bola) +
        ", 'bola', 'Bola Prints', 'NGN', 'Africa/Lagos', 0)");
    sql("INSERT INTO products (id, business_id, sku, name, price_minor, stock) VALUES (" +
        quote(id_of<product_id>(55)) + "," + quote(bola) + ", 'B1', 'Print', 100, 7)");
    sql("INSERT INTO labels (id, business_id, name, colour, created_at) VALUES (" + quote(plain_id(61)) +
        "," + quote(ada) + ", 'of ada', 'red', 0), (" + quote(plain_id(62)) + "," + quote(bola) +
        ", 'of bola', 'red', 0)");
  }

  static std::vector<std::string> first_column(pqxx::work& work, const std::string& statement) {
    std::vector<std::string> found;
    for (const auto& row : work.exec(statement)) found.emplace_back(row[0].c_str());
    return found;
  }
  /// What a statement that names no business sees in work for `business`.
  std::vector<std::string> seen(const business_id& business, const std::string& statement) {
    const auto found =
        for_business(store, business, [&](pqxx::work& work) { return first_column(work, statement); });
    EXPECT_TRUE(found) << test::why(found);
    return found ? found.value() : std::vector<std::string>{"an error"};
  }

  api_session store{database.access(), "api_session_test"};
};

TEST_F(api_session_test, for_business_is_the_tenant_role_with_the_business_set) {
  EXPECT_THAT(seen(ada, "SELECT current_user"), ElementsAre("sellavie_tenant"));
  EXPECT_THAT(seen(ada, "SELECT current_setting('app.business_id')"), ElementsAre(to_string(ada)));
  EXPECT_THAT(seen(bola, "SELECT current_setting('app.business_id')"), ElementsAre(to_string(bola)));
}

TEST_F(api_session_test, for_accounts_is_the_engine_and_has_no_business) {
  const auto found = for_accounts(store, [](pqxx::work& work) {
    return first_column(work,
                        "SELECT current_user || coalesce(current_setting('app.business_id', true), '')");
  });
  ASSERT_TRUE(found) << test::why(found);
  EXPECT_THAT(found.value(), ElementsAre("sellavie_engine"));
}

TEST_F(api_session_test, what_is_written_to_the_log_is_told_behind_its_commit_and_nothing_else) {
  std::vector<std::vector<recorded_change>> told;
  std::int64_t committed_then = 0;
  store.when_changed([&](const auto& written, certainty how) {
    EXPECT_EQ(how, certainty::committed);
    committed_then = number("SELECT count(*) FROM audit_log");
    told.push_back(written);
  });
  const change_origin by{};
  const auto log = [&](pqxx::work& work, const uuid& subject) {
    record_activity(work, &ada, by, {"label.added", "label", subject});
  };
  ASSERT_TRUE(for_business(store, ada, [](pqxx::work& work) { work.exec("SELECT 1"); }));
  EXPECT_THAT(told, IsEmpty()) << "a read";
  EXPECT_FALSE(for_business(store, ada, [&](pqxx::work& work) {
    log(work, plain_id(61));
    work.exec("SELECT 1 / 0");
  }));
  EXPECT_THAT(told, IsEmpty()) << "rolled back";
  ASSERT_TRUE(for_business(store, ada, [&](pqxx::work& work) {
    log(work, plain_id(61));
    record_activities(work, &ada, by,
                      {{"product.updated", "product", plain_id(63)},
                       {.action = "note.added",
                        .subject_kind = "note",
                        .subject = plain_id(64),
                        .shown_in = id_of<conversation_id>(65)}});
  }));
  EXPECT_EQ(committed_then, 3);
  ASSERT_EQ(told.size(), 1U);
  std::vector<std::pair<std::string, uuid>> things;
  for (const auto& one : told.front()) things.emplace_back(one.subject_kind, one.subject);
  EXPECT_THAT(things, ElementsAre(std::pair{"label", plain_id(61)}, std::pair{"product", plain_id(63)},
                                  std::pair{"conversation", plain_id(65)}));
}

TEST_F(api_session_test, a_statement_without_a_where_sees_the_own_rows_only) {
  EXPECT_THAT(seen(ada, "SELECT sku FROM products"), ElementsAre("A1"));
  EXPECT_THAT(seen(bola, "SELECT sku FROM products"), ElementsAre("B1"));
  EXPECT_THAT(seen(bola, "SELECT name FROM businesses"), ElementsAre("Bola Prints"));
  EXPECT_THAT(seen(bola, "SELECT id FROM conversations"), IsEmpty());
  EXPECT_THAT(seen(bola, "SELECT id FROM contacts"), IsEmpty());
  EXPECT_THAT(seen(bola, "SELECT id FROM connections"), IsEmpty());
}

TEST_F(api_session_test, a_change_without_a_where_leaves_the_rows_of_others_as_they_are) {
  const auto as_ada = [&](const std::string& statement) {
    return for_business(store, ada, [&](pqxx::work& work) { return work.exec(statement).affected_rows(); });
  };
  const auto names = "SELECT string_agg(name, ',' ORDER BY name) FROM labels";
  ASSERT_EQ(text(names), "of ada,of bola");
  EXPECT_EQ(as_ada("UPDATE labels SET name = 'changed'").value(), 1U);
  EXPECT_EQ(text(names), "changed,of bola");
  const auto given_away = as_ada("UPDATE labels SET business_id = " + quote(bola));
  EXPECT_TRUE(given_away.has_error());
  EXPECT_EQ(as_ada("DELETE FROM labels").value(), 1U);
  EXPECT_EQ(text(names), "of bola");
}

TEST_F(api_session_test, the_business_ends_with_its_transaction_also_when_that_failed) {
  EXPECT_THAT(seen(ada, "SELECT sku FROM products"), ElementsAre("A1"));
  const auto failed = for_business(store, ada, [](pqxx::work& work) { work.exec("SELECT 1 / 0"); });
  EXPECT_TRUE(failed.has_error());
  const auto behind = in_transaction(store, api_session::role::tenant, [](pqxx::work& work) {
    return first_column(work, "SELECT sku FROM products");
  });
  ASSERT_TRUE(behind) << test::why(behind);
  EXPECT_THAT(behind.value(), IsEmpty());
}

}  // namespace
}  // namespace sellavie::storage
