#include "protocol/domain/order_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using namespace test;

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

}  // namespace
}  // namespace sellavie
