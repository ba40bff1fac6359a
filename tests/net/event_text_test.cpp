#include "net/feed/event_text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace sellavie::net {
namespace {

const uuid an_id = *parse_uuid("01890a5d-ac96-774b-bcce-b302099a8057");

nlohmann::json data_of(const std::string& text) {
  const auto at = text.find("data: ") + 6;
  return nlohmann::json::parse(text.substr(at, text.find('\n', at) - at));
}

TEST(event_text, is_one_server_sent_event) {
  const auto text = event_text({3, 17}, actors::answer_begun{conversation_id{an_id}});
  EXPECT_EQ(text,
            "id: 3-17\nevent: conversation.answering\n"
            "data: {\"conversation_id\":\"01890a5d-ac96-774b-bcce-b302099a8057\","
            "\"type\":\"conversation.answering\"}\n\n");
}

TEST(event_text, of_what_people_change_names_the_thing_alone) {
  const auto id = to_string(an_id);
  const auto text_of = [](const actors::live_fact& fact) { return data_of(event_text({1, 1}, fact)); };
  using json = nlohmann::json;
  EXPECT_EQ(text_of(actors::conversation_altered{conversation_id{an_id}}),
            (json{{"type", "conversation.changed"}, {"conversation_id", id}}));
  EXPECT_EQ(text_of(actors::conversation_seen{conversation_id{an_id}}),
            (json{{"type", "conversation.read"}, {"conversation_id", id}}));
  EXPECT_EQ(text_of(actors::customer_altered{contact_id{an_id}}),
            (json{{"type", "customer.changed"}, {"customer_id", id}}));
  EXPECT_EQ(text_of(actors::label_altered{an_id}), (json{{"type", "label.changed"}, {"label_id", id}}));
  EXPECT_EQ(text_of(actors::product_altered{product_id{an_id}}),
            (json{{"type", "product.changed"}, {"product_id", id}}));
  EXPECT_EQ(text_of(actors::product_altered{}), (json{{"type", "product.changed"}})) << "of many";
  EXPECT_EQ(text_of(actors::task_altered{an_id}), (json{{"type", "task.changed"}, {"task_id", id}}));
}

TEST(event_text, of_every_fact_has_the_shape_that_is_declared) {
  const conversation_id chat{an_id};
  const order_id order{an_id};
  const std::vector<actors::live_fact> all{
      actors::message_stored{.conversation = chat, .message = message_id{an_id}, .at = instant_from_ms(1)},
      actors::message_altered{chat, message_id{an_id}, storage::send_state::unsent},
      actors::message_altered{chat, message_id{an_id}, std::nullopt},
      actors::conversation_started{chat, contact_id{an_id}},
      actors::conversation_changed_hands{chat, storage::chat_owner::person, 2},
      actors::answer_begun{chat},
      actors::order_placed{order, 1, chat, "awaiting_payment"},
      actors::order_moved{order, 1, chat, "paid"},
      actors::invoice_made{invoice_id{an_id}, order, "invoice"},
      actors::task_raised{an_id, std::nullopt, "connection"},
      actors::connection_altered{connection_id{an_id}},
      actors::conversation_altered{chat},
      actors::conversation_seen{chat},
      actors::customer_altered{contact_id{an_id}},
      actors::label_altered{an_id},
      actors::product_altered{product_id{an_id}},
      actors::product_altered{},
      actors::task_altered{an_id},
      actors::person_notified{api::account_id{an_id}, an_id, notification_kind::quota},
      actors::facts_lost{}};
  std::set<std::string> types;
  for (const auto& one : all) {
    const auto data = data_of(event_text({1, 1}, one));
    EXPECT_TRUE(event_shape().check(data).empty()) << data;
    types.insert(data["type"]);
  }
  EXPECT_EQ(types.size(), 18U);
  for (const auto why :
       {stream_end::token_expired, stream_end::signed_out, stream_end::access_lost, stream_end::restarting}) {
    const auto text = end_text(why);
    EXPECT_EQ(text.find("id:"), text.npos);
    EXPECT_TRUE(event_shape().check(data_of(text)).empty());
  }
}

TEST(event_position, is_read_as_it_was_written_and_nothing_else_is) {
  EXPECT_EQ(parse_event_position(to_string(event_position{12, 345})), (event_position{12, 345}));
  for (const auto* wrong : {"", "-", "1-", "-1", "1", "1-2x", "x1-2", "1--2", "-1-2", "1-2-3", "1 -2",
                            "99999999999999999999-1", "1-99999999999999999999999"})
    EXPECT_FALSE(parse_event_position(wrong)) << wrong;
}

}  // namespace
}  // namespace sellavie::net
