#include "protocol/domain/order_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using namespace test;

a_shop fabrics() {
  a_shop shop;
  shop.selling("A1", 1'500'000, 20).selling("B2", 50'000, 5);
  return shop;
}

// ---- R1, R2: one order, reserved at once -------------------------------------------------------

TEST(order_book_r1, keeps_one_open_order_per_conversation) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  shop.places(1, {{"B2", 1}});
  shop.places(2, {{"A1", 1}});
  EXPECT_EQ(shop.book().open.size(), 2U);
}

TEST(order_book_r2, takes_the_pieces_out_of_stock_when_placed) {
  auto shop = fabrics();
  const auto outcome = shop.places(1, {{"A1", 2}, {"B2", 1}});
  EXPECT_EQ(outcome.effect, action_effect::order_placed);
  EXPECT_EQ(outcome.total, (money{3'050'000, naira}));
  EXPECT_EQ(outcome.order_number, 1);
  EXPECT_EQ(shop.stock_of("A1"), 18);
  EXPECT_EQ(shop.stock_of("B2"), 4);
}

TEST(order_book_r2, takes_all_pieces_or_none) {
  auto shop = fabrics();
  const auto outcome = shop.places(1, {{"A1", 2}, {"B2", 6}});
  EXPECT_EQ(outcome.why, refusal::out_of_stock);
  EXPECT_EQ(outcome.reason, errc::out_of_stock);
  EXPECT_EQ(outcome.product_name, "Name of B2");
  EXPECT_EQ(outcome.requested, 6);
  EXPECT_EQ(outcome.available, 5);
  EXPECT_EQ(shop.stock_of("A1"), 20);
  EXPECT_EQ(shop.open(1), nullptr);
}

TEST(order_book_r2, lets_200_customers_race_for_20_pieces) {
  auto shop = fabrics();
  int placed = 0;
  for (std::uint32_t customer = 1; customer <= 200; ++customer) {
    const auto outcome = shop.places(customer, {{"A1", 1}});
    placed += outcome.accepted ? 1 : 0;
    EXPECT_TRUE(outcome.accepted || outcome.why == refusal::out_of_stock);
  }
  EXPECT_EQ(placed, 20);
  EXPECT_EQ(shop.stock_of("A1"), 0);
}

// ---- R3, R4: wishes said twice -----------------------------------------------------------------

TEST(order_book_r3, refuses_a_second_order_within_the_window) {
  auto shop = fabrics();
  const auto first = shop.places(1, {{"A1", 2}, {"B2", 1}});
  const auto again = shop.later(9min).places(1, {{"B2", 1}, {"A1", 1}, {"A1", 1}});
  EXPECT_EQ(again.effect, action_effect::order_existing);
  EXPECT_EQ(again.order, first.order);
  EXPECT_EQ(shop.stock_of("A1"), 18);
}

TEST(order_book_r3, answers_with_the_open_order_even_after_the_window) {
  auto shop = fabrics();
  const auto first = shop.places(1, {{"A1", 2}});
  EXPECT_EQ(shop.later(20min).places(1, {{"A1", 2}}).order, first.order);
}

TEST(order_book_r3, answers_before_stock_and_price_are_looked_at) {
  auto shop = fabrics();
  const auto first = shop.places(1, {{"B2", 5, 1}});
  auto dearer = *find_product(shop.book(), "B2");
  dearer.price.minor = 60'000;
  ++dearer.price_version;
  load(shop.book(), dearer);
  const auto again = shop.places(1, {{"B2", 5, 1}});
  EXPECT_EQ(again.effect, action_effect::order_existing);
  EXPECT_EQ(again.total, first.total);
}

TEST(order_book_r3, answers_with_a_paid_order_only_within_the_window) {
  auto shop = fabrics();
  const auto first = shop.places(1, {{"A1", 1}});
  shop.is_told(money_for(shop.has_link(1)));
  const auto soon = shop.later(5min).places(1, {{"A1", 1}});
  const auto other = shop.later(6min).places(1, {{"A1", 1}});
  EXPECT_EQ(soon.effect, action_effect::order_existing);
  EXPECT_EQ(soon.status, order_status::paid);
  EXPECT_EQ(other.effect, action_effect::order_placed);
  EXPECT_NE(other.order, first.order);
}

TEST(order_book_r3, places_anew_what_was_cancelled) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  shop.cancels(1);
  EXPECT_EQ(shop.places(1, {{"A1", 1}}).effect, action_effect::order_placed);
}

TEST(order_book_r3, is_about_one_conversation) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  EXPECT_EQ(shop.places(2, {{"A1", 1}}).effect, action_effect::order_placed);
}

TEST(order_book_r4, replaces_the_items_of_a_draft) {
  auto shop = fabrics();
  const auto first = shop.places(1, {{"A1", 2}});
  const auto second = shop.places(1, {{"B2", 1}});
  EXPECT_EQ(second.effect, action_effect::order_changed);
  EXPECT_EQ(second.order, first.order);
  EXPECT_EQ(shop.stock_of("A1"), 20);
  EXPECT_EQ(shop.stock_of("B2"), 4);
}

TEST(order_book_r4, places_nothing_beside_a_payment_link) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  shop.starts_checkout(1);
  const auto refused = shop.places(1, {{"B2", 1}});
  EXPECT_EQ(refused.why, refusal::payment_link_out);
  EXPECT_EQ(refused.order_number, 1);
  EXPECT_EQ(shop.stock_of("B2"), 5);
}

// ---- R5: refusals as values --------------------------------------------------------------------

struct bad_wish {
  std::vector<wished_item> items;
  refusal expected;
};

class order_book_r5 : public testing::TestWithParam<bad_wish> {};

TEST_P(order_book_r5, refuses_and_changes_nothing) {
  auto shop = fabrics();
  shop.selling("HUGE", 9'000'000'000'000'000, 10'000);
  shop.selling("OLD", 100, 10);
  shop.book().products.at(numbered<product_id>(4)).active = false;
  const auto before = shop.book();
  const auto outcome = shop.places(1, GetParam().items);
  EXPECT_FALSE(outcome.accepted);
  EXPECT_EQ(outcome.why, GetParam().expected) << to_string(outcome.why);
  EXPECT_EQ(shop.book(), before);
}

std::vector<wished_item> many_items(int count) {
  std::vector<wished_item> items;
  for (int i = 0; i < count; ++i) items.push_back({"S" + std::to_string(i), 1});
  return items;
}

INSTANTIATE_TEST_SUITE_P(wishes, order_book_r5,
                         testing::Values(bad_wish{{{"NOPE", 1}}, refusal::unknown_product},
                                         bad_wish{{{"a1", 1}}, refusal::unknown_product},
                                         bad_wish{{{"OLD", 1}}, refusal::inactive_product},
                                         bad_wish{{{"A1", 0}}, refusal::bad_quantity},
                                         bad_wish{{{"A1", -1}}, refusal::bad_quantity},
                                         bad_wish{{{"A1", 10'001}}, refusal::bad_quantity},
                                         bad_wish{{{"A1", 9'000}, {"A1", 9'000}}, refusal::bad_quantity},
                                         bad_wish{{}, refusal::no_items},
                                         bad_wish{many_items(51), refusal::too_many_lines},
                                         bad_wish{{{"A1", 21}}, refusal::out_of_stock},
                                         bad_wish{{{"A1", 1, 7}}, refusal::price_changed},
                                         bad_wish{{{"HUGE", 10'000}}, refusal::total_out_of_range}));

TEST(order_book_r5_details, tell_the_new_price) {
  auto shop = fabrics();
  const auto outcome = shop.places(1, {{"A1", 1, 7}});
  EXPECT_EQ(outcome.price, (money{1'500'000, naira}));
  EXPECT_EQ(outcome.sku, "A1");
}

TEST(order_book_r5_details, make_one_line_of_a_sku_said_twice) {
  auto shop = fabrics();
  const auto outcome = shop.places(1, {{"A1", 1}, {"B2", 1}, {"A1", 2}});
  ASSERT_EQ(outcome.lines.size(), 2U);
  EXPECT_EQ(outcome.lines[0].quantity, 3);
}

TEST(order_book_r5_details, cut_a_long_note_between_characters) {
  auto shop = fabrics();
  std::string note(max_order_note_bytes - 1, 'x');
  note += "é";
  shop.does(desk::place_order{"k", chat(1), {}, {{"A1", 1}}, note});
  EXPECT_EQ(shop.open(1)->note.size(), max_order_note_bytes - 1);
}

// ---- R6, R7: change and cancel -----------------------------------------------------------------

TEST(order_book_r6, moves_only_the_difference) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 15}, {"B2", 2}});
  const auto decided = shop.decides(desk::change_order{"k", {chat(1), {}}, {{"A1", 18}}});
  EXPECT_EQ(decided.outcome.effect, action_effect::order_changed);
  const auto changes = changes_of(decided);
  ASSERT_EQ(changes.stock.size(), 2U);
  EXPECT_EQ(changes.stock[0].delta, -3);
  EXPECT_EQ(changes.stock[1].delta, 2);
  EXPECT_EQ(shop.stock_of("A1"), 2);
}

TEST(order_book_r6, leaves_everything_when_the_new_items_are_not_there) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 15}});
  const auto outcome = shop.changes(1, {{"A1", 21}});
  EXPECT_EQ(outcome.why, refusal::out_of_stock);
  EXPECT_EQ(outcome.available, 20);
  EXPECT_EQ(shop.open(1)->lines.front().quantity, 15);
  EXPECT_EQ(shop.stock_of("A1"), 5);
}

TEST(order_book_r6, drops_a_link_that_is_out_and_reviews_money_for_it) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto old_link = shop.has_link(1);
  shop.changes(1, {{"A1", 2}});
  EXPECT_TRUE(shop.open(1)->payment_url.empty());
  EXPECT_EQ(shop.is_told(money_for(old_link)).review, review_reason::old_reference);
  const auto fresh = shop.has_link(1);
  EXPECT_NE(fresh.payment_reference, old_link.payment_reference);
  EXPECT_EQ(shop.is_told(money_for(fresh)).effect, action_effect::payment_confirmed);
}

TEST(order_book_r6, changes_nothing_for_the_same_items) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  shop.has_link(1);
  const auto before = shop.book();
  EXPECT_EQ(shop.changes(1, {{"A1", 1}}).effect, action_effect::order_existing);
  EXPECT_EQ(shop.book(), before);
}

TEST(order_book_r7, returns_the_stock_of_a_cancelled_order) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 15}});
  EXPECT_EQ(shop.cancels(1).status, order_status::cancelled);
  EXPECT_EQ(shop.stock_of("A1"), 20);
}

TEST(order_book_r7, never_touches_a_closed_order) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  shop.is_told(money_for(shop.has_link(1)));
  const auto before = shop.book();
  EXPECT_EQ(shop.cancels(1).why, refusal::order_closed);
  EXPECT_EQ(shop.changes(1, {{"A1", 2}}).why, refusal::order_closed);
  EXPECT_EQ(shop.starts_checkout(1).why, refusal::order_closed);
  EXPECT_EQ(shop.book(), before);
}

TEST(order_book_r7, does_not_find_the_order_of_another_conversation) {
  auto shop = fabrics();
  const auto placed = shop.places(1, {{"A1", 1}});
  const auto outcome = shop.does(desk::cancel_order{"k", {chat(2), placed.order}, ""});
  EXPECT_EQ(outcome.why, refusal::not_found);
  EXPECT_EQ(outcome.order_number, 0);
}

TEST(order_book_r7, says_that_there_is_no_open_order) {
  auto shop = fabrics();
  EXPECT_EQ(shop.cancels(1).why, refusal::no_open_order);
  shop.places(1, {{"A1", 1}});
  shop.cancels(1);
  EXPECT_EQ(shop.cancels(1).why, refusal::no_open_order);
}

// ---- R8 - R10: links ---------------------------------------------------------------------------

TEST(order_book_r8, names_one_reference_until_the_link_is_there) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto first = shop.starts_checkout(1);
  const auto second = shop.starts_checkout(1);
  EXPECT_EQ(first.effect, action_effect::checkout_started);
  EXPECT_EQ(first.status, order_status::awaiting_payment);
  EXPECT_EQ(second.payment_reference, first.payment_reference);
  EXPECT_EQ(shop.open(1)->payment_attempt, 1);
}

TEST(order_book_r8, answers_with_the_live_link) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  shop.has_link(1);
  const auto again = shop.starts_checkout(1);
  EXPECT_EQ(again.effect, action_effect::checkout_ready);
  EXPECT_EQ(again.payment_url, "https://pay.example/1");
}

TEST(order_book_r9, records_a_link_only_under_the_current_reference) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto started = shop.starts_checkout(1);
  shop.changes(1, {{"A1", 2}});
  const auto late =
      shop.does(desk::record_payment_link{started.order, started.payment_reference, "https://x.y"});
  EXPECT_EQ(late.why, refusal::stale);
  EXPECT_TRUE(shop.open(1)->payment_url.empty());
}

TEST(order_book_r9, takes_the_same_link_twice_but_no_other) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto ready = shop.has_link(1);
  EXPECT_TRUE(
      shop.does(desk::record_payment_link{ready.order, ready.payment_reference, ready.payment_url}).accepted);
  EXPECT_EQ(shop.does(desk::record_payment_link{ready.order, ready.payment_reference, "https://b.c"}).why,
            refusal::stale);
}

TEST(order_book_r9, refuses_what_is_no_web_address) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto started = shop.starts_checkout(1);
  for (const std::string url : {"", "javascript:alert(1)", "https://a b", "https://a\nb"})
    EXPECT_EQ(shop.does(desk::record_payment_link{started.order, started.payment_reference, url}).why,
              refusal::invalid_input);
}

TEST(order_book_r10, takes_a_new_attempt_after_a_failed_link) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto first = shop.starts_checkout(1);
  EXPECT_TRUE(
      shop.does(desk::fail_payment_link{first.order, first.payment_reference, "unavailable"}).accepted);
  const auto second = shop.starts_checkout(1);
  EXPECT_NE(second.payment_reference, first.payment_reference);
  EXPECT_EQ(second.status, order_status::awaiting_payment);
}

TEST(order_book_r10, never_fails_a_live_link) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto ready = shop.has_link(1);
  EXPECT_EQ(shop.does(desk::fail_payment_link{ready.order, ready.payment_reference, ""}).why, refusal::stale);
}

// ---- R11 - R13: money --------------------------------------------------------------------------

TEST(order_book_r11, settles_an_order_when_all_of_it_agrees) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto outcome = shop.is_told(money_for(shop.has_link(1)));
  EXPECT_EQ(outcome.effect, action_effect::payment_confirmed);
  EXPECT_EQ(outcome.kind, action_kind::check_payment);
  EXPECT_EQ(shop.last(1).status, order_status::paid);
  EXPECT_EQ(shop.last(1).paid_at, shop.context().now);
  EXPECT_EQ(shop.stock_of("A1"), 19);
}

TEST(order_book_r11, hears_the_same_fact_twice) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto fact = money_for(shop.has_link(1));
  shop.is_told(fact);
  const auto decided = shop.decides(desk::confirm_payment{"", fact, payment_mode::live, {}});
  EXPECT_EQ(decided.outcome.effect, action_effect::payment_confirmed);
  EXPECT_TRUE(decided.events.empty());
}

TEST(order_book_r11, knows_a_settled_order_from_storage) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto fact = money_for(shop.has_link(1));
  shop.is_told(fact);
  const auto stored = shop.last(1);
  forget_recent(shop.book(), shop.context().now + 1s);
  const auto outcome = shop.does(desk::confirm_payment{"", fact, payment_mode::live, stored});
  EXPECT_EQ(outcome.effect, action_effect::payment_confirmed);
}

TEST(order_book_r12, reviews_money_that_does_not_agree) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto good = money_for(shop.has_link(1));
  const auto before = shop.book();
  auto less = good, dear = good, dollars = good, test = good;
  less.received.minor -= 1;
  dear.requested.minor += 1;
  dollars.requested.currency = dollars.received.currency = *parse_currency("USD");
  test.mode = payment_mode::test;
  EXPECT_EQ(shop.is_told(less).review, review_reason::wrong_amount);
  EXPECT_EQ(shop.is_told(dear).review, review_reason::wrong_amount);
  EXPECT_EQ(shop.is_told(dollars).review, review_reason::wrong_currency);
  EXPECT_EQ(shop.is_told(test).review, review_reason::wrong_mode);
  EXPECT_EQ(shop.book(), before);
}

TEST(order_book_r12, lets_the_customer_bear_the_fees) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  auto fact = money_for(shop.has_link(1));
  fact.received.minor += 22'500;
  EXPECT_EQ(shop.is_told(fact).effect, action_effect::payment_confirmed);
}

TEST(order_book_r12, never_reopens_a_cancelled_order_for_late_money) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto fact = money_for(shop.has_link(1));
  shop.cancels(1);
  const auto decided = shop.decides(desk::confirm_payment{"", fact, payment_mode::live, {}});
  EXPECT_EQ(decided.outcome.review, review_reason::order_cancelled);
  EXPECT_EQ(shop.last(1).status, order_status::cancelled);
  EXPECT_EQ(shop.stock_of("A1"), 20);
  const auto changes = changes_of(decided);
  ASSERT_EQ(decided.events.size(), 1U);
  EXPECT_EQ(std::get<payment_reviewed>(decided.events[0]).order, shop.last(1).id);
  EXPECT_TRUE(changes.orders.empty());
  EXPECT_EQ(changes.timeline.at(0).what, "payment_review: order_cancelled");
}

TEST(order_book_r12, reviews_a_second_payment) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto ready = shop.has_link(1);
  shop.is_told(money_for(ready, "T1"));
  EXPECT_EQ(shop.is_told(money_for(ready, "T2")).review, review_reason::already_settled);
}

TEST(order_book_r12, reviews_money_for_an_order_nobody_knows) {
  auto shop = fabrics();
  payment_fact stray{make_payment_reference(numbered<order_id>(77), 1),
                     "T",
                     payment_status::success,
                     {1, naira},
                     {1, naira},
                     payment_mode::live};
  EXPECT_EQ(shop.is_told(stray).review, review_reason::unknown_order);
  stray.reference = "someone-elses";
  EXPECT_EQ(shop.is_told(stray).review, review_reason::unknown_order);
}

TEST(order_book_r13, holds_the_stock_longer_for_money_on_its_way) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  auto fact = money_for(shop.has_link(1));
  fact.status = payment_status::pending;
  const auto before = shop.later(29min).open(1)->reserved_until;
  EXPECT_EQ(shop.is_told(fact).effect, action_effect::payment_pending);
  EXPECT_GT(shop.open(1)->reserved_until, before);
}

TEST(order_book_r13, ignores_what_failed_or_was_not_begun) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  auto fact = money_for(shop.has_link(1));
  const auto before = shop.later(29min).book();
  fact.status = payment_status::failed;
  EXPECT_EQ(shop.is_told(fact).effect, action_effect::payment_failed);
  fact.status = payment_status::not_started;
  EXPECT_EQ(shop.is_told(fact).effect, action_effect::payment_pending);
  EXPECT_EQ(shop.book(), before);
}

TEST(order_book_r13, does_not_unpay_an_order) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  auto fact = money_for(shop.has_link(1));
  shop.is_told(fact);
  for (const auto late : {payment_status::failed, payment_status::pending, payment_status::not_started}) {
    fact.status = late;
    EXPECT_EQ(shop.is_told(fact).effect, action_effect::payment_confirmed);
  }
  EXPECT_EQ(shop.last(1).status, order_status::paid);
}

// ---- R14, R18, R19: time and limits ------------------------------------------------------------

TEST(order_book_r14, cancels_unpaid_orders_and_returns_their_stock) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 3}});
  shop.later(1min).places(2, {{"A1", 2}});
  EXPECT_EQ(shop.later(29min).does(desk::expire_reservations{}).requested, 1);
  EXPECT_EQ(shop.last(1).status, order_status::cancelled);
  EXPECT_EQ(shop.open(2)->status, order_status::draft);
  EXPECT_EQ(shop.stock_of("A1"), 18);
}

TEST(order_book_r14, never_cancels_a_paid_order) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 3}});
  shop.is_told(money_for(shop.has_link(1)));
  EXPECT_EQ(shop.later(48h).does(desk::expire_reservations{}).requested, 0);
  EXPECT_EQ(shop.last(1).status, order_status::paid);
}

TEST(order_book_r14, gives_a_live_link_some_grace) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 3}});
  shop.has_link(1);
  const auto link = shop.open(1)->payment_reference;
  EXPECT_EQ(shop.later(35min).does(desk::expire_reservations{{link}}).requested, 0);
  EXPECT_EQ(next_expiry(shop.book(), {}), shop.context().now + 5min);
  EXPECT_EQ(shop.later(5min).does(desk::expire_reservations{{link}}).requested, 1);
}

TEST(order_book_r14, cancels_an_order_with_a_live_link_only_when_its_provider_called_it_unpaid) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 3}});
  shop.has_link(1);
  const auto link = shop.open(1)->payment_reference;
  EXPECT_EQ(shop.later(41min).does(desk::expire_reservations{{"sv-another-1"}}).requested, 0);
  const auto decided = shop.decides(desk::expire_reservations{{link}});
  EXPECT_EQ(decided.outcome.requested, 1);
  EXPECT_TRUE(std::none_of(decided.events.begin(), decided.events.end(), [](const desk_event& event) {
    return std::holds_alternative<payment_reviewed>(event);
  }));
  EXPECT_EQ(shop.last(1).status, order_status::cancelled);
  EXPECT_EQ(shop.stock_of("A1"), 20);
}

TEST(order_book_r14, tells_a_person_of_an_order_whose_provider_was_asked_in_vain) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 3}});
  shop.has_link(1);
  const auto link = shop.open(1)->payment_reference;
  EXPECT_EQ(shop.later(99min).does(desk::expire_reservations{{}, {link}}).requested, 0);
  EXPECT_EQ(shop.later(10h).does(desk::expire_reservations{}).requested, 0) << "never unasked, however late";
  const auto decided = shop.decides(desk::expire_reservations{{}, {link}});
  EXPECT_EQ(shop.last(1).status, order_status::cancelled);
  std::vector<payment_reviewed> reviews;
  for (const desk_event& event : decided.events)
    if (const auto* review = std::get_if<payment_reviewed>(&event)) reviews.push_back(*review);
  ASSERT_EQ(reviews.size(), 1U);
  EXPECT_EQ(reviews[0].reason, review_reason::not_answered);
  EXPECT_EQ(reviews[0].fact.reference, shop.last(1).payment_reference);
}

TEST(order_book_r14, names_the_links_to_ask_about_the_earliest_first) {
  auto shop = fabrics();
  std::vector<std::string> links;
  for (std::uint32_t i = 1; i <= 4; ++i) {
    shop.later(1s).places(5 - i, {{"A1", 1}});
    if (i != 2) links.push_back(shop.has_link(5 - i).payment_reference);
  }
  EXPECT_TRUE(links_to_ask(shop.book(), {}, shop.later(39min).context().now, 9).empty());
  EXPECT_EQ(links_to_ask(shop.book(), {}, shop.later(1h).context().now, 9), links);
  links.resize(2);
  EXPECT_EQ(links_to_ask(shop.book(), {}, shop.context().now, 2), links);
}

TEST(order_book_r14, takes_so_many_at_a_time_the_earliest_first) {
  auto shop = fabrics();
  shop.context().settings.expiry_batch = 2;
  for (std::uint32_t i = 1; i <= 5; ++i) shop.later(1s).places(6 - i, {{"A1", 1}});
  EXPECT_EQ(shop.later(1h).does(desk::expire_reservations{}).requested, 2);
  EXPECT_EQ(shop.open(5), nullptr);
  EXPECT_EQ(shop.open(4), nullptr);
  EXPECT_NE(shop.open(1), nullptr);
}

TEST(order_book_r18, takes_no_more_open_orders_than_it_may) {
  auto shop = fabrics();
  shop.context().settings.max_open_orders = 1;
  shop.places(1, {{"A1", 1}});
  EXPECT_EQ(shop.places(2, {{"A1", 1}}).why, refusal::too_many_open_orders);
}

TEST(order_book_r19, never_holds_stock_beyond_the_longest_reservation) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto placed_at = shop.context().now;
  for (std::int64_t i = 0; i < 100; ++i) shop.later(20min).changes(1, {{"A1", 1 + i % 2}});
  EXPECT_EQ(shop.open(1)->reserved_until, placed_at + 24h);
}

// ---- R15 - R17: stock, products, people --------------------------------------------------------

TEST(order_book_r15, adjusts_stock_by_a_delta_within_limits) {
  auto shop = fabrics();
  EXPECT_EQ(shop.does(desk::adjust_stock{"k", "A1", -20}).available, 0);
  EXPECT_EQ(shop.does(desk::adjust_stock{"k", "A1", -1}).why, refusal::out_of_stock);
  EXPECT_EQ(shop.does(desk::adjust_stock{"k", "A1", INT64_MAX}).why, refusal::invalid_input);
  EXPECT_EQ(shop.does(desk::adjust_stock{"k", "A1", INT64_MIN}).why, refusal::invalid_input);
  EXPECT_EQ(shop.does(desk::adjust_stock{"k", "ZZ", 1}).why, refusal::unknown_product);
}

TEST(order_book_r15, sets_stock_only_when_it_is_what_was_seen) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  EXPECT_EQ(shop.does(desk::set_stock{"k", "A1", 20, 50}).why, refusal::stale);
  EXPECT_EQ(shop.does(desk::set_stock{"k", "A1", 19, 50}).available, 50);
  EXPECT_EQ(shop.stock_of("A1"), 50);
}

TEST(order_book_r15, says_of_a_correction_why_and_what_the_stock_is_now) {
  auto shop = fabrics();
  const auto decided = shop.decides(desk::adjust_stock{"k", "A1", -3, "broken"});
  const auto moved = std::get<stock_moved>(decided.events.at(0));
  EXPECT_EQ(moved.reason, "broken");
  EXPECT_EQ(moved.delta, -3);
  EXPECT_EQ(moved.after, 17);
}

TEST(order_book_r15, sets_a_file_of_counts_as_a_whole_or_not_at_all) {
  auto shop = fabrics();
  const auto rest = shop.stock_of("B2");
  EXPECT_EQ(shop.does(desk::set_stocks{"", {{"A1", 20, 7}, {"ZZ", 0, 1}}, "file"}).why,
            refusal::unknown_product);
  EXPECT_EQ(shop.does(desk::set_stocks{"", {{"A1", 20, 7}, {"A1", 20, 8}}, "file"}).why,
            refusal::invalid_input);
  EXPECT_EQ(shop.does(desk::set_stocks{"", {{"A1", 20, -1}}, "file"}).why, refusal::invalid_input);
  EXPECT_EQ(shop.does(desk::set_stocks{"", {{"A1", 23, 7}}, "file"}).why, refusal::stale)
      << "three were sold since";
  EXPECT_EQ(shop.stock_of("A1"), 20);
  EXPECT_EQ(shop.does(desk::set_stocks{"", {{"A1", 20, 7}, {"B2", rest, rest}}, "file"}).requested, 1);
  EXPECT_EQ(shop.stock_of("A1"), 7);
}

TEST(order_book_r16, takes_products_as_they_are_stored_and_keeps_its_orders) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  auto book = shop.book();
  product renamed = *find_product(book, "A1");
  renamed.name = "Another";
  renamed.price.minor += 1;
  replace_products(book, {renamed});
  EXPECT_EQ(*find_product(book, "A1"), renamed);
  EXPECT_EQ(find_product(book, "B2"), nullptr);
  EXPECT_EQ(book.open, shop.book().open);
}

TEST(order_book_r17, lets_a_person_take_cash_fulfil_and_refund) {
  auto shop = fabrics();
  const auto placed = shop.places(1, {{"A1", 2}});
  EXPECT_EQ(shop.does(desk::mark_paid{"k", {{}, placed.order}}).status, order_status::paid);
  const auto stored = shop.last(1);
  forget_recent(shop.book(), shop.context().now + 1s);
  shop.context().stored = stored;
  EXPECT_EQ(shop.does(desk::mark_fulfilled{"k", {{}, placed.order}}).status, order_status::fulfilled);
  EXPECT_EQ(shop.stock_of("A1"), 18);
  EXPECT_EQ(shop.does(desk::mark_refunded{"k", {{}, placed.order}, restock::yes}).status,
            order_status::refunded);
  EXPECT_EQ(shop.stock_of("A1"), 20);
  EXPECT_EQ(shop.does(desk::mark_refunded{"k", {{}, placed.order}, restock::yes}).why, refusal::order_closed);
  EXPECT_EQ(shop.stock_of("A1"), 20);
}

TEST(order_book_r17, fulfils_nothing_that_is_not_paid) {
  auto shop = fabrics();
  const auto placed = shop.places(1, {{"A1", 2}});
  EXPECT_EQ(shop.does(desk::mark_fulfilled{"k", {{}, placed.order}}).why, refusal::order_closed);
  EXPECT_EQ(shop.does(desk::mark_refunded{"k", {{}, numbered<order_id>(99)}}).why, refusal::not_found);
}

TEST(order_book_r17, reviews_provider_money_for_an_order_paid_in_cash) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto ready = shop.has_link(1);
  shop.does(desk::mark_paid{"k", {{}, ready.order}});
  EXPECT_EQ(shop.is_told(money_for(ready)).review, review_reason::already_settled);
}

// ---- what storage gets -------------------------------------------------------------------------

TEST(desk_changes, insert_first_and_update_by_version_after) {
  auto shop = fabrics();
  const auto placed = changes_of(shop.decides(desk::place_order{"k1", chat(1), {}, {{"A1", 2}}, ""}));
  ASSERT_EQ(placed.orders.size(), 1U);
  EXPECT_EQ(placed.orders[0].prior_version, 0);
  EXPECT_EQ(placed.orders[0].after.idempotency_key, "k1");
  EXPECT_EQ(placed.timeline.at(0).what, "placed");
  EXPECT_EQ(placed.timeline.at(0).actor, "ai");
  const auto cancelled = changes_of(shop.decides(desk::cancel_order{"k2", {chat(1), {}}, "customer"}));
  EXPECT_EQ(cancelled.orders.at(0).prior_version, 1);
  EXPECT_EQ(cancelled.orders.at(0).after.version, 2);
  EXPECT_EQ(cancelled.timeline.at(0).what, "cancelled: customer");
}

TEST(desk_changes, merge_the_stock_of_one_product) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  shop.places(2, {{"A1", 3}});
  const auto changes = changes_of(shop.later(1h).decides(desk::expire_reservations{}));
  EXPECT_EQ(changes.orders.size(), 2U);
  ASSERT_EQ(changes.stock.size(), 1U);
  EXPECT_EQ(changes.stock[0].delta, 5);
}

TEST(desk_changes, of_a_refusal_are_none_but_its_key_stays) {
  auto shop = fabrics();
  const auto decided = shop.decides(desk::place_order{"k", chat(1), {}, {{"A1", 99}}, ""});
  EXPECT_TRUE(decided.events.empty());
  EXPECT_EQ(decided.action_key, "k");
}

TEST(order_book_memory, of_closed_orders_is_bounded) {
  auto shop = fabrics();
  for (std::uint32_t i = 1; i <= max_recent_orders + 10; ++i) {
    shop.later(1s).places(i, {{"A1", 1}});
    shop.cancels(i);
  }
  EXPECT_EQ(shop.book().recent.size(), max_recent_orders);
  EXPECT_EQ(last_order_of(shop.book(), chat(1)), nullptr);
}

TEST(order_book_loading, gives_the_same_book_again) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  shop.places(2, {{"A1", 2}});
  shop.cancels(2);
  order_book loaded;
  loaded.currency = naira;
  for (const auto& [id, one] : shop.book().products) load(loaded, one);
  for (const auto& [id, one] : shop.book().open) load(loaded, one);
  for (const auto& [id, one] : shop.book().recent) load(loaded, one);
  EXPECT_EQ(loaded, shop.book());
}

}  // namespace
}  // namespace sellavie
