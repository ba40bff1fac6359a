#include "protocol/domain/policy.hpp"

#include <gtest/gtest.h>

namespace sellavie {
namespace {

constexpr auto place = action_kind::place_order;
constexpr auto change = action_kind::change_order;
constexpr auto cancel = action_kind::cancel_order;
constexpr auto checkout = action_kind::request_checkout;

refusal in_state(action_kind kind, std::optional<order_status> status) {
  return check_action(kind, {action_holder::bot, status, checkout_support::connected});
}

TEST(policy_r1, allows_nothing_while_a_person_holds_the_chat) {
  for (const auto kind : all_action_kinds)
    EXPECT_EQ(check_action(kind, {action_holder::person, order_status::draft, checkout_support::connected}),
              refusal::not_allowed);
}

TEST(policy_r2, never_changes_a_closed_order) {
  for (const auto status : all_order_statuses)
    for (const auto kind : {change, cancel, checkout})
      EXPECT_EQ(in_state(kind, status) == refusal::none, !is_closed(status))
          << to_string(kind) << to_string(status);
  EXPECT_EQ(in_state(cancel, order_status::paid), refusal::order_closed);
  EXPECT_EQ(in_state(cancel, order_status::cancelled), refusal::no_open_order);
  EXPECT_EQ(in_state(change, std::nullopt), refusal::no_open_order);
}

TEST(policy_r2, bills_only_what_awaits_payment_or_is_paid) {
  EXPECT_EQ(in_state(action_kind::send_invoice, order_status::draft), refusal::not_allowed);
  EXPECT_EQ(in_state(action_kind::send_invoice, order_status::awaiting_payment), refusal::none);
  EXPECT_EQ(in_state(action_kind::send_invoice, order_status::cancelled), refusal::not_allowed);
}

TEST(policy_r2, lets_everyone_order_speak_to_a_person_and_leave_an_address) {
  for (const auto kind : {place, action_kind::hand_off, action_kind::record_contact}) {
    EXPECT_EQ(in_state(kind, std::nullopt), refusal::none);
    for (const auto status : all_order_statuses) EXPECT_EQ(in_state(kind, status), refusal::none);
  }
}

TEST(policy_r3, needs_a_provider_for_a_checkout) {
  EXPECT_EQ(check_action(checkout, {action_holder::bot, order_status::draft, checkout_support::none}),
            refusal::payments_not_connected);
}

TEST(policy_r4, takes_each_kind_once_and_not_too_many) {
  const action_kind twice[] = {place, place};
  EXPECT_EQ(check_plan(twice, {}), (std::vector{refusal::none, refusal::too_many_actions}));
  const auto all = check_plan(all_action_kinds, {});
  EXPECT_EQ(all.at(max_actions_per_plan), refusal::too_many_actions);
}

TEST(policy_r5, judges_an_action_in_the_state_that_the_plan_leads_to) {
  const action_kind plan[] = {place, checkout};
  EXPECT_EQ(check_plan(plan, {}), (std::vector{refusal::none, refusal::none}));
  const action_kind backwards[] = {checkout, place};
  EXPECT_EQ(check_plan(backwards, {}), (std::vector{refusal::no_open_order, refusal::none}));
  const action_kind undone[] = {cancel, checkout};
  EXPECT_EQ(check_plan(undone, {action_holder::bot, order_status::draft, checkout_support::connected}),
            (std::vector{refusal::none, refusal::no_open_order}));
}

TEST(policy, offers_only_what_is_allowed) {
  EXPECT_EQ(allowed_actions({}), (std::vector{place, action_kind::hand_off, action_kind::record_contact}));
  EXPECT_TRUE(allowed_actions({action_holder::person, {}, checkout_support::connected}).empty());
}

TEST(action_kind, has_names) {
  for (const auto kind : all_action_kinds) EXPECT_EQ(parse_action_kind(to_string(kind)), kind);
  EXPECT_FALSE(parse_action_kind("refund"));
}

}  // namespace
}  // namespace sellavie
