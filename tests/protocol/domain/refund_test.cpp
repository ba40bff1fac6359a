// Refunds and payment records as values: how words move them, and what may still go back.

#include "protocol/domain/refund.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace test;

refund one(std::int64_t minor, refund_state state, refund_origin origin = refund_origin::here) {
  refund made;
  made.amount = {minor, naira};
  made.state = state;
  made.origin = origin;
  return made;
}

payment_record money_of(std::int64_t minor) {
  payment_record payment;
  payment.received = {minor, naira};
  return payment;
}

TEST(refund, moves_only_forward_whatever_is_said_and_success_is_the_last_word) {
  using enum refund_status;
  EXPECT_EQ(state_after(refund_state::sending, pending), refund_state::pending);
  EXPECT_EQ(state_after(refund_state::unproved, succeeded), refund_state::succeeded);
  EXPECT_EQ(state_after(refund_state::pending, needs_attention), refund_state::needs_attention);
  EXPECT_EQ(state_after(refund_state::needs_attention, pending), std::nullopt);
  EXPECT_EQ(state_after(refund_state::pending, pending), std::nullopt);
  EXPECT_EQ(state_after(refund_state::failed, pending), std::nullopt);
  EXPECT_EQ(state_after(refund_state::failed, succeeded), refund_state::succeeded);
  for (const auto word : {pending, needs_attention, succeeded, failed})
    EXPECT_EQ(state_after(refund_state::succeeded, word), std::nullopt);
}

TEST(refund, has_names_that_can_be_read_back) {
  std::set<std::string_view> names;
  for (const auto state : all_refund_states) {
    EXPECT_EQ(parse_refund_state(to_string(state)), state);
    names.insert(to_string(state));
  }
  EXPECT_EQ(names.size(), all_refund_states.size());
  EXPECT_EQ(parse_refund_state("sent"), std::nullopt);
  EXPECT_EQ(parse_refund_origin(to_string(refund_origin::elsewhere)), refund_origin::elsewhere);
}

TEST(refund, is_known_to_a_provider_by_a_key_of_its_own) {
  const auto id = numbered<refund_id>(7);
  EXPECT_EQ(refund_key(id), "sv-refund-01000000-0000-0000-0000-000000000007");
  EXPECT_EQ(parse_refund_key(refund_key(id)), id);
  for (const auto* strange :
       {"", "sv-refund-", "sv-refund-1", "goodwill", "01000000-0000-0000-0000-000000000007"})
    EXPECT_EQ(parse_refund_key(strange), std::nullopt) << strange;
}

TEST(refund, leaves_of_a_payment_what_no_live_refund_may_take) {
  const auto payment = money_of(1'000);
  const std::vector<refund> refunds{
      one(100, refund_state::succeeded),        one(200, refund_state::sending),
      one(50, refund_state::awaiting_approval), one(400, refund_state::failed),
      one(400, refund_state::rejected),         one(30, refund_state::pending, refund_origin::elsewhere)};
  EXPECT_EQ(refundable_of(payment, refunds), 1'000 - 100 - 200 - 50 - 30);
  EXPECT_EQ(returned_of(payment, refunds), 100);
}

TEST(refund, counts_what_went_back_elsewhere_once_whether_listed_or_only_summed) {
  auto payment = money_of(1'000);
  payment.elsewhere = 300;
  const std::vector<refund> listed{one(300, refund_state::succeeded, refund_origin::elsewhere)};
  EXPECT_EQ(returned_of(payment, {}), 300);
  EXPECT_EQ(returned_of(payment, listed), 300);
  EXPECT_EQ(refundable_of(payment, listed), 700);
  payment.elsewhere = 5'000;
  EXPECT_EQ(returned_of(payment, {}), 1'000) << "never more than came";
  EXPECT_EQ(refundable_of(payment, {}), 0);
}

TEST(refund, does_not_take_its_own_refunds_for_somebody_elses) {
  const auto payment = money_of(1'000);
  std::vector<refund> refunds{one(100, refund_state::succeeded), one(200, refund_state::pending),
                              one(300, refund_state::failed), one(50, refund_state::approved)};
  for (std::size_t i = 0; i < 3; ++i) refunds[i].attempt = 1;
  EXPECT_EQ(foreign_part(payment, refunds, 300), 0);
  EXPECT_EQ(foreign_part(payment, refunds, 650), 50) << "the sum may be older than the failure";
  EXPECT_EQ(foreign_part(payment, refunds, 1'000), 700) << "what failed is not in the whole";
  EXPECT_EQ(foreign_part(payment, refunds, 100), 0) << "ours on its way may be in the sum or not";
  EXPECT_EQ(foreign_part(payment, refunds, 5'000), 700) << "never more than came";
}

TEST(payment_record, of_money_that_a_person_took_says_so) {
  auto payment = money_of(1);
  payment.from.provider = "cash";
  EXPECT_TRUE(is_by_hand(payment));
  payment.from.provider = "paystack";
  EXPECT_FALSE(is_by_hand(payment));
  for (const auto place : {payment_place::on_order, payment_place::in_review, payment_place::dismissed})
    EXPECT_EQ(parse_payment_place(to_string(place)), place);
  EXPECT_EQ(parse_payment_place("lost"), std::nullopt);
}

TEST(review, has_names_that_can_be_read_back) {
  for (const auto state : all_review_states) EXPECT_EQ(parse_review_state(to_string(state)), state);
  for (const auto how : {review_resolution::accept, review_resolution::attach, review_resolution::refund,
                         review_resolution::dismiss, review_resolution::dismiss_as_handled})
    EXPECT_EQ(parse_review_resolution(to_string(how)), how);
  EXPECT_EQ(parse_review_state("closed"), std::nullopt);
  EXPECT_EQ(parse_review_resolution("keep"), std::nullopt);
}

TEST(ledger, sees_money_that_stands_nowhere_or_twice) {
  auto payment = money_of(1'000);
  payment.id = numbered<payment_id>(1);
  payment.reference = "r";
  order on;
  on.total = {1'000, naira};
  on.received = 1'000;
  review open;
  open.reference = "r";
  const std::vector<payment_record> payments{payment};
  EXPECT_FALSE(ledger_of(payments, {}, {}, {}, naira).balances()) << "nowhere";
  EXPECT_TRUE(ledger_of(payments, {&on, 1}, {}, {}, naira).balances());
  EXPECT_TRUE(ledger_of(payments, {}, {}, {&open, 1}, naira).balances());
  EXPECT_FALSE(ledger_of(payments, {&on, 1}, {}, {&open, 1}, naira).balances()) << "twice";
  auto back = one(400, refund_state::succeeded);
  back.payment = payment.id;
  EXPECT_FALSE(ledger_of(payments, {&on, 1}, {&back, 1}, {}, naira).balances()) << "the order does not know";
  on.refunded = 400;
  const auto sums = ledger_of(payments, {&on, 1}, {&back, 1}, {}, naira);
  EXPECT_EQ(sums, (ledger{1'000, 600, 0, 400, 0}));
  open.state = review_state::dismissed;
  EXPECT_EQ(ledger_of(payments, {}, {&back, 1}, {&open, 1}, naira), (ledger{1'000, 0, 0, 400, 600}));
}

}  // namespace
}  // namespace sellavie
