// Children that die, and what becomes of what they held. Conversations are stubs that keep their
// deliveries, finish them or die on them, as the test says.

#include "actors/tenant_supervisor.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

enum class habit {
  keep,
  finish,
  /// Throws on a text of "poison", finishes everything else.
  choke,
  /// Ends with `unavailable` on "poison".
  stumble,
};

struct stub_script {
  habit now = habit::keep;
  /// In the order of arrival, of all incarnations.
  std::vector<std::string> seen;
  int spawned = 0;
};

actors::conversation_actor::behavior_type stub_conversation(actors::conversation_actor::pointer self,
                                                            std::shared_ptr<stub_script> script,
                                                            actors::services_ptr node,
                                                            actors::conversation_parent parent) {
  ++script->spawned;
  return {
      [=](const actors::delivery& one) {
        script->seen.push_back(one.event->text);
        if (script->now == habit::keep) return;
        if (one.event->text == "poison" && script->now == habit::choke) throw std::runtime_error("choked");
        if (one.event->text == "poison" && script->now == habit::stumble)
          return self->quit(make_error(errc::unavailable));
        auto changes = std::make_shared<storage::change_set>();
        changes->inbox_done.push_back(one.id);
        self->request(node->journal_of(one.business), caf::infinite, actors::commit_request{changes})
            .then([=, id = one.id](
                      const actors::commit_reply&) { self->send(parent, actors::deliveries_finished{{id}}); },
                  [](const caf::error&) {});
      },
      [](const actors::command_chat&) { return actors::chat_commanded{}; },
      [](const actors::tenant_ptr&) {},
      [](actors::gathered_atom, std::uint64_t) {},
      [=](actors::idle_atom) { self->send(parent, actors::stop_me{}); },
      [=](actors::planned_atom) {},
  };
}

struct tenant_supervisor : testing::Test {
  shop_world world;
  std::shared_ptr<stub_script> script = std::make_shared<stub_script>();

  tenant_supervisor() {
    world.children->conversation = [this](caf::scheduled_actor& parent,
                                          actors::conversation_dependencies with) {
      world.conversations.push_back(
          world.keep(parent.system().spawn(stub_conversation, script, with.node, with.parent)));
      return world.conversations.back();
    };
  }
  double on_the_way() const { return world.node->metrics->queue_depth(monitoring::queue::pump).value(); }
};

TEST_F(tenant_supervisor, offers_everything_unfinished_again_when_an_actor_dies_with_a_full_fifo) {
  for (int i = 0; i < 20; ++i) world.customer_says("c1", "m" + std::to_string(i));
  ASSERT_THAT(script->seen, SizeIs(20));
  script->seen.clear();
  script->now = habit::finish;
  world.crash_conversations(errc::unavailable);
  world.advance(2s);
  ASSERT_THAT(script->seen, SizeIs(20));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(script->seen[static_cast<std::size_t>(i)], "m" + std::to_string(i));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
  EXPECT_EQ(on_the_way(), 0);
  EXPECT_EQ(script->spawned, 2);
  EXPECT_EQ(world.node->metrics->respawns().value(), 1);
}

TEST_F(tenant_supervisor, does_not_offer_again_what_its_dead_actor_had_committed) {
  world.customer_says("c1", "one");
  world.customer_says("c1", "two");
  world.store->rows.inbox.erase(world.store->rows.inbox.begin());
  script->seen.clear();
  script->now = habit::finish;
  world.crash_conversations(errc::in_doubt);
  world.advance(2s);
  EXPECT_THAT(script->seen, ElementsAre("two"));
  EXPECT_EQ(on_the_way(), 0);
}

TEST_F(tenant_supervisor, parks_a_poison_delivery_after_five_tries_and_spares_the_innocents_behind_it) {
  script->now = habit::choke;
  world.receive(
      {world.message("c1", "poison"), world.message("c1", "innocent 1"), world.message("c1", "innocent 2")});
  world.customer_says("c2", "elsewhere");
  world.advance(60s);
  ASSERT_THAT(world.store->rows.parked, SizeIs(1));
  EXPECT_THAT(world.store->rows.parked.begin()->second,
              testing::StartsWith("handling failed 5 times, last: "));
  EXPECT_EQ(world.tasks("parked"), 1U);
  EXPECT_EQ(world.node->metrics->parked().value(), 1);
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
  EXPECT_EQ(std::count(script->seen.begin(), script->seen.end(), "poison"), 5);
  EXPECT_THAT(script->seen, Contains("innocent 1"));
  EXPECT_THAT(script->seen, Contains("innocent 2"));
  EXPECT_EQ(on_the_way(), 0);
}

TEST_F(tenant_supervisor, remembers_tries_over_a_restart) {
  script->now = habit::choke;
  world.customer_says("c1", "poison");
  world.advance(400ms);
  ASSERT_GT(world.store->rows.inbox.begin()->second.tries, 0);
  world.restart();
  world.advance(60s);
  EXPECT_EQ(std::count(script->seen.begin(), script->seen.end(), "poison"), 5);
  EXPECT_THAT(world.store->rows.parked, SizeIs(1));
}

TEST_F(tenant_supervisor, does_not_blame_what_came_after_the_death) {
  script->now = habit::choke;
  world.customer_says("c1", "poison");
  world.customer_says("c1", "later");
  for (const auto& [id, row] : world.store->rows.inbox) EXPECT_LE(row.tries, 1) << id;
  world.advance(60s);
  EXPECT_THAT(world.store->rows.parked, SizeIs(1));
  EXPECT_THAT(script->seen, Contains("later"));
}

TEST_F(tenant_supervisor, does_not_count_trouble_of_the_store) {
  script->now = habit::stumble;
  world.customer_says("c1", "poison");
  world.advance(60s);
  EXPECT_THAT(world.store->rows.parked, IsEmpty());
  EXPECT_EQ(world.store->rows.inbox.begin()->second.tries, 0);
  EXPECT_GT(script->spawned, 6);
}

TEST_F(tenant_supervisor, pauses_longer_after_each_failure) {
  script->now = habit::stumble;
  world.customer_says("c1", "poison");
  world.advance(5s);
  const int early = script->spawned;
  world.advance(60s);
  EXPECT_LE(early, 7);
  EXPECT_LE(script->spawned - early, 20);
}

TEST_F(tenant_supervisor, stops_an_idle_actor_and_spawns_it_again_for_a_message_that_came_meanwhile) {
  script->now = habit::finish;
  world.customer_says("c1", "one");
  world.advance(1s);
  caf::anon_send(world.conversations.back(), actors::idle_atom::value);
  world.receive({world.message("c1", "two")});
  world.advance(1s);
  caf::anon_send(world.conversations.back(), actors::idle_atom::value);
  world.run();
  world.customer_says("c1", "three");
  world.advance(1s);
  EXPECT_THAT(script->seen, ElementsAre("one", "two", "three"));
  EXPECT_GE(script->spawned, 2);
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(tenant_supervisor, does_not_stop_an_actor_that_still_holds_something) {
  world.customer_says("c1", "one");
  caf::anon_send(world.conversations.back(), actors::idle_atom::value);
  world.advance(1s);
  world.customer_says("c1", "two");
  EXPECT_EQ(script->spawned, 1);
  EXPECT_THAT(script->seen, ElementsAre("one", "two"));
}

TEST_F(tenant_supervisor, keeps_what_came_before_its_business_was_loaded) {
  script->now = habit::finish;
  world.store->rows.businesses[world.other_shop];
  const auto hidden = std::exchange(world.store->rows.businesses[world.shop], {});
  world.store->rows.businesses.erase(world.shop);
  world.customer_says("c1", "early");
  world.advance(1s);
  EXPECT_THAT(script->seen, IsEmpty());
  world.store->rows.businesses[world.shop] = hidden;
  world.advance(6s);
  EXPECT_THAT(script->seen, ElementsAre("early"));
}

TEST_F(tenant_supervisor, hands_back_what_came_to_a_business_that_cannot_be_loaded_and_keeps_its_order) {
  script->now = habit::finish;
  const auto hidden = world.store->rows.businesses.extract(world.shop);
  for (int i = 0; i < 40; ++i) {
    world.customer_says("c1", "m" + std::to_string(i));
    world.advance(200ms);
  }
  EXPECT_EQ(on_the_way(), 0) << "it holds no place";
  auto elsewhere = world.message("c1", "elsewhere");
  elsewhere.business = world.other_shop;
  elsewhere.connection = world.other_account;
  world.receive({elsewhere});
  world.advance(200ms);
  EXPECT_THAT(script->seen, ElementsAre("elsewhere"));
  script->seen.clear();
  world.store->rows.businesses[world.shop] = hidden.mapped();
  world.advance(30s);
  ASSERT_THAT(script->seen, SizeIs(40));
  for (int i = 0; i < 40; ++i) EXPECT_EQ(script->seen[static_cast<std::size_t>(i)], "m" + std::to_string(i));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(tenant_supervisor, lets_nothing_pass_what_it_handed_back) {
  script->now = habit::finish;
  const auto hidden = world.store->rows.businesses.extract(world.shop);
  // At each step of the hand-back another message comes, and the business can be loaded again.
  for (int step = 0; step < 30; ++step) {
    world.restart();
    world.store->rows.inbox.clear();
    world.store->rows.businesses.erase(world.shop);
    script->seen.clear();
    world.receive({world.message("c1", "one")});
    int left = step;
    world.run_until([&] { return left-- == 0; });
    world.receive({world.message("c1", "two")});
    left = step;
    world.run_until([&] { return left-- == 0; });
    world.store->rows.businesses[world.shop] = hidden.mapped();
    world.advance(10s);
    ASSERT_THAT(script->seen, ElementsAre("one", "two")) << "after " << step << " steps";
  }
}

// --- with the real children -----------------------------------------------------------------------------

TEST(supervised_shop, passivates_a_quiet_conversation_and_goes_on_with_its_history) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "one");
  world.finish_turns();
  world.advance(std::chrono::minutes{25}, 500ms);
  world.customer_says("c1", "two");
  world.finish_turns();
  EXPECT_THAT(world.conversations, SizeIs(2));
  EXPECT_THAT(world.ai_texts(), SizeIs(2));
  bool remembers = false;
  for (const auto& line : world.model->asked.back().with_tools->messages)
    remembers = remembers || line.text.find("one") != std::string::npos;
  EXPECT_TRUE(remembers);
}

TEST(supervised_shop, brings_everybody_through_a_crash_of_the_desk) {
  shop_world world;
  for (int i = 0; i < 5; ++i) world.customer_says("c" + std::to_string(i), "two please");
  world.advance(1300ms);
  ASSERT_THAT(world.model->held, SizeIs(5));
  world.model->always = [](const auto&) {
    return calls({{"place_order", R"({"items":[{"sku":"A1","quantity":2}]})"}}, "Fine.");
  };
  bool crashed = false;
  std::size_t counted_tries = 0;
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets) {
      counted_tries += set->inbox_tries.size();
      if (!crashed && !set->orders.empty()) {
        crashed = true;
        world.crash_desk();
      }
    }
  };
  for (int i = 0; i < 5; ++i) {
    world.model_answers(calls({{"place_order", R"({"items":[{"sku":"A1","quantity":2}]})"}}, "Fine."));
    world.run_until([&] { return !world.model->released; });
  }
  world.advance(10s);
  EXPECT_TRUE(crashed);
  EXPECT_THAT(world.orders(), SizeIs(5));
  EXPECT_EQ(world.stock("A1"), 10);
  EXPECT_THAT(world.ai_texts(), SizeIs(5));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
  EXPECT_EQ(counted_tries, 0U);
  EXPECT_EQ(world.tasks("parked"), 0U);
}

TEST(supervised_shop, answers_a_new_customer_right_after_the_desk_died) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "one");
  world.finish_turns();
  world.crash_desk();
  world.run();
  world.customer_says("c2", "two");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), SizeIs(2));
}

TEST(supervised_shop, looks_for_unannounced_rows_when_the_order_desk_died_and_after_no_other_desk) {
  shop_world world;
  actors::invoice_desk_actor invoices;
  world.children->invoices = [&](caf::scheduled_actor& parent, actors::services_ptr node,
                                 actors::tenant_ptr business) {
    invoices = world.keep(parent.system().spawn(actors::invoice_desk, std::move(node), std::move(business)));
    return invoices;
  };
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "one");
  world.finish_turns();
  ASSERT_TRUE(invoices);
  world.end(invoices, errc::internal);
  world.run();
  EXPECT_EQ(world.sender->looks, 0U);
  world.crash_desk();
  world.run();
  EXPECT_EQ(world.sender->looks, 1U);
}

TEST(supervised_shop, parks_a_turn_that_is_refused_again_and_again_and_answers_the_next_message) {
  shop_world world;
  world.model->always = [](const auto&) {
    return calls({{"place_order", R"({"items":[{"sku":"A1","quantity":1}]})"}}, "Fine.");
  };
  for (const char* text : {"Hi", "one", "please"}) world.receive({world.message("c1", text)});
  world.run();
  const auto first = world.store->rows.inbox.begin()->first;
  world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
    for (const auto* set : sets)
      if (std::find(set->inbox_done.begin(), set->inbox_done.end(), first) != set->inbox_done.end())
        return memory_store::refused();
    return std::nullopt;
  };
  world.advance(90s);
  EXPECT_THAT(world.store->rows.parked, SizeIs(3))
      << "a stored plan binds them: which one is bad cannot be told";
  EXPECT_THAT(world.orders(), SizeIs(1));
  world.customer_says("c1", "are you there?");
  world.advance(10s);
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
}

TEST(supervised_shop, resumes_the_plan_of_three_messages_after_a_handled_failure) {
  shop_world world;
  world.model->always = [](const auto&) {
    return calls({{"place_order", R"({"items":[{"sku":"A1","quantity":1}]})"}}, "Fine.");
  };
  for (const char* text : {"Hi", "one", "please"}) world.receive({world.message("c1", text)});
  int refusals = 1;
  world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
    for (const auto* set : sets)
      if (!set->inbox_done.empty() && refusals-- > 0) return memory_store::refused();
    return std::nullopt;
  };
  world.advance(10s);
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST(supervised_shop, shows_every_child_the_changed_business) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "one");
  world.finish_turns();
  world.store->rows.businesses.at(world.shop).training = R"({"tone":"icy"})";
  caf::anon_send(world.registry, actors::directory_changed{});
  world.advance(1s);
  world.customer_says("c1", "two");
  world.advance(5s);
  EXPECT_NE(world.model->asked.back().with_tools->system.find("icy"), std::string::npos);
}

TEST(supervised_shop, reads_nothing_when_another_business_changed) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "one");
  world.finish_turns();
  world.store->rows.businesses.at(world.shop).training = R"({"tone":"icy"})";
  caf::anon_send(world.registry, actors::directory_changed{{business_id{world.node->ids->next()}}});
  world.advance(1s);
  world.customer_says("c1", "two");
  world.advance(5s);
  EXPECT_EQ(world.model->asked.back().with_tools->system.find("icy"), std::string::npos);
  caf::anon_send(world.registry, actors::directory_changed{{world.shop}});
  world.advance(1s);
  world.customer_says("c1", "three");
  world.advance(5s);
  EXPECT_NE(world.model->asked.back().with_tools->system.find("icy"), std::string::npos);
}

TEST(supervised_shop, loads_a_change_that_came_while_the_store_was_away) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "one");
  world.finish_turns();
  world.store->rows.businesses.at(world.shop).training = R"({"tone":"icy"})";
  world.store->away = true;
  caf::anon_send(world.registry, actors::directory_changed{});
  world.advance(1s);
  world.store->away = false;
  world.advance(5s);
  world.customer_says("c1", "two");
  world.advance(5s);
  EXPECT_NE(world.model->asked.back().with_tools->system.find("icy"), std::string::npos);
}

}  // namespace
}  // namespace sellavie::test
