#pragma once
// How a checkout goes on after its provider answered, in a turn (conversation) and for a person (tenant_supervisor):
// intent stored by the desk -> call -> result stored by the desk. Pure.

#include "actors/payment_client.hpp"
#include "actors/tenant.hpp"
#include "protocol/domain/action_outcome.hpp"
#include "protocol/domain/desk_command.hpp"

namespace sellavie::actors {

/// A reference that is no use any more is replaced once.
enum class link_attempt : std::uint8_t { first, again };

enum class link_step : std::uint8_t {
  record,
  /// The money counts, whichever attempt found it: a paid reference is never dropped.
  settle,
  /// There is no link under this reference.
  drop,
  /// ... because our own lost answer used it up: another one is made.
  replace,
};

[[nodiscard]] link_step step_after(link_outcome answer, link_attempt attempt) noexcept;

/// What the desk is told of the link, unless money came.
[[nodiscard]] desk_command result_of(const action_outcome& started, const payment_link& link);

/// What the desk is told of money, by the provider's word alone.
[[nodiscard]] desk_command confirmed(payment_fact fact, const asked_account& asked,
                                     std::string action_key = {});

/// A stale result: a run that died had dropped the reference, or the order has changed since.
[[nodiscard]] bool needs_another_link(link_step taken, const action_outcome& stored,
                                      link_attempt attempt) noexcept;

}  // namespace sellavie::actors
