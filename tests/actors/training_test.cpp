// What a business taught its AI, in turns: keywords that hand over, and versions that are published while chats run.

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using storage::chat_owner;
using storage::turn_outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

void teach(shop_world& world, std::int32_t version, const std::string& content) {
  auto& business = world.store->rows.businesses.at(world.shop);
  business.training_version = version;
  business.training = content;
}

/// What the API does after it has published.
std::shared_ptr<bool> publish(shop_world& world, std::int32_t version, const std::string& content) {
  teach(world, version, content);
  auto told = std::make_shared<bool>(false);
  world.system->spawn([told, to = world.registry, shop = world.shop](caf::event_based_actor* self) {
    self->request(to, caf::infinite, actors::training_published{shop})
        .then([told](const actors::training_taken&) { *told = true; });
  });
  return told;
}

std::vector<std::int32_t> versions(const shop_world& world) {
  std::vector<std::int32_t> found;
  for (const auto& [key, row] : world.store->rows.turns) found.push_back(row.training_version);
  return found;
}

constexpr const char* with_keywords =
    R"({"hand_over":{"keywords":["refund"],"topics":["complaints"]},"forbidden_topics":["politics"]})";

TEST(training, hands_a_keyword_over_without_asking_a_model) {
  shop_world world;
  teach(world, 3, with_keywords);
  world.customer_says("c1", "I want my REFUND!");
  world.finish_turns();
  EXPECT_THAT(world.model->asked, IsEmpty());
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::hand_over)));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_THAT(world.chat("c1").handover_reason, HasSubstr("refund"));
  EXPECT_EQ(world.tasks("handover"), 1U);
  EXPECT_THAT(versions(world), ElementsAre(0)) << "nobody was taught it";
  EXPECT_TRUE(all_done(world));
}

TEST(training, finds_a_keyword_in_any_message_of_a_gathering) {
  shop_world world;
  teach(world, 1, with_keywords);
  for (const char* text : {"Hi", "about that refund", "thanks"}) world.customer_says("c1", text);
  world.finish_turns();
  EXPECT_THAT(world.model->asked, IsEmpty());
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
}

TEST(training, asks_the_model_about_everything_else_and_tells_it_of_the_topics) {
  shop_world world;
  teach(world, 1, with_keywords);
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "was my cousin refunded?");
  world.finish_turns();
  ASSERT_THAT(world.model->asked, SizeIs(1));
  const auto& system = world.model->asked.front().with_tools->system;
  EXPECT_THAT(system, HasSubstr("<forbidden_topics>\n* politics\n"));
  EXPECT_THAT(system, HasSubstr("<hand_over_topics>\n* complaints\n"));
}

TEST(training, leaves_a_chat_alone_that_a_person_has) {
  shop_world world;
  teach(world, 1, with_keywords);
  world.command("c1", actors::chat_command::take_over);
  world.finish_turns();
  world.customer_says("c1", "refund");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), IsEmpty());
}

TEST(training, reaches_the_next_turn_of_a_chat_that_runs_and_leaves_the_desk_alone) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "one");
  world.finish_turns();
  const auto desk = world.desk;
  const auto told = publish(world, 2, R"({"tone":"icy"})");
  world.advance(1s);
  EXPECT_TRUE(*told);
  EXPECT_EQ(world.desk, desk) << "orders go on";
  world.customer_says("c1", "two");
  world.finish_turns();
  EXPECT_THAT(world.model->asked.back().with_tools->system, HasSubstr("icy"));
  EXPECT_THAT(versions(world), testing::UnorderedElementsAre(0, 2));
}

TEST(training, of_a_turn_is_the_one_that_it_began_with) {
  shop_world world;
  teach(world, 1, R"({"tone":"warm"})");
  world.customer_says("c1", "one");
  world.advance(2s);
  ASSERT_THAT(world.model->asked, SizeIs(1));
  publish(world, 2, R"({"tone":"icy"})");
  world.advance(1s);
  world.model_answers(
      calls({{"place_order", R"({"items":[{"sku":"none","quantity":1}]})"}}, "Happy to help."));
  world.run();
  world.advance(1s);
  ASSERT_THAT(world.model->asked, SizeIs(2)) << "the refusal goes back to the model";
  EXPECT_THAT(world.model->asked.back().with_tools->system, Not(HasSubstr("icy")));
  world.model_answers(says("Sorry."));
  world.finish_turns();
  EXPECT_THAT(versions(world), ElementsAre(1));
}

TEST(training, is_answered_although_the_store_is_away_and_taken_when_it_is_back) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "one");
  world.finish_turns();
  world.store->away = true;
  const auto told = publish(world, 2, R"({"tone":"icy"})");
  world.advance(1s);
  EXPECT_TRUE(*told);
  world.store->away = false;
  world.advance(6s);
  world.customer_says("c1", "two");
  world.finish_turns();
  EXPECT_THAT(world.model->asked.back().with_tools->system, HasSubstr("icy"));
}

TEST(training, published_twice_at_once_ends_with_the_later_one) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "one");
  world.finish_turns();
  const auto first = publish(world, 2, R"({"tone":"icy"})");
  const auto second = publish(world, 3, R"({"tone":"sunny"})");
  world.advance(1s);
  EXPECT_TRUE(*first && *second);
  world.customer_says("c1", "two");
  world.finish_turns();
  EXPECT_THAT(world.model->asked.back().with_tools->system, HasSubstr("sunny"));
}

TEST(training, of_a_business_that_sleeps_is_answered_at_once) {
  shop_world world;
  const auto told = publish(world, 2, R"({"tone":"icy"})");
  world.run();
  EXPECT_TRUE(*told);
}

}  // namespace
}  // namespace sellavie::test
