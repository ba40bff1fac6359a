// A person's commands while their chat's business loads, or their chat stops or comes back.

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

struct tenant_commands : testing::Test {
  shop_world world;
  using what = actors::chat_command;
  using asked = std::shared_ptr<asked_person>;

  tenant_commands() {
    world.model->always = [](const auto&) { return says("Yes."); };
  }
  void have_a_quiet_chat() {
    world.customer_says("c1", "Hi");
    world.finish_turns();
    ASSERT_THAT(world.conversations, SizeIs(1));
  }
  static void expect_refused(const asked& one, errc why) {
    ASSERT_TRUE(one->failure) << (one->answer ? "was carried out" : "was never answered");
    EXPECT_EQ(*one->failure, why);
  }
};

TEST_F(tenant_commands, carries_out_a_takeover_that_comes_while_the_business_loads) {
  const auto one = world.command("c1", what::take_over);
  world.run();
  ASSERT_TRUE(one->answer);
  EXPECT_EQ(one->answer->owner, storage::chat_owner::person);
}

// At each step between "may I stop?" and the end.
TEST(tenant_commands_race, a_takeover_that_races_passivation_is_carried_out) {
  std::size_t most_spawned = 0;
  for (int step = 0; step < 12; ++step) {
    shop_world world;
    world.model->always = [](const auto&) { return says("Yes."); };
    world.customer_says("c1", "Hi");
    world.finish_turns();
    for (int i = 0; i < 2; ++i) {
      caf::anon_send(world.conversations.back(), actors::idle_atom::value);
      if (i == 0) world.run();
    }
    int left = step;
    world.run_until([&] { return left-- == 0; });
    const auto one = world.command("c1", actors::chat_command::take_over);
    world.run();
    ASSERT_TRUE(one->answer) << "after " << step << " steps";
    EXPECT_EQ(world.chat("c1").owner, storage::chat_owner::person);
    most_spawned = std::max(most_spawned, world.conversations.size());
  }
  EXPECT_EQ(most_spawned, 2U) << "it did stop";
}

TEST_F(tenant_commands, carries_out_a_takeover_that_comes_while_its_conversation_is_brought_back) {
  have_a_quiet_chat();
  world.crash_conversations(errc::unavailable);
  world.run();
  const auto one = world.command("c1", what::take_over);
  world.run();
  ASSERT_FALSE(one->answer || one->failure) << "it waits for the restart";
  world.advance(2s);
  ASSERT_TRUE(one->answer);
  EXPECT_EQ(world.chat("c1").owner, storage::chat_owner::person);
}

TEST_F(tenant_commands, answers_with_an_error_when_the_conversation_dies_on_a_command) {
  have_a_quiet_chat();
  world.store->before_commit = [](memory_store::batch) {
    return memory_store::fate{storage::commit_outcome::in_doubt, false};
  };
  const auto one = world.command("c1", what::take_over);
  world.run();
  EXPECT_TRUE(one->failure);
}

TEST_F(tenant_commands, lets_no_more_than_its_share_wait_for_one_chat) {
  have_a_quiet_chat();
  world.crash_conversations(errc::unavailable);
  world.run();
  std::vector<asked> all;
  for (int i = 0; i < 9; ++i) all.push_back(world.command("c1", what::take_over));
  world.run();
  expect_refused(all.back(), errc::overloaded);
  all.pop_back();
  world.advance(2s);
  for (const auto& one : all) EXPECT_TRUE(one->answer);
  const auto later = world.command("c1", what::return_to_ai);
  world.run();
  EXPECT_TRUE(later->answer);
}

TEST_F(tenant_commands, lets_no_more_than_its_share_wait_for_one_business) {
  for (const char* customer : {"c1", "c2", "c3", "c4", "c5"}) world.customer_says(customer, "Hi");
  world.finish_turns();
  world.crash_conversations(errc::unavailable);
  world.run();
  std::vector<asked> all;
  for (const char* customer : {"c1", "c2", "c3", "c4"})
    for (int i = 0; i < 8; ++i) all.push_back(world.command(customer, what::take_over));
  const auto one_too_many = world.command("c5", what::take_over);
  world.run();
  expect_refused(one_too_many, errc::overloaded);
  world.advance(2s);
  for (const auto& one : all) EXPECT_TRUE(one->answer);
}

TEST_F(tenant_commands, answers_unavailable_when_the_business_cannot_be_loaded) {
  world.store->away = true;
  const auto first = world.command("c1", what::take_over);
  world.run();
  expect_refused(first, errc::unavailable);
  const auto between = world.command("c1", what::take_over);
  world.run();
  expect_refused(between, errc::unavailable);
  world.store->away = false;
  world.advance(1s);
  const auto after = world.command("c1", what::take_over);
  world.run();
  EXPECT_TRUE(after->answer);
}

TEST_F(tenant_commands, answers_unavailable_when_nobody_can_tell_what_a_dead_conversation_left) {
  have_a_quiet_chat();
  world.store->away = true;
  world.crash_conversations(errc::unavailable);
  const auto one = world.command("c1", what::take_over);
  world.advance(1s);
  expect_refused(one, errc::unavailable);
}

TEST_F(tenant_commands, knows_no_chat_of_an_account_that_the_business_does_not_have) {
  have_a_quiet_chat();
  world.account = world.other_account;
  const auto one = world.command("c1", what::take_over);
  world.run();
  expect_refused(one, errc::not_found);
}

}  // namespace
}  // namespace sellavie::test
