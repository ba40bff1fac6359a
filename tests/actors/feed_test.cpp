// What those who watch a business are told: what was committed, and only then.

#include "actors/feed.hpp"

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using storage::commit_outcome;
using storage::send_state;
using testing::Each;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

// ---- of a change_set

TEST(facts, are_told_for_each_row_that_a_person_can_see) {
  const conversation_id chat{uuid{{1}}};
  const message_id message{uuid{{2}}};
  storage::change_set set;
  set.opened.push_back({.contact = contact_id{uuid{{3}}}, .conversation = chat});
  set.messages.push_back(
      {.conversation = chat, .id = message, .outgoing = true, .state = send_state::sending});
  set.message_changes.push_back({chat, message, send_state::dead, {}});
  set.corrections.push_back({chat, message, "new words", false});
  set.corrections.push_back({chat, message, {}, true});
  set.orders.push_back({.number = 4, .status = "draft", .prior_version = 0});
  set.orders.push_back({.number = 4, .status = "paid", .prior_version = 3});
  set.invoices.push_back({.kind = "invoice"});
  set.tasks.push_back({.kind = "connection"});
  set.connection_faults.push_back({.connection = connection_id{uuid{{5}}}});
  const auto told = actors::facts_of(set);
  ASSERT_THAT(told, SizeIs(10));
  EXPECT_EQ(std::get<actors::conversation_started>(told[0]).conversation, chat);
  EXPECT_EQ(std::get<actors::message_stored>(told[1]).state, send_state::sending);
  EXPECT_EQ(std::get<actors::message_altered>(told[2]).state, send_state::dead);
  EXPECT_EQ(std::get<actors::message_altered>(told[3]).state, std::nullopt);
  EXPECT_EQ(std::get<actors::message_altered>(told[4]).state, send_state::unsent);
  EXPECT_EQ(std::get<actors::order_placed>(told[5]).status, "draft");
  EXPECT_EQ(std::get<actors::order_moved>(told[6]).status, "paid");
  EXPECT_EQ(std::get<actors::invoice_made>(told[7]).kind, "invoice");
  EXPECT_EQ(std::get<actors::task_raised>(told[8]).kind, "connection");
  EXPECT_EQ(std::get<actors::connection_altered>(told[9]).connection, connection_id{uuid{{5}}});
}

TEST(facts, of_a_chat_are_its_changes_of_hands_and_not_each_message_time) {
  storage::change_set set;
  set.conversations.push_back({.expected_epoch = 3, .epoch = 3});
  EXPECT_THAT(actors::facts_of(set), IsEmpty());
  set.conversations.push_back({.expected_epoch = 3, .epoch = 4, .owner = storage::chat_owner::person});
  const auto told = actors::facts_of(set);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(std::get<actors::conversation_changed_hands>(told[0]).epoch, 4);
}

TEST(facts, of_stock_and_profiles_name_each_product_and_customer_once) {
  const contact_id customer{uuid{{3}}};
  const product_id product{uuid{{4}}};
  storage::change_set set;
  set.stock.push_back({.product = product, .delta = -1});
  set.stock.push_back({.product = product, .delta = -2});
  set.contacts.push_back({.contact = customer});
  set.blocks.push_back({.contact = customer});
  const auto told = actors::facts_of(set);
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(std::get<actors::product_altered>(told[0]).product, product);
  EXPECT_EQ(std::get<actors::customer_altered>(told[1]).customer, customer);
}

TEST(facts, of_a_read_mark_name_the_chat_where_it_is_known) {
  const conversation_id chat{uuid{{1}}};
  storage::change_set set;
  set.read_marks.push_back({.scoped_id = "C1"});
  set.read_marks.push_back({.scoped_id = "C2", .conversation = chat});
  const auto told = actors::facts_of(set);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(std::get<actors::conversation_seen>(told[0]).conversation, chat);
}

TEST(facts, of_many_products_at_once_are_one) {
  storage::change_set set;
  std::vector<storage::recorded_change> written;
  for (std::uint8_t i = 1; i <= 9; ++i) {
    set.stock.push_back({.product = product_id{uuid{{i}}}, .delta = 1});
    written.push_back({{}, "product", uuid{{i}}});
  }
  for (const auto& told : {actors::facts_of(set), actors::facts_of(written)}) {
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(std::get<actors::product_altered>(told[0]).product, std::nullopt);
  }
}

TEST(facts, of_a_request_are_the_things_of_its_log_that_readers_see_each_once) {
  const uuid chat{{1}};
  const uuid product{{2}};
  const std::vector<storage::recorded_change> written{{{}, "conversation", chat},
                                                      {{}, "conversation", chat},
                                                      {{}, "customer", chat},
                                                      {{}, "label", chat},
                                                      {{}, "payment_connection", chat},
                                                      {{}, "task", chat},
                                                      {{}, "product", product},
                                                      {{}, "member", chat},
                                                      {{}, "business", chat}};
  const auto told = actors::facts_of(written);
  ASSERT_THAT(told, SizeIs(5));
  EXPECT_EQ(std::get<actors::conversation_altered>(told[0]).conversation.value, chat);
  EXPECT_EQ(std::get<actors::customer_altered>(told[1]).customer.value, chat);
  EXPECT_EQ(std::get<actors::label_altered>(told[2]).label, chat);
  EXPECT_EQ(std::get<actors::task_altered>(told[3]).task, chat);
  EXPECT_EQ(std::get<actors::product_altered>(told[4]).product, product_id{product});
}

TEST(facts, say_nothing_of_queues_and_what_waits) {
  storage::change_set set;
  set.inbound.emplace_back();
  set.inbox_done.push_back(1);
  set.outbox.emplace_back();
  set.outbox_changes.emplace_back();
  set.turns.emplace_back();
  set.action_results.emplace_back();
  EXPECT_THAT(actors::facts_of(set), IsEmpty());
}

// ---- of a shop

struct watched : testing::Test {
  shop_world world;

  watched() { world.watchers->watches = true; }
  template <class Fact>
  [[nodiscard]] std::vector<Fact> heard() const {
    return world.watchers->heard<Fact>();
  }
};

TEST_F(watched, a_turn_is_told_from_the_thinking_to_the_reply) {
  world.model->always = [](const auto&) { return says("Hello."); };
  world.customer_says("c1", "Hi!");
  world.finish_turns();
  EXPECT_THAT(world.watchers->told, Each(Pair(world.shop, testing::_)));
  EXPECT_THAT(heard<actors::answer_begun>(), SizeIs(1));
  EXPECT_THAT(heard<actors::conversation_started>(), SizeIs(1));
  const auto messages = heard<actors::message_stored>();
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_FALSE(messages[0].outgoing);
  EXPECT_TRUE(messages[1].outgoing);
  EXPECT_EQ(heard<actors::answer_begun>()[0].conversation, messages[0].conversation);
}

TEST_F(watched, a_takeover_is_told_with_who_speaks_now) {
  world.model->always = [](const auto&) { return says("Hello."); };
  world.customer_says("c1", "Hi!");
  world.finish_turns();
  const auto asked = world.command("c1", actors::chat_command::take_over);
  world.run();
  const auto changes = heard<actors::conversation_changed_hands>();
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].owner, storage::chat_owner::person);
  EXPECT_EQ(changes[0].epoch, asked->answer->epoch);
}

TEST_F(watched, nothing_is_told_before_it_is_committed) {
  world.model->always = [](const auto&) { return says("Hello."); };
  bool is_early = false;
  world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
    for (const auto* set : sets)
      for (const auto& message : set->messages)
        for (const auto& told : heard<actors::message_stored>()) is_early |= told.message == message.id;
    return std::nullopt;
  };
  world.customer_says("c1", "Hi!");
  world.finish_turns();
  EXPECT_FALSE(is_early);
  EXPECT_THAT(heard<actors::message_stored>(), SizeIs(2));
}

TEST_F(watched, what_was_refused_or_certainly_not_stored_is_not_told) {
  for (const auto outcome : {commit_outcome::refused, commit_outcome::unavailable}) {
    shop_world other;
    other.watchers->watches = true;
    other.model->always = [](const auto&) { return says("Hello."); };
    other.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
      if (std::all_of(sets.begin(), sets.end(), [](const auto* set) { return set->messages.empty(); }))
        return std::nullopt;
      return memory_store::fate{outcome, false};
    };
    other.customer_says("c1", "Hi!");
    other.advance(other.options.gather + std::chrono::milliseconds{300});
    EXPECT_THAT(other.watchers->heard<actors::message_stored>(), IsEmpty());
    EXPECT_THAT(other.watchers->heard<actors::facts_lost>(), IsEmpty());
  }
}

TEST_F(watched, a_commit_in_doubt_is_told_as_something_that_nobody_knows) {
  world.model->always = [](const auto&) { return says("Hello."); };
  bool once = false;
  world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
    const bool has_messages =
        std::any_of(sets.begin(), sets.end(), [](const auto* set) { return !set->messages.empty(); });
    if (once || !has_messages) return std::nullopt;
    once = true;
    return memory_store::fate{commit_outcome::in_doubt, true};
  };
  world.customer_says("c1", "Hi!");
  world.finish_turns();
  EXPECT_TRUE(once);
  EXPECT_THAT(heard<actors::facts_lost>(), SizeIs(1));
}

TEST_F(watched, nobody_is_told_anything_while_nobody_watches) {
  world.watchers->watches = false;
  world.model->always = [](const auto&) { return says("Hello."); };
  world.customer_says("c1", "Hi!");
  world.finish_turns();
  EXPECT_THAT(world.watchers->told, IsEmpty());
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
}

TEST_F(watched, an_order_is_told_when_it_is_placed) {
  world.model->answers.push_back(calls({{"place_order", R"({"items":[{"sku":"A1","quantity":2}]})"}}));
  world.model->always = [](const auto&) { return says("Done."); };
  world.customer_says("c1", "2 please");
  world.finish_turns();
  ASSERT_THAT(world.orders(), SizeIs(1));
  const auto placed = heard<actors::order_placed>();
  ASSERT_THAT(placed, SizeIs(1));
  EXPECT_EQ(placed[0].order, world.orders()[0].id);
  EXPECT_EQ(placed[0].status, world.orders()[0].status);
}

}  // namespace
}  // namespace sellavie::test
