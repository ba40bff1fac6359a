// Turns of one chat on the whole node: what is asked and what is said.

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::chat_command;
using actors::model_outcome;
using storage::chat_owner;
using storage::turn_outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// --- turns ------------------------------------------------------------------------------------------

TEST(conversation, answers_what_a_customer_writes) {
  shop_world world;
  world.model->answers.push_back(says("We have six yards."));
  world.customer_says("c1", "Do you have ankara?");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre("We have six yards."));
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("Do you have ankara?"));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
  ASSERT_THAT(world.sender->rows, SizeIs(1));
  EXPECT_EQ(world.sender->rows.front().epoch, 1);
  EXPECT_EQ(world.sender->typing, 1U);
  EXPECT_TRUE(all_done(world));
}

TEST(conversation, says_how_long_a_turn_spent_in_each_phase) {
  shop_world world;
  world.customer_says("c1", "Do you have ankara?");
  world.advance(2s);
  world.advance(3s);
  world.model_answers(says("We have six yards."));
  world.finish_turns();
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  const auto text = world.node->metrics->render();
  const auto value = [&](const std::string& series) {
    const auto at = text.find("\n" + series + " ");
    return at == std::string::npos ? -1.0 : std::stod(text.substr(at + series.size() + 2));
  };
  const auto sum = [&](const std::string& phase) {
    EXPECT_EQ(value("sellavie_phase_duration_seconds_count{phase=\"" + phase + "\"}"), 1) << phase;
    return value("sellavie_phase_duration_seconds_sum{phase=\"" + phase + "\"}");
  };
  EXPECT_EQ(sum("loading"), 0);
  EXPECT_EQ(sum("gathering"), 1.2);
  EXPECT_EQ(sum("waiting"), 1.2) << "the gathering is a part of it";
  EXPECT_NEAR(sum("thinking"), 3.8, 0.01);
  EXPECT_EQ(sum("acting"), 0);
  EXPECT_EQ(sum("committing"), 0);
  EXPECT_NEAR(sum("total"), sum("waiting") + sum("thinking"), 0.01);
}

TEST(conversation, takes_three_quick_messages_into_one_turn) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  for (const char* text : {"Hi", "do you have", "blue ankara?"}) {
    world.customer_says("c1", text);
    world.advance(300ms);
  }
  world.finish_turns();
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.texts(storage::message_origin::customer),
              ElementsAre("Hi", "do you have", "blue ankara?"));
}

TEST(conversation, orders_a_gathering_by_the_providers_time) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  auto first = world.message("c1", "first");
  auto second = world.message("c1", "second");
  second.event.provider_time += 5ms;
  world.receive({second});
  world.receive({first});
  world.finish_turns();
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("first", "second"));
}

/// Of a customer who writes four quick messages, which arrive in no order in two webhooks.
struct shuffled_messages {
  explicit shuffled_messages(shop_world& world) {
    for (const char* text : {"1st", "2nd", "3rd", "4th"}) {
      all.push_back(world.message("c1", text));
      all.back().event.provider_time += milliseconds{all.size()};
    }
  }
  [[nodiscard]] std::vector<actors::routed_event> first_webhook() const { return {all[2], all[0]}; }
  /// With one that Meta sends again.
  [[nodiscard]] std::vector<actors::routed_event> second_webhook() const { return {all[3], all[2], all[1]}; }

  std::vector<actors::routed_event> all;
};

TEST(conversation, puts_messages_in_order_within_a_turn_and_what_came_late_into_the_next) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  const shuffled_messages said{world};
  world.receive(said.first_webhook());
  world.finish_turns();
  world.receive(said.second_webhook());
  world.finish_turns();
  EXPECT_THAT(world.model->asked, SizeIs(2));
  EXPECT_THAT(world.ai_texts(), SizeIs(2));
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("1st", "3rd", "2nd", "4th"));
  EXPECT_TRUE(all_done(world));
  const auto expect_read_in_order = [&] {
    const auto prompt = asked_text(world);
    std::size_t last = 0;
    for (const char* text : {"1st", "3rd", "2nd", "4th"}) {
      const auto at = prompt.find(text);
      ASSERT_NE(at, std::string::npos) << text;
      EXPECT_GE(at, last) << text;
      EXPECT_EQ(at, prompt.rfind(text)) << text << " is told once";
      last = at;
    }
  };
  expect_read_in_order();
  world.restart();
  world.customer_says("c1", "5th");
  world.finish_turns();
  ASSERT_THAT(world.model->asked, SizeIs(3));
  expect_read_in_order();
}

TEST(conversation, answers_once_what_comes_late_while_it_thinks_about_later_words) {
  shop_world world;
  const shuffled_messages said{world};
  world.receive(said.first_webhook());
  world.advance(1300ms);
  ASSERT_THAT(world.model->held, SizeIs(1));
  world.receive(said.second_webhook());
  world.advance(1300ms);
  EXPECT_THAT(world.model->asked, SizeIs(1));
  world.model_answers(says("First answer."));
  world.advance(1300ms);
  ASSERT_THAT(world.model->asked, SizeIs(2));
  world.model_answers(says("Second answer."));
  world.run();
  EXPECT_THAT(world.ai_texts(), ElementsAre("First answer.", "Second answer."));
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("1st", "3rd", "2nd", "4th"));
  EXPECT_THAT(world.outcomes(), SizeIs(2));
  EXPECT_TRUE(all_done(world));
}

TEST(conversation, leaves_what_comes_while_it_thinks_to_the_next_turn) {
  shop_world world;
  world.customer_says("c1", "one");
  world.advance(1300ms);
  ASSERT_THAT(world.model->held, SizeIs(1));
  world.customer_says("c1", "two");
  world.advance(1300ms);
  EXPECT_THAT(world.model->asked, SizeIs(1));
  world.model_answers(says("First answer."));
  world.advance(1300ms);
  ASSERT_THAT(world.model->asked, SizeIs(2));
  world.model_answers(says("Second answer."));
  world.run();
  EXPECT_THAT(world.ai_texts(), ElementsAre("First answer.", "Second answer."));
  EXPECT_THAT(world.outcomes(), SizeIs(2));
}

TEST(conversation, reads_a_whatsapp_cart_as_skus_and_quantities) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  auto cart = world.message("c1", "for Friday please");
  cart.event.channel = channel_kind::whatsapp;
  cart.event.payload = "catalog-7";
  for (const auto& [sku, quantity] : {std::pair{"A1", "2"}, std::pair{"B2", "1"}})
    cart.event.attachments.push_back({"order_item", {}, sku, {}, quantity});
  world.receive({cart});
  world.finish_turns();
  EXPECT_THAT(asked_text(world), HasSubstr("for Friday please\n2 x A1, 1 x B2"));
  EXPECT_THAT(asked_text(world), testing::Not(HasSubstr("order_item")));
  EXPECT_THAT(asked_text(world), testing::Not(HasSubstr("catalog-7")));
  EXPECT_THAT(world.texts(storage::message_origin::customer),
              ElementsAre("for Friday please\n2 x A1, 1 x B2"));
}

TEST(conversation, reads_a_cart_without_words_or_catalogue_and_bounds_it) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  auto cart = world.message("c1", "");
  for (int i = 0; i < 60; ++i) cart.event.attachments.push_back({"order_item", {}, "A1", {}, "1"});
  world.receive({cart});
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre("Yes."));
  EXPECT_THAT(world.texts(storage::message_origin::customer).front(),
              testing::EndsWith("1 x A1 and 10 more"));
}

TEST(conversation, writes_the_sentence_about_an_order_itself) {
  shop_world world;
  world.model->answers.push_back(orders_two());
  world.customer_says("c1", "Two please");
  world.finish_turns();
  ASSERT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.orders().front().total_minor, 3'000'000);
  EXPECT_EQ(world.stock("A1"), 18);
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("NGN 30,000.00"));
}

// --- deliveries twice -------------------------------------------------------------------------------

TEST(conversation, answers_a_redelivered_message_once) {
  shop_world world;
  world.model->always = [](const auto&) { return orders_two(); };
  const auto one = world.message("c1", "Two please");
  world.receive({one});
  world.receive({one, one});
  world.finish_turns();
  world.restart();
  world.receive({one});
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), SizeIs(1));
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_TRUE(all_done(world));
}

TEST(conversation, reports_a_completed_delivery_again_when_it_is_offered_late) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "Hi");
  const auto id = world.store->rows.inbox.begin()->first;
  world.finish_turns();
  ASSERT_TRUE(all_done(world));
  auto event = std::make_shared<channel::channel_event>(world.message("c1", "Hi").event);
  caf::anon_send(world.pump,
                 actors::committed_events{{{id, world.shop, world.account, world.time->now(), 0, event}}});
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), SizeIs(1));
  EXPECT_EQ(world.node->metrics->queue_depth(monitoring::queue::pump).value(), 0);
}

// --- refusals ---------------------------------------------------------------------------------------

TEST(conversation, takes_a_refusal_back_to_the_model_once) {
  shop_world world;
  world.model->answers = {
      calls({{"place_order", R"({"items":[{"sku":"B2","quantity":50}]})"}}, "Done, 50 pairs are yours!"),
      calls({{"place_order", R"({"items":[{"sku":"B2","quantity":5}]})"}}, "Only five are left.")};
  world.customer_says("c1", "50 pairs");
  world.finish_turns();
  ASSERT_THAT(world.model->asked, SizeIs(2));
  EXPECT_THAT(asked_text(world), HasSubstr("out_of_stock"));
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), testing::Not(HasSubstr("50 pairs are yours")));
  EXPECT_EQ(world.stock("B2"), 0);
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
}

TEST(conversation, gives_a_second_refusal_to_a_person) {
  shop_world world;
  world.model->always = [](const auto&) {
    return calls({{"place_order", R"({"items":[{"sku":"B2","quantity":50}]})"}}, "Yours!");
  };
  world.customer_says("c1", "50 pairs");
  world.finish_turns();
  EXPECT_THAT(world.model->asked, SizeIs(2));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_EQ(world.tasks("handover"), 1U);
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr(english(fixed_phrase::hand_over)));
  EXPECT_THAT(world.ai_texts().front(), testing::Not(HasSubstr("Yours!")));
}

TEST(conversation, refuses_a_price_that_changed_since_the_plan_showed_it) {
  shop_world world;
  world.customer_says("c1", "two");
  world.advance(1300ms);
  for (auto& [id, entry] : world.store->rows.products)
    if (entry.second.sku == "A1") {
      entry.second.price_minor = 1'600'000;
      entry.second.price_version = 2;
    }
  world.crash_desk(errc::unavailable);
  world.advance(300ms);
  world.model_answers(orders_two());
  world.model->answers = {says("The price is now NGN 16,000.00. Is that fine?")};
  world.finish_turns();
  world.model->always = [](const auto&) { return says("The price is now NGN 16,000.00. Is that fine?"); };
  world.finish_turns();
  EXPECT_THAT(world.orders(), IsEmpty());
  EXPECT_THAT(asked_text(world), HasSubstr("price_changed"));
  EXPECT_TRUE(all_done(world));
}

// --- the model does not answer ----------------------------------------------------------------------

TEST(conversation, replies_safely_once_in_an_outage_and_comes_back_afterwards) {
  shop_world world;
  world.model->always = [](const auto&) { return nothing(model_outcome::all_failed); };
  world.customer_says("c1", "Hi");
  world.finish_turns();
  world.customer_says("c1", "Hello?");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::safe_reply)));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_EQ(world.tasks("handover"), 1U);
  world.model->always = [](const auto&) { return says("I am here again."); };
  world.customer_says("c1", "Anybody?");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::safe_reply), "I am here again."));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
}

TEST(conversation, does_not_come_back_from_an_outage_when_a_person_took_the_chat) {
  for (const bool by_echo : {true, false}) {
    shop_world world;
    world.model->always = [](const auto&) { return nothing(model_outcome::all_failed); };
    world.customer_says("c1", "Hi");
    world.finish_turns();
    if (by_echo) world.person_types("c1", "Grace here");
    else world.command("c1", chat_command::take_over);
    world.run();
    world.model->always = [](const auto&) { return says("I am here again."); };
    world.customer_says("c1", "Anybody?");
    world.finish_turns();
    EXPECT_THAT(world.ai_texts(), SizeIs(1));
    EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  }
}

TEST(conversation, resumes_a_plan_that_was_made_on_the_way_back_from_an_outage) {
  shop_world world;
  world.model->answers = {nothing(model_outcome::all_failed), orders_two()};
  world.customer_says("c1", "Hi");
  world.finish_turns();
  world.customer_says("c1", "two");
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets) world.store->away = world.store->away || !set->orders.empty();
  };
  world.finish_turns();
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.start();
  world.finish_turns();
  EXPECT_THAT(world.orders(), SizeIs(1));
  ASSERT_THAT(world.ai_texts(), SizeIs(2));
  EXPECT_THAT(world.ai_texts().back(), HasSubstr("NGN 30,000.00"));
}

TEST(conversation, hands_over_when_the_model_declines) {
  shop_world world;
  world.model->answers.push_back(nothing(model_outcome::refused));
  world.customer_says("c1", "Hi");
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
}

TEST(conversation, logs_whose_turn_no_model_answered_and_none_of_its_words) {
  shop_world world{{.real_model = true}};
  world.customer_says("c1", "a secret wish");
  world.advance(1300ms);
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  world.outside->answer(http(400, R"({"error":{"message":"bad","type":"invalid_request_error"}})"));
  world.finish_turns();
  ASSERT_THAT(world.store->rows.conversations, SizeIs(1));
  const auto chat = world.store->rows.conversations.begin()->first;
  EXPECT_THAT(*world.logged, testing::Contains(testing::AllOf(
                                 HasSubstr(R"("event":"model_not_answering")"),
                                 HasSubstr(R"("business_id":")" + to_string(world.shop.value) + '"'),
                                 HasSubstr(R"("conversation_id":")" + to_string(chat.value) + '"'))));
  EXPECT_THAT(*world.logged, testing::Each(testing::Not(HasSubstr("secret wish"))));
}

TEST(conversation, waits_through_overload_without_handing_over_or_counting_a_try) {
  shop_world world;
  world.model->always = [](const auto&) { return nothing(model_outcome::overloaded); };
  world.customer_says("c1", "Hi");
  world.advance(60s);
  EXPECT_EQ(world.tasks("handover"), 0U);
  EXPECT_THAT(world.ai_texts(), IsEmpty());
  ASSERT_THAT(world.store->rows.inbox, SizeIs(1));
  EXPECT_EQ(world.store->rows.inbox.begin()->second.tries, 0);
  world.model->always = [](const auto&) { return says("Sorry for the wait."); };
  world.advance(20s);
  EXPECT_THAT(world.ai_texts(), ElementsAre("Sorry for the wait."));
}

// --- late, closed, old, unreadable ------------------------------------------------------------------

TEST(conversation, apologises_when_it_answers_late) {
  shop_world world;
  world.customer_says("c1", "Hi");
  world.advance(1300ms);
  world.jump(31min);
  world.model_answers(says("Yes."));
  world.run();
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::late_apology) + " Yes."));
}

TEST(conversation, gives_a_chat_whose_window_has_closed_to_a_person_without_a_reply) {
  shop_world world;
  world.customer_says("c1", "Hi");
  world.advance(1300ms);
  world.jump(25h);
  world.model_answers(says("Yes."));
  world.run();
  EXPECT_THAT(world.ai_texts(), IsEmpty());
  EXPECT_THAT(world.sender->rows, IsEmpty());
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_EQ(world.tasks("handover"), 1U);
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
}

TEST(conversation, stores_items_older_than_eight_days_without_a_turn_of_the_model) {
  shop_world world;
  auto old = world.message("c1", "long ago");
  old.event.provider_time -= std::chrono::hours{24 * 9};
  world.receive({old});
  world.finish_turns();
  EXPECT_THAT(world.model->asked, IsEmpty());
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::stored));
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("long ago"));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
}

TEST(conversation, says_that_it_cannot_read_a_picture_and_calls_a_person) {
  shop_world world;
  auto picture = world.message("c1", "");
  picture.event.attachments.push_back({"image", "https://cdn.example/1", "", "image/jpeg", ""});
  world.receive({picture});
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::unreadable_media)));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_THAT(world.model->asked, IsEmpty());
}

// --- the store --------------------------------------------------------------------------------------

struct troubled_store : testing::TestWithParam<memory_store::fate> {};

INSTANTIATE_TEST_SUITE_P(a_completing_commit, troubled_store,
                         testing::Values(memory_store::fate{storage::commit_outcome::refused, false},
                                         memory_store::fate{storage::commit_outcome::unavailable, false},
                                         memory_store::fate{storage::commit_outcome::in_doubt, false},
                                         memory_store::fate{storage::commit_outcome::in_doubt, true}),
                         [](const auto& one) {
                           return std::string{to_string(one.param.outcome)} +
                                  (one.param.applied ? "_but_done" : "");
                         });

TEST_P(troubled_store, leaves_one_reply_and_one_turn) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  bool hit = false;
  world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
    if (hit || sets.front()->turns.empty()) return std::nullopt;
    hit = true;
    return GetParam();
  };
  world.customer_says("c1", "Hi");
  world.advance(5s);
  EXPECT_TRUE(hit);
  EXPECT_THAT(world.ai_texts(), ElementsAre("Yes."));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
  EXPECT_TRUE(all_done(world));
  EXPECT_EQ(world.node->metrics->queue_depth(monitoring::queue::pump).value(), 0);
}

TEST(conversation, asks_the_models_in_its_businesss_own_order) {
  for (const bool has_one : {true, false}) {
    shop_world world;
    if (has_one) world.store->rows.businesses[world.shop].settings = R"({"models":["anthropic","openai"]})";
    world.model->always = [](const auto&) { return says("Yes."); };
    world.customer_says("c1", "Hi");
    world.finish_turns();
    ASSERT_THAT(world.model->asked, SizeIs(1));
    const auto& preferred = world.model->asked.front().preferred;
    ASSERT_EQ(preferred != nullptr, has_one);
    if (has_one) {
      EXPECT_THAT(*preferred, ElementsAre("anthropic", "openai"));
    }
  }
}

TEST(conversation, stays_down_when_it_is_fenced) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "Hi");
  world.store->before_commit = [](memory_store::batch) {
    return memory_store::fate{storage::commit_outcome::fenced, false};
  };
  world.advance(30s);
  EXPECT_EQ(world.fenced, 1);
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_THAT(world.store->rows.inbox, SizeIs(1));
}

}  // namespace
}  // namespace sellavie::test
