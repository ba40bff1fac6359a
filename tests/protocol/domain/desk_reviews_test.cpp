// Money that people have to look at: desk_money R37 to R41, and how the desk finds it.

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

constexpr std::int64_t asked_price = 100'000;

/// Conversation 1 has an open order, and money for it that is too little.
order_id has_paid_half(a_till& till) {
  till.places(1, {{"A1", 1}});
  auto fact = money_for(till.has_link(1), "T1");
  fact.received.minor = asked_price / 2;
  return till.is_told(fact).order;
}

TEST(desk_money_r37, opens_one_review_of_the_same_money_whatever_is_found_later) {
  a_till till;
  const auto order = has_paid_half(till);
  till.cancels(1);
  EXPECT_EQ(till.is_told(till.word_on(order)).effect, action_effect::payment_review);
  EXPECT_EQ(till.store().reviews.size(), 1U);
  EXPECT_EQ(till.review_of(order).reason, review_reason::wrong_amount) << "as it was found";
}

TEST(desk_money_r37, remembers_a_review_that_was_decided_before_the_desk_was_loaded) {
  a_till till;
  const auto order = has_paid_half(till);
  till.book() = till.store().load_book(naira, till.context().now);
  EXPECT_EQ(till.is_told(till.word_on(order)).effect, action_effect::payment_review);
  EXPECT_EQ(till.book().reviewed.size(), 1U) << "loaded";
  till.resolves(order, review_resolution::dismiss_as_handled);
  EXPECT_THAT(till.book().reviewed, IsEmpty());
  till.is_told(till.word_on(order));
  EXPECT_EQ(till.store().reviews.size(), 1U) << "what is resolved stays so";
}

TEST(desk_money_r37, tells_the_second_person_who_was_first) {
  a_till till;
  const auto order = till.has_paid_late(1);
  EXPECT_TRUE(till.resolves(order, review_resolution::refund).accepted);
  for (const auto how :
       {review_resolution::refund, review_resolution::accept, review_resolution::dismiss_as_handled}) {
    const auto second = till.as(amina).resolves(order, how);
    EXPECT_EQ(second.why, refusal::already_resolved);
    EXPECT_EQ(second.by, grace);
    EXPECT_EQ(second.state, "refunding");
  }
  EXPECT_EQ(till.as("ai").resolves(order, review_resolution::refund).why, refusal::not_allowed);
  EXPECT_EQ(till.as(grace).does(desk::resolve_review{"k", review_id{}, {}, {}, "x"}).why, refusal::not_found);
}

TEST(desk_money_r38, lets_money_settle_the_order_that_it_names_and_notes_the_difference) {
  a_till till;
  const auto order = has_paid_half(till);
  const auto done = till.resolves(order, review_resolution::accept, "rest in cash");
  EXPECT_EQ(done.effect, action_effect::review_resolved);
  EXPECT_EQ(done.state, "accepted");
  EXPECT_EQ(till.order_of(order).status, order_status::paid);
  EXPECT_EQ(till.order_of(order).received, asked_price / 2);
  EXPECT_EQ(till.money_of(order).place, payment_place::on_order);
  EXPECT_THAT(till.timeline_of(order),
              Contains("person:grace paid: NGN 500.00 of NGN 1,000.00, accepted: rest in cash"));
  EXPECT_EQ(till.is_told(till.word_on(order)).effect, action_effect::payment_confirmed);
  EXPECT_TRUE(till.asks_back(order).accepted) << "it can go back like any other";
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r38, never_reopens_a_closed_order) {
  a_till till;
  const auto order = till.has_paid_late(1);
  EXPECT_EQ(till.resolves(order, review_resolution::accept).why, refusal::no_open_order);
  EXPECT_EQ(till.order_of(order).status, order_status::cancelled);
  const auto paid = till.has_paid(2);
  EXPECT_EQ(till.resolves(order, review_resolution::attach, "x", paid).why, refusal::order_closed);
  EXPECT_EQ(till.review_of(order).state, review_state::open);
}

TEST(desk_money_r38, attaches_money_to_another_open_order) {
  a_till till;
  const auto late = till.has_paid_late(1);
  const auto other = till.places(1, {{"A1", 2}}).order;
  EXPECT_EQ(till.resolves(late, review_resolution::attach, "x").why, refusal::invalid_input) << "which?";
  EXPECT_EQ(till.resolves(late, review_resolution::attach, "x", numbered<order_id>(99)).why,
            refusal::no_open_order);
  const auto word = till.word_on(late);
  EXPECT_EQ(till.resolves(late, review_resolution::attach, "same customer", other).state, "attached");
  EXPECT_EQ(till.order_of(other).status, order_status::paid);
  EXPECT_EQ(till.order_of(other).received, asked_price);
  EXPECT_EQ(till.order_of(late).status, order_status::cancelled);
  auto back = word;
  back.status = payment_status::refunded;
  till.is_told(back);
  EXPECT_EQ(till.order_of(other).status, order_status::refunded) << "its reference names the other one";
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r38, finds_the_order_of_attached_money_that_the_book_has_forgotten) {
  a_till till;
  const auto late = till.has_paid_late(1);
  const auto other = till.places(2, {{"A1", 1}}).order;
  auto back = till.word_on(late);
  till.resolves(late, review_resolution::attach, "x", other);
  till.later(1h);
  forget_recent(till.book(), till.context().now);
  back.status = payment_status::refunded;
  till.is_told(back);
  EXPECT_EQ(till.order_of(other).status, order_status::refunded);
}

TEST(desk_money_r38, settles_nothing_with_another_currency_or_mode) {
  a_till till;
  till.places(1, {{"A1", 1}});
  auto dollars = money_for(till.has_link(1), "T1");
  dollars.requested.currency = dollars.received.currency = *parse_currency("USD");
  const auto order = till.is_told(dollars).order;
  EXPECT_EQ(till.resolves(order, review_resolution::accept).why, refusal::not_allowed);
  till.places(2, {{"A1", 1}});
  auto play = money_for(till.has_link(2), "T2");
  play.mode = payment_mode::test;
  const auto other = till.is_told(play).order;
  EXPECT_EQ(till.resolves(other, review_resolution::accept).why, refusal::not_allowed);
  EXPECT_EQ(till.resolves(other, review_resolution::refund).why, refusal::not_allowed)
      << "no key of ours reaches it";
}

TEST(desk_money_r38, settles_nothing_with_money_of_another_mode_whatever_else_was_wrong_with_it) {
  a_till till;
  const auto play = till.has_paid_late(1);
  const auto other = till.places(2, {{"A1", 1}}).order;
  till.context().settings.mode = payment_mode::test;
  EXPECT_EQ(till.resolves(play, review_resolution::attach, "x", other).why, refusal::not_allowed)
      << "the shop's own money is of the other mode by now";
}

TEST(desk_money_r38, freezes_an_order_that_disputed_money_settles) {
  a_till till;
  const auto order = has_paid_half(till);
  auto disputed = till.word_on(order);
  disputed.is_disputed = true;
  till.is_told(disputed);
  till.resolves(order, review_resolution::accept);
  EXPECT_EQ(till.order_of(order).status, order_status::paid);
  EXPECT_EQ(till.order_of(order).dispute, dispute_state::open);
}

TEST(desk_money_r39, refunds_money_under_review_and_closes_when_it_is_back) {
  a_till till;
  const auto order = till.has_paid_late(1);
  const auto asked = till.resolves(order, review_resolution::refund, "too late");
  EXPECT_EQ(till.review_of(order).state, review_state::refunding);
  EXPECT_EQ(till.refund_of(asked.refund).amount.minor, asked_price);
  till.does(desk::begin_refund{asked.refund});
  till.hears(asked.refund, refund_status::succeeded);
  EXPECT_EQ(till.review_of(order).state, review_state::refunded);
  EXPECT_EQ(till.review_of(order).resolved_by, grace);
  EXPECT_EQ(till.order_of(order).status, order_status::cancelled);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r39, opens_the_review_again_when_its_refund_failed_or_was_rejected) {
  a_till till;
  till.context().settings.refund_limit_minor = 0;
  const auto order = till.has_paid_late(1);
  const auto asked = till.resolves(order, review_resolution::refund);
  EXPECT_EQ(asked.state, "awaiting_approval");
  till.as(amina).does(desk::reject_refund{"k", asked.refund, "no"});
  EXPECT_EQ(till.review_of(order).state, review_state::open);
  EXPECT_EQ(till.review_of(order).resolved_by, "");
  const auto again = till.resolves(order, review_resolution::refund);
  till.as(grace).does(desk::approve_refund{"k", again.refund});
  till.does(desk::begin_refund{again.refund});
  till.hears(again.refund, refund_status::failed);
  EXPECT_EQ(till.review_of(order).state, review_state::open);
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r39, lets_a_part_go_back_and_keeps_the_rest_under_review) {
  a_till till;
  const auto order = till.has_paid_late(1);
  const auto part = till.asks_back_of(till.money_of(order).id, 30'000);
  EXPECT_EQ(till.review_of(order).state, review_state::refunding);
  till.does(desk::begin_refund{part.refund});
  till.hears(part.refund, refund_status::succeeded);
  EXPECT_EQ(till.review_of(order).state, review_state::open);
  EXPECT_EQ(till.store().sums(naira), (ledger{asked_price, 0, 70'000, 30'000, 0}));
  till.resolves(order, review_resolution::dismiss_as_handled, "rest in cash");
  EXPECT_EQ(till.store().sums(naira), (ledger{asked_price, 0, 0, 30'000, 70'000}));
  EXPECT_EQ(till.asks_back_of(till.money_of(order).id).why, refusal::already_resolved);
}

TEST(desk_money_r40, dismisses_money_only_with_a_note_and_when_it_was_settled_elsewhere) {
  a_till till;
  const auto order = till.has_paid_late(1);
  EXPECT_EQ(till.resolves(order, review_resolution::dismiss, "bye").why, refusal::not_allowed);
  EXPECT_EQ(till.resolves(order, review_resolution::dismiss_as_handled, " ").why, refusal::invalid_input);
  EXPECT_EQ(
      till.resolves(order, review_resolution::dismiss_as_handled, std::string(max_review_note_bytes + 1, 'x'))
          .why,
      refusal::invalid_input);
  EXPECT_EQ(till.resolves(order, review_resolution::dismiss_as_handled, "gave him cash").state, "dismissed");
  EXPECT_EQ(till.money_of(order).place, payment_place::dismissed);
  auto back = till.word_on(order);
  back.status = payment_status::refunded;
  till.is_told(back);
  EXPECT_EQ(till.store().sums(naira), (ledger{asked_price, 0, 0, asked_price, 0}))
      << "it went back after all";
}

TEST(desk_money_r40, dismisses_play_money) {
  a_till till;
  till.places(1, {{"A1", 1}});
  auto play = money_for(till.has_link(1), "T1");
  play.mode = payment_mode::test;
  const auto order = till.is_told(play).order;
  EXPECT_EQ(till.resolves(order, review_resolution::dismiss, "a try").state, "dismissed");
  EXPECT_TRUE(till.balances());
}

/// Conversation 1 has an order that expired while its provider was silent.
order_id has_expired_unheard(a_till& till) {
  till.places(1, {{"A1", 1}});
  const auto ready = till.has_link(1);
  till.later(10h).does(desk::expire_reservations{{}, {ready.payment_reference}});
  return ready.order;
}

TEST(desk_money_r40, dismisses_a_silence_and_nothing_else_can_be_done_with_it) {
  a_till till;
  const auto order = has_expired_unheard(till);
  for (const auto how : {review_resolution::accept, review_resolution::attach, review_resolution::refund})
    EXPECT_EQ(till.resolves(order, how, "x", order).why, refusal::not_allowed);
  EXPECT_EQ(till.resolves(order, review_resolution::dismiss, "").why, refusal::invalid_input);
  EXPECT_EQ(till.resolves(order, review_resolution::dismiss, "asked them").state, "dismissed");
  EXPECT_EQ(till.resolves(order, review_resolution::dismiss, "again").by, grace);
}

TEST(desk_money_r41, closes_by_itself_when_the_money_is_back) {
  a_till till;
  const auto order = till.has_paid_late(1);
  auto back = till.word_on(order);
  back.status = payment_status::refunded;
  EXPECT_EQ(till.is_told(back).effect, action_effect::nothing);
  EXPECT_EQ(till.review_of(order).state, review_state::refunded);
  EXPECT_EQ(till.review_of(order).resolved_by, "provider:paystack");
  EXPECT_THAT(till.book().reviewed, IsEmpty());
  EXPECT_TRUE(till.balances());
}

TEST(desk_money_r41, is_open_again_when_more_comes_of_money_that_was_back) {
  a_till till;
  const auto order = till.has_paid_late(1);
  auto word = till.word_on(order);
  word.status = payment_status::refunded;
  till.is_told(word);
  word.status = payment_status::success;
  word.received.minor += 500;
  word.returned = money{asked_price, naira};
  EXPECT_EQ(till.is_told(word).effect, action_effect::payment_review);
  EXPECT_EQ(till.review_of(order).state, review_state::open);
  word.status = payment_status::refunded;
  word.received.minor = asked_price;
  till.is_told(word);
  EXPECT_EQ(till.review_of(order).state, review_state::open) << "an old word, of when less had come";
  EXPECT_EQ(till.store().sums(naira), (ledger{asked_price + 500, 0, 500, asked_price, 0}));
}

TEST(desk_money_r41, answers_a_silence_when_the_provider_speaks) {
  for (const auto word : {payment_status::pending, payment_status::failed, payment_status::not_started,
                          payment_status::success}) {
    a_till till;
    const auto order = has_expired_unheard(till);
    payment_fact fact{till.order_of(order).payment_reference,
                      "T1",
                      word,
                      {asked_price, naira},
                      {asked_price, naira},
                      payment_mode::live};
    till.is_told(fact);
    const bool is_answer = word != payment_status::pending;
    EXPECT_EQ(till.review_of(order).state, is_answer ? review_state::answered : review_state::open);
    const bool has_money = word == payment_status::success;
    EXPECT_EQ(till.store().reviews.size(), has_money ? 2U : 1U) << "money has its own";
    EXPECT_TRUE(till.balances());
  }
}

TEST(desk_money_names, what_is_to_be_looked_up_for_a_command) {
  money_named by_both, by_order, by_payment, by_refund, by_review;
  by_both.reference = "r";
  by_both.transaction = "t";
  by_order.order = numbered<order_id>(1);
  by_payment.payment = numbered<payment_id>(2);
  by_refund.refund = numbered<refund_id>(3);
  by_review.review = numbered<review_id>(4);
  payment_fact fact;
  fact.reference = "r";
  fact.transaction = "t";
  EXPECT_EQ(money_named_by(desk::confirm_payment{"", fact}), by_both);
  EXPECT_EQ(money_named_by(desk::request_refund{"", {{}, by_order.order}}), by_order);
  EXPECT_EQ(money_named_by(desk::request_refund{"", {{}, by_order.order}, by_payment.payment}), by_payment);
  EXPECT_EQ(money_named_by(desk::confirm_refund{by_payment.payment, {}, by_refund.refund}), by_payment);
  EXPECT_EQ(money_named_by(desk::settle_doubt{by_payment.payment}), by_payment);
  EXPECT_EQ(money_named_by(desk::approve_refund{"", by_refund.refund}), by_refund);
  EXPECT_EQ(money_named_by(desk::reject_refund{"", by_refund.refund, ""}), by_refund);
  EXPECT_EQ(money_named_by(desk::begin_refund{by_refund.refund}), by_refund);
  EXPECT_EQ(money_named_by(desk::refuse_refund{by_refund.refund}), by_refund);
  EXPECT_EQ(money_named_by(desk::resolve_refund{"", by_refund.refund}), by_refund);
  EXPECT_EQ(money_named_by(desk::resolve_review{"", by_review.review}), by_review);
  EXPECT_EQ(money_named_by(desk::expire_reservations{}), std::nullopt);
  EXPECT_EQ(money_named_by(desk::mark_paid{"", {{}, by_order.order}}), std::nullopt);
}

}  // namespace
}  // namespace sellavie
