// What people do with orders: rules R7, R17 and R20-R23 of order_book.hpp.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/domain/order_book.hpp"
#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using namespace test;

action_outcome a_person_places(a_shop& shop, std::uint32_t conversation, std::vector<wished_item> items,
                               placing how = placing::by_person) {
  return shop.does(desk::place_order{"key", chat(conversation), {}, std::move(items), "", how});
}

order_target seen(const order& subject) { return {{}, subject.id, subject.version}; }

// ---- R20 ----------------------------------------------------------------------------------------

TEST(order_book_r20, a_person_places_an_order_like_a_customer_does) {
  auto shop = fabrics();
  EXPECT_EQ(a_person_places(shop, 1, {{"A1", 2}}).effect, action_effect::order_placed);
  EXPECT_EQ(shop.stock_of("A1"), 18);
}

TEST(order_book_r20, the_same_items_are_answered_with_the_order_that_has_them) {
  auto shop = fabrics();
  const auto first = shop.places(1, {{"A1", 2}});
  for (const auto how : {placing::by_person, placing::by_person_again}) {
    const auto again = a_person_places(shop, 1, {{"A1", 2}}, how);
    EXPECT_EQ(again.effect, action_effect::order_existing);
    EXPECT_EQ(again.order, first.order);
  }
  EXPECT_EQ(shop.stock_of("A1"), 18);
}

TEST(order_book_r20, an_open_order_is_never_altered_by_it) {
  auto shop = fabrics();
  const auto first = shop.places(1, {{"A1", 2}});
  for (const auto how : {placing::by_person, placing::by_person_again}) {
    const auto refused = a_person_places(shop, 1, {{"B2", 1}}, how);
    EXPECT_EQ(refused.why, refusal::order_open);
    EXPECT_EQ(refused.order_number, first.order_number);
  }
  EXPECT_EQ(shop.open(1)->lines.front().sku, "A1");
  EXPECT_EQ(shop.stock_of("B2"), 5);
}

TEST(order_book_r20, another_one_is_placed_beside_a_closed_one_only_when_that_is_said) {
  auto shop = fabrics();
  const auto first = shop.places(1, {{"A1", 2}});
  shop.does(desk::mark_paid{"k", {{}, first.order}});
  EXPECT_EQ(a_person_places(shop, 1, {{"A1", 2}}).order, first.order);
  const auto second = a_person_places(shop, 1, {{"A1", 2}}, placing::by_person_again);
  EXPECT_EQ(second.effect, action_effect::order_placed);
  EXPECT_NE(second.order, first.order);
  EXPECT_EQ(shop.stock_of("A1"), 16);
}

// ---- R21 ----------------------------------------------------------------------------------------

TEST(order_book_r21, a_person_lets_the_stock_wait_longer_than_a_chat_could) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto until = shop.context().now + 72h;
  EXPECT_EQ(shop.does(desk::set_hold{"k", seen(*shop.open(1)), until}).effect, action_effect::hold_set);
  shop.later(71h).does(desk::expire_reservations{});
  ASSERT_NE(shop.open(1), nullptr);
  shop.starts_checkout(1);
  EXPECT_EQ(shop.open(1)->reserved_until, until) << "a checkout never shortens it";
  shop.later(2h).does(desk::expire_reservations{});
  EXPECT_EQ(shop.open(1), nullptr);
  EXPECT_EQ(shop.stock_of("A1"), 20);
}

TEST(order_book_r21, fourteen_days_are_the_most) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto refused = shop.does(desk::set_hold{"k", seen(*shop.open(1)), shop.context().now + 15 * 24h});
  EXPECT_EQ(refused.why, refusal::invalid_input);
}

TEST(order_book_r21, a_released_order_expires_at_the_next_look) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto decided = shop.decides(desk::set_hold{"k", seen(*shop.open(1)), {}});
  EXPECT_EQ(changes_of(decided).timeline.at(0).what, "hold_released");
  shop.does(desk::expire_reservations{});
  EXPECT_EQ(shop.open(1), nullptr);
  EXPECT_EQ(shop.stock_of("A1"), 20);
}

TEST(order_book_r21, a_released_order_with_a_live_link_waits_for_its_provider) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto ready = shop.has_link(1);
  shop.does(desk::set_hold{"k", {{}, ready.order}, {}});
  shop.does(desk::expire_reservations{});
  ASSERT_NE(shop.open(1), nullptr);
  shop.later(11min).does(desk::expire_reservations{{ready.payment_reference}, {}});
  EXPECT_EQ(shop.open(1), nullptr);
}

// ---- R22 ----------------------------------------------------------------------------------------

TEST(order_book_r22, a_live_link_is_kept_unless_another_is_wished) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto ready = shop.has_link(1);
  const auto kept = shop.does(desk::start_checkout{"k", {{}, ready.order}});
  EXPECT_EQ(kept.effect, action_effect::checkout_ready);
  EXPECT_EQ(kept.payment_url, ready.payment_url);
  const auto fresh = shop.does(desk::start_checkout{"k", {{}, ready.order}, live_link::replace});
  EXPECT_EQ(fresh.effect, action_effect::checkout_started);
  EXPECT_NE(fresh.payment_reference, ready.payment_reference);
  EXPECT_EQ(shop.open(1)->payment_url, "");
}

TEST(order_book_r22, money_for_a_replaced_link_goes_to_review) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto ready = shop.has_link(1);
  shop.does(desk::start_checkout{"k", {{}, ready.order}, live_link::replace});
  EXPECT_EQ(shop.is_told(money_for(ready)).review, review_reason::old_reference);
}

TEST(order_book_r22, a_link_that_is_being_made_is_not_replaced) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto started = shop.starts_checkout(1);
  const auto again = shop.does(desk::start_checkout{"k", {{}, started.order}, live_link::replace});
  EXPECT_EQ(again.payment_reference, started.payment_reference);
}

// ---- R23 ----------------------------------------------------------------------------------------

TEST(order_book_r23, of_two_people_who_saw_the_same_the_second_is_told) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto both = seen(*shop.open(1));
  EXPECT_TRUE(shop.does(desk::change_order{"k", both, {{"A1", 3}}}).accepted);
  const std::vector<desk_command> late{desk::change_order{"k", both, {{"A1", 4}}},
                                       desk::cancel_order{"k", both, "x"}, desk::mark_paid{"k", both},
                                       desk::start_checkout{"k", both},
                                       desk::set_hold{"k", both, shop.context().now + 1h}};
  for (const auto& command : late) {
    const auto decided = shop.decides(command);
    EXPECT_EQ(decided.outcome.why, refusal::stale);
    EXPECT_TRUE(decided.events.empty());
  }
  EXPECT_EQ(shop.stock_of("A1"), 17);
}

TEST(order_book_r23, that_an_order_is_closed_is_said_before_that_it_was_changed) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto first = seen(*shop.open(1));
  shop.does(desk::mark_paid{"k", first});
  for (const desk_command& command :
       std::vector<desk_command>{desk::cancel_order{"k", first, "x"}, desk::mark_paid{"k", first}}) {
    const auto refused = shop.does(command);
    EXPECT_EQ(refused.why, refusal::order_closed);
    EXPECT_EQ(refused.status, order_status::paid);
    EXPECT_EQ(refused.order_number, 1);
  }
}

TEST(order_book_r23, two_who_fulfil_the_same_paid_order_do_it_once) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  shop.does(desk::mark_paid{"k", seen(*shop.open(1))});
  const auto both = seen(shop.last(1));
  EXPECT_EQ(shop.does(desk::mark_fulfilled{"k", both, "GIG 1"}).tracking, "GIG 1");
  EXPECT_EQ(shop.does(desk::mark_fulfilled{"k", both, "GIG 2"}).why, refusal::order_closed);
  EXPECT_EQ(shop.last(1).tracking, "GIG 1");
}

TEST(order_book_r23, an_order_that_the_book_forgot_is_refused_by_what_storage_says) {
  auto shop = fabrics();
  const auto placed = shop.places(1, {{"A1", 2}});
  shop.cancels(1);
  forget_recent(shop.book(), shop.context().now + 1s);
  EXPECT_EQ(last_order_of(shop.book(), chat(1)), nullptr);
  EXPECT_EQ(shop.does(desk::cancel_order{"k", {{}, numbered<order_id>(99)}, "x"}).order_number, 0);
  const auto refused = shop.does(desk::cancel_order{"k", {{}, placed.order}, "x"});
  EXPECT_EQ(refused.order_number, placed.order_number);
  EXPECT_EQ(refused.status, order_status::cancelled);
}

// ---- R7, R17 ------------------------------------------------------------------------------------

TEST(order_book_r7, a_cancelled_link_whose_provider_was_silent_goes_to_review) {
  for (const auto word : {provider_word::given, provider_word::silent}) {
    auto shop = fabrics();
    shop.places(1, {{"A1", 2}});
    const auto ready = shop.has_link(1);
    const auto decided = shop.decides(desk::cancel_order{"k", {{}, ready.order}, "x", word});
    const auto reviewed = std::count_if(decided.events.begin(), decided.events.end(), [](const auto& event) {
      return std::holds_alternative<payment_reviewed>(event);
    });
    EXPECT_EQ(reviewed, word == provider_word::silent ? 1 : 0);
    EXPECT_EQ(shop.stock_of("A1"), 20);
  }
}

TEST(order_book_r17, cash_is_written_down_with_its_amount_and_note) {
  auto shop = fabrics();
  shop.places(1, {{"A1", 2}});
  const auto total = shop.open(1)->total;
  const auto id = shop.open(1)->id;
  const auto decided = shop.decides(desk::mark_paid{"k", {{}, id}, hand_payment::transfer, "slip 7"});
  EXPECT_EQ(changes_of(decided).timeline.at(0).what, "paid: transfer, slip 7");
  EXPECT_EQ(std::get<paid_by_hand>(decided.events.at(1)), (paid_by_hand{id, hand_payment::transfer, total}));
}

}  // namespace
}  // namespace sellavie
