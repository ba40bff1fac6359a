// What a person does with orders, from the registry's door to the rows: once, seen by the customer, money first.

#include <gmock/gmock.h>

#include "actors/order_desk.hpp"
#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::order_course;
using storage::message_origin;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct person_orders : testing::Test {
  shop_world world;
  conversation_id conversation;
  contact_id contact;
  std::vector<action_outcome> outcomes;
  std::vector<errc> failures;
  /// What the provider says about every payment; empty: it does not answer.
  std::string provider_says = "abandoned";

  person_orders() {
    world.outside->at_once =
        [this](const actors::outbound_request& request) -> std::optional<actors::outbound_response> {
      const auto reference = reference_of(request);
      if (request.method == "GET") {
        if (provider_says.empty())
          return actors::outbound_response{actors::transport_outcome::not_sent, 0, {}, {}, "refused"};
        return http(200, verified(reference, provider_says, 3'000'000));
      }
      return http(200, link_of(reference));
    };
    world.model->always = [](const auto&) { return says("Hello."); };
    world.customer_says("c1", "Hello");
    world.finish_turns();
    conversation = *world.store->conversation_id_of(world.account, "c1");
    contact = world.chat("c1").contact;
  }

  actors::order_command a_command(order_course course, desk_command command, std::string key = {},
                                  bool tells = false) {
    actors::order_command wanted{course, {std::move(command), std::move(key)}};
    wanted.request.replay = !wanted.request.action_key.empty();
    wanted.request.actor = "person:grace";
    wanted.request.by = storage::change_origin{{}, {}, "192.0.2.1", "r1", {}};
    wanted.request.wish = wanted.request.action_key.empty() ? "" : "a wish";
    if (tells) wanted.request.tell = actors::customer_notice{conversation, world.account, "c1"};
    return wanted;
  }
  void ask(actors::order_command command) {
    world.system->spawn([this, command](caf::event_based_actor* self) {
      self->request(world.registry, caf::infinite, actors::command_order{world.shop, command})
          .then([this](const action_outcome& outcome) { outcomes.push_back(outcome); },
                [this](const caf::error& failure) { failures.push_back(actors::code_of(failure)); });
    });
    world.run();
  }
  void invoice(const order_id& order) {
    world.system->spawn([this, order](caf::event_based_actor* self) {
      self->request(world.registry, caf::infinite,
                    actors::invoice_order{world.shop, {order, "person:grace", storage::change_origin{}}})
          .then([this](const action_outcome& outcome) { outcomes.push_back(outcome); },
                [this](const caf::error& failure) { failures.push_back(actors::code_of(failure)); });
    });
    world.run();
  }
  actors::order_command placing_two(std::string key, bool tells = false) {
    desk::place_order wish{key, conversation, contact, {{"A1", 2}}, "", placing::by_person};
    return a_command(order_course::decide, std::move(wish), std::move(key), tells);
  }
  storage::order_row places() {
    ask(placing_two("k1"));
    return world.orders().front();
  }
  order_target seen() {
    const auto row = world.orders().front();
    return {{}, row.id, row.version};
  }
  void makes_link(bool tells = false, const std::string& key = "link1") {
    ask(a_command(order_course::make_link, desk::start_checkout{key, {{}, world.orders().front().id}}, key,
                  tells));
  }
  /// The link is asked for, and the provider takes its time.
  void begins_link(bool tells, const std::string& key) {
    const auto provider = std::exchange(world.outside->at_once, nullptr);
    makes_link(tells, key);
    world.outside->at_once = provider;
  }
  /// The provider answers whoever waits longest.
  void provider_answers(actors::outbound_response answer) {
    ASSERT_FALSE(world.outside->waiting.empty());
    world.outside->answer(std::move(answer));
    world.run();
  }
  std::string awaited_reference() const {
    return world.outside->waiting.empty() ? "" : reference_of(world.outside->waiting.front().request);
  }
  /// Only what is stored under the key is wanted.
  static actors::order_command only_known(actors::order_command command) {
    command.request.only_known = true;
    return command;
  }
  /// Why the provider was asked that said this.
  std::string noticed(const std::string& what) const {
    for (const auto& row : world.store->rows.timeline)
      if (row.what == what) return row.noticed_by;
    return "not there";
  }
  std::vector<std::string> timeline() const {
    std::vector<std::string> lines;
    for (const auto& row : world.store->rows.timeline) lines.push_back(row.actor + ' ' + row.what);
    return lines;
  }
};

TEST_F(person_orders, one_key_is_one_order_and_another_wish_under_it_is_refused) {
  ask(placing_two("k1"));
  ask(placing_two("k1"));
  auto other = placing_two("k1");
  other.request.wish = "another wish";
  ask(other);
  ASSERT_THAT(outcomes, SizeIs(3));
  EXPECT_EQ(outcomes[0], outcomes[1]);
  EXPECT_EQ(outcomes[2].why, refusal::key_reused);
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.stock("A1"), 18);
  EXPECT_THAT(timeline(), ElementsAre("person:grace placed"));
  ASSERT_THAT(world.store->rows.activities, SizeIs(1));
  EXPECT_EQ(world.store->rows.activities.front().action, "order.placed");
}

TEST_F(person_orders, the_customer_is_told_in_the_commit_that_does_it_and_once) {
  for (int i = 0; i < 2; ++i) ask(placing_two("k1", true));
  const auto told = world.texts(message_origin::system);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told.front(), HasSubstr("2"));
  EXPECT_THAT(timeline(), Contains("system customer_told"));
}

TEST_F(person_orders, nothing_is_told_of_what_was_not_committed) {
  world.store->before_commit = [](memory_store::batch) { return std::optional{memory_store::refused()}; };
  ask(placing_two("k1", true));
  world.store->before_commit = nullptr;
  EXPECT_THAT(failures, ElementsAre(errc::conflict));
  EXPECT_THAT(world.texts(message_origin::system), IsEmpty());
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_F(person_orders, a_link_is_made_and_sent_once_a_key) {
  places();
  makes_link(true);
  makes_link(true);
  ASSERT_THAT(outcomes, SizeIs(3));
  EXPECT_EQ(outcomes[1].effect, action_effect::checkout_ready);
  EXPECT_EQ(outcomes[2].payment_url, outcomes[1].payment_url);
  const auto told = world.texts(message_origin::system);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told.front(), HasSubstr(world.orders().front().payment_url));
  makes_link(true, "link2");
  EXPECT_THAT(world.texts(message_origin::system), SizeIs(2))
      << "a live link is sent again under another key";
  EXPECT_THAT(world.store->rows.payments, SizeIs(1));
}

TEST_F(person_orders, a_link_is_sent_to_who_asked_for_that_although_another_request_recorded_it) {
  places();
  begins_link(false, "link1");
  begins_link(true, "link2");
  ASSERT_THAT(world.outside->waiting, SizeIs(2));
  const auto reference = awaited_reference();
  for (int i = 0; i < 2; ++i) provider_answers(http(200, link_of(reference)));
  ASSERT_THAT(outcomes, SizeIs(3));
  for (const auto& outcome : {outcomes[1], outcomes[2]})
    EXPECT_EQ(outcome.effect, action_effect::checkout_ready);
  ASSERT_THAT(world.texts(message_origin::system), SizeIs(1));
  EXPECT_THAT(world.texts(message_origin::system).front(), HasSubstr(world.orders().front().payment_url));
  makes_link(true, "link2");
  EXPECT_EQ(outcomes.back().effect, action_effect::checkout_ready);
  EXPECT_THAT(world.texts(message_origin::system), SizeIs(1)) << "once a request";
}

TEST_F(person_orders, a_link_is_sent_although_the_provider_gave_it_to_the_faster_request_only) {
  places();
  begins_link(false, "link1");
  begins_link(true, "link2");
  const auto reference = awaited_reference();
  provider_answers(http(200, link_of(reference)));
  provider_answers(http(400, duplicate_reference));
  ASSERT_THAT(outcomes, SizeIs(3));
  EXPECT_EQ(outcomes[2].effect, action_effect::checkout_ready);
  ASSERT_THAT(world.texts(message_origin::system), SizeIs(1));
  EXPECT_THAT(world.texts(message_origin::system).front(), HasSubstr(reference));
  EXPECT_EQ(world.orders().front().payment_reference, reference);
}

TEST_F(person_orders, a_request_that_came_twice_at_once_sends_one_link) {
  places();
  for (int i = 0; i < 2; ++i) begins_link(true, "link1");
  ASSERT_THAT(world.outside->waiting, SizeIs(2));
  const auto reference = awaited_reference();
  for (int i = 0; i < 2; ++i) provider_answers(http(200, link_of(reference)));
  ASSERT_THAT(outcomes, SizeIs(3));
  EXPECT_EQ(outcomes[2].payment_url, outcomes[1].payment_url);
  EXPECT_THAT(world.texts(message_origin::system), SizeIs(1));
}

TEST_F(person_orders, a_link_is_sent_to_who_asked_before_a_crash_and_asks_again) {
  places();
  begins_link(true, "link1");
  world.restart();
  makes_link(false, "link2");
  ASSERT_FALSE(world.orders().front().payment_url.empty());
  EXPECT_THAT(world.texts(message_origin::system), IsEmpty());
  for (int i = 0; i < 2; ++i) {
    makes_link(true, "link1");
    EXPECT_EQ(outcomes.back().effect, action_effect::checkout_ready);
    EXPECT_THAT(world.texts(message_origin::system), SizeIs(1));
  }
}

TEST_F(person_orders, what_is_stored_under_a_key_is_told_to_who_asks_for_that_only) {
  ask(only_known(placing_two("k1")));
  EXPECT_EQ(outcomes.back().why, refusal::not_found);
  EXPECT_THAT(world.orders(), IsEmpty());
  ask(placing_two("k1", true));
  const auto placed = outcomes.back();
  ask(a_command(order_course::decide, desk::mark_paid{{}, seen()}));
  world.jump(48h);
  ask(only_known(placing_two("k1")));
  EXPECT_EQ(outcomes.back(), placed);
  auto other = only_known(placing_two("k1"));
  other.request.wish = "another wish";
  ask(other);
  EXPECT_EQ(outcomes.back().why, refusal::key_reused);
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.texts(message_origin::system), SizeIs(1));
}

TEST_F(person_orders, a_link_that_was_told_stays_known_by_its_request_when_its_order_is_closed) {
  places();
  const desk::start_checkout checkout{{}, {{}, world.orders().front().id}};
  const auto asked = only_known(a_command(order_course::decide, checkout, actors::told_key_of("link1")));
  makes_link(false, "link2");
  ask(asked);
  EXPECT_EQ(outcomes.back().why, refusal::not_found) << "a link is there, and nobody was told";
  makes_link(true, "link1");
  const auto told = outcomes.back();
  ask(a_command(order_course::decide, desk::mark_paid{{}, seen()}));
  const auto calls = world.outside->seen.size();
  ask(asked);
  EXPECT_EQ(outcomes.back(), told);
  makes_link(true, "link1");
  EXPECT_EQ(outcomes.back(), told);
  EXPECT_EQ(world.outside->seen.size(), calls);
  EXPECT_THAT(world.texts(message_origin::system), SizeIs(1));
}

TEST_F(person_orders, a_replaced_link_leaves_its_payment_row_behind) {
  places();
  makes_link();
  const auto first = world.orders().front().payment_reference;
  desk::start_checkout again{"l2", seen(), live_link::replace};
  ask(a_command(order_course::make_link, again, "l2"));
  EXPECT_EQ(outcomes.back().effect, action_effect::checkout_ready);
  EXPECT_EQ(world.store->rows.payments.at(first).status, "expired");
  EXPECT_EQ(world.store->rows.payments.at(world.orders().front().payment_reference).status, "link");
}

TEST_F(person_orders, a_link_that_was_just_paid_is_not_cancelled) {
  places();
  makes_link();
  provider_says = "success";
  ask(a_command(order_course::settle_first, desk::cancel_order{{}, seen(), "no stock"}));
  EXPECT_EQ(outcomes.back().why, refusal::order_closed);
  EXPECT_EQ(outcomes.back().status, order_status::paid);
  EXPECT_EQ(world.orders().front().status, "paid");
  EXPECT_EQ(world.stock("A1"), 18);
  EXPECT_EQ(noticed("paid"), "person");
  EXPECT_THAT(world.texts(message_origin::system), SizeIs(1)) << "its customer hears that the money has come";
}

TEST_F(person_orders, who_acts_as_if_no_money_had_come_is_told_once_that_some_has) {
  places();
  makes_link();
  world.outside->at_once = [](const actors::outbound_request& request) {
    return std::optional{http(200, verified(reference_of(request), "success", 1'000))};
  };
  const auto cancel = a_command(order_course::settle_first, desk::cancel_order{{}, seen(), "no stock"});
  ask(cancel);
  EXPECT_EQ(outcomes.back().review, review_reason::wrong_amount);
  EXPECT_EQ(world.orders().front().status, "awaiting_payment");
  EXPECT_EQ(world.tasks("payment_review"), 1U);
  ask(cancel);
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.tasks("payment_review"), 1U);
}

TEST_F(person_orders, a_silent_provider_holds_no_cancel_up_and_a_person_looks) {
  places();
  makes_link();
  provider_says = "";
  ask(a_command(order_course::settle_first, desk::cancel_order{{}, seen(), "no stock"}));
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.stock("A1"), 20);
  EXPECT_EQ(world.tasks("payment_review"), 1U);
}

TEST_F(person_orders, money_that_does_not_fit_is_put_before_a_person_once_and_makes_no_link) {
  places();
  int links = 0;
  world.outside->at_once =
      [&](const actors::outbound_request& request) -> std::optional<actors::outbound_response> {
    if (request.method == "GET") return http(200, verified(reference_of(request), "success", 1'000));
    ++links;
    return http(400, duplicate_reference);
  };
  makes_link(true);
  EXPECT_EQ(outcomes.back().effect, action_effect::payment_review);
  EXPECT_EQ(world.tasks("payment_review"), 1U);
  EXPECT_EQ(links, 1);
  EXPECT_NE(world.orders().front().status, "paid");
}

TEST_F(person_orders, cash_makes_a_payment_of_its_own) {
  const auto order = places();
  ask(a_command(order_course::settle_first, desk::mark_paid{{}, seen(), hand_payment::cash, "till 2"}));
  ask(a_command(order_course::settle_first,
                desk::mark_paid{{}, {{}, order.id}, hand_payment::cash, "till 2"}));
  EXPECT_EQ(outcomes.back().why, refusal::order_closed);
  const auto& payment = world.store->rows.payments.at("by-hand-" + to_string(order.id));
  EXPECT_EQ(payment.status, "paid");
  EXPECT_EQ(payment.provider, "cash");
  EXPECT_EQ(payment.amount_minor, 3'000'000);
  const auto& done = world.store->rows.activities.back();
  EXPECT_EQ(done.action, "order.paid_by_hand");
  EXPECT_EQ(done.before, R"({"status":"draft"})");
  EXPECT_EQ(done.after, R"({"status":"paid"})");
}

TEST_F(person_orders, an_order_that_the_desk_forgot_is_read_from_the_table) {
  const auto order = places();
  ask(a_command(order_course::decide, desk::mark_paid{{}, seen()}));
  world.jump(48h);
  world.crash_desk(errc::unavailable);
  world.advance(1s);
  ask(a_command(order_course::decide, desk::cancel_order{{}, {{}, order.id}, "x"}));
  EXPECT_EQ(outcomes.back().status, order_status::paid);
  ask(a_command(order_course::decide, desk::mark_fulfilled{{}, seen(), "GIG 4711"}, {}, true));
  EXPECT_EQ(world.orders().front().status, "fulfilled");
  EXPECT_EQ(world.orders().front().tracking, "GIG 4711");
  EXPECT_THAT(world.texts(message_origin::system).back(), HasSubstr("GIG 4711"));
  invoice(order.id);
  EXPECT_EQ(outcomes.back().invoice_number, "INV-000001");
}

TEST_F(person_orders, an_invoice_is_issued_once_and_names_who_wished_it) {
  const auto order = places();
  invoice(order.id);
  EXPECT_EQ(outcomes.back().why, refusal::not_allowed) << "a draft has none";
  makes_link();
  for (int i = 0; i < 3; ++i) invoice(order.id);
  EXPECT_THAT(world.store->rows.invoices, SizeIs(1));
  EXPECT_THAT(timeline(), Contains("person:grace invoice_issued: INV-000001"));
  EXPECT_EQ(world.store->rows.activities.back().action, "invoice.issued");
  invoice(world.ids->next_as<order_id>());
  EXPECT_EQ(outcomes.back().why, refusal::not_found);
}

TEST_F(person_orders, a_released_order_goes_at_once) {
  places();
  ask(a_command(order_course::decide, desk::set_hold{{}, seen(), {}}));
  world.run();
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.stock("A1"), 20);
  EXPECT_THAT(timeline(), ElementsAre("person:grace placed", "person:grace hold_released", "system expired"));
}

TEST_F(person_orders, nobody_waits_for_ever_when_the_desk_dies) {
  world.store->away = true;
  world.crash_desk();
  ask(placing_two("k1"));
  world.store->away = false;
  world.advance(2s);
  EXPECT_EQ(outcomes.size() + failures.size(), 1U);
}

}  // namespace
}  // namespace sellavie::test
