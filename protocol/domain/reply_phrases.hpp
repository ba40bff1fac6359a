#pragma once
// The sentences of reply_text, one table per language. {names} are filled by reply_text in one pass,
// so what a value contains is never read as a placeholder. Only reply_text.cpp includes this.

#include <string_view>

#include "protocol/domain/reply_text.hpp"

namespace sellavie {

struct reply_phrases {
  // What was done.
  std::string_view order_placed, order_existing, order_settled, order_changed, order_cancelled,
      checkout_started, checkout_ready, checkout_reminded, checkout_failed, invoice_issued, payment_confirmed,
      payment_pending, payment_failed, payment_review, order_fulfilled, order_refunded;
  // Parts.
  std::string_view line, tax, total, pay_here, read_here;
  // Refusals.
  std::string_view unknown_product, sold_out, too_few, bad_quantity, no_items, too_many_lines, price_changed,
      total_out_of_range, no_open_order, order_closed, payment_link_out, try_again, not_allowed,
      payments_not_connected;
  // Fixed phrases.
  std::string_view hand_over, safe_reply, late_apology, unreadable_media;
};

[[nodiscard]] const reply_phrases& phrases_in(reply_language language) noexcept;

}  // namespace sellavie
