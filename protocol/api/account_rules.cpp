#include "protocol/api/account_rules.hpp"

#include <algorithm>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::api {
namespace {

constexpr std::size_t letters = 16;
constexpr std::size_t group = 4;

std::string grouped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && i % group == 0) out.push_back('-');
    out.push_back(text[i]);
  }
  return out;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string write_recovery_code(std::span<const std::uint8_t, recovery_code_size> random) {
  std::string text = crypto::base32_encode(random);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return grouped(text);
}

std::optional<std::string> read_recovery_code(std::string_view typed) {
  std::string text;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    const char letter = lower(c);
    if (!(letter >= 'a' && letter <= 'z') && !(letter >= '2' && letter <= '7')) return std::nullopt;
    text.push_back(letter);
  }
  if (text.size() != letters) return std::nullopt;
  return grouped(text);
}

std::optional<std::string> read_app_code(std::string_view typed) {
  std::string text;
  for (const char c : typed) {
    if (c == ' ') continue;
    if (c < '0' || c > '9') return std::nullopt;
    text.push_back(c);
  }
  if (text.size() != 6) return std::nullopt;
  return text;
}

}  // namespace sellavie::api
