#pragma once
// What a sentence states: amounts of money, percentages, long numbers, links. Inside of claims, which
// decides what of it may be said. Total: any UTF-8.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/money.hpp"

namespace sellavie {

/// Also every byte of a letter beyond ASCII.
[[nodiscard]] constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// ASCII lower case; full-width and other decimal digits become ASCII, odd spaces become a space. What
/// the others below read.
[[nodiscard]] std::string folded(std::string_view text);

struct found_amount {
  std::int64_t thousandths = 0;
  /// Empty when the mark does not say which; never a view into what was read.
  std::string_view currency;
  friend bool operator==(const found_amount&, const found_amount&) = default;
};

struct sentence_facts {
  std::vector<found_amount> amounts;
  /// In thousandths of a percent.
  std::vector<std::int64_t> percentages;
};
/// `prices_spoken_of`: plain numbers of three digits and more count as amounts too.
[[nodiscard]] sentence_facts read_facts(std::string_view lower, bool prices_spoken_of);

/// Account numbers are often written in groups: digits with single spaces or dashes in between.
[[nodiscard]] std::vector<std::string> spaced_numbers(std::string_view lower);

/// Links, mail addresses and bare domains, without their path.
[[nodiscard]] std::vector<std::string> links_of(std::string_view lower);

/// A price as found_amount counts.
[[nodiscard]] std::int64_t thousandths_of(const money& price);

}  // namespace sellavie
