// Order book: money, time, stock and people, R11 to R19, and what storage gets.

#include "protocol/domain/order_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using namespace test;

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
  const auto decided = shop.decides(desk::confirm_payment{"", fact, payment_mode::live});
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
  const desk::confirm_payment told{"", fact, payment_mode::live};
  EXPECT_EQ(order_named_by(told), stored.id) << "whom the desk looks up";
  shop.context().stored = stored;
  const auto outcome = shop.does(told);
  EXPECT_EQ(outcome.effect, action_effect::payment_confirmed);
}

TEST(order_book_r12, reviews_money_that_does_not_agree) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto good = money_for(shop.has_link(1));
  auto before = shop.book();
  auto less = good, dear = good, dollars = good, test = good;
  less.received.minor -= 1;
  dear.transaction = "T2";
  dear.requested.minor += 1;
  dollars.transaction = "T3";
  test.transaction = "T4";
  dollars.requested.currency = dollars.received.currency = *parse_currency("USD");
  test.mode = payment_mode::test;
  EXPECT_EQ(shop.is_told(less).review, review_reason::wrong_amount);
  EXPECT_EQ(shop.is_told(dear).review, review_reason::wrong_amount);
  EXPECT_EQ(shop.is_told(dollars).review, review_reason::wrong_currency);
  EXPECT_EQ(shop.is_told(test).review, review_reason::wrong_mode);
  before.reviewed = shop.book().reviewed;
  EXPECT_EQ(shop.book(), before) << "no order, no stock";
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
  const auto decided = shop.decides(desk::confirm_payment{"", fact, payment_mode::live});
  EXPECT_EQ(decided.outcome.review, review_reason::order_cancelled);
  EXPECT_EQ(shop.last(1).status, order_status::cancelled);
  EXPECT_EQ(shop.stock_of("A1"), 20);
  const auto changes = changes_of(decided);
  ASSERT_EQ(decided.events.size(), 2U);
  EXPECT_EQ(std::get<payment_reviewed>(decided.events[0]).order, shop.last(1).id);
  EXPECT_EQ(std::get<payment_event>(decided.events[1]).after.place, payment_place::in_review);
  EXPECT_TRUE(changes.orders.empty());
  EXPECT_EQ(changes.timeline.at(0).what, "payment_review: order_cancelled");
}

TEST(order_book_r24, puts_the_same_money_before_people_once) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 1}});
  const auto ready = shop.has_link(1);
  shop.is_told(money_for(ready, "T1"));
  const desk::confirm_payment again{"", money_for(ready, "T2"), payment_mode::live};
  EXPECT_EQ(shop.does(again).review, review_reason::already_settled);
  const auto known = shop.decides(again);
  EXPECT_EQ(known.outcome.effect, action_effect::payment_review) << "it is told all the same";
  EXPECT_FALSE(known.outcome.review);
  EXPECT_TRUE(known.events.empty());
  EXPECT_EQ(shop.is_told(money_for(ready, "T3")).review, review_reason::already_settled) << "other money";
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
  fact.status = payment_status::refunded;
  EXPECT_EQ(shop.is_told(fact).effect, action_effect::payment_failed)
      << "the money is back with the customer";
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

TEST(order_book_r17, lets_a_person_take_cash_and_fulfil) {
  auto shop = fabrics();
  const auto placed = shop.places(1, {{"A1", 2}});
  EXPECT_EQ(shop.does(desk::mark_paid{"k", {{}, placed.order}}).status, order_status::paid);
  forget_recent(shop.book(), shop.context().now + 1s);
  EXPECT_EQ(shop.does(desk::mark_fulfilled{"k", {{}, placed.order}}).status, order_status::fulfilled);
  EXPECT_EQ(shop.stock_of("A1"), 18);
}

TEST(order_book_r17, fulfils_nothing_that_is_not_paid) {
  auto shop = fabrics();
  const auto placed = shop.places(1, {{"A1", 2}});
  EXPECT_EQ(shop.does(desk::mark_fulfilled{"k", {{}, placed.order}}).why, refusal::order_closed);
  EXPECT_EQ(shop.does(desk::mark_fulfilled{"k", {{}, numbered<order_id>(99)}}).why, refusal::not_found);
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
