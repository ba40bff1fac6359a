// Stock and orders of one business, asked by mailbox.

#include "actors/order_desk.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Asks the desk itself, as a conversation would.
struct order_desk : testing::Test {
  shop_world world;
  std::vector<action_outcome> outcomes;
  std::vector<errc> failures;
  std::vector<std::pair<conversation_id, contact_id>> customers;

  void open_shop() {
    caf::anon_send(world.registry, actors::wake_account{world.shop, world.account});
    world.run();
  }
  std::pair<conversation_id, contact_id> customer(const std::string& name) {
    const auto record = world.store->open_conversation({world.shop,
                                                        world.account,
                                                        name,
                                                        {},
                                                        {},
                                                        world.ids->next_as<contact_id>(),
                                                        world.ids->next_as<conversation_id>(),
                                                        world.time->now(),
                                                        20});
    return {record.value().id, record.value().contact};
  }
  void ask(desk_command command, std::string key, bool replay = false) {
    actors::desk_request request{std::move(command), std::move(key), replay};
    world.system->spawn([this, request, to = world.desk](caf::event_based_actor* self) {
      self->request(to, caf::infinite, request)
          .then([this](const action_outcome& outcome) { outcomes.push_back(outcome); },
                [this](const caf::error& failure) { failures.push_back(actors::code_of(failure)); });
    });
  }
  void place(const std::string& name, int quantity, const std::string& key, bool replay = false) {
    const auto [conversation, contact] = customer(name);
    ask(desk::place_order{key, conversation, contact, {{"A1", quantity, 1}}, {}}, key, replay);
  }
};

TEST_F(order_desk, answers_a_known_key_with_its_result_and_decides_nothing) {
  open_shop();
  place("c1", 2, "turn.1.0");
  world.run();
  place("c1", 9, "turn.1.0", true);
  world.run();
  ASSERT_THAT(outcomes, SizeIs(2));
  EXPECT_EQ(outcomes[0], outcomes[1]);
  EXPECT_EQ(world.stock("A1"), 18);
}

TEST_F(order_desk, answers_a_known_refusal_on_replay_although_stock_came_back) {
  open_shop();
  place("c1", 30, "turn.1.0");
  world.run();
  for (auto& [id, entry] : world.store->rows.products) entry.second.stock = 100;
  world.crash_desk(errc::unavailable);
  world.advance(1s);
  place("c1", 30, "turn.1.0", true);
  world.run();
  ASSERT_THAT(outcomes, SizeIs(2));
  EXPECT_EQ(outcomes[1].why, refusal::out_of_stock);
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_F(order_desk, fails_all_who_wait_when_a_commit_is_not_known_and_loads_the_truth) {
  open_shop();
  place("c1", 2, "k1");
  place("c2", 2, "k2");
  place("c3", 2, "k3");
  bool hit = false;
  world.store->before_commit = [&](memory_store::batch) -> std::optional<memory_store::fate> {
    if (std::exchange(hit, true)) return std::nullopt;
    return memory_store::fate{storage::commit_outcome::in_doubt, true};
  };
  world.run();
  EXPECT_THAT(failures, ElementsAre(errc::unavailable, errc::unavailable, errc::unavailable));
  world.advance(1s);
  failures.clear();
  place("c1", 2, "k1", true);
  place("c2", 2, "k2", true);
  world.run();
  EXPECT_THAT(failures, IsEmpty());
  EXPECT_THAT(outcomes, SizeIs(2));
  EXPECT_THAT(world.orders(), SizeIs(2));
  EXPECT_EQ(world.stock("A1"), 16);
}

TEST_F(order_desk, lets_nobody_wait_for_ever_when_it_dies) {
  world.store->away = true;
  open_shop();
  world.store->away = false;
  world.advance(1s);
  world.crash_desk();
  place("c1", 2, "k1");
  place("c2", 2, "k2");
  world.run();
  EXPECT_THAT(failures, SizeIs(2));
}

TEST_F(order_desk, lets_nobody_go_when_the_business_is_changed_and_goes_on_with_what_it_is_now) {
  open_shop();
  place("c1", 2, "k1");
  place("c2", 2, "k2");
  place("c3", 2, "k3");
  bool changed = false;
  world.store->before_commit = [&](memory_store::batch) -> std::optional<memory_store::fate> {
    if (std::exchange(changed, true)) return std::nullopt;
    for (auto& [id, entry] : world.store->rows.products) entry.second.price_minor = 7;
    caf::anon_send(world.registry, actors::directory_changed{{world.shop}});
    return std::nullopt;
  };
  const auto desk = world.desk;
  world.run();
  EXPECT_THAT(failures, IsEmpty());
  EXPECT_THAT(outcomes, SizeIs(3));
  EXPECT_EQ(world.stock("A1"), 14);
  place("c4", 2, "k4");
  world.run();
  ASSERT_THAT(outcomes, SizeIs(4));
  EXPECT_EQ(outcomes.back().total.minor, 14);
  EXPECT_EQ(world.desk, desk) << "it was not begun anew";
}

TEST_F(order_desk, begins_anew_when_the_business_changes_its_currency) {
  open_shop();
  const auto desk = world.desk;
  world.store->rows.businesses.at(world.shop).currency = "KES";
  caf::anon_send(world.registry, actors::directory_changed{{world.shop}});
  world.advance(1s);
  EXPECT_NE(world.desk, desk);
  place("c1", 2, "k1");
  world.run();
  ASSERT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.orders().front().currency, "KES");
}

TEST_F(order_desk, never_sells_below_zero_even_when_the_table_says_less_than_it_knew) {
  open_shop();
  for (auto& [id, entry] : world.store->rows.products) entry.second.stock = 1;
  place("c1", 2, "k1");
  world.run();
  EXPECT_THAT(failures, ElementsAre(errc::conflict));
  EXPECT_EQ(world.stock("A1"), 1);
  world.advance(1s);
  place("c1", 2, "k1");
  world.run();
  ASSERT_THAT(outcomes, SizeIs(1));
  EXPECT_EQ(outcomes.front().why, refusal::out_of_stock);
}

TEST_F(order_desk, tells_people_of_a_declined_attempt_and_leaves_the_order_as_it_is) {
  open_shop();
  place("c1", 2, "k1");
  world.run();
  ASSERT_THAT(outcomes, SizeIs(1));
  const auto order = outcomes.front().order;
  std::vector<storage::notice_row> notices;
  std::size_t moved = 0;
  world.store->before_commit = [&](memory_store::batch batch) -> std::optional<memory_store::fate> {
    for (const auto* set : batch) {
      notices.insert(notices.end(), set->notices.begin(), set->notices.end());
      moved += set->orders.size();
    }
    return std::nullopt;
  };
  payment_fact fact{
      .reference = make_payment_reference(order, 1), .transaction = "t-1", .status = payment_status::failed};
  ask(desk::confirm_payment{{}, fact, payment_mode::test}, {});
  world.run();
  ASSERT_THAT(notices, SizeIs(1));
  EXPECT_EQ(notices.front().kind, notification_kind::failed_payment);
  EXPECT_EQ(notices.front().subject, fact.reference);
  EXPECT_EQ(notices.front().about, order.value);
  fact.transaction.clear();
  ask(desk::confirm_payment{{}, fact, payment_mode::test}, {});
  world.run();
  EXPECT_THAT(notices, SizeIs(1)) << "a link that nobody used has not failed";
  EXPECT_EQ(moved, 0);
}

TEST(two_hundred_customers, race_for_twenty_pieces_and_exactly_twenty_are_sold) {
  shop_world world{{.window = 1000}};
  world.model->always = [](const auto&) { return calls({{"place_order", wish("A1", 1)}}, "Let me see."); };
  std::vector<actors::routed_event> events;
  for (int i = 0; i < 200; ++i) events.push_back(world.message("c" + std::to_string(i), "One please"));
  world.receive(events);
  world.finish_turns();
  events.clear();
  for (int i = 0; i < 200; ++i) events.push_back(world.message("c" + std::to_string(i), "One please!"));
  world.receive(events);
  world.advance(10s);

  EXPECT_EQ(world.stock("A1"), 0);
  EXPECT_THAT(world.orders(), SizeIs(20));
  std::set<conversation_id> buyers;
  for (const auto& row : world.orders()) {
    EXPECT_TRUE(buyers.insert(row.conversation).second) << "two orders of one customer";
    ASSERT_THAT(row.items, SizeIs(1));
    EXPECT_EQ(row.items.front().quantity, 1);
  }
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
  std::map<conversation_id, std::vector<std::string>> told;
  for (const auto& row : world.store->rows.messages)
    if (row.origin == storage::message_origin::ai) told[row.conversation].push_back(row.body);
  ASSERT_THAT(told, SizeIs(200));
  for (const auto& [conversation, texts] : told) {
    if (buyers.contains(conversation)) {
      EXPECT_THAT(texts.front(), HasSubstr("is reserved for you"));
      EXPECT_THAT(texts.back(), HasSubstr("You already have order"));
      EXPECT_THAT(texts, SizeIs(2)) << "one answer a wish";
    } else {
      EXPECT_THAT(texts.front(), HasSubstr("sold out"));
    }
  }
}

TEST_F(order_desk, writes_what_people_do_with_stock_and_closed_orders_and_names_them) {
  open_shop();
  place("c1", 2, "k1");
  world.run();
  const auto placed = outcomes.at(0).order;
  const auto tell = [&](desk_command command, const std::string& key) {
    actors::desk_request request{std::move(command), key, false, "person:grace"};
    caf::anon_send(world.desk, request);
    world.run();
  };
  tell(desk::adjust_stock{"k2", "A1", 7}, "k2");
  EXPECT_EQ(world.stock("A1"), 25);
  tell(desk::set_stock{"k3", "A1", 25, 40}, "k3");
  EXPECT_EQ(world.stock("A1"), 40);
  tell(desk::mark_paid{"k4", {{}, placed}, hand_payment::transfer, "slip 12"}, "k4");
  EXPECT_EQ(world.orders().front().status, "paid");
  tell(desk::mark_fulfilled{"k5", {{}, placed}, "GIG 4711"}, "k5");
  EXPECT_EQ(world.orders().front().status, "fulfilled");
  EXPECT_EQ(world.stock("A1"), 40);
  EXPECT_THAT(world.store->rows.action_results, SizeIs(5));
  std::vector<std::string> timeline;
  for (const auto& row : world.store->rows.timeline) timeline.push_back(row.actor + ' ' + row.what);
  EXPECT_THAT(timeline, ElementsAre("ai placed", "person:grace paid: transfer, slip 12",
                                    "person:grace fulfilled: GIG 4711"));
}

TEST_F(order_desk, names_the_system_when_a_reservation_ends) {
  open_shop();
  place("c1", 2, "k1");
  world.run();
  world.jump(31min);
  caf::anon_send(world.desk, actors::expire_orders{});
  world.run();
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.store->rows.timeline.back().what, "expired");
  EXPECT_EQ(world.store->rows.timeline.back().actor, "system");
}

TEST_F(order_desk, shows_products_as_they_are_in_the_table_once_it_was_told) {
  open_shop();
  place("c1", 2, "k1");
  world.run();
  for (auto& [id, entry] : world.store->rows.products)
    if (entry.second.sku == "A1") entry.second.price_minor = 99;
  world.add_product("N1", 5, 1, world.shop);
  bool refreshed = false;
  std::shared_ptr<const std::vector<product>> shown;
  world.system->spawn([&](caf::event_based_actor* self) {
    self->request(world.registry, caf::infinite, actors::products_edited{world.shop})
        .then([&](const actors::products_refreshed&) { refreshed = true; });
  });
  world.run();
  ASSERT_TRUE(refreshed);
  world.system->spawn([&](caf::event_based_actor* self) {
    self->request(world.desk, caf::infinite, actors::turn_facts_query{customer("c1").first})
        .then([&](const actors::turn_facts& facts) { shown = facts.products; });
  });
  world.run();
  ASSERT_TRUE(shown);
  const auto found = [&](const std::string& sku) {
    return std::find_if(shown->begin(), shown->end(), [&](const product& one) { return one.sku == sku; });
  };
  EXPECT_EQ(found("A1")->price.minor, 99);
  EXPECT_EQ(found("A1")->stock, 18);
  EXPECT_NE(found("N1"), shown->end());
}

TEST_F(order_desk, adds_the_tax_that_was_set_to_what_is_priced_once_it_was_told) {
  open_shop();
  place("c1", 1, "k1");
  world.run();
  const auto untaxed = world.orders().front().total_minor;
  auto& settings = world.store->rows.invoice_settings[world.shop];
  settings.tax_mode = "exclusive";
  settings.tax_rate_bp = 1'000;
  world.system->spawn([&](caf::event_based_actor* self) {
    self->request(world.registry, caf::infinite, actors::products_edited{world.shop})
        .then([](const actors::products_refreshed&) {});
  });
  world.run();
  place("c2", 1, "k2");
  world.run();
  ASSERT_THAT(world.orders(), SizeIs(2));
  EXPECT_EQ(world.orders().front().total_minor, untaxed) << "an order stays as it was priced";
  EXPECT_EQ(world.orders().back().total_minor, untaxed + untaxed / 10);
  EXPECT_EQ(world.orders().back().tax_mode, "exclusive");
  EXPECT_EQ(world.orders().back().tax_rate_bp, 1'000);
}

TEST_F(order_desk, writes_who_corrected_the_stock_and_why) {
  actors::command_desk wanted{world.shop,
                              {desk::adjust_stock{"k1", "A1", -3, "broken"}, "k1", true, "person:grace"}};
  wanted.request.by = storage::change_origin{{}, {}, "192.0.2.1", "r1", {}};
  for (int i = 0; i < 2; ++i) {
    world.system->spawn([this, wanted](caf::event_based_actor* self) {
      self->request(world.registry, caf::infinite, wanted).then([this](const action_outcome& outcome) {
        outcomes.push_back(outcome);
      });
    });
    world.run();
  }
  ASSERT_THAT(outcomes, SizeIs(2));
  EXPECT_EQ(outcomes[1].available, 17);
  EXPECT_EQ(world.stock("A1"), 17);
  ASSERT_THAT(world.store->rows.stock_movements, SizeIs(1));
  const auto& moved = world.store->rows.stock_movements.front();
  EXPECT_EQ(moved.reason, "broken");
  EXPECT_EQ(moved.actor, "person:grace");
  EXPECT_EQ(moved.stock_after, 17);
  ASSERT_THAT(world.store->rows.activities, SizeIs(1));
  EXPECT_EQ(world.store->rows.activities.front().before, R"({"stock":20})");
  EXPECT_EQ(world.store->rows.activities.front().by.request_id, "r1");
}

TEST_F(order_desk, cancels_what_nobody_checked_out_and_goes_on) {
  open_shop();
  place("c1", 2, "k1");
  world.run();
  world.jump(31min);
  caf::anon_send(world.registry, actors::reservations_ended{{world.shop}});
  world.advance(1s);
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.stock("A1"), 20);
  EXPECT_EQ(world.node->metrics->respawns().value(), 0) << "the desk lives on";
}

}  // namespace
}  // namespace sellavie::test
