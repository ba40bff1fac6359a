#pragma once
// What a provider's event is good for: it says what to fetch. Signatures prove who called, not that the event is
// new, complete or in order, so no amount and no state is ever taken from one (docs/adr/0038).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/domain/payment.hpp"
#include "protocol/domain/time.hpp"
#include "protocol/payment/provider.hpp"

namespace sellavie::payment {

enum class hint_kind : std::uint8_t {
  /// Fetch the payment.
  payment,
  /// Fetch the payment and its refunds.
  refund,
  /// Fetch the payment, tell people.
  dispute,
  /// Nothing that concerns us, as far as we know: kept, and done with.
  unknown,
};
[[nodiscard]] std::string_view to_string(hint_kind kind) noexcept;

struct event_hint {
  provider from = provider::paystack;
  hint_kind kind = hint_kind::unknown;
  /// The same for each delivery of one event and for no other event of this connection; at most 200 visible characters. The
  /// provider's id where there is one, else what makes it unique, else a digest of the body.
  std::string dedupe_key;
  /// One of our making, or empty.
  std::string reference;
  /// The provider's id of what the event is about: a payment, link, refund or dispute.
  std::string object;
  /// The provider's id of the payment behind it, as in payment_fact::transaction.
  std::string transaction;
  /// Where the event says so.
  std::optional<payment_mode> mode;
  std::optional<instant> occurred_at;

  friend bool operator==(const event_hint&, const event_hint&) = default;
};

/// Any bytes. too_large: beyond 256 KiB. malformed: no JSON object, or one that names no event.
[[nodiscard]] result<event_hint> read_event(provider from, std::string_view raw_body);

}  // namespace sellavie::payment
