#pragma once
// What every payment provider's codec speaks: a request to send, and answers by class. Codecs are
// total: any status and any bytes give a value, nothing throws. No codec does I/O or holds a key.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/domain/error.hpp"
#include "protocol/domain/money.hpp"
#include "protocol/domain/payment.hpp"

namespace sellavie::payment {

/// Relative to the provider's base URL. The caller adds "Authorization: Bearer …".
struct http_call {
  std::string method;
  std::string path;
  /// JSON when not empty.
  std::string body;

  friend bool operator==(const http_call&, const http_call&) = default;
};

struct checkout_request {
  std::string email;
  money amount{};
  /// make_payment_reference; unique forever at the provider.
  std::string reference;
  /// "#1042", shown in the provider's dashboard.
  std::string order_label;
};

struct payment_link {
  std::string url;
  std::string reference;

  friend bool operator==(const payment_link&, const payment_link&) = default;
};

/// The reference was used before: our own lost answer. Its link cannot be had again, so the desk
/// fails this attempt and takes the next.
struct duplicate_reference {
  friend bool operator==(const duplicate_reference&, const duplicate_reference&) = default;
};

enum class failure_class : std::uint8_t {
  /// Timeout, 408, 5xx: the same call may be repeated.
  unavailable,
  rate_limited,
  /// 401, 403: tell the owner, the key is wrong.
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

using checkout_answer = std::variant<payment_link, duplicate_reference, payment_failure>;
using verify_answer = std::variant<payment_fact, payment_failure>;

}  // namespace sellavie::payment
