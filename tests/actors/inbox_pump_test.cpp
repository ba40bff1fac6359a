// What is on the way at any moment. The registry is a stub that keeps what it is given.

#include "actors/inbox_pump.hpp"

#include <gmock/gmock.h>

#include <numeric>

#include "protocol/channel/lane.hpp"
#include "protocol/channel/stored_event.hpp"
#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

struct of {
  std::string customer = "c";
  std::optional<business_id> business = std::nullopt;
};

struct inbox_pump : testing::Test {
  shop_world world;
  std::vector<inbox_id> given;
  actors::inbox_pump_actor pump;

  void start(std::size_t window) {
    start(actors::pump_limits{.window = window, .per_business = window, .per_customer = window});
  }
  void start(actors::pump_limits limits) {
    caf::anon_send_exit(world.pump, caf::exit_reason::kill);
    world.run();
    const auto sink = world.system->spawn(
        [](actors::delivery_sink::pointer,
           std::vector<inbox_id>* to) -> actors::delivery_sink::behavior_type {
          return {[to](const actors::delivery& one) { to->push_back(one.id); }};
        },
        &given);
    const actors::services_ptr node = world.node;
    pump = world.keep(world.system->spawn(actors::inbox_pump, node, world.keep(sink), limits));
    caf::anon_send(pump, actors::poll_atom::value);
    world.run();
  }
  actors::routed_event event(const of& whose) {
    auto one = world.message(whose.customer, "Hi");
    one.business = whose.business.value_or(world.shop);
    return one;
  }
  void store(inbox_id id, std::int16_t deaths = 0) { store(id, of{}, deaths); }
  void store(inbox_id id, const of& whose, std::int16_t deaths = 0) {
    crypto::body_cipher bodies{*world.node->secrets};
    crypto::gcm_nonce nonce{};
    nonce[0] = static_cast<std::uint8_t>(id);
    nonce[1] = static_cast<std::uint8_t>(id >> 8);
    const auto one = event(whose);
    const auto payload = bodies.seal(nonce, std::to_string(id), channel::store_event(one.event));
    world.store->rows.inbox[id] = {.id = id,
                                   .business = one.business,
                                   .connection = one.connection,
                                   .accepted_at = world.time->now(),
                                   .deaths = deaths,
                                   .payload = payload,
                                   .lane = channel::lane_of(one.connection, one.event)};
  }
  /// As the writer tells of it; `accept` also stores it.
  void offer(std::vector<inbox_id> ids, const of& whose = {}) {
    actors::committed_events events;
    for (const inbox_id id : ids) {
      const auto one = event(whose);
      events.deliveries.push_back({id, one.business, one.connection, world.time->now(), 0,
                                   std::make_shared<channel::channel_event>(one.event), 0});
    }
    caf::anon_send(pump, std::move(events));
  }
  void accept(std::vector<inbox_id> ids, const of& whose = {}) {
    for (const inbox_id id : ids) store(id, whose);
    offer(std::move(ids), whose);
    world.run();
  }
  void finish(std::vector<inbox_id> ids) {
    for (const inbox_id id : ids) world.store->rows.inbox.erase(id);
    caf::anon_send(pump, actors::deliveries_finished{std::move(ids)});
  }
};

TEST_F(inbox_pump, hands_on_what_the_writer_committed) {
  start(8);
  offer({1, 2});
  world.run();
  EXPECT_THAT(given, ElementsAre(1, 2));
}

TEST_F(inbox_pump, never_has_more_on_the_way_than_its_window) {
  start(4);
  for (inbox_id id = 1; id <= 10; ++id) store(id);
  offer({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  world.advance(2s);
  EXPECT_THAT(given, SizeIs(4));
  finish({1, 2});
  world.run();
  EXPECT_THAT(given, SizeIs(6));
}

TEST_F(inbox_pump, keeps_its_window_when_fresh_events_come_during_a_poll) {
  start(4);
  for (inbox_id id = 1; id <= 8; ++id) store(id);
  caf::anon_send(pump, actors::poll_atom::value);
  offer({5, 6, 7, 8});
  world.run();
  EXPECT_THAT(given, SizeIs(4));
}

TEST_F(inbox_pump, works_off_a_backlog_by_polls) {
  start(4);
  for (inbox_id id = 1; id <= 10; ++id) store(id);
  world.advance(600ms);
  for (int round = 0; round < 5 && given.size() < 10; ++round) {
    const auto on_the_way = given;
    finish(on_the_way);
    world.advance(600ms);
  }
  EXPECT_THAT(given, UnorderedElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST_F(inbox_pump, finds_a_lower_id_that_was_committed_later) {
  start(8);
  store(10);
  world.advance(600ms);
  store(5);
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(10, 5));
}

TEST_F(inbox_pump, delivers_once_when_a_poll_and_the_writer_show_the_same_row) {
  start(8);
  store(1);
  store(2);
  caf::anon_send(pump, actors::poll_atom::value);
  offer({1});
  world.run();
  offer({2});
  world.run();
  EXPECT_THAT(given, UnorderedElementsAre(1, 2));
}

TEST_F(inbox_pump, does_not_offer_what_was_finished_while_it_polled) {
  start(8);
  accept({1});
  ASSERT_THAT(given, ElementsAre(1));
  // The look shows row 1 as the table had it, and is handled after the row is gone.
  caf::anon_send(pump, actors::poll_atom::value);
  caf::anon_send(pump, actors::deliveries_finished{{1}});
  world.store->after_look = [&] { world.store->rows.inbox.erase(1); };
  world.run();
  EXPECT_THAT(given, ElementsAre(1));
  accept({2});
  EXPECT_THAT(given, ElementsAre(1, 2)) << "nothing of its lane is waited for";
}

TEST_F(inbox_pump, forgets_what_a_dead_supervisor_held_and_finds_it_again) {
  start(8);
  store(1);
  world.advance(600ms);
  caf::anon_send(pump, actors::deliveries_dropped{world.shop});
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(1, 1));
}

TEST_F(inbox_pump, polls_again_after_the_store_came_back) {
  start(8);
  store(1);
  world.store->away = true;
  world.advance(2s);
  EXPECT_THAT(given, IsEmpty());
  world.store->away = false;
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(1));
}

TEST_F(inbox_pump, runs_a_suspect_only_while_nothing_else_runs) {
  start(8);
  store(1);
  world.advance(600ms);
  store(2, 3);
  store(3, 3);
  store(4);
  offer({4});
  world.advance(600ms);
  ASSERT_THAT(given, UnorderedElementsAre(1, 4));
  finish({1, 4});
  world.advance(600ms);
  EXPECT_THAT(given, UnorderedElementsAre(1, 4, 2));
  EXPECT_TRUE(world.store->rows.inbox.at(2).alone);
  store(5);
  offer({5});
  world.advance(600ms);
  EXPECT_THAT(given, UnorderedElementsAre(1, 4, 2));
  finish({2});
  world.advance(600ms);
  EXPECT_THAT(given, UnorderedElementsAre(1, 4, 2, 3));
  finish({3});
  world.advance(600ms);
  EXPECT_THAT(given, UnorderedElementsAre(1, 4, 2, 3, 5));
}

TEST_F(inbox_pump, takes_one_death_for_bad_luck_and_two_for_a_suspect) {
  start(8);
  accept({10}, {"busy"});
  store(1, {"unlucky"}, 1);
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(10, 1));
  EXPECT_FALSE(world.store->rows.inbox.at(1).alone);
  store(2, {"suspect"}, 2);
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(10, 1));
  finish({10, 1});
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(10, 1, 2));
  EXPECT_TRUE(world.store->rows.inbox.at(2).alone);
}

TEST_F(inbox_pump, does_not_let_a_steady_stream_starve_a_suspect) {
  start(8);
  store(1, 3);
  offer({10});
  for (inbox_id id = 11; id < 40; ++id) {
    store(id);
    offer({id});
    world.advance(100ms);
    const auto on_the_way = given;
    if (std::find(given.begin(), given.end(), 1) != given.end()) break;
    finish({on_the_way.begin(), on_the_way.end()});
    world.advance(50ms);
  }
  EXPECT_THAT(given, testing::Contains(1));
}

TEST_F(inbox_pump, runs_no_suspect_that_it_could_not_mark) {
  start(8);
  world.store->before_commit = [](memory_store::batch) {
    return memory_store::fate{storage::commit_outcome::unavailable, false};
  };
  store(2, 3);
  world.advance(600ms);
  EXPECT_THAT(given, IsEmpty());
  world.store->before_commit = nullptr;
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(2));
}

TEST_F(inbox_pump, runs_nobody_beside_a_mark_that_may_be_there_and_takes_it_back_first) {
  start(8);
  bool is_first = true;
  world.store->before_commit = [&](memory_store::batch) {
    using storage::commit_outcome;
    return std::exchange(is_first, false) ? memory_store::fate{commit_outcome::in_doubt, true}
                                          : memory_store::fate{commit_outcome::unavailable, false};
  };
  store(2, 3);
  world.advance(600ms);
  ASSERT_TRUE(world.store->rows.inbox.at(2).alone);
  caf::anon_send(pump, actors::deliveries_dropped{world.shop});
  accept({11}, {"elsewhere", world.other_shop});
  world.advance(2s);
  EXPECT_THAT(given, IsEmpty()) << "a death now would park a delivery that never ran";
  bool was_marked = true;
  world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
    for (const auto* set : sets)
      if (!set->inbox_alone.empty()) was_marked = world.store->rows.inbox.at(2).alone;
    return std::nullopt;
  };
  world.advance(600ms);
  EXPECT_FALSE(was_marked) << "it is marked anew when its turn comes";
  finish(given);
  world.advance(600ms);
  finish(given);
  EXPECT_THAT(given, UnorderedElementsAre(2, 11));
}

TEST_F(inbox_pump, takes_the_mark_of_a_suspect_back_when_its_business_hands_it_back) {
  start(8);
  store(2, 3);
  world.advance(600ms);
  ASSERT_THAT(given, ElementsAre(2));
  ASSERT_TRUE(world.store->rows.inbox.at(2).alone);
  caf::anon_send(pump, actors::deliveries_dropped{world.shop});
  accept({11}, {"elsewhere", world.other_shop});
  EXPECT_THAT(given, ElementsAre(2, 11));
  EXPECT_FALSE(world.store->rows.inbox.at(2).alone) << "a death that 11 causes would park 2";
}

TEST_F(inbox_pump, brings_with_a_suspect_what_its_stored_plan_needs) {
  start(8);
  for (inbox_id id = 1; id <= 3; ++id) store(id, 3);
  world.advance(600ms);
  ASSERT_THAT(given, ElementsAre(1));
  caf::anon_send(pump, actors::offer_together{{1, 3}});
  world.run();
  EXPECT_THAT(given, ElementsAre(1, 3));
  EXPECT_TRUE(world.store->rows.inbox.at(3).alone);
  finish({1, 3});
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(1, 3, 2));
}

TEST_F(inbox_pump, parks_a_body_that_cannot_be_opened_and_tells_a_person) {
  start(8);
  store(1);
  store(2);
  world.store->rows.inbox.at(1).payload = "written with another key";
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(2));
  EXPECT_TRUE(world.store->rows.parked.contains(1));
  EXPECT_EQ(world.tasks("parked"), 1U);
  EXPECT_EQ(world.node->metrics->parked().value(), 1);
}

TEST_F(inbox_pump, takes_nothing_new_while_the_node_is_draining) {
  start(8);
  caf::anon_send(pump, actors::drain_atom::value);
  store(1);
  offer({1});
  world.advance(2s);
  EXPECT_THAT(given, IsEmpty());
}

// --- shares ------------------------------------------------------------------------------------------

TEST_F(inbox_pump, leaves_room_for_others_beside_one_noisy_customer) {
  start({.window = 8, .per_business = 6, .per_customer = 2});
  std::vector<inbox_id> noise(1000);
  std::iota(noise.begin(), noise.end(), 1);
  accept(noise, {"noisy"});
  accept({2001, 2002}, {"quiet"});
  accept({2003}, {"elsewhere", world.other_shop});
  EXPECT_THAT(given, ElementsAre(1, 2, 2001, 2002, 2003));
}

TEST_F(inbox_pump, leaves_room_for_others_beside_one_noisy_business) {
  start({.window = 8, .per_business = 4, .per_customer = 2});
  for (inbox_id id = 1; id <= 100; ++id) accept({id}, {"c" + std::to_string(id)});
  accept({201}, {"elsewhere", world.other_shop});
  EXPECT_THAT(given, ElementsAre(1, 2, 3, 4, 201));
}

TEST_F(inbox_pump, finds_others_behind_a_noisy_backlog_after_a_start) {
  for (inbox_id id = 1; id <= 5000; ++id) store(id, {"noisy"});
  store(5001, {"quiet"});
  store(5002, {"elsewhere", world.other_shop});
  start({.window = 8, .per_business = 6, .per_customer = 2});
  EXPECT_THAT(given, UnorderedElementsAre(1, 2, 5001, 5002));
}

TEST_F(inbox_pump, keeps_a_customers_order_when_it_is_over_its_share) {
  start({.window = 8, .per_business = 8, .per_customer = 2});
  accept({1, 2, 3, 4});
  finish({1});
  accept({5, 6});
  for (int round = 0; round < 6; ++round) {
    const auto on_the_way = given;
    finish(on_the_way);
    world.run();
  }
  EXPECT_THAT(given, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(inbox_pump, lets_no_fresh_message_pass_one_that_is_being_read) {
  start({.window = 8, .per_business = 8, .per_customer = 2});
  accept({1, 2, 3});
  finish({1, 2});
  offer({4});
  store(4);
  world.run();
  EXPECT_THAT(given, ElementsAre(1, 2, 3, 4));
}

TEST_F(inbox_pump, gives_the_free_places_to_businesses_in_turn) {
  start({.window = 4, .per_business = 4, .per_customer = 4});
  accept({1, 2, 3, 4, 5, 6, 7, 8}, {"noisy"});
  accept({11, 12, 13}, {"elsewhere", world.other_shop});
  finish({1, 2});
  world.run();
  EXPECT_THAT(given, ElementsAre(1, 2, 3, 4, 5, 11));
}

// --- businesses that hand their deliveries back --------------------------------------------------------

TEST_F(inbox_pump, gives_the_places_of_a_resting_business_to_others_and_its_deliveries_come_later_in_order) {
  start({.window = 4, .per_business = 4, .per_customer = 4});
  accept({1, 2, 3, 4, 5});
  accept({11, 12}, {"elsewhere", world.other_shop});
  ASSERT_THAT(given, ElementsAre(1, 2, 3, 4));
  caf::anon_send(pump, actors::deliveries_dropped{world.shop});
  world.run();
  EXPECT_THAT(given, ElementsAre(1, 2, 3, 4, 11, 12));
  finish({11, 12});
  accept({6});
  EXPECT_THAT(given, SizeIs(6)) << "it rests";
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(1, 2, 3, 4, 11, 12, 1, 2, 3, 4));
}

TEST_F(inbox_pump, lets_a_business_rest_longer_each_time_until_something_of_it_is_finished) {
  start(8);
  accept({1});
  const auto rests = [&](milliseconds most) {
    const auto before = given.size();
    caf::anon_send(pump, actors::deliveries_dropped{world.shop});
    caf::anon_send(pump, actors::deliveries_dropped{world.shop});
    milliseconds rested{0};
    for (; given.size() == before && rested < most; rested += 100ms) world.advance(100ms);
    return rested;
  };
  EXPECT_EQ(rests(20s), 500ms);
  EXPECT_EQ(rests(20s), 1s);
  EXPECT_EQ(rests(20s), 2s);
  EXPECT_EQ(rests(20s), 4s);
  EXPECT_EQ(rests(20s), 8s);
  EXPECT_EQ(rests(20s), 8s);
  finish({1});
  accept({2});
  EXPECT_EQ(rests(20s), 500ms);
}

TEST_F(inbox_pump, is_not_stopped_by_a_suspect_of_a_business_that_rests) {
  start(8);
  accept({1});
  caf::anon_send(pump, actors::deliveries_dropped{world.shop});
  store(2, 3);
  caf::anon_send(pump, actors::poll_atom::value);
  world.run();
  accept({11}, {"elsewhere", world.other_shop});
  EXPECT_THAT(given, ElementsAre(1, 11));
}

// --- what an earlier incarnation left ---------------------------------------------------------------------

TEST_F(inbox_pump, counts_what_an_earlier_incarnation_left_before_it_hands_it_on) {
  store(1);
  store(2);
  start({.window = 8, .per_business = 8, .per_customer = 1});
  ASSERT_THAT(given, ElementsAre(1));
  EXPECT_EQ(world.store->rows.inbox.at(1).deaths, 1);
  EXPECT_EQ(world.store->rows.inbox.at(2).deaths, 0);
  caf::anon_send(pump, actors::deliveries_dropped{world.shop});
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(1, 1));
  EXPECT_EQ(world.store->rows.inbox.at(1).deaths, 1) << "once in each incarnation";
}

TEST_F(inbox_pump, hands_on_nothing_behind_a_delivery_that_it_could_not_count) {
  world.store->before_commit = [](memory_store::batch) {
    return memory_store::fate{storage::commit_outcome::unavailable, false};
  };
  store(1);
  const inbox_id own = (world.incarnation << 32U) + 1;
  store(own);
  start(8);
  EXPECT_THAT(given, IsEmpty());
  world.store->before_commit = nullptr;
  world.advance(600ms);
  EXPECT_THAT(given, ElementsAre(1, own));
}

}  // namespace
}  // namespace sellavie::test
