// Business -> supervisor, also when the supervisor dies.

#include "actors/tenant_registry.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct tenant_registry : testing::Test {
  shop_world world;
  caf::actor_addr supervisor;
  std::vector<caf::actor_addr> orphans;

  tenant_registry() {
    world.model->always = [](const auto&) { return says("Yes."); };
    auto make = world.children->orders;
    world.children->orders = [this, make](caf::scheduled_actor& parent, actors::services_ptr node,
                                          actors::tenant_ptr business) {
      supervisor = parent.address();
      return make(parent, std::move(node), std::move(business));
    };
  }
  void kill_supervisor() {
    world.end(caf::actor_cast<caf::strong_actor_ptr>(supervisor), errc::internal);
    world.run();
  }
};

TEST_F(tenant_registry, keeps_one_supervisor_for_all_chats_of_a_business) {
  int desks = 0;
  auto make = world.children->orders;
  world.children->orders = [&](caf::scheduled_actor& parent, actors::services_ptr node,
                               actors::tenant_ptr business) {
    ++desks;
    return make(parent, std::move(node), std::move(business));
  };
  for (int i = 0; i < 5; ++i) world.customer_says("c" + std::to_string(i), "Hi");
  world.finish_turns();
  EXPECT_EQ(desks, 1);
  EXPECT_THAT(world.ai_texts(), SizeIs(5));
}

TEST_F(tenant_registry, finds_in_the_table_what_a_dead_supervisor_held) {
  world.customer_says("c1", "Hi");
  world.customer_says("c2", "Hi");
  kill_supervisor();
  world.advance(10s);
  EXPECT_THAT(world.ai_texts(), SizeIs(2));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(tenant_registry, leaves_no_orphans_of_a_dead_supervisor) {
  world.customer_says("c1", "Hi");
  ASSERT_THAT(world.conversations, SizeIs(1));
  const auto old = world.conversations.front();
  kill_supervisor();
  bool down = false;
  world.system->spawn([&down, old](caf::event_based_actor* self) {
    self->request(old, caf::infinite, actors::command_chat{})
        .then([](const actors::chat_commanded&) {}, [&down](const caf::error&) { down = true; });
  });
  world.run();
  EXPECT_TRUE(down) << "the old conversation still answers";
}

TEST_F(tenant_registry, refuses_commands_while_a_business_rests_after_a_crash) {
  world.customer_says("c1", "Hi");
  world.finish_turns();
  kill_supervisor();
  const auto asked = world.command("c1", actors::chat_command::take_over);
  world.run();
  ASSERT_TRUE(asked->failure);
  EXPECT_EQ(*asked->failure, errc::unavailable);
  world.advance(2s);
  world.customer_says("c1", "Hi again");
  world.finish_turns();
  const auto again = world.command("c1", actors::chat_command::take_over);
  world.run();
  EXPECT_TRUE(again->answer);
}

TEST_F(tenant_registry, tells_the_desk_that_reservations_ended) {
  world.model->always = [](const auto&) {
    return calls({{"place_order", R"({"items":[{"sku":"A1","quantity":3}]})"}}, "Fine.");
  };
  world.customer_says("c1", "three");
  world.finish_turns();
  ASSERT_EQ(world.stock("A1"), 17);
  world.jump(std::chrono::minutes{31});
  caf::anon_send(world.registry, actors::reservations_ended{{world.shop}});
  world.run();
  EXPECT_EQ(world.stock("A1"), 20);
  EXPECT_EQ(world.orders().front().status, "cancelled");
}

TEST_F(tenant_registry, wakes_the_sender_of_an_account_with_rows_from_an_earlier_run) {
  int senders = 0;
  auto make = world.children->sender;
  world.children->sender = [&](caf::scheduled_actor& parent, actors::services_ptr node,
                               actors::tenant_ptr business, connection_id account,
                               actors::outbox_sender_parent above) {
    ++senders;
    return make(parent, std::move(node), std::move(business), account, std::move(above));
  };
  caf::anon_send(world.registry, actors::wake_account{world.shop, world.account});
  world.run();
  EXPECT_EQ(senders, 1);
}

}  // namespace
}  // namespace sellavie::test
