#include "protocol/domain/reply_text.hpp"

#include <algorithm>
#include <initializer_list>

#include "protocol/domain/reply_phrases.hpp"

namespace sellavie {
namespace {

struct filling {
  std::string_view name;
  std::string value;
};

/// Replaces each {name} in one pass, left to right.
std::string fill(std::string_view pattern, std::initializer_list<filling> values) {
  std::string text;
  while (!pattern.empty()) {
    const auto open = std::min(pattern.find('{'), pattern.size());
    text += pattern.substr(0, open);
    pattern.remove_prefix(open);
    const auto close = pattern.find('}');
    if (close == std::string_view::npos) break;
    const auto name = pattern.substr(1, close - 1);
    for (const auto& [known, value] : values)
      if (known == name) text += value;
    pattern.remove_prefix(close + 1);
  }
  return text + std::string{pattern};
}

/// A link as it is, or nothing when it is not plain printable ASCII.
std::string safe_url(const std::string& url) {
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; });
  return plain ? url : std::string{};
}

class writer {
 public:
  writer(const action_outcome& outcome, const reply_phrases& words) : outcome_{outcome}, words_{words} {}

  [[nodiscard]] std::string sentence(std::string_view pattern) const {
    const auto& name = outcome_.product_name.empty() ? outcome_.sku : outcome_.product_name;
    return fill(pattern, {{"order", order_label(outcome_.order_number)},
                          {"total", format_money(outcome_.total)},
                          {"tax", format_money(outcome_.added_tax)},
                          {"invoice", safe_inline(outcome_.invoice_number)},
                          {"product", safe_inline(name)},
                          {"available", std::to_string(outcome_.available)},
                          {"requested", std::to_string(outcome_.requested)},
                          {"price", format_money(outcome_.price)}});
  }

  [[nodiscard]] std::string with_lines(std::string_view headline) const {
    auto text = sentence(headline);
    for (const auto& line : outcome_.lines)
      text += '\n' + fill(words_.line, {{"quantity", std::to_string(line.quantity)},
                                        {"product", safe_inline(line.name)},
                                        {"amount", format_money(line.total)}});
    if (outcome_.added_tax.minor > 0) text += '\n' + sentence(words_.tax);
    return text + '\n' + sentence(words_.total);
  }

  [[nodiscard]] std::string with_link(std::string text, std::string_view pattern,
                                      const std::string& link) const {
    const auto url = safe_url(link);
    if (!url.empty()) text += '\n' + fill(pattern, {{"url", url}});
    return text;
  }

  [[nodiscard]] std::string with_tracking(std::string text) const {
    const auto tracking = safe_inline(outcome_.tracking, max_tracking_bytes);
    if (!tracking.empty()) text += '\n' + tracking;
    return text;
  }

  [[nodiscard]] std::string existing() const {
    if (is_closed(outcome_.status)) return with_lines(words_.order_settled);
    return with_link(with_lines(words_.order_existing), words_.pay_here, outcome_.payment_url);
  }

  [[nodiscard]] std::string done() const {
    switch (outcome_.effect) {
      case action_effect::order_placed: return with_lines(words_.order_placed);
      case action_effect::order_existing: return existing();
      case action_effect::order_changed: return with_lines(words_.order_changed);
      case action_effect::order_cancelled: return sentence(words_.order_cancelled);
      case action_effect::checkout_started: return sentence(words_.checkout_started);
      case action_effect::checkout_ready:
        return with_link(sentence(words_.checkout_ready), words_.pay_here, outcome_.payment_url);
      case action_effect::checkout_reminded:
        return with_link(sentence(words_.checkout_reminded), words_.pay_here, outcome_.payment_url);
      case action_effect::checkout_failed: return sentence(words_.checkout_failed);
      case action_effect::invoice_issued:
        return with_link(sentence(words_.invoice_issued), words_.read_here, outcome_.invoice_url);
      case action_effect::payment_confirmed: return sentence(words_.payment_confirmed);
      case action_effect::payment_pending: return sentence(words_.payment_pending);
      case action_effect::payment_failed: return sentence(words_.payment_failed);
      case action_effect::payment_review: return sentence(words_.payment_review);
      case action_effect::order_fulfilled: return with_tracking(sentence(words_.order_fulfilled));
      case action_effect::order_refunded: return sentence(words_.order_refunded);
      case action_effect::handed_off: return std::string{words_.hand_over};
      case action_effect::nothing:
      case action_effect::reservations_expired:
      case action_effect::hold_set:
      case action_effect::stock_adjusted:
      case action_effect::contact_recorded:
      case action_effect::refund_updated:
      case action_effect::dispute_released:
      case action_effect::review_resolved: return {};
    }
    return {};
  }

  [[nodiscard]] std::string refused() const {
    switch (outcome_.why) {
      case refusal::none: return {};
      case refusal::unknown_product: return sentence(words_.unknown_product);
      case refusal::inactive_product: return sentence(words_.sold_out);
      case refusal::out_of_stock: return sentence(outcome_.available > 0 ? words_.too_few : words_.sold_out);
      case refusal::bad_quantity: return sentence(words_.bad_quantity);
      case refusal::no_items: return sentence(words_.no_items);
      case refusal::too_many_lines: return sentence(words_.too_many_lines);
      case refusal::price_changed: return sentence(words_.price_changed);
      case refusal::total_out_of_range: return sentence(words_.total_out_of_range);
      case refusal::not_found:
      case refusal::no_open_order: return sentence(words_.no_open_order);
      case refusal::order_closed:
        return sentence(outcome_.order_number > 0 ? words_.order_closed : words_.not_allowed);
      case refusal::payment_link_out: return sentence(words_.payment_link_out);
      case refusal::payments_not_connected: return sentence(words_.payments_not_connected);
      case refusal::stale:
      case refusal::too_many_open_orders:
      case refusal::provider_unavailable: return sentence(words_.try_again);
      case refusal::not_allowed:
      case refusal::too_many_actions:
      case refusal::invalid_input:
      case refusal::order_open:
      case refusal::key_reused:
      case refusal::disputed:
      case refusal::refund_exceeds:
      case refusal::needs_another_person:
      case refusal::already_resolved:
      case refusal::invoice_conflict: return sentence(words_.not_allowed);
    }
    return {};
  }

 private:
  const action_outcome& outcome_;
  const reply_phrases& words_;
};

constexpr char lowered(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

reply_language parse_language(std::string_view locale) noexcept {
  const bool two_letters =
      locale.size() == 2 || (locale.size() > 2 && (locale[2] == '-' || locale[2] == '_'));
  if (!two_letters) return reply_language::en;
  const char first = lowered(locale[0]);
  const char second = lowered(locale[1]);
  if (first == 'f' && second == 'r') return reply_language::fr;
  if (first == 'p' && second == 't') return reply_language::pt;
  return reply_language::en;
}

std::string reply_for(const action_outcome& outcome, reply_language language) {
  const writer write{outcome, phrases_in(language)};
  return outcome.accepted ? write.done() : write.refused();
}

std::string plain_reply_for(const action_outcome& outcome, reply_language language) {
  auto plain = outcome;
  plain.lines.clear();
  plain.tracking.clear();
  plain.product_name.clear();
  plain.sku.clear();
  return reply_for(plain, language);
}

std::string_view phrase(fixed_phrase which, reply_language language) noexcept {
  const auto& words = phrases_in(language);
  switch (which) {
    case fixed_phrase::hand_over: return words.hand_over;
    case fixed_phrase::safe_reply: return words.safe_reply;
    case fixed_phrase::late_apology: return words.late_apology;
    case fixed_phrase::unreadable_media: return words.unreadable_media;
  }
  return words.safe_reply;
}

}  // namespace sellavie
