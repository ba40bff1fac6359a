#pragma once
// What a Send API answer means. By code and subcode, not by HTTP status.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/domain/time.hpp"

namespace sellavie::channel {

enum class failure_class : std::uint8_t {
  /// Certainly not sent; try again with backoff.
  transient,
  /// Pause `scope` until retry_after; no hot retry.
  rate_limited,
  /// Spam, quality, policy, payment or country: stop (the whole account, if that is the scope) and tell the tenant.
  spam,
  /// The 24-hour window is over (WhatsApp: a template may still go).
  window_closed,
  /// The token died: probe once, then "reconnect".
  auth,
  /// The app or token may not do this: for the operator.
  permission,
  /// This customer cannot be reached; flag the contact.
  recipient_gone,
  /// Our request is wrong; a retry repeats the mistake.
  bad_request,
  /// May have been sent: wait for an echo or status before anything else.
  unknown,
};
[[nodiscard]] std::string_view to_string(failure_class kind) noexcept;

/// Whom a rate limit concerns, or a restriction: the account, or only this message.
enum class limit_scope : std::uint8_t { none, app, token, account, pair };

struct failure_meaning {
  failure_class kind = failure_class::unknown;
  limit_scope scope = limit_scope::none;
  friend bool operator==(const failure_meaning&, const failure_meaning&) = default;
};

/// Also for the codes of failed statuses. nullopt: not in the table.
[[nodiscard]] std::optional<failure_meaning> classify(int code, int subcode) noexcept;

struct send_failure {
  failure_class kind = failure_class::unknown;
  limit_scope scope = limit_scope::none;
  int code = 0;
  int subcode = 0;
  /// Zero when the answer does not say.
  milliseconds retry_after{};
  /// Meta's own words, bounded and redacted, for log and operator.
  std::string detail;
};

struct sent {
  /// mid or wamid.
  std::string external_id;
};
using send_outcome = std::variant<sent, send_failure>;

/// What decides beside the body; empty when the header is absent.
struct answer_headers {
  /// Seconds.
  std::string_view retry_after;
  std::string_view business_use_case_usage;
};

/// `status` 0 means that no answer came (timeout, connection lost): unknown.
[[nodiscard]] send_outcome decode_send(int status, std::string_view body, const answer_headers& headers = {});
/// For sender actions, whose success has no id: nullopt.
[[nodiscard]] std::optional<send_failure> decode_action(int status, std::string_view body,
                                                        const answer_headers& headers = {});

}  // namespace sellavie::channel
