// What a customer was promised must reach the customer, however the rest of the turn goes.

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using storage::turn_outcome;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Two messages, a stored plan that answers both, and a second one that no poll shows.
struct awaited_delivery : testing::Test {
  shop_world world;
  inbox_id last = 0;

  awaited_delivery() {
    world.model->always = [](const auto&) { return orders_two(); };
    for (const char* text : {"Hi", "two"}) world.receive({world.message("c1", text)});
    world.run();
    world.store->after_commit = [&](memory_store::batch) { world.store->away = true; };
    world.advance(1300ms);
    world.store->after_commit = nullptr;
    world.kill();
    world.store->away = false;
    last = std::prev(world.store->rows.inbox.end())->first;
    world.store->unpolled.insert(last);
    world.start();
    world.finish_turns();
  }
};

TEST_F(awaited_delivery, that_is_parked_meanwhile_is_awaited_no_longer) {
  ASSERT_THAT(world.outcomes(), IsEmpty());
  world.store->rows.inbox.erase(last);
  world.advance(10s);
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_TRUE(all_done(world));
}

}  // namespace
}  // namespace sellavie::test
