// Money that goes back, and disputes: desk_money R25 to R36.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/domain/a_till.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using namespace test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t price = 100'000;

// ---- R25 - R27: money that came, and went --------------------------------------------------------

TEST(desk_money_r25, writes_down_what_came_once_with_where_it_stands_and_who_said_so) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto money = till.money_of(order);
  EXPECT_EQ(money.place, payment_place::on_order);
  EXPECT_EQ(money.received, (sellavie::money{price, naira}));
  EXPECT_EQ(money.from, (payment_source{"paystack", "till"}));
  EXPECT_EQ(money.mode, payment_mode::live);
  EXPECT_EQ(till.order_of(order).received, price);
  EXPECT_EQ(till.decides(desk::confirm_payment{"", till.word_on(order), payment_mode::live}).events.size(),
            0U);
  EXPECT_EQ(till.store().payments.size(), 1U);
}

TEST(desk_money_r25, writes_down_cash_but_not_what_cost_nothing) {
  a_till till;
  till.selling("FREE", 0, 9);
  const auto placed = till.places(1, {{"A1", 2}});
  till.does(desk::mark_paid{"k", {{}, placed.order}, hand_payment::cash, ""});
  EXPECT_EQ(till.money_of(placed.order).reference, by_hand_reference(placed.order));
  EXPECT_EQ(till.order_of(placed.order).received, 2 * price);
  const auto gift = till.places(2, {{"FREE", 1}});
  EXPECT_TRUE(till.does(desk::mark_paid{"k", {{}, gift.order}, hand_payment::cash, ""}).accepted);
  EXPECT_EQ(till.store().payments.size(), 1U);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r26, hears_nothing_new_in_late_doubled_and_overtaken_words) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto known = till.store();
  for (const auto status : {payment_status::pending, payment_status::failed, payment_status::not_started,
                            payment_status::success}) {
    auto late = till.word_on(order);
    late.status = status;
    late.received.minor = price / 2;
    EXPECT_EQ(till.is_told(late).effect, action_effect::payment_confirmed);
  }
  EXPECT_EQ(till.store().orders, known.orders);
  EXPECT_EQ(till.store().payments, known.payments);
}

TEST(desk_money_r26, hears_nothing_in_words_of_another_mode_or_currency) {
  a_till till;
  const auto order = till.has_paid(1);
  auto test = till.word_on(order), dollars = till.word_on(order);
  test.mode = payment_mode::test;
  test.status = payment_status::refunded;
  dollars.received.currency = *parse_currency("USD");
  dollars.received.minor = 9 * price;
  dollars.returned = money{price, *parse_currency("USD")};
  till.is_told(test);
  till.is_told(dollars);
  EXPECT_EQ(till.order_of(order).status, order_status::paid);
  EXPECT_EQ(till.order_of(order).refunded, 0);
  EXPECT_EQ(till.money_of(order).received.minor, price);
}

TEST(desk_money_r26, counts_what_more_came_of_the_same_money) {
  a_till till;
  till.places(1, {{"A1", 1}});
  auto fact = money_for(till.has_link(1));
  fact.received.minor = price / 4;
  EXPECT_EQ(till.is_told(fact).review, review_reason::wrong_amount);
  fact.received.minor = price;
  const auto told = till.is_told(fact);
  EXPECT_EQ(told.effect, action_effect::payment_review) << "a person is at it";
  EXPECT_FALSE(told.review) << "once";
  EXPECT_EQ(till.money_of(told.order).received.minor, price);
  EXPECT_EQ(till.store().reviews.size(), 1U);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r26, counts_what_more_came_for_an_order_that_is_settled) {
  a_till till;
  const auto order = till.has_paid(1);
  auto more = till.word_on(order);
  more.received.minor += 500;
  till.is_told(more);
  EXPECT_EQ(till.order_of(order).received, price + 500);
  EXPECT_THAT(till.timeline_of(order), Contains("provider:paystack payment_grew: NGN 5.00"));
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r27, refunds_an_order_whose_money_the_provider_says_is_back) {
  a_till till;
  const auto order = till.has_paid(1);
  auto back = till.word_on(order);
  back.status = payment_status::refunded;
  EXPECT_EQ(till.is_told(back).effect, action_effect::order_refunded);
  EXPECT_EQ(till.order_of(order).status, order_status::refunded);
  EXPECT_EQ(till.order_of(order).refunded, price);
  EXPECT_EQ(till.stock_of("A1"), 19) << "nobody said that the pieces are back";
  EXPECT_THAT(till.timeline_of(order), Contains("provider:paystack refunded: NGN 1,000.00"));
  const auto version = till.order_of(order).version;
  till.is_told(back);
  EXPECT_EQ(till.order_of(order).version, version);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r27, notes_a_part_that_is_back_and_changes_no_state) {
  a_till till;
  const auto order = till.has_paid(1);
  auto part = till.word_on(order);
  part.returned = money{30'000, naira};
  EXPECT_EQ(till.is_told(part).effect, action_effect::payment_confirmed);
  EXPECT_EQ(till.order_of(order).status, order_status::paid);
  EXPECT_EQ(till.order_of(order).refunded, 30'000);
  part.returned = money{10'000, naira};
  till.is_told(part);
  EXPECT_EQ(till.order_of(order).refunded, 30'000) << "an older word";
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r27, counts_its_own_refund_once_whoever_tells_it_first) {
  for (const bool sum_first : {false, true}) {
    a_till till;
    const auto order = till.has_paid(1);
    const auto id = till.sends_back(order, 40'000);
    auto part = till.word_on(order);
    part.returned = money{40'000, naira};
    if (sum_first) till.is_told(part);
    till.hears(id, refund_status::succeeded);
    till.is_told(part);
    EXPECT_EQ(till.order_of(order).refunded, 40'000) << sum_first;
    part.returned = money{55'000, naira};
    till.is_told(part);
    EXPECT_EQ(till.order_of(order).refunded, 55'000) << "15,000 went back elsewhere";
    EXPECT_TRUE(till.balances());
  }
}

TEST(desk_money_r27, takes_a_whole_return_for_ours_and_the_rest_in_either_order) {
  for (const bool ours_first : {false, true}) {
    a_till till;
    const auto order = till.has_paid(1);
    const auto id = till.sends_back(order, 40'000);
    auto back = till.word_on(order);
    back.status = payment_status::refunded;
    if (ours_first) till.hears(id, refund_status::succeeded);
    till.is_told(back);
    EXPECT_EQ(till.order_of(order).refunded, ours_first ? price : 60'000);
    till.hears(id, refund_status::succeeded);
    EXPECT_EQ(till.order_of(order).status, order_status::refunded);
    EXPECT_TRUE(till.balances());
  }
}

TEST(desk_money_r27, takes_money_that_was_back_before_it_was_seen_for_unpaid) {
  a_till till;
  till.places(1, {{"A1", 1}});
  auto fact = money_for(till.has_link(1));
  fact.returned = fact.received;
  EXPECT_EQ(till.is_told(fact).effect, action_effect::payment_failed);
  EXPECT_THAT(till.store().payments, IsEmpty());
  fact.returned = money{1, naira};
  EXPECT_EQ(till.is_told(fact).review, review_reason::wrong_amount) << "what is left does not cover it";
  EXPECT_EQ(till.money_of(till.last(1).id).returned, 1);
  EXPECT_TRUE(till.balances());
}

// ---- R28 and R29: asking -------------------------------------------------------------------------

TEST(desk_money_r28, lets_a_person_ask_for_the_whole_or_a_part_and_never_for_more_than_is_left) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto part = till.asks_back(order, 30'000);
  EXPECT_EQ(part.effect, action_effect::refund_updated);
  EXPECT_EQ(part.state, "approved");
  const auto more = till.asks_back(order, 70'001);
  EXPECT_EQ(more.why, refusal::refund_exceeds);
  EXPECT_EQ(more.amount, (money{70'000, naira}));
  EXPECT_EQ(till.asks_back(order).amount, (money{70'000, naira})) << "all that is left";
  EXPECT_EQ(till.asks_back(order).why, refusal::refund_exceeds);
  EXPECT_EQ(till.order_of(order).refunded, 0) << "none has happened";
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r28, wants_a_reason_an_amount_and_a_person) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto ask = [&](std::optional<money> amount, const std::string& reason) {
    return till.does(desk::request_refund{"k", {{}, order}, {}, amount, reason}).why;
  };
  EXPECT_EQ(ask({}, ""), refusal::invalid_input);
  EXPECT_EQ(ask({}, " \n"), refusal::invalid_input);
  EXPECT_EQ(ask({}, std::string(max_refund_reason_bytes + 1, 'x')), refusal::invalid_input);
  EXPECT_EQ(ask(money{0, naira}, "broken"), refusal::invalid_input);
  EXPECT_EQ(ask(money{-1, naira}, "broken"), refusal::invalid_input);
  EXPECT_EQ(ask(money{1, *parse_currency("USD")}, "broken"), refusal::invalid_input);
  EXPECT_EQ(ask(money{INT64_MAX, naira}, "broken"), refusal::refund_exceeds);
  for (const auto* nobody : {"ai", "system", "provider:paystack", "person:"})
    EXPECT_EQ(till.as(nobody).asks_back(order).why, refusal::not_allowed) << nobody;
  EXPECT_THAT(till.store().refunds, IsEmpty());
}

TEST(desk_money_r28, takes_only_so_many_requests_for_one_payment) {
  a_till till;
  const auto order = till.has_paid(1);
  for (std::size_t i = 0; i < max_refunds_of_a_payment; ++i) EXPECT_TRUE(till.asks_back(order, 1).accepted);
  EXPECT_EQ(till.asks_back(order, 1).why, refusal::too_many_actions);
}

TEST(desk_money_r28, refunds_only_what_was_paid_and_says_closed_before_overtaken) {
  a_till till;
  const auto open = till.places(1, {{"A1", 1}}).order;
  EXPECT_EQ(till.asks_back(open).why, refusal::order_closed);
  EXPECT_EQ(till.asks_back(numbered<order_id>(99)).why, refusal::not_found);
  EXPECT_EQ(till.asks_back_of(numbered<payment_id>(99)).why, refusal::not_found);
  const auto paid = till.has_paid(2);
  EXPECT_EQ(till.does(desk::request_refund{"k", {{}, paid, 1}, {}, {}, "broken"}).why, refusal::stale);
  till.does(desk::mark_fulfilled{"k", {{}, paid}, "GIG"});
  EXPECT_TRUE(till.asks_back(paid, 1).accepted) << "fulfilled";
  auto back = till.word_on(paid);
  back.status = payment_status::refunded;
  till.is_told(back);
  EXPECT_EQ(till.does(desk::request_refund{"k", {{}, paid, 1}, {}, {}, "broken"}).why, refusal::order_closed);
}

TEST(desk_money_r28, finds_the_order_of_a_payment_that_the_book_has_forgotten) {
  a_till till;
  const auto order = till.has_paid(1);
  till.later(1h);
  forget_recent(till.book(), till.context().now);
  EXPECT_TRUE(till.asks_back(order, 1).accepted);
  EXPECT_TRUE(till.asks_back_of(till.money_of(order).id, 1).accepted);
}

TEST(desk_money_r29, waits_above_the_limit_for_another_person) {
  a_till till;
  till.context().settings.refund_limit_minor = 50'000;
  const auto order = till.has_paid(1);
  EXPECT_EQ(till.asks_back(order, 50'000).state, "approved") << "the limit itself passes";
  const auto asked = till.asks_back(order, 20'000);
  EXPECT_EQ(asked.state, "awaiting_approval") << "it cannot be had in small pieces";
  EXPECT_THAT(till.told(), ElementsAre(attention::refund_awaits_approval));
  EXPECT_EQ(till.does(desk::begin_refund{asked.refund}).why, refusal::stale);
  EXPECT_EQ(till.does(desk::approve_refund{"k", asked.refund}).why, refusal::needs_another_person);
  EXPECT_EQ(till.as("ai").does(desk::approve_refund{"k", asked.refund}).why, refusal::not_allowed);
  EXPECT_EQ(till.as(amina).does(desk::approve_refund{"k", asked.refund}).state, "approved");
  EXPECT_EQ(till.refund_of(asked.refund).decided_by, amina);
  const auto again = till.as("person:late").does(desk::reject_refund{"k", asked.refund, ""});
  EXPECT_EQ(again.why, refusal::already_resolved);
  EXPECT_EQ(again.by, amina);
  EXPECT_EQ(again.state, "approved");
}

TEST(desk_money_r29, frees_what_was_rejected) {
  a_till till;
  till.context().settings.refund_limit_minor = 0;
  const auto order = till.has_paid(1);
  const auto asked = till.asks_back(order);
  EXPECT_EQ(till.asks_back(order).why, refusal::refund_exceeds) << "what waits may still happen";
  EXPECT_EQ(till.does(desk::reject_refund{"k", asked.refund, "mistake"}).state, "rejected");
  EXPECT_EQ(till.as(amina).does(desk::approve_refund{"k", asked.refund}).why, refusal::already_resolved);
  EXPECT_TRUE(till.asks_back(order).accepted);
  EXPECT_EQ(till.does(desk::reject_refund{"k", numbered<refund_id>(99), ""}).why, refusal::not_found);
}

// ---- R30 - R33: calling, and what is heard -------------------------------------------------------

TEST(desk_money_r30, begins_a_call_once_and_hears_no_answer_to_an_older_one) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto id = till.asks_back(order).refund;
  const auto begun = till.does(desk::begin_refund{id});
  EXPECT_EQ(begun.state, "sending");
  EXPECT_EQ(begun.attempt, 1);
  EXPECT_EQ(till.does(desk::begin_refund{id}).why, refusal::stale);
  till.later(2min).lists(till.money_of(order).id);
  EXPECT_EQ(till.does(desk::begin_refund{id}).attempt, 2);
  EXPECT_EQ(till.does(desk::refuse_refund{id, 1, "rejected"}).why, refusal::stale);
  EXPECT_EQ(till.does(desk::refuse_refund{id, 2, "no_balance"}).state, "failed");
  EXPECT_EQ(till.refund_of(id).note, "no_balance");
  EXPECT_THAT(till.told(), ElementsAre(attention::refund_failed));
  EXPECT_TRUE(till.asks_back(order).accepted) << "what failed is free again";
}

TEST(desk_money_r31, follows_the_provider_to_the_end) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto id = till.sends_back(order, {}, restock::yes);
  EXPECT_EQ(till.hears(id, refund_status::pending).state, "pending");
  EXPECT_EQ(till.hears(id, refund_status::needs_attention).state, "needs_attention");
  EXPECT_THAT(till.told(), ElementsAre(attention::refund_needs_attention));
  EXPECT_EQ(till.hears(id, refund_status::pending).state, "needs_attention");
  EXPECT_EQ(till.order_of(order).status, order_status::paid);
  EXPECT_EQ(till.hears(id, refund_status::succeeded).status, order_status::refunded);
  EXPECT_EQ(till.stock_of("A1"), 20);
  const auto known = till.store();
  till.hears(id, refund_status::succeeded);
  EXPECT_EQ(till.store().refunds, known.refunds);
  EXPECT_EQ(till.stock_of("A1"), 20);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r31, undoes_no_success_and_tells_of_the_contradiction_once) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto id = till.sends_back(order);
  till.hears(id, refund_status::succeeded);
  till.hears(id, refund_status::failed);
  till.hears(id, refund_status::failed);
  EXPECT_EQ(till.order_of(order).status, order_status::refunded);
  EXPECT_THAT(till.told(), ElementsAre(attention::refund_contradicted));
}

TEST(desk_money_r31, believes_a_late_success_after_a_failure) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto id = till.sends_back(order, 40'000);
  till.does(desk::refuse_refund{id, 1, "timeout"});
  auto part = till.word_on(order);
  part.returned = money{40'000, naira};
  till.is_told(part);
  EXPECT_EQ(till.order_of(order).refunded, 0) << "that sum is what we had asked for";
  till.hears(id, refund_status::succeeded);
  EXPECT_EQ(till.refund_of(id).state, refund_state::succeeded);
  EXPECT_EQ(till.order_of(order).refunded, 40'000);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r32, repeats_a_call_only_when_a_complete_list_that_was_begun_later_lacks_it) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto id = till.sends_back(order);
  const auto money = till.money_of(order).id;
  till.lists(money);
  EXPECT_EQ(till.refund_of(id).state, refund_state::sending) << "the call may still be on its way";
  till.later(2min).lists(money, refund_listing::in_vain);
  EXPECT_EQ(till.refund_of(id).state, refund_state::sending);
  till.lists(money);
  EXPECT_EQ(till.refund_of(id).state, refund_state::approved);
}

TEST(desk_money_r32, gives_up_a_call_that_never_arrives) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto id = till.asks_back(order).refund;
  for (int i = 0; i < till.context().settings.max_refund_attempts; ++i) {
    EXPECT_TRUE(till.does(desk::begin_refund{id}).accepted);
    till.later(2min).lists(till.money_of(order).id);
  }
  EXPECT_EQ(till.refund_of(id).state, refund_state::failed);
  EXPECT_THAT(till.told(), ElementsAre(attention::refund_failed));
}

TEST(desk_money_r32, asks_a_person_when_the_list_is_not_to_be_had) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto id = till.sends_back(order);
  const auto money = till.money_of(order).id;
  EXPECT_EQ(till.does(desk::resolve_refund{"k", id, refund_end::happened, "seen"}).why,
            refusal::already_resolved);
  till.later(24h).lists(money, refund_listing::in_vain);
  EXPECT_EQ(till.refund_of(id).state, refund_state::unproved);
  EXPECT_THAT(till.told(), ElementsAre(attention::refund_unproved));
  EXPECT_EQ(till.does(desk::begin_refund{id}).why, refusal::stale) << "never again by itself";
  EXPECT_EQ(till.asks_back(order).why, refusal::refund_exceeds) << "it may have happened";
  EXPECT_EQ(till.does(desk::resolve_refund{"k", id, refund_end::happened, ""}).why, refusal::invalid_input);
  EXPECT_EQ(till.as("ai").does(desk::resolve_refund{"k", id, refund_end::happened, "seen"}).why,
            refusal::not_allowed);
  EXPECT_EQ(till.as(amina).does(desk::resolve_refund{"k", id, refund_end::happened, "seen"}).status,
            order_status::refunded);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r32, ends_an_unproved_refund_that_a_later_list_lacks_and_does_not_send_it_again) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto id = till.sends_back(order);
  const auto money = till.money_of(order).id;
  till.later(24h).lists(money, refund_listing::in_vain);
  till.lists(money);
  EXPECT_EQ(till.refund_of(id).state, refund_state::failed);
  const auto other = till.sends_back(order);
  till.later(24h).lists(money, refund_listing::in_vain);
  till.hears(other, refund_status::succeeded);
  EXPECT_EQ(till.order_of(order).status, order_status::refunded) << "a later word";
}

TEST(desk_money_r33, writes_down_what_was_refunded_elsewhere_in_the_providers_name) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto money = till.money_of(order).id;
  till.finds(money, 30'000, refund_status::pending);
  EXPECT_EQ(till.order_of(order).refunded, 0);
  EXPECT_EQ(till.asks_back(order).amount.minor, 70'000) << "it may still go back";
  const auto found = till.finds(money, 30'000, refund_status::succeeded);
  EXPECT_EQ(found.actor, "provider:paystack");
  EXPECT_EQ(till.order_of(order).refunded, 30'000);
  EXPECT_TRUE(till.finds(money, 30'000, refund_status::succeeded).events.empty());
  EXPECT_THAT(till.timeline_of(order), Contains("provider:paystack refund_succeeded: NGN 300.00"));
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r33, knows_its_own_without_a_key_by_the_amount_that_is_in_doubt) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto money = till.money_of(order).id;
  const auto id = till.sends_back(order, 30'000);
  till.finds(money, 20'000, refund_status::succeeded, "X1", "");
  EXPECT_EQ(till.refund_of(id).state, refund_state::sending) << "another amount is another's";
  till.finds(money, 30'000, refund_status::succeeded, "X2", "");
  EXPECT_EQ(till.refund_of(id).state, refund_state::succeeded);
  EXPECT_EQ(till.order_of(order).refunded, 50'000);
  till.finds(money, 30'000, refund_status::succeeded, "X3", "");
  EXPECT_EQ(till.order_of(order).refunded, 80'000) << "nothing of ours is in doubt any more";
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r33, counts_once_what_a_sum_told_and_it_takes_for_its_own) {
  a_till till;
  const auto order = till.has_paid(1);
  auto part = till.word_on(order);
  part.returned = money{30'000, naira};
  till.is_told(part);
  const auto id = till.sends_back(order, 30'000);
  till.finds(till.money_of(order).id, 30'000, refund_status::succeeded, "X1", "");
  EXPECT_EQ(till.refund_of(id).state, refund_state::succeeded);
  EXPECT_EQ(till.order_of(order).refunded, 30'000);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r33, knows_without_a_key_what_a_person_said_had_happened) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto money = till.money_of(order).id;
  const auto id = till.sends_back(order, 30'000);
  till.later(24h).lists(money, refund_listing::in_vain);
  till.does(desk::resolve_refund{"k", id, refund_end::happened, "seen"});
  till.finds(money, 30'000, refund_status::succeeded, "X1", "");
  EXPECT_EQ(till.order_of(order).refunded, 30'000);
  EXPECT_EQ(till.refund_of(id).provider_id, "X1");
}

TEST(desk_money_r33, takes_one_key_under_two_ids_for_two_refunds) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto id = till.sends_back(order, 30'000);
  till.hears(id, refund_status::succeeded, "R1");
  till.finds(till.money_of(order).id, 30'000, refund_status::succeeded, "R2", refund_key(id));
  EXPECT_EQ(till.order_of(order).refunded, 60'000) << "both went back";
  EXPECT_EQ(till.refund_of(id).provider_id, "R1");
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r33, ends_what_was_not_sent_yet_and_does_not_fit_any_more) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto first = till.asks_back(order, 30'000).refund;
  const auto second = till.later(1s).asks_back(order, 30'000).refund;
  till.finds(till.money_of(order).id, 60'000, refund_status::succeeded);
  EXPECT_EQ(till.refund_of(first).state, refund_state::approved);
  EXPECT_EQ(till.refund_of(second).state, refund_state::failed) << "who asked last";
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r33, refuses_words_that_are_not_about_this_money) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto money = till.money_of(order).id;
  const auto why = [&](refund_fact fact) { return till.does(desk::confirm_refund{money, fact, {}}).why; };
  const refund_fact good{"X", "T1", "", refund_status::succeeded, {price, naira}};
  auto dollars = good, nothing = good, much = good, other = good, nameless = good;
  dollars.amount.currency = *parse_currency("USD");
  nothing.amount.minor = 0;
  much.amount.minor = price + 1;
  other.transaction = "T2";
  nameless.id.clear();
  for (const auto& strange : {dollars, nothing, much, other, nameless})
    EXPECT_EQ(why(strange), refusal::invalid_input);
  EXPECT_EQ(till.does(desk::confirm_refund{numbered<payment_id>(99), good, {}}).why, refusal::not_found);
  EXPECT_EQ(why(good), refusal::none);
}

// ---- R34 and R35 ---------------------------------------------------------------------------------

TEST(desk_money_r34, gives_cash_back_when_it_is_agreed) {
  a_till till;
  till.context().settings.refund_limit_minor = 150'000;
  const auto placed = till.places(1, {{"A1", 2}});
  till.does(desk::mark_paid{"k", {{}, placed.order}, hand_payment::cash, ""});
  EXPECT_EQ(till.asks_back(placed.order, 50'000).state, "succeeded");
  EXPECT_EQ(till.order_of(placed.order).refunded, 50'000);
  const auto rest = till.asks_back(placed.order, {}, restock::yes);
  EXPECT_EQ(rest.state, "awaiting_approval");
  EXPECT_EQ(till.as(amina).does(desk::approve_refund{"k", rest.refund}).status, order_status::refunded);
  EXPECT_EQ(till.stock_of("A1"), 20);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r35, refunds_the_order_when_the_parts_make_the_whole) {
  a_till till;
  const auto order = till.has_paid(1, 3);
  const auto first = till.sends_back(order, price, restock::yes);
  const auto rest = till.sends_back(order);
  till.hears(first, refund_status::succeeded, "R1");
  EXPECT_EQ(till.order_of(order).status, order_status::paid);
  EXPECT_EQ(till.stock_of("A1"), 17) << "a part brings nothing back";
  EXPECT_THAT(till.timeline_of(order), Contains("provider:paystack partly_refunded: NGN 1,000.00"));
  till.hears(rest, refund_status::succeeded, "R2");
  EXPECT_EQ(till.order_of(order).status, order_status::refunded);
  EXPECT_EQ(till.stock_of("A1"), 20);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r35, tells_of_more_that_comes_for_a_refunded_order_and_lets_it_go_back) {
  a_till till;
  const auto order = till.has_paid(1);
  auto word = till.word_on(order);
  word.status = payment_status::refunded;
  till.is_told(word);
  EXPECT_EQ(till.asks_back(order).why, refusal::order_closed);
  word.status = payment_status::success;
  word.received.minor += 500;
  till.is_told(word);
  EXPECT_EQ(till.order_of(order).status, order_status::refunded);
  EXPECT_THAT(till.told(), ElementsAre(attention::more_came));
  EXPECT_EQ(till.asks_back(order).amount.minor, 500);
  EXPECT_TRUE(till.balances());
}

// ---- R36: disputes -------------------------------------------------------------------------------

TEST(desk_money_r36, freezes_a_disputed_order_until_a_person_releases_it) {
  a_till till;
  const auto order = till.has_paid(1);
  const auto asked = till.asks_back(order, 1).refund;
  auto disputed = till.word_on(order);
  disputed.is_disputed = true;
  till.is_told(disputed);
  EXPECT_EQ(till.order_of(order).dispute, dispute_state::open);
  EXPECT_THAT(till.told(), ElementsAre(attention::dispute));
  EXPECT_EQ(till.does(desk::mark_fulfilled{"k", {{}, order}, ""}).why, refusal::disputed);
  EXPECT_EQ(till.asks_back(order).why, refusal::disputed);
  EXPECT_EQ(till.does(desk::begin_refund{asked}).why, refusal::disputed) << "whose bank takes it back anyway";
  EXPECT_EQ(till.does(desk::release_dispute{"k", {{}, order}, " "}).why, refusal::invalid_input);
  EXPECT_EQ(till.as("system").does(desk::release_dispute{"k", {{}, order}, "won"}).why, refusal::not_allowed);
  EXPECT_EQ(till.as(amina).does(desk::release_dispute{"k", {{}, order, 1}, "won"}).why, refusal::stale);
  EXPECT_EQ(till.does(desk::release_dispute{"k", {{}, order}, "won"}).effect,
            action_effect::dispute_released);
  EXPECT_EQ(till.does(desk::release_dispute{"k", {{}, order}, "won"}).why, refusal::already_resolved);
  till.is_told(disputed);
  EXPECT_EQ(till.order_of(order).dispute, dispute_state::released) << "the same dispute";
  EXPECT_EQ(till.told().size(), 1U);
  EXPECT_EQ(till.does(desk::mark_fulfilled{"k", {{}, order}, ""}).effect, action_effect::order_fulfilled);
}

TEST(desk_money_r36, approves_no_refund_of_disputed_money_until_it_is_released) {
  a_till till;
  till.context().settings.refund_limit_minor = 0;
  const auto order = till.has_paid(1);
  const auto asked = till.asks_back(order).refund;
  auto disputed = till.word_on(order);
  disputed.is_disputed = true;
  till.is_told(disputed);
  EXPECT_EQ(till.as(amina).does(desk::approve_refund{"k", asked}).why, refusal::disputed);
  till.does(desk::release_dispute{"k", {{}, order}, "won"});
  EXPECT_EQ(till.does(desk::approve_refund{"k", asked}).state, "approved");
}

TEST(desk_money_r36, freezes_an_order_whose_money_is_disputed_from_the_start) {
  a_till till;
  till.places(1, {{"A1", 1}});
  auto fact = money_for(till.has_link(1));
  fact.is_disputed = true;
  const auto told = till.is_told(fact);
  EXPECT_EQ(till.order_of(told.order).status, order_status::paid);
  EXPECT_EQ(till.order_of(told.order).dispute, dispute_state::open);
}

TEST(desk_money_r36, only_tells_of_disputed_money_that_is_under_review_or_back) {
  a_till till;
  const auto late = till.has_paid_late(1);
  auto disputed = till.word_on(late);
  disputed.is_disputed = true;
  till.is_told(disputed);
  till.is_told(disputed);
  EXPECT_EQ(till.order_of(late).dispute, dispute_state::none);
  EXPECT_EQ(till.told().size(), 1U);
  const auto back = till.has_paid(2);
  auto lost = till.word_on(back);
  lost.status = payment_status::refunded;
  till.is_told(lost);
  lost.is_disputed = true;
  till.is_told(lost);
  EXPECT_EQ(till.order_of(back).dispute, dispute_state::none);
  EXPECT_EQ(till.told().size(), 2U);
}

TEST(desk_money_r36, freezes_nothing_that_has_no_dispute) {
  a_till till;
  const auto order = till.has_paid(1);
  EXPECT_EQ(till.does(desk::release_dispute{"k", {{}, order}, "x"}).why, refusal::not_allowed);
  EXPECT_EQ(till.does(desk::release_dispute{"k", {{}, numbered<order_id>(9)}, "x"}).why, refusal::not_found);
}

}  // namespace
}  // namespace sellavie
