#pragma once
// The one error vocabulary of the program. A refusal is a value: functions that can fail return
// `result<T>`; exceptions stay inside storage, crypto and JSON and end at one seam each.

#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sellavie {

enum class errc : std::uint8_t {
  /// Input that does not have the promised shape (bad JSON, wrong type, bad encoding).
  malformed = 10,
  /// Well-formed, but a value is outside what is allowed.
  invalid_value = 11,
  /// A byte, item or time limit was passed.
  too_large = 12,

  /// A signature, token or password does not match. Never says which.
  bad_signature = 20,
  /// The caller may not do this.
  forbidden = 21,

  /// The thing named does not exist (or is another business's, which must look the same).
  not_found = 30,
  /// The state read does not allow the change (closed order, stale version, passed epoch).
  conflict = 31,
  /// Not enough stock.
  out_of_stock = 32,
  /// The price changed since it was shown.
  price_changed = 33,
  /// Arithmetic on money would overflow or mix currencies.
  money_range = 34,

  /// The store is away; retry later.
  unavailable = 40,
  /// This node no longer owns what it tried to write.
  fenced = 41,
  /// The connection died in COMMIT: it may or may not have happened.
  in_doubt = 42,
  /// A queue, pool or window is full.
  overloaded = 43,
  /// The deadline passed.
  timed_out = 44,

  /// A bug of ours; the detail is for the log only.
  internal = 50,
};

/// Stable lower-case name of a code, for logs and metrics.
[[nodiscard]] constexpr std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::malformed: return "malformed";
    case errc::invalid_value: return "invalid_value";
    case errc::too_large: return "too_large";
    case errc::bad_signature: return "bad_signature";
    case errc::forbidden: return "forbidden";
    case errc::not_found: return "not_found";
    case errc::conflict: return "conflict";
    case errc::out_of_stock: return "out_of_stock";
    case errc::price_changed: return "price_changed";
    case errc::money_range: return "money_range";
    case errc::unavailable: return "unavailable";
    case errc::fenced: return "fenced";
    case errc::in_doubt: return "in_doubt";
    case errc::overloaded: return "overloaded";
    case errc::timed_out: return "timed_out";
    case errc::internal: return "internal";
  }
  return "unknown";
}

/// What went wrong. `detail` is for logs and operators: it never holds customer text or secrets.
struct error {
  errc code = errc::internal;
  std::string detail;

  friend bool operator==(const error&, const error&) = default;
};

template <class T>
using result = boost::system::result<T, error>;

[[nodiscard]] inline error make_failure(errc code, std::string detail = {}) {
  return error{code, std::move(detail)};
}

/// Found by `result<T>::value()` on an error; only tests and start-up code call value() unchecked.
[[noreturn]] inline void throw_exception_from_error(const error& failure, const boost::source_location&) {
  throw std::runtime_error(std::string{to_string(failure.code)} + ": " + failure.detail);
}

}  // namespace sellavie
