// Lists that people make have a bound, also when two take the last place at the same moment.

#include <functional>
#include <future>

#include "storage/api/canned_replies.hpp"
#include "storage/api/labels.hpp"
#include "storage/api/notes.hpp"
#include "storage/api/product_groups.hpp"
#include "storage/api/training.hpp"
#include "storage/api/webhook_endpoints.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::UnorderedElementsAre;

class list_room_test : public spine_test {
 protected:
  /// Adds one whose name nobody else has.
  using addition = std::function<edit_outcome(api_session&, std::uint32_t n)>;

  /// Of two who add when there is one place: what became of each, and of a third.
  void expect_one_place(const std::string& list, const addition& add) {
    const auto holder = engine();
    pqxx::work held{*holder};
    held.exec_params("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", list);
    const auto adds = [&](std::uint32_t n) {
      return std::async(std::launch::async, [&, n] {
        api_session store{database.access(), "list_room"};
        return add(store, n);
      });
    };
    auto first = adds(0x9001);
    auto second = adds(0x9002);
    ASSERT_TRUE(waits_for_lock(2)) << list;
    held.commit();
    EXPECT_THAT((std::vector{first.get(), second.get()}),
                UnorderedElementsAre(edit_outcome::done, edit_outcome::full))
        << list;
    api_session store{database.access(), "list_room"};
    EXPECT_EQ(add(store, 0x9003), edit_outcome::full) << list;
  }
  std::string of(const std::string& list) const { return list + " of " + to_string(ada); }
  /// So many rows; `n` numbers them.
  void fill(const std::string& into, const std::string& values, std::int64_t many) const {
    sql("INSERT INTO " + into + " SELECT " + values + " FROM generate_series(1, " + std::to_string(many) +
        ") n");
  }

  const change_origin by{id_of<api::account_id>(8), id_of<api::session_id>(9), "::1", "r", noon};
};

TEST_F(list_room_test, labels) {
  fill("labels (id, business_id, name, colour, created_at)",
       "gen_random_uuid(), " + quote(ada) + ", 'label ' || n, 'red', 0", most_labels - 1);
  expect_one_place(of("labels"), [&](api_session& store, std::uint32_t n) {
    return add_label(store, ada, by, {plain_id(n), "new " + std::to_string(n), "red"}).value().outcome;
  });
  EXPECT_EQ(count("labels"), most_labels);
}

TEST_F(list_room_test, canned_replies) {
  fill("canned_replies (id, business_id, shortcut, body, created_at)",
       "gen_random_uuid(), " + quote(ada) + ", 'reply' || n, 'Hello', 0", most_canned_replies - 1);
  expect_one_place(of("canned replies"), [&](api_session& store, std::uint32_t n) {
    return add_canned_reply(store, ada, by, {plain_id(n), "new" + std::to_string(n), "Hello"})
        .value()
        .outcome;
  });
}

TEST_F(list_room_test, product_groups) {
  fill("product_groups (id, business_id, name, option_names)",
       "gen_random_uuid(), " + quote(ada) + ", 'group ' || n, '{size}'", most_product_groups - 1);
  expect_one_place(of("product groups"), [&](api_session& store, std::uint32_t n) {
    return create_product_group(store, ada, by, {id_of<product_group_id>(n), "Ankara dress", {"size"}})
        .value();
  });
}

TEST_F(list_room_test, webhook_endpoints) {
  fill(
      "webhook_endpoints (id, business_id, url, description, events, secret, secret_hint, created_at, created_by)",
      "gen_random_uuid(), " + quote(ada) + ", 'https://one.example', '', '{order.paid}', 's', 'h', 0, " +
          quote(by.account),
      most_webhook_endpoints - 1);
  expect_one_place(of("webhook endpoints"), [&](api_session& store, std::uint32_t n) {
    webhook_endpoint_wish wish{.id = id_of<webhook_endpoint_id>(n)};
    wish.url = "https://two.example";
    wish.events = {"order.paid"};
    return add_webhook_endpoint(store, ada, by, wish, {"sealed", "hint"}).value().outcome;
  });
}

TEST_F(list_room_test, notes_of_a_conversation) {
  fill("notes (id, business_id, conversation_id, author_id, body, created_at)",
       "gen_random_uuid(), " + quote(ada) + ", " + quote(chat) + ", " + quote(by.account) + ", 'Hm', 0",
       most_notes - 1);
  expect_one_place("notes of " + to_string(chat), [&](api_session& store, std::uint32_t n) {
    const auto added = add_note(store, ada, by, {plain_id(n), chat, by.account, "Hm", {}, noon}).value();
    return added == note_outcome::done
               ? edit_outcome::done
               : (added == note_outcome::full ? edit_outcome::full : edit_outcome::stale);
  });
}

TEST_F(list_room_test, versions_of_the_training_that_a_day_has) {
  fill("training_versions (id, business_id, number, content, note, published_at)",
       "gen_random_uuid(), " + quote(ada) + ", n, '{\"tone\":\"warm\"}', '', " +
           std::to_string(to_unix_ms(noon)),
       most_publications);
  api_session store{database.access(), "list_room"};
  training::content content;
  content.tone = "icy";
  ASSERT_EQ(save_training_draft(store, ada, by, content, 0).value().outcome, edit_outcome::done);
  const auto publish = [&](std::chrono::hours later) {
    auto then = by;
    then.at += later;
    return publish_training_draft(store, ada, then, {id_of<training_version_id>(1), ""}, 1).value().outcome;
  };
  EXPECT_EQ(publish(std::chrono::hours{23}), publish_outcome::too_often);
  EXPECT_EQ(publish(std::chrono::hours{24}), publish_outcome::done);
}

}  // namespace
}  // namespace sellavie::storage
