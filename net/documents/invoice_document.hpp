#pragma once
// An invoice with all that its page shows. What depends on a clock, a time zone or a provider is an argument.

#include <optional>
#include <string>

#include "protocol/domain/invoice.hpp"

namespace sellavie::net {

/// Of the calendar where the business is.
struct civil_date {
  int year = 1970;
  int month = 1;
  int day = 1;

  friend bool operator==(const civil_date&, const civil_date&) = default;
};

/// "2026-11-12".
[[nodiscard]] std::optional<civil_date> parse_civil_date(std::string_view text) noexcept;

struct invoice_document {
  invoice what;
  civil_date issued;
  std::optional<civil_date> paid;
  /// Where it can be paid; empty: nowhere, or nothing is to be paid.
  std::string payment_url;
  /// Of the business: "en-NG", "fr-CI", "ar-EG".
  std::string locale;
};

}  // namespace sellavie::net
