#include "protocol/domain/refund.hpp"

#include <algorithm>

namespace sellavie {
namespace {

constexpr std::string_view key_prefix = "sv-refund-";

int rank_of(refund_state state) noexcept {
  switch (state) {
    case refund_state::awaiting_approval:
    case refund_state::approved:
    case refund_state::sending:
    case refund_state::unproved: return 0;
    case refund_state::pending: return 1;
    case refund_state::needs_attention: return 2;
    case refund_state::rejected:
    case refund_state::failed: return 3;
    case refund_state::succeeded: return 4;
  }
  return 0;
}

refund_state state_of(refund_status word) noexcept {
  switch (word) {
    case refund_status::pending: return refund_state::pending;
    case refund_status::needs_attention: return refund_state::needs_attention;
    case refund_status::succeeded: return refund_state::succeeded;
    case refund_status::failed: return refund_state::failed;
  }
  return refund_state::pending;
}

template <class Counts>
std::int64_t sum_of(std::span<const refund> refunds, refund_origin origin, Counts counts) {
  std::int64_t sum = 0;
  for (const refund& one : refunds)
    if (one.origin == origin && counts(one.state)) sum += one.amount.minor;
  return sum;
}

bool has_succeeded(refund_state state) noexcept { return state == refund_state::succeeded; }

}  // namespace

std::string_view to_string(refund_status status) noexcept {
  switch (status) {
    case refund_status::pending: return "pending";
    case refund_status::needs_attention: return "needs_attention";
    case refund_status::succeeded: return "succeeded";
    case refund_status::failed: return "failed";
  }
  return "unknown";
}

std::string_view to_string(refund_state state) noexcept {
  switch (state) {
    case refund_state::awaiting_approval: return "awaiting_approval";
    case refund_state::rejected: return "rejected";
    case refund_state::approved: return "approved";
    case refund_state::sending: return "sending";
    case refund_state::pending: return "pending";
    case refund_state::needs_attention: return "needs_attention";
    case refund_state::succeeded: return "succeeded";
    case refund_state::failed: return "failed";
    case refund_state::unproved: return "unproved";
  }
  return "unknown";
}

std::optional<refund_state> parse_refund_state(std::string_view name) noexcept {
  for (const auto state : all_refund_states)
    if (to_string(state) == name) return state;
  return std::nullopt;
}

std::string_view to_string(refund_origin origin) noexcept {
  return origin == refund_origin::here ? "here" : "elsewhere";
}

std::optional<refund_origin> parse_refund_origin(std::string_view name) noexcept {
  for (const auto origin : {refund_origin::here, refund_origin::elsewhere})
    if (to_string(origin) == name) return origin;
  return std::nullopt;
}

std::optional<refund_state> state_after(refund_state known, refund_status word) noexcept {
  const auto said = state_of(word);
  if (rank_of(said) <= rank_of(known)) return std::nullopt;
  return said;
}

std::string refund_key(const refund_id& id) { return std::string{key_prefix} + to_string(id); }

std::optional<refund_id> parse_refund_key(std::string_view key) noexcept {
  if (!key.starts_with(key_prefix)) return std::nullopt;
  const auto id = parse_uuid(key.substr(key_prefix.size()));
  if (!id) return std::nullopt;
  return refund_id{*id};
}

std::int64_t returned_of(const payment_record& payment, std::span<const refund> refunds) {
  const auto ours = sum_of(refunds, refund_origin::here, has_succeeded);
  const auto theirs = std::max(payment.elsewhere, sum_of(refunds, refund_origin::elsewhere, has_succeeded));
  return std::min(payment.received.minor, ours + theirs);
}

std::int64_t refundable_of(const payment_record& payment, std::span<const refund> refunds) {
  const auto ours = sum_of(refunds, refund_origin::here, is_live);
  const auto theirs = std::max(payment.elsewhere, sum_of(refunds, refund_origin::elsewhere, is_live));
  return std::max<std::int64_t>(0, payment.received.minor - ours - theirs);
}

std::int64_t foreign_part(const payment_record& payment, std::span<const refund> refunds, std::int64_t said) {
  const bool is_all = said >= payment.received.minor;
  std::int64_t ours = 0;
  for (const refund& one : refunds)
    if (one.origin == refund_origin::here && one.attempt > 0 && (is_live(one.state) || !is_all))
      ours += one.amount.minor;
  return std::max<std::int64_t>(0, std::min(said, payment.received.minor) - ours);
}

}  // namespace sellavie
