// Stock and orders of one business, asked by mailbox.

#include "actors/order_desk.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string reference_in(const std::string& body) {
  const auto at = body.find(R"("reference":")") + 13;
  return body.substr(at, body.find('"', at) - at);
}

std::string wish(const std::string& sku, int quantity) {
  return R"({"items":[{"sku":")" + sku + R"(","quantity":)" + std::to_string(quantity) + "}]}";
}

std::string link_of(const std::string& reference) {
  return R"({"status":true,"message":"ok","data":{"authorization_url":"https://pay.example/)" + reference +
         R"(","access_code":"x","reference":")" + reference + R"("}})";
}

std::string verified(const std::string& reference, const std::string& status, std::int64_t amount) {
  return R"({"status":true,"data":{"id":77,"domain":"test","status":")" + status + R"(","reference":")" +
         reference + R"(","amount":)" + std::to_string(amount) + R"(,"requested_amount":)" +
         std::to_string(amount) + R"(,"currency":"NGN"}})";
}

constexpr const char* duplicate_reference =
    R"({"status":false,"message":"Duplicate Transaction Reference","code":"duplicate_reference"})";

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
  tell(desk::mark_refunded{"k6", {{}, placed}, restock::yes}, "k6");
  EXPECT_EQ(world.orders().front().status, "refunded");
  EXPECT_EQ(world.stock("A1"), 42);
  EXPECT_THAT(world.store->rows.action_results, SizeIs(6));
  std::vector<std::string> timeline;
  for (const auto& row : world.store->rows.timeline) timeline.push_back(row.actor + ' ' + row.what);
  EXPECT_THAT(timeline, ElementsAre("ai placed", "person:grace paid: transfer, slip 12",
                                    "person:grace fulfilled: GIG 4711", "person:grace refunded"));
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

// --- the link: intent stored -> call -> result stored ------------------------------------------------

struct checkout : testing::Test {
  shop_world world;
  std::vector<std::string> used;

  void order_and_pay() {
    world.model->answers = {
        calls({{"place_order", wish("A1", 2)}, {"request_checkout", "{}"}}, "Here you are.")};
    world.customer_says("c1", "two, I pay now");
    world.advance(1300ms);
  }
  /// The reference of the request that waits outside.
  std::string reference() const {
    const auto& request = world.outside->waiting.front().request;
    if (request.method == "GET") return request.url.substr(request.url.rfind('/') + 1);
    return reference_in(request.body);
  }
};

/// A shop whose customer has a link, and its desk to talk to.
struct checkout_world : checkout {
  void TestBody() override {}
  std::string is_at_the_link() {
    order_and_pay();
    const auto first = reference();
    world.outside->answer(http(200, link_of(first)));
    world.run();
    return first;
  }
  void ask(desk_command command) {
    caf::anon_send(world.desk, actors::desk_request{std::move(command), "k", false});
    world.run();
  }
  void confirm(const std::string& reference, const std::string& transaction, std::int64_t minor) {
    const money amount{minor, *parse_currency("NGN")};
    const payment_fact fact{reference, transaction, payment_status::success,
                            amount,    amount,      payment_mode::test};
    caf::anon_send(world.desk,
                   actors::desk_request{desk::confirm_payment{{}, fact, payment_mode::test, {}}, {}, false});
    world.run();
  }
};

TEST_F(checkout, ends_the_payment_of_an_order_whose_reservation_ended) {
  order_and_pay();
  const auto first = reference();
  world.outside->answer(http(200, link_of(first)));
  world.run();
  world.jump(41min);
  caf::anon_send(world.desk, actors::expire_orders{{first}});
  world.run();
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.store->rows.payments.at(first).status, "expired");
}

TEST(payment_row, expires_with_an_order_that_was_called_off_changed_or_paid_in_cash) {
  using wish_for = std::function<desk_command(const storage::order_row&)>;
  const wish_for cancel = [](const auto& of) {
    return desk::cancel_order{"k", {of.conversation, {}}, "customer"};
  };
  const wish_for change = [](const auto& of) {
    return desk::change_order{"k", {of.conversation, {}}, {{"B2", 1, 0}}};
  };
  const wish_for pay_cash = [](const auto& of) { return desk::mark_paid{"k", {{}, of.id}}; };
  for (const auto& wish : {cancel, change, pay_cash}) {
    checkout_world one;
    const auto first = one.is_at_the_link();
    one.ask(wish(one.world.orders().front()));
    EXPECT_EQ(one.world.store->rows.payments.at(first).status, "expired");
  }
}

TEST(payment_row, goes_to_review_with_money_that_settles_nothing) {
  checkout_world one;
  const auto first = one.is_at_the_link();
  one.confirm(first, "T1", 1);
  EXPECT_EQ(one.world.store->rows.payments.at(first).status, "review");
  EXPECT_EQ(one.world.tasks("payment_review"), 1U);
  EXPECT_EQ(one.world.orders().front().status, "awaiting_payment");
  // A review does not stand in the way of what comes after it.
  one.confirm(first, "T1", 3'000'000);
  EXPECT_EQ(one.world.store->rows.payments.at(first).status, "paid");
  EXPECT_EQ(one.world.orders().front().status, "paid");
  one.confirm(first, "T2", 3'000'000);
  EXPECT_EQ(one.world.store->rows.payments.at(first).status, "paid") << "a second payment is not the first";
  EXPECT_EQ(one.world.tasks("payment_review"), 2U);
}

TEST(payment_row, stays_in_review_when_its_order_is_called_off_and_goes_there_with_late_money) {
  checkout_world one;
  const auto first = one.is_at_the_link();
  const auto conversation = one.world.orders().front().conversation;
  one.confirm(first, "T1", 1);
  one.ask(desk::cancel_order{"k", {conversation, {}}, "customer"});
  EXPECT_EQ(one.world.orders().front().status, "cancelled");
  EXPECT_EQ(one.world.store->rows.payments.at(first).status, "review");

  checkout_world late;
  const auto second = late.is_at_the_link();
  late.ask(desk::cancel_order{"k", {late.world.orders().front().conversation, {}}, "customer"});
  ASSERT_EQ(late.world.store->rows.payments.at(second).status, "expired");
  late.confirm(second, "T1", 3'000'000);
  EXPECT_EQ(late.world.store->rows.payments.at(second).status, "review");
}

TEST_F(checkout, stores_the_intent_before_it_asks_the_provider) {
  order_and_pay();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  ASSERT_THAT(world.store->rows.payments, SizeIs(1));
  EXPECT_EQ(world.store->rows.payments.begin()->second.status, "intent");
  EXPECT_EQ(world.store->rows.payments.begin()->second.amount_minor, 3'000'000);
  world.outside->answer(http(200, link_of(reference())));
  world.run();
  EXPECT_EQ(world.store->rows.payments.begin()->second.status, "link");
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/"));
}

TEST_F(checkout, takes_a_new_reference_once_when_its_own_lost_answer_used_the_first_up) {
  order_and_pay();
  const auto first = reference();
  world.outside->answer(lost_answer());
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(world.outside->waiting.front().request.method, "GET") << "it looks before it repeats";
  world.outside->answer(http(200, verified(first, "abandoned", 3'000'000)));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto second = reference();
  EXPECT_NE(second, first);
  world.outside->answer(http(200, link_of(second)));
  world.run();
  EXPECT_EQ(world.store->rows.payments.at(first).status, "failed");
  EXPECT_EQ(world.store->rows.payments.at(second).status, "link");
  EXPECT_THAT(world.ai_texts().front(), HasSubstr(second));
}

TEST_F(checkout, settles_an_order_whose_lost_link_was_paid_already) {
  order_and_pay();
  const auto first = reference();
  world.outside->answer(http(400, duplicate_reference));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  world.outside->answer(http(200, verified(first, "success", 3'000'000)));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  world.outside->answer(http(200, verified(first, "success", 3'000'000)));
  world.run();
  EXPECT_EQ(world.orders().front().status, "paid");
}

TEST_F(checkout, says_that_there_is_no_link_when_the_provider_is_away) {
  order_and_pay();
  world.outside->answer({actors::transport_outcome::not_sent, 0, {}, {}, "connect refused"});
  world.run();
  world.model->always = [](const auto&) { return says("We try again later."); };
  world.advance(2s);
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.orders().front().payment_url, "");
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(checkout, makes_no_second_link_when_it_is_resumed_after_the_link_was_stored) {
  order_and_pay();
  const auto first = reference();
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets)
      for (const auto& row : set->payments) world.store->away = world.store->away || row.status == "link";
  };
  world.outside->answer(http(200, link_of(first)));
  world.run();
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.start();
  world.finish_turns();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/" + first));
  EXPECT_THAT(world.model->asked, SizeIs(1));
}

// The provider has made a link that nobody here knows.
TEST_F(checkout, tells_one_link_when_it_is_resumed_between_the_intent_and_the_providers_answer) {
  order_and_pay();
  const auto first = reference();
  ASSERT_EQ(world.store->rows.payments.at(first).status, "intent");
  world.restart();
  world.finish_turns();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(reference(), first) << "the intent that is stored, not another one";
  world.outside->answer(http(400, duplicate_reference));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("/transaction/verify/" + first));
  world.outside->answer(http(200, verified(first, "abandoned", 3'000'000)));
  world.run();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  const auto second = reference();
  ASSERT_NE(second, first);
  world.outside->answer(http(200, link_of(second)));
  world.run();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  EXPECT_EQ(world.store->rows.payments.at(first).status, "failed");
  EXPECT_EQ(world.store->rows.payments.at(second).status, "link");
  EXPECT_THAT(world.store->rows.payments, SizeIs(2));
  ASSERT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.orders().front().payment_reference, second);
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/" + second));
  EXPECT_THAT(world.ai_texts().front(), testing::Not(HasSubstr(first)));
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(checkout, asks_the_provider_when_it_is_resumed_before_anybody_did) {
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets)
      for (const auto& row : set->payments) world.store->away = world.store->away || row.status == "intent";
  };
  order_and_pay();
  world.store->after_commit = nullptr;
  const auto asked_before = world.outside->seen.size();
  world.kill();
  world.store->away = false;
  world.start();
  world.finish_turns();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_EQ(world.outside->seen.size(), asked_before + 1);
  const auto first = reference();
  world.outside->answer(http(200, link_of(first)));
  world.run();
  ASSERT_THAT(world.store->rows.payments, SizeIs(1));
  EXPECT_EQ(world.store->rows.payments.at(first).status, "link");
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("https://pay.example/" + first));
}

TEST_F(checkout, believes_the_provider_and_not_the_customer) {
  order_and_pay();
  const auto first = reference();
  world.outside->answer(http(200, link_of(first)));
  world.run();
  world.model->answers = {calls({{"check_payment", "{}"}}, "Thanks for paying!")};
  world.customer_says("c1", "I have paid");
  world.advance(1300ms);
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  world.outside->answer(http(200, verified(first, "ongoing", 3'000'000)));
  world.run();
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  world.model->answers = {calls({{"check_payment", "{}"}}, "Thanks for paying!")};
  world.customer_says("c1", "Now I have");
  world.advance(1300ms);
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  world.outside->answer(http(200, verified(first, "success", 3'000'000)));
  world.run();
  EXPECT_EQ(world.orders().front().status, "paid");
}

TEST_F(checkout, uses_a_key_that_was_renewed_while_the_server_ran) {
  world.customer_says("c0", "hello");
  world.store->rows.businesses.at(world.shop).payment->sealed_secret_key =
      world.node->secrets->encrypt("sk_renewed", {}, world.time->now());
  caf::anon_send(world.registry, actors::directory_changed{});
  world.advance(1s);
  order_and_pay();
  ASSERT_THAT(world.outside->waiting, SizeIs(1));
  EXPECT_THAT(world.outside->waiting.front().request.headers,
              testing::Contains(testing::Pair("Authorization", "Bearer sk_renewed")));
}

// --- the end of a reservation: the provider is asked first ---------------------------------------------

struct expiry : checkout {
  std::string link;

  expiry() {
    order_and_pay();
    link = reference();
    world.outside->answer(http(200, link_of(link)));
    world.run();
    world.jump(41min);
  }
  void reservations_end() {
    caf::anon_send(world.registry, actors::reservations_ended{{world.shop}});
    world.run();
  }
  void answer(actors::outbound_response response) {
    ASSERT_THAT(world.outside->waiting, SizeIs(1));
    EXPECT_THAT(world.outside->waiting.front().request.url, HasSubstr("/transaction/verify/" + link));
    world.outside->answer(std::move(response));
    world.run();
  }
};

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

TEST_F(expiry, finds_the_money_of_a_customer_who_said_nothing) {
  reservations_end();
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  answer(http(200, verified(link, "success", 3'000'000)));
  EXPECT_EQ(world.orders().front().status, "paid");
  EXPECT_EQ(world.store->rows.payments.at(link).status, "paid");
  EXPECT_EQ(world.stock("A1"), 18);
}

TEST_F(expiry, cancels_what_its_provider_calls_unpaid) {
  reservations_end();
  answer(http(200, verified(link, "abandoned", 3'000'000)));
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.stock("A1"), 20);
  EXPECT_EQ(world.tasks("payment_review"), 0U);
}

TEST_F(expiry, waits_while_money_is_on_its_way) {
  reservations_end();
  answer(http(200, verified(link, "processing", 3'000'000)));
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  reservations_end();
  EXPECT_THAT(world.outside->waiting, IsEmpty()) << "it is held longer";
}

TEST_F(expiry, tells_a_person_of_wrong_money_and_cancels) {
  reservations_end();
  answer(http(200, verified(link, "success", 1)));
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.tasks("payment_review"), 1U);
}

TEST_F(expiry, asks_a_silent_provider_again_after_a_rest_and_tells_a_person_in_the_end) {
  reservations_end();
  reservations_end();
  answer(lost_answer());
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  reservations_end();
  EXPECT_THAT(world.outside->waiting, IsEmpty());
  world.jump(1min);
  reservations_end();
  answer(http(500, "{}"));
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  world.jump(1h);
  reservations_end();
  EXPECT_EQ(world.orders().front().status, "awaiting_payment") << "however late: it is asked first";
  answer(http(500, "{}"));
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.tasks("payment_review"), 1U);
  EXPECT_EQ(world.stock("A1"), 20);
}

TEST_F(expiry, asks_again_after_a_crash_between_the_answer_and_the_decision) {
  reservations_end();
  world.kill();
  world.start();
  reservations_end();
  reservations_end();
  answer(http(200, verified(link, "success", 3'000'000)));
  EXPECT_EQ(world.orders().front().status, "paid");
}

}  // namespace
}  // namespace sellavie::test
