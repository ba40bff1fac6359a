#include "protocol/domain/policy.hpp"

#include <algorithm>
#include <array>

namespace sellavie {
namespace {

/// One row per action: is it allowed without an order, and in which states of the order.
struct allow_row {
  action_kind kind;
  bool without_order;
  bool draft;
  bool awaiting_payment;
  bool paid;
  bool fulfilled;
  bool cancelled;
  bool refunded;
};

// place_order beside a closed order begins a new one; check_payment on a cancelled order finds late money.
constexpr std::array allow_list = {
    //                                       none   draft  await  paid   fulf.  canc.  refunded
    allow_row{action_kind::place_order, true, true, true, true, true, true, true},
    allow_row{action_kind::change_order, false, true, true, false, false, false, false},
    allow_row{action_kind::cancel_order, false, true, true, false, false, false, false},
    allow_row{action_kind::request_checkout, false, true, true, false, false, false, false},
    allow_row{action_kind::send_invoice, false, false, true, true, true, false, false},
    allow_row{action_kind::check_payment, false, false, true, true, true, true, false},
    allow_row{action_kind::hand_off, true, true, true, true, true, true, true},
    allow_row{action_kind::record_contact, true, true, true, true, true, true, true},
};

bool allows(const allow_row& row, order_status status) noexcept {
  switch (status) {
    case order_status::draft: return row.draft;
    case order_status::awaiting_payment: return row.awaiting_payment;
    case order_status::paid: return row.paid;
    case order_status::fulfilled: return row.fulfilled;
    case order_status::cancelled: return row.cancelled;
    case order_status::refunded: return row.refunded;
  }
  return false;
}

refusal denial(action_kind kind, const std::optional<order_status>& order) noexcept {
  const bool about_open = kind == action_kind::change_order || kind == action_kind::cancel_order ||
                          kind == action_kind::request_checkout;
  if (!order) return refusal::no_open_order;
  const bool void_now = *order == order_status::cancelled || *order == order_status::refunded;
  if (about_open) return void_now ? refusal::no_open_order : refusal::order_closed;
  return refusal::not_allowed;
}

/// R5: the state that an allowed action is expected to lead to.
std::optional<order_status> after(action_kind kind, std::optional<order_status> order) noexcept {
  switch (kind) {
    case action_kind::place_order: return order && !is_closed(*order) ? order : order_status::draft;
    case action_kind::cancel_order: return order_status::cancelled;
    case action_kind::request_checkout: return order_status::awaiting_payment;
    case action_kind::change_order:
    case action_kind::send_invoice:
    case action_kind::check_payment:
    case action_kind::hand_off:
    case action_kind::record_contact: return order;
  }
  return order;
}

}  // namespace

refusal check_action(action_kind kind, const policy_facts& facts) noexcept {
  if (facts.holder == action_holder::person) return refusal::not_allowed;
  const auto row = std::find_if(allow_list.begin(), allow_list.end(),
                                [&](const allow_row& one) { return one.kind == kind; });
  if (row == allow_list.end()) return refusal::not_allowed;
  const bool allowed = facts.order ? allows(*row, *facts.order) : row->without_order;
  if (!allowed) return denial(kind, facts.order);
  const bool unpayable = kind == action_kind::request_checkout && facts.checkout == checkout_support::none;
  return unpayable ? refusal::payments_not_connected : refusal::none;
}

std::vector<refusal> check_plan(std::span<const action_kind> plan, policy_facts facts) {
  std::vector<refusal> verdicts;
  for (auto at = plan.begin(); at != plan.end(); ++at) {
    const bool repeated = std::find(plan.begin(), at, *at) != at;
    if (repeated || verdicts.size() >= max_actions_per_plan) {
      verdicts.push_back(refusal::too_many_actions);
      continue;
    }
    verdicts.push_back(check_action(*at, facts));
    if (verdicts.back() == refusal::none) facts.order = after(*at, facts.order);
  }
  return verdicts;
}

std::vector<action_kind> allowed_actions(const policy_facts& facts) {
  std::vector<action_kind> allowed;
  for (const auto kind : all_action_kinds)
    if (check_action(kind, facts) == refusal::none) allowed.push_back(kind);
  return allowed;
}

}  // namespace sellavie
