#pragma once
// The allow-list: which action a model may propose in which state. It is the authority; tags, nonces
// and prompts are not. The order_desk checks again on the state it reads when it decides.
//
//  R1  While a person holds the conversation the AI may do nothing.
//  R2  An order action is allowed only in the order states of the table in policy.cpp; paid, fulfilled,
//      cancelled and refunded orders are never changed, cancelled or checked out.
//  R3  A checkout needs a connected payment provider.
//  R4  A plan has at most max_actions_per_plan actions, each kind at most once.
//  R5  In a plan each action is judged in the state that the allowed ones before it would lead to.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "protocol/domain/action_kind.hpp"
#include "protocol/domain/action_outcome.hpp"
#include "protocol/domain/order.hpp"

namespace sellavie {

enum class action_holder : std::uint8_t { bot, person };
enum class checkout_support : std::uint8_t { none, connected };

struct policy_facts {
  action_holder holder = action_holder::bot;
  /// The conversation's open order, else its last one; empty when it never had one.
  std::optional<order_status> order;
  checkout_support checkout = checkout_support::connected;
};

/// refusal::none = allowed.
[[nodiscard]] refusal check_action(action_kind kind, const policy_facts& facts) noexcept;
/// One verdict per action, in order.
[[nodiscard]] std::vector<refusal> check_plan(std::span<const action_kind> plan, policy_facts facts);
/// What tools to offer the model at all in this state.
[[nodiscard]] std::vector<action_kind> allowed_actions(const policy_facts& facts);

}  // namespace sellavie
