#include "protocol/llm/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <vector>

#include "protocol/action/clean_text.hpp"

namespace sellavie::llm {
namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_same_name(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view value_of(std::span<const std::pair<std::string, std::string>> headers,
                          std::string_view name) {
  for (const auto& [key, value] : headers)
    if (is_same_name(key, name)) return trimmed(value);
  return {};
}

constexpr bool is_number(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Anything beyond nine digits is beyond every cap.
std::int64_t number_of(std::string_view digits) noexcept {
  std::int64_t value = 0;
  if (digits.size() > 9) return 1'000'000'000;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

milliseconds capped(std::int64_t ms) noexcept {
  return milliseconds{std::clamp<std::int64_t>(ms, 0, max_retry_after.count())};
}

/// "12" or "1.5" units; a part of a millisecond counts as a whole one.
std::optional<milliseconds> read_amount(std::string_view text, std::int64_t unit_ms) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  if (!is_number(whole)) return std::nullopt;
  auto fraction = point == std::string_view::npos ? std::string_view{"0"} : text.substr(point + 1);
  if (!is_number(fraction)) return std::nullopt;
  fraction = fraction.substr(0, 6);
  std::int64_t weight = 1;
  for (std::size_t i = 0; i < fraction.size(); ++i) weight *= 10;
  return capped(number_of(whole) * unit_ms + (number_of(fraction) * unit_ms + weight - 1) / weight);
}

std::vector<std::string_view> fields_of(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; at < text.size() && fields.size() < 8;) {
    const auto end = std::min(text.find_first_of(" ,-:", at), text.size());
    if (end > at) fields.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

std::optional<unsigned> month_of(std::string_view name) {
  constexpr std::array months = {"jan", "feb", "mar", "apr", "may", "jun",
                                 "jul", "aug", "sep", "oct", "nov", "dec"};
  for (unsigned i = 0; i < months.size(); ++i)
    if (is_same_name(name, months[i])) return i + 1;
  return std::nullopt;
}

/// A year of two digits that seems to lie more than 50 years ahead is of the past century (RFC 9110).
int full_year(std::int64_t year, std::size_t digits, instant now) {
  if (digits != 2) return static_cast<int>(year);
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const int this_year = static_cast<int>(today.year());
  int full = this_year - this_year % 100 + static_cast<int>(year);
  if (full > this_year + 50) full -= 100;
  return full;
}

std::optional<instant> make_instant(int year, unsigned month, std::int64_t day, std::int64_t hour,
                                    std::int64_t minute, std::int64_t second) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (year < 1970 || year > 9999 || !date.ok() || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

}  // namespace

std::optional<instant> parse_http_date(std::string_view text, instant now) {
  text = trimmed(text);
  if (text.size() > 40) return std::nullopt;
  const auto fields = fields_of(text);
  // "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994".
  const bool is_asctime = fields.size() == 7 && !is_number(fields[1]);
  if (fields.size() != 8 && !is_asctime) return std::nullopt;
  if (!is_asctime && fields[7] != "GMT") return std::nullopt;
  const auto day = fields[is_asctime ? 2 : 1];
  const auto month = month_of(fields[is_asctime ? 1 : 2]);
  const auto year = fields[is_asctime ? 6 : 3];
  const std::size_t clock = is_asctime ? 3 : 4;
  const auto numbers = {day, year, fields[clock], fields[clock + 1], fields[clock + 2]};
  if (!month || !std::all_of(numbers.begin(), numbers.end(), is_number) ||
      (year.size() != 2 && year.size() != 4) || day.size() > 2)
    return std::nullopt;
  return make_instant(full_year(number_of(year), year.size(), now), *month, number_of(day),
                      number_of(fields[clock]), number_of(fields[clock + 1]), number_of(fields[clock + 2]));
}

std::optional<milliseconds> retry_after(std::span<const std::pair<std::string, std::string>> headers,
                                        instant now) {
  if (const auto ms = read_amount(value_of(headers, "retry-after-ms"), 1)) return ms;
  const auto value = value_of(headers, "retry-after");
  if (const auto seconds = read_amount(value, 1000)) return seconds;
  if (const auto date = parse_http_date(value, now)) return capped((*date - now).count());
  return std::nullopt;
}

}  // namespace sellavie::llm
