// What one decision about money becomes in the store.

#include "actors/desk_records.hpp"

#include <gmock/gmock.h>

#include "actors/payment_check.hpp"
#include "tests/actors/support/shop_world.hpp"
#include "tests/protocol/domain/a_till.hpp"

namespace sellavie::test {
namespace {

using testing::Contains;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

struct desk_records : testing::Test {
  a_till till;
  world_clock time;
  counting_ids ids{time};
  actors::payment_account paystack{payment::provider::paystack, payment_mode::live, "sk_live_x", {}};

  storage::change_set rows_of(const decision& decided, bool ends_links = false) {
    return actors::write_decision(
        decided,
        {.business = numbered<business_id>(1), .paying = &paystack, .ids = ids, .ends_links = ends_links});
  }
  static decision of(std::vector<desk_event> events) {
    decision decided;
    decided.events = std::move(events);
    return decided;
  }
};

TEST_F(desk_records, what_changes_twice_in_one_decision_is_one_row_as_it_ends) {
  const auto order = till.has_paid(1);
  auto first = till.refund_of(till.asks_back(order).refund);
  auto money = till.money_of(order);
  const auto before = first.version;
  auto second = first;
  ++first.version;
  first.state = refund_state::sending;
  second.version = before + 2;
  second.state = refund_state::succeeded;
  auto more = money;
  ++money.version;
  more.version = money.version + 1;
  more.returned = 7;
  const auto rows =
      rows_of(of({refund_event{first}, payment_event{money}, refund_event{second}, payment_event{more}}));
  ASSERT_THAT(rows.refunds, SizeIs(1));
  EXPECT_EQ(rows.refunds.front().state, "succeeded");
  EXPECT_EQ(rows.refunds.front().prior_version, before);
  EXPECT_EQ(rows.refunds.front().version, before + 2);
  ASSERT_THAT(rows.payment_records, SizeIs(1));
  EXPECT_EQ(rows.payment_records.front().returned_minor, 7);
  EXPECT_EQ(rows.payment_records.front().prior_version, money.version - 1);
}

TEST_F(desk_records, the_attempt_of_money_that_a_person_puts_on_an_order_is_paid) {
  const auto late = till.has_paid_late(1);
  const auto other = till.places(2, {{"A1", 1}}).order;
  const auto reference = till.money_of(late).reference;
  const auto attached = rows_of(till.decides(desk::resolve_review{
      "key", till.review_of(late).id, review_resolution::attach, {{}, other}, "same customer"}));
  EXPECT_THAT(attached.payments, Contains(AllOf(Field(&storage::payment_row::reference, reference),
                                                Field(&storage::payment_row::expected_status, "review"),
                                                Field(&storage::payment_row::status, "paid"))));
  EXPECT_THAT(attached.review_tasks_done, SizeIs(1));
}

TEST_F(desk_records, money_of_an_order_that_nobody_knows_leaves_no_line_in_a_timeline) {
  payment_fact stray{make_payment_reference(numbered<order_id>(77), 1),
                     "T",
                     payment_status::success,
                     {1, naira},
                     {1, naira},
                     payment_mode::live};
  const auto opened =
      rows_of(till.decides(desk::confirm_payment{"k", stray, payment_mode::live, {"paystack", "till"}}));
  EXPECT_THAT(opened.reviews, SizeIs(1));
  EXPECT_THAT(opened.tasks, SizeIs(1));
  EXPECT_THAT(opened.timeline, IsEmpty()) << "it would name an order that is not there";
  const auto id = till.store().reviews.begin()->first;
  const auto closed = rows_of(till.decides(
      desk::resolve_review{"k2", id, review_resolution::dismiss_as_handled, {}, "another shop's"}));
  ASSERT_THAT(closed.reviews, SizeIs(1));
  EXPECT_EQ(closed.reviews.front().state, "dismissed");
  EXPECT_THAT(closed.timeline, IsEmpty());
}

TEST_F(desk_records, a_link_that_nobody_is_to_pay_by_is_ended_wherever_one_can_be) {
  const auto is_end = Field(&storage::job_row::kind, actors::link_end_job);
  for (const bool somewhere : {false, true}) {
    a_till shop;
    shop.places(1, {{"A1", 1}});
    shop.has_link(1);
    const auto rows = rows_of(shop.decides(desk::cancel_order{"key", {chat(1), {}}, "customer"}), somewhere);
    EXPECT_THAT(rows.payments, Contains(Field(&storage::payment_row::status, "expired")));
    if (somewhere)
      EXPECT_THAT(rows.jobs, Contains(is_end)) << "though the account that is paid at now cannot";
    else EXPECT_THAT(rows.jobs, IsEmpty());
  }
}

}  // namespace
}  // namespace sellavie::test
