#include "protocol/domain/review.hpp"

namespace sellavie {

std::string_view to_string(review_state state) noexcept {
  switch (state) {
    case review_state::open: return "open";
    case review_state::refunding: return "refunding";
    case review_state::accepted: return "accepted";
    case review_state::attached: return "attached";
    case review_state::refunded: return "refunded";
    case review_state::dismissed: return "dismissed";
    case review_state::answered: return "answered";
  }
  return "unknown";
}

std::optional<review_state> parse_review_state(std::string_view name) noexcept {
  for (const auto state : all_review_states)
    if (to_string(state) == name) return state;
  return std::nullopt;
}

std::string_view to_string(review_resolution how) noexcept {
  switch (how) {
    case review_resolution::accept: return "accept";
    case review_resolution::attach: return "attach";
    case review_resolution::refund: return "refund";
    case review_resolution::dismiss: return "dismiss";
    case review_resolution::dismiss_as_handled: return "dismiss_as_handled";
  }
  return "unknown";
}

std::optional<review_resolution> parse_review_resolution(std::string_view name) noexcept {
  for (const auto how : {review_resolution::accept, review_resolution::attach, review_resolution::refund,
                         review_resolution::dismiss, review_resolution::dismiss_as_handled})
    if (to_string(how) == name) return how;
  return std::nullopt;
}

std::string review_subject(review_reason reason, std::string_view reference, std::string_view transaction) {
  std::string text = std::string{to_string(reason)} + ": " + std::string{reference};
  if (!transaction.empty()) text += " (" + std::string{transaction} + ")";
  return text;
}

}  // namespace sellavie
