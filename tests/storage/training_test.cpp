// Versions of the training never change, not even for who publishes them; a draft's first edit and an import's claim are
// once; and what was provisioned before there were versions is version 1.

#include <algorithm>

#include "storage/api/training.hpp"
#include "storage/import_queue.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::HasSubstr;

class training_test : public spine_test {
 protected:
  training::content saying(const std::string& tone) const {
    training::content content;
    content.tone = tone;
    return content;
  }
  std::string refusal(const std::string& statement) const {
    const auto session = open_pq(database.access().tenant, "training").value();
    (void)execute(*session, "SET app.business_id = " + quote(ada)).value();
    const auto done = execute(*session, statement);
    return done ? "done" : done.error().detail;
  }

  api_session store{database.access(), "training"};
  counting_ids ids;
  const change_origin by{id_of<api::account_id>(8), id_of<api::session_id>(9), "::1", "r", noon};
};

TEST_F(training_test, publishes_a_draft_once_and_an_old_version_as_a_new_one) {
  EXPECT_EQ(published_training(store, ada).value().number, 0);
  ASSERT_EQ(save_training_draft(store, ada, by, saying("warm"), 0).value().outcome, edit_outcome::done);
  EXPECT_EQ(save_training_draft(store, ada, by, saying("icy"), 0).value().outcome, edit_outcome::stale);
  const auto publish = [&](std::int64_t version) {
    return publish_training_draft(store, ada, by, {ids.next_as<training_version_id>(), "n"}, version).value();
  };
  const auto first = publish(1);
  ASSERT_EQ(first.outcome, publish_outcome::done);
  EXPECT_EQ(publish(1).outcome, publish_outcome::stale) << "a repeated click";
  EXPECT_EQ(publish(2).outcome, publish_outcome::nothing_new);
  ASSERT_EQ(save_training_draft(store, ada, by, saying("icy"), 2).value().outcome, edit_outcome::done);
  EXPECT_EQ(publish(3).version.number, 2);
  const auto restored =
      restore_training(store, ada, by, {ids.next_as<training_version_id>(), ""}, first.version.id).value();
  EXPECT_EQ(restored.version.number, 3);
  EXPECT_EQ(restored.version.restored_from, 1);
  EXPECT_EQ(published_training(store, ada).value().content, saying("warm"));
  EXPECT_EQ(find_training_draft(store, ada).value().content, saying("icy"));
}

TEST_F(training_test, no_version_is_changed_or_removed) {
  ASSERT_TRUE(save_training_draft(store, ada, by, saying("warm"), 0));
  ASSERT_TRUE(publish_training_draft(store, ada, by, {ids.next_as<training_version_id>(), ""}, 1));
  for (const auto* statement : {"UPDATE training_versions SET note = 'x'", "DELETE FROM training_versions",
                                "DELETE FROM training_drafts", "UPDATE product_imports SET sheet = ''",
                                "DELETE FROM product_imports"})
    EXPECT_THAT(refusal(statement), HasSubstr("42501")) << statement;
}

TEST_F(training_test, an_import_is_claimed_once_and_goes_on_behind_its_last_part) {
  import_order wanted;
  wanted.id = ids.next_as<import_id>();
  wanted.sheet = "sku,name,price\nN1,One,1\nN2,Two,2\n";
  wanted.rows = 2;
  wanted.idempotency_key = "k";
  ASSERT_EQ(order_import(store, ada, by, wanted).value().outcome, order_outcome::queued);
  const import_desk desk{store, incarnation};
  const auto job = claim_import(desk, noon).value();
  ASSERT_TRUE(job);
  EXPECT_FALSE(claim_import(desk, noon).value());
  const auto naira = *parse_currency("NGN");
  const auto sheet = catalogue::read_product_sheet(job->sheet, naira, job->columns).value();
  const std::span<const catalogue::sheet_row> rows{sheet.rows};
  ASSERT_EQ(take_part(desk, *job, sheet, {0, 1, rows.first(1), {}}, ids).value(), part_outcome::taken);
  EXPECT_EQ(take_part(desk, *job, sheet, {0, 1, rows.first(1), {}}, ids).value(), part_outcome::lost);
  // Somebody took over: what is still under way of the old one takes nothing.
  const import_desk other{store, incarnation + 1};
  sql("INSERT INTO nodes (incarnation, node_id, started_at, heartbeat_at) OVERRIDING SYSTEM VALUE VALUES (" +
      std::to_string(other.incarnation) + ", 'next', 0, 0)");
  ASSERT_TRUE(release_imports(desk));
  const auto again = claim_import(other, noon).value();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->next_record, 1U);
  EXPECT_EQ(take_part(desk, *job, sheet, {1, 1, rows.last(1), {}}, ids).value(), part_outcome::lost);
  ASSERT_EQ(take_part(other, *again, sheet, {1, 1, rows.last(1), {}}, ids).value(), part_outcome::taken);
  ASSERT_TRUE(end_import(other, *again, import_state::done, {}));
  const auto ended = find_import(store, ada, wanted.id).value();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->counts.created, 2);
  EXPECT_EQ(number("SELECT count(*) FROM products WHERE sku IN ('N1', 'N2')"), 2);
}

TEST(training_migration_test, what_was_provisioned_is_version_1) {
  const auto database = test::empty_database();
  const auto all = embedded_migrations();
  const auto before = std::find_if(all.begin(), all.end(),
                                   [](const migration& one) { return one.name == "training_and_imports"; });
  ASSERT_NE(before, all.end());
  const auto count = static_cast<std::size_t>(before - all.begin());
  ASSERT_TRUE(migrate(database.access().owner, all.first(count), noon));
  test::run_sql(database.superuser(),
                "INSERT INTO businesses (id, key, name, currency, timezone, training, created_at) VALUES "
                "(gen_random_uuid(), 'a', 'A', 'NGN', 'UTC', '{\"tone\":\"warm\"}', 5), "
                "(gen_random_uuid(), 'b', 'B', 'NGN', 'UTC', '{}', 5)");
  ASSERT_TRUE(migrate(database.access().owner, all, noon));
  const auto rows =
      test::run_sql(database.superuser(),
                    "SELECT b.key, number, content, published_at FROM training_versions t JOIN businesses b "
                    "ON b.id = t.business_id");
  ASSERT_EQ(PQntuples(rows.get()), 1);
  EXPECT_EQ((std::vector<std::string>{field(rows, 0, 0).data(), field(rows, 0, 1).data(),
                                      field(rows, 0, 2).data(), field(rows, 0, 3).data()}),
            (std::vector<std::string>{"a", "1", R"({"tone":"warm"})", "5"}));
}

}  // namespace
}  // namespace sellavie::storage
