// A WhatsApp customer with a phone number and a user id is one customer in one conversation, whichever of the
// two an event names (protocol/channel/customer_ids, docs/adr/0034).

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::chat_command;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* phone = "2348031";
constexpr const char* user = "NG.31";

struct customer_identity : testing::Test {
  shop_world world;

  customer_identity() {
    world.store->rows.businesses[world.shop].connections[0].channel = channel_kind::whatsapp;
    world.model->always = [](const actors::ask_model&) { return says("Good day!"); };
  }

  actors::routed_event from(const std::string& id, const std::string& alias, const std::string& text) {
    auto one = world.message(id, text);
    one.event.channel = channel_kind::whatsapp;
    one.event.customer_alias = alias;
    return one;
  }
  void says_as(const std::string& id, const std::string& alias, const std::string& text) {
    world.receive({from(id, alias, text)});
    world.finish_turns();
  }
  /// 234… -> another number.
  void changes_number(const std::string& old, const std::string& now, const std::string& user_now) {
    auto one = from(old, {}, "changed");
    one.event.kind = channel::event_kind::system;
    one.event.payload = "user_changed_number";
    one.event.subject_id = now;
    one.event.metadata = user_now;
    world.receive({one});
    world.advance(200ms);
  }
  /// Nobody is in memory any more; what the store has counts.
  void forget() { world.restart(); }
  std::vector<std::string> customers() const {
    std::vector<std::string> ids;
    for (const auto& [id, contact] : world.store->rows.contacts) ids.push_back(contact.scoped_id);
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  std::size_t messages_of(const std::string& scoped_id) const {
    const auto chat = world.store->conversation_id_of(world.account, scoped_id);
    return static_cast<std::size_t>(
        std::count_if(world.store->rows.messages.begin(), world.store->rows.messages.end(),
                      [&](const auto& row) { return !row.outgoing && row.conversation == chat; }));
  }
  std::size_t answers() const { return world.ai_texts().size(); }
};

TEST_F(customer_identity, the_usual_message_costs_one_load_and_teaches_nothing) {
  says_as(phone, user, "one");
  EXPECT_EQ(world.store->loads, 1U);
  const auto commits = world.store->commits;
  says_as(phone, user, "two");
  EXPECT_EQ(world.store->loads, 1U);
  EXPECT_EQ(world.store->commits, commits + 2);  // the inbox and the turn
  forget();
  says_as(phone, user, "three");
  EXPECT_EQ(world.store->loads, 2U);
  EXPECT_THAT(world.conversations, SizeIs(1));
  EXPECT_THAT(world.store->rows.aliases, SizeIs(1));
}

TEST_F(customer_identity, who_hides_the_number_later_meets_the_person_who_had_the_chat) {
  says_as(phone, user, "hello");
  const auto taken = world.command(phone, chat_command::take_over);
  world.advance(200ms);
  ASSERT_TRUE(taken->answer);
  for (const bool restarted : {false, true}) {
    if (restarted) forget();
    const auto before = answers();
    says_as(user, {}, "it is me again");
    EXPECT_EQ(answers(), before) << restarted;
  }
  EXPECT_THAT(customers(), ElementsAre(phone));
  EXPECT_EQ(messages_of(phone), 3U);
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(customer_identity, an_open_order_is_found_again_under_the_user_id) {
  world.model->always = nullptr;
  world.model->answers = {calls({{"place_order", R"({"items":[{"sku":"A1","quantity":2}]})"}}),
                          calls({{"place_order", R"({"items":[{"sku":"A1","quantity":2}]})"}})};
  says_as(phone, user, "two A1");
  forget();
  says_as(user, {}, "two A1");
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.stock("A1"), 18);
}

TEST_F(customer_identity, who_was_first_met_by_the_user_id_stays_there_when_the_number_appears) {
  says_as(user, {}, "hello");
  says_as(phone, user, "my number");
  forget();
  says_as(phone, {}, "number only");
  says_as(phone, user, "both");
  EXPECT_THAT(customers(), ElementsAre(user));
  EXPECT_EQ(messages_of(user), 4U);
  EXPECT_EQ(world.sender->rows.back().recipient, phone);
}

TEST_F(customer_identity, who_was_known_by_the_number_alone_is_not_met_twice) {
  says_as(phone, {}, "before there were user ids");
  says_as(phone, user, "both");
  says_as(user, {}, "hidden");
  EXPECT_THAT(customers(), ElementsAre(phone));
  EXPECT_EQ(messages_of(phone), 3U);
}

TEST_F(customer_identity, both_ids_right_behind_the_number_make_one_customer) {
  world.receive({from(phone, {}, "one"), from(phone, user, "two"), from(user, {}, "three")});
  world.finish_turns();
  EXPECT_THAT(customers(), ElementsAre(phone));
  EXPECT_EQ(messages_of(phone), 3U);
  EXPECT_EQ(answers(), 1U);
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(customer_identity, repetition_makes_no_second_conversation) {
  for (int i = 0; i < 30; ++i) {
    const bool hidden = i % 3 == 1;
    world.receive({from(hidden ? user : phone, hidden || i % 3 == 2 ? "" : user, "again")});
    if (i % 7 == 0) world.crash_conversations(errc::unavailable);
    world.advance(300ms);
  }
  world.advance(20s);
  EXPECT_THAT(customers(), ElementsAre(phone));
  EXPECT_EQ(messages_of(phone), 30U);
  EXPECT_THAT(world.store->rows.aliases, SizeIs(1));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
  EXPECT_EQ(world.node->metrics->queue_depth(monitoring::queue::pump).value(), 0);
}

TEST_F(customer_identity, a_new_number_of_the_same_customer_leads_to_the_old_chat) {
  says_as(phone, user, "hello");
  changes_number(phone, "2348099", "NG.99");
  forget();
  says_as("2348099", "NG.99", "from my new phone");
  says_as("NG.99", {}, "and hidden");
  EXPECT_THAT(customers(), ElementsAre(phone));
  EXPECT_EQ(messages_of(phone), 3U);
  EXPECT_EQ(world.sender->rows.back().recipient, "2348099");
}

TEST_F(customer_identity, the_new_owner_of_a_number_does_not_get_the_old_owners_chat) {
  says_as(phone, user, "I live in Yaba");
  says_as(phone, "NG.77", "hello, who is this?");
  says_as("NG.77", {}, "hidden");
  says_as(user, {}, "still me");
  EXPECT_THAT(customers(), ElementsAre(phone, "NG.77"));
  EXPECT_EQ(messages_of(phone), 2U);
  EXPECT_EQ(messages_of("NG.77"), 2U);
  forget();
  says_as(phone, "NG.77", "again");
  EXPECT_EQ(messages_of("NG.77"), 3U);
}

TEST_F(customer_identity, two_contacts_that_turn_out_to_be_one_keep_what_they_have) {
  world.model->always = nullptr;
  world.model->answers = {calls({{"place_order", R"({"items":[{"sku":"A1","quantity":2}]})"}})};
  says_as(phone, {}, "two A1");
  world.model->always = [](const actors::ask_model&) { return says("Good day!"); };
  forget();
  says_as(user, {}, "hidden, and nobody knows that it is me");
  says_as(phone, user, "now you know");
  EXPECT_THAT(customers(), ElementsAre(phone, user));
  EXPECT_EQ(messages_of(user), 2U);
  ASSERT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.orders()[0].conversation, world.store->conversation_id_of(world.account, phone));
  EXPECT_THAT(world.store->rows.aliases, IsEmpty());
}

TEST_F(customer_identity, a_persons_echo_under_the_user_id_takes_the_one_chat_over) {
  says_as(phone, user, "hello");
  forget();
  auto typed = from(user, {}, "Grace here");
  typed.event.kind = channel::event_kind::echo;
  world.receive({typed});
  world.advance(500ms);
  EXPECT_THAT(customers(), ElementsAre(phone));
  EXPECT_EQ(world.chat(phone).owner, storage::chat_owner::person);
}

TEST_F(customer_identity, a_person_may_command_a_chat_while_the_store_is_asked_about_it) {
  says_as(phone, user, "hello");
  forget();
  world.receive({from(user, {}, "hidden")});
  const auto asked = world.command(phone, chat_command::take_over);
  world.finish_turns();
  ASSERT_TRUE(asked->answer);
  EXPECT_EQ(world.chat(phone).owner, storage::chat_owner::person);
  EXPECT_EQ(messages_of(phone), 2U);
}

TEST_F(customer_identity, the_store_that_is_away_is_asked_again) {
  says_as(phone, user, "hello");
  forget();
  world.receive({from(user, {}, "hidden")});
  world.run_until([&] { return world.store->loads > 1; });
  world.store->away = true;
  world.advance(2s);
  world.store->away = false;
  world.advance(20s);
  EXPECT_THAT(customers(), ElementsAre(phone));
  EXPECT_EQ(messages_of(phone), 2U);
}

// WhatsApp's stand-in for the first message of a chat that began with an advertisement.
TEST_F(customer_identity, a_message_that_is_not_there_yet_is_stored_and_the_next_one_answered) {
  auto one = from(phone, user, {});
  one.event.kind = channel::event_kind::unsupported;
  one.event.error_code = 131060;
  world.receive({one});
  world.finish_turns();
  EXPECT_EQ(world.chat(phone).owner, storage::chat_owner::ai);
  EXPECT_EQ(messages_of(phone), 1U);
  EXPECT_EQ(answers(), 0U);
  EXPECT_EQ(world.tasks("handover"), 0U);
  says_as(phone, user, "How much is the kaftan?");
  EXPECT_THAT(world.ai_texts(), ElementsAre("Good day!"));
  one = from(phone, user, {});
  one.event.kind = channel::event_kind::unsupported;
  one.event.error_code = 131051;
  world.receive({one});
  world.finish_turns();
  EXPECT_EQ(world.chat(phone).owner, storage::chat_owner::person);
}

}  // namespace
}  // namespace sellavie::test
