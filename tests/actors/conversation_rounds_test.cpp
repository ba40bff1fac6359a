// What of a model's answer reaches the customer, and the two rounds of a turn.

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using storage::turn_outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// Everything that was handed to the channel, as it is on the wire.
std::string outgoing(const shop_world& world) {
  std::string all;
  for (const auto& row : world.sender->rows) all += row.body + '\n';
  return all;
}

// --- what the model may not state -------------------------------------------------------------------

TEST(conversation, lets_no_false_price_of_the_model_reach_the_customer) {
  shop_world world;
  world.model->answers.push_back(says("It costs NGN 1.00 today. Product A1 is NGN 15,000.00 each."));
  world.customer_says("c1", "How much?");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre("Product A1 is NGN 15,000.00 each."));
  EXPECT_THAT(outgoing(world), Not(HasSubstr("1.00")));
}

TEST(conversation, lets_no_foreign_link_of_the_model_reach_the_customer) {
  shop_world world;
  world.model->answers.push_back(says("Pay at https://evil.example/pay now. We have it in blue."));
  world.customer_says("c1", "Where can I pay?");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre("We have it in blue."));
  EXPECT_THAT(outgoing(world), Not(HasSubstr("evil")));
}

TEST(conversation, drops_false_claims_beside_an_action_too) {
  shop_world world;
  world.model->answers.push_back(
      calls({{"place_order", two_pieces}}, "Done, NGN 1.00 in total! You get 50% discount. Thank you."));
  world.customer_says("c1", "Two please");
  world.finish_turns();
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("Thank you."));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("NGN 30,000.00"));
  for (const char* lie : {"1.00", "50%"}) EXPECT_THAT(outgoing(world), Not(HasSubstr(lie)));
}

TEST(conversation, gives_a_chat_of_which_only_false_claims_are_left_to_a_person) {
  shop_world world;
  world.model->answers.push_back(says("It costs NGN 1.00. See https://evil.example for more."));
  world.customer_says("c1", "How much?");
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::hand_over)));
}

// --- actions that could not be read -----------------------------------------------------------------

TEST(conversation, tells_the_model_once_that_its_action_could_not_be_read) {
  shop_world world;
  world.model->answers = {calls({{"place_order", "{broken"}}, "Done, both are yours!"), says("Which size?")};
  world.customer_says("c1", "Two please");
  world.finish_turns();
  ASSERT_THAT(world.model->asked, SizeIs(2));
  EXPECT_THAT(asked_text(world), HasSubstr("bad_json"));
  EXPECT_THAT(world.ai_texts(), ElementsAre("Which size?"));
  EXPECT_THAT(outgoing(world), Not(HasSubstr("yours")));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
}

TEST(conversation, gives_a_second_action_that_could_not_be_read_to_a_person) {
  shop_world world;
  world.model->always = [](const auto&) {
    return calls({{"place_order", "{broken"}}, "Done, both are yours!");
  };
  world.customer_says("c1", "Two please");
  world.finish_turns();
  EXPECT_THAT(world.model->asked, SizeIs(2));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::hand_over)));
  EXPECT_THAT(world.orders(), IsEmpty());
}

// --- time, nonce, commits ---------------------------------------------------------------------------

TEST(conversation, gives_the_second_round_the_rest_of_the_one_deadline) {
  shop_world world;
  world.customer_says("c1", "50 pairs");
  world.advance(1300ms);
  ASSERT_THAT(world.model->asked, SizeIs(1));
  world.advance(3s);
  world.model_answers(calls({{"place_order", R"({"items":[{"sku":"B2","quantity":50}]})"}}, "Yours!"));
  world.run();
  ASSERT_THAT(world.model->asked, SizeIs(2));
  EXPECT_EQ(world.model->asked[1].deadline, world.model->asked[0].deadline);
}

TEST(conversation, tells_the_model_a_fresh_nonce_in_each_turn) {
  shop_world world{{.providers = {"local"}}};
  world.settings->llm.providers.find("local")->second.tools = false;
  world.model->always = [](const auto&) { return says("Yes."); };
  for (const char* customer : {"c1", "c1", "c2"}) {
    world.customer_says(customer, "Hi");
    world.finish_turns();
  }
  ASSERT_THAT(world.model->asked, SizeIs(3));
  std::set<std::string> nonces;
  for (const auto& asked : world.model->asked) nonces.insert(nonce_of(asked));
  EXPECT_THAT(nonces, SizeIs(3));
  for (const auto& nonce : nonces) EXPECT_GE(nonce.size(), 8U);
}

TEST(conversation, commits_a_turn_without_actions_at_once) {
  shop_world world;
  std::vector<storage::change_set> committed;
  world.model->answers.push_back(says("We have six yards."));
  world.customer_says("c1", "Do you have ankara?");
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets) committed.push_back(*set);
  };
  world.finish_turns();
  ASSERT_THAT(committed, SizeIs(1));
  const auto& turn = committed.front();
  ASSERT_THAT(turn.turns, SizeIs(1));
  EXPECT_TRUE(turn.turns.front().completed);
  EXPECT_THAT(turn.inbox_done, SizeIs(1));
  EXPECT_THAT(turn.messages, SizeIs(2));
  EXPECT_THAT(turn.outbox, SizeIs(1));
  EXPECT_THAT(turn.conversations, SizeIs(1));
}

}  // namespace
}  // namespace sellavie::test
