#include "protocol/domain/order.hpp"

#include <charconv>

namespace sellavie {
namespace {

constexpr std::string_view reference_prefix = "sv-";
constexpr std::size_t bare_uuid_length = 32;

std::string without_dashes(const std::string& uuid_text) {
  std::string bare;
  for (const char c : uuid_text)
    if (c != '-') bare.push_back(c);
  return bare;
}

std::string with_dashes(std::string_view bare) {
  std::string text{bare};
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace

std::string_view to_string(order_status status) noexcept {
  switch (status) {
    case order_status::draft: return "draft";
    case order_status::awaiting_payment: return "awaiting_payment";
    case order_status::paid: return "paid";
    case order_status::fulfilled: return "fulfilled";
    case order_status::cancelled: return "cancelled";
    case order_status::refunded: return "refunded";
  }
  return "unknown";
}

std::optional<order_status> parse_order_status(std::string_view name) noexcept {
  for (const auto status : all_order_statuses)
    if (to_string(status) == name) return status;
  return std::nullopt;
}

bool can_become(order_status from, order_status to) noexcept {
  switch (from) {
    case order_status::draft:
      return to == order_status::awaiting_payment || to == order_status::paid ||
             to == order_status::cancelled;
    case order_status::awaiting_payment: return to == order_status::paid || to == order_status::cancelled;
    case order_status::paid: return to == order_status::fulfilled || to == order_status::refunded;
    case order_status::fulfilled: return to == order_status::refunded;
    case order_status::cancelled:
    case order_status::refunded: return false;
  }
  return false;
}

std::string_view to_string(dispute_state state) noexcept {
  switch (state) {
    case dispute_state::none: return "none";
    case dispute_state::open: return "open";
    case dispute_state::released: return "released";
  }
  return "unknown";
}

std::optional<dispute_state> parse_dispute_state(std::string_view name) noexcept {
  for (const auto state : {dispute_state::none, dispute_state::open, dispute_state::released})
    if (to_string(state) == name) return state;
  return std::nullopt;
}

result<money> sum_of(const std::vector<order_line>& lines, currency_code currency) {
  money total{0, currency};
  for (const auto& line : lines) {
    const auto sum = add(total, line.total);
    if (!sum) return sum.error();
    total = *sum;
  }
  return total;
}

std::string order_label(std::int64_t number) { return "#" + std::to_string(number); }

std::string make_payment_reference(const order_id& order, std::int32_t attempt) {
  return std::string{reference_prefix} + without_dashes(to_string(order)) + "-" + std::to_string(attempt);
}

std::optional<payment_reference_parts> parse_payment_reference(std::string_view text) {
  if (!text.starts_with(reference_prefix)) return std::nullopt;
  const auto body = text.substr(reference_prefix.size());
  if (body.size() < bare_uuid_length + 2 || body[bare_uuid_length] != '-') return std::nullopt;
  const auto id = parse_uuid(with_dashes(body.substr(0, bare_uuid_length)));
  if (!id) return std::nullopt;
  payment_reference_parts parts{order_id{*id}, 0};
  const auto digits = body.substr(bare_uuid_length + 1);
  const auto* const end = digits.data() + digits.size();
  const auto [stopped, failure] = std::from_chars(digits.data(), end, parts.attempt);
  if (failure != std::errc{} || stopped != end || parts.attempt < 1) return std::nullopt;
  if (make_payment_reference(parts.order, parts.attempt) != text) return std::nullopt;
  return parts;
}

}  // namespace sellavie
