#pragma once
// Background work about payments, beside looks at them (actors/payment_check.hpp): a refund on its way to its end, and
// links that nobody is meant to pay by any more. Without actors, for those who only carry it.

#include <optional>
#include <string_view>

#include "protocol/domain/refund.hpp"

namespace sellavie::actors {

struct run_refund {
  refund_id refund;
};
/// Nothing: this work is done, for now or for good (a later approval brings its own).
struct refund_ran {
  std::optional<instant> again_at;
};

/// Credit notes that an order's invoice is due; its payload names the order.
inline constexpr std::string_view credit_note_job = "invoice.credit_note";

/// When a refund that its provider has taken on is looked at again: soon while somebody may be watching, then seldom. Events of
/// refunds cannot be relied on: some providers send none, and of two equal ones one may look like a repetition.
[[nodiscard]] instant next_refund_look(const refund& subject, instant now) noexcept;
/// After that nobody looks any more; an event of the provider may still end it.
inline constexpr std::chrono::hours refunds_are_followed{30 * 24};

}  // namespace sellavie::actors
