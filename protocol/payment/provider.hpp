#pragma once
// What every payment provider's codec speaks: a request to send, and answers by class. Codecs are
// total: any status and any bytes give a value, nothing throws. No codec does I/O or holds a key.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/domain/error.hpp"
#include "protocol/domain/money.hpp"
#include "protocol/domain/payment.hpp"
#include "protocol/domain/refund.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::payment {

enum class provider : std::uint8_t { paystack, flutterwave, stripe };
[[nodiscard]] std::string_view to_string(provider name) noexcept;
[[nodiscard]] std::optional<provider> parse_provider(std::string_view name) noexcept;
/// "Paystack": for people.
[[nodiscard]] std::string_view brand_of(provider name) noexcept;
/// For people: what is wrong with an account whose key the provider refuses. The same for the same account.
[[nodiscard]] std::string refused_key(provider name, payment_mode mode);

enum class body_format : std::uint8_t { json, form };

/// Relative to the provider's base URL. The caller adds "Authorization: Bearer …" and the Content-Type
/// of `format` when there is a body.
struct http_call {
  std::string method;
  std::string path;
  std::string body;
  body_format format = body_format::json;
  /// Beside those two: the pinned version, the idempotency key.
  std::vector<std::pair<std::string, std::string>> headers{};

  friend bool operator==(const http_call&, const http_call&) = default;
};

struct checkout_request {
  std::string email;
  money amount{};
  /// make_payment_reference; unique forever at the provider.
  std::string reference;
  /// "#1042", shown to the customer or in the provider's dashboard.
  std::string order_label;
  /// Where the customer's browser goes afterwards; it proves nothing. Only Paystack does without.
  std::string return_url{};
  /// Of the stored intent, so that a repeated request says the same.
  instant issued_at{};
  /// Zero: as long as the provider likes. Paystack's links never expire.
  std::chrono::minutes lifetime{};
};

struct payment_link {
  std::string url;
  std::string reference;
  /// Stripe's session, by which alone it can be asked about and expired; empty elsewhere.
  std::string id{};

  friend bool operator==(const payment_link&, const payment_link&) = default;
};

/// The reference was used before: our own lost answer. Its link cannot be had again, so the desk
/// fails this attempt and takes the next.
struct duplicate_reference {
  friend bool operator==(const duplicate_reference&, const duplicate_reference&) = default;
};

/// One payment: by our reference, or, where an event knows only that, by the provider's own id of it.
struct payment_query {
  std::string reference;
  /// payment_link::id.
  std::string link{};
  std::string transaction{};
  /// Of the key that asks. Flutterwave's answers do not say it.
  payment_mode mode = payment_mode::test;
};

struct link_expired {
  friend bool operator==(const link_expired&, const link_expired&) = default;
};

struct refund_request {
  /// payment_fact::transaction.
  std::string transaction;
  /// Partial or whole: always said, never left to the provider.
  money amount{};
  /// Ours, unique to this refund: Stripe's idempotency key, a note to be found again elsewhere.
  std::string key;
};

using sellavie::refund_fact;
using sellavie::refund_status;

struct refund_query {
  std::string transaction;
  /// Of the payment: Flutterwave's answers do not say it.
  currency_code currency{};
  /// refund_list::next of the page before.
  std::string after{};
};

struct refund_list {
  /// Of the payment that was asked about.
  std::vector<refund_fact> refunds;
  /// Empty: that was all. Until then nothing is proved absent.
  std::string next;

  friend bool operator==(const refund_list&, const refund_list&) = default;
};

enum class failure_class : std::uint8_t {
  /// Timeout, 408, 5xx: the same call may be repeated.
  unavailable,
  rate_limited,
  /// 401, 403 in the provider's own words: the key is wrong, or may not do this.
  credentials,
  /// The provider refused these values; repeating does not help.
  rejected,
  /// Nothing is known under that reference (yet).
  not_found,
  /// An answer that we cannot read: never taken for success.
  malformed,
};
[[nodiscard]] std::string_view to_string(failure_class failure) noexcept;

struct payment_failure {
  failure_class failure = failure_class::malformed;
  int http_status = 0;
  /// The provider's machine code, never its free text.
  std::string code;

  friend bool operator==(const payment_failure&, const payment_failure&) = default;
};

/// What may follow a failure.
enum class failure_course : std::uint8_t {
  /// The same call again, later and a bounded number of times: it cannot act twice.
  repeat,
  /// In doubt: it may have happened. The payment, or its refunds, are fetched before anything is repeated.
  look_first,
  /// It did not happen, and would not.
  refused,
};
[[nodiscard]] std::string_view to_string(failure_course course) noexcept;
[[nodiscard]] failure_course course_after(const payment_failure& failure, const http_call& call) noexcept;
/// No answer came, though the call may have arrived.
[[nodiscard]] failure_course course_when_lost(const http_call& call) noexcept;

using checkout_answer = std::variant<payment_link, duplicate_reference, payment_failure>;
using verify_answer = std::variant<payment_fact, payment_failure>;
using expiry_answer = std::variant<link_expired, payment_failure>;
using refund_answer = std::variant<refund_fact, payment_failure>;
using refunds_answer = std::variant<refund_list, payment_failure>;

}  // namespace sellavie::payment
