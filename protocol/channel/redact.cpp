#include "protocol/channel/redact.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "protocol/domain/ascii.hpp"

namespace sellavie::channel {
namespace {

constexpr std::size_t shortest_card = 13;
constexpr std::size_t longest_card = 19;
constexpr std::size_t longest_phone = 15;

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) noexcept { return is_digit(c) || is_letter(c) || c == '_'; }
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_ignoring_case(std::string_view text, std::size_t at, std::string_view word) noexcept {
  if (text.size() - at < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(text[at + i]) != word[i]) return false;
  }
  return true;
}

// ---- cards ---------------------------------------------------------------------------------------

// Length of the separator at `at`: a space, dash, dot or no-break space; 0 if there is none.
std::size_t separator_at(std::string_view text, std::size_t at) noexcept {
  const char c = text[at];
  if (c == ' ' || c == '-' || c == '.') return 1;
  if (c == '\xC2' && at + 1 < text.size() && text[at + 1] == '\xA0') return 2;
  return 0;
}

struct digit_group {
  std::size_t begin;
  std::size_t end;
  [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
};

// At most 20 groups from `at` on: more than the longest card written digit by digit.
struct digit_run {
  std::array<digit_group, longest_card + 1> groups{};
  std::size_t count = 0;
};

digit_run read_run(std::string_view text, std::size_t at) noexcept {
  digit_run run;
  while (run.count < run.groups.size() && at < text.size() && is_digit(text[at])) {
    std::size_t end = at;
    // One digit past the limit is enough to know that it is too long.
    while (end < text.size() && is_digit(text[end]) && end - at <= longest_card) ++end;
    run.groups[run.count++] = {at, end};
    std::size_t next = end;
    for (int separators = 0; separators < 3 && next < text.size(); ++separators) {
      const std::size_t size = separator_at(text, next);
      if (size == 0) break;
      next += size;
    }
    if (next == end) break;
    at = next;
  }
  return run;
}

// Cards are written 4-4-4-4(-3), 4-6-5, 8-8, 12-4 … or digit by digit: not 3-3-4 as phones are.
bool is_card_grouping(std::span<const digit_group> groups) noexcept {
  const auto all_but_last = groups.first(groups.size() - 1);
  const bool spelled = std::all_of(groups.begin(), groups.end(), [](const auto& g) { return g.size() == 1; });
  return spelled || std::all_of(all_but_last.begin(), all_but_last.end(), [](const auto& g) {
           return g.size() == 4 || g.size() == 6 || g.size() == 8 || g.size() == 12;
         });
}

struct card_digits {
  std::array<std::uint8_t, longest_card> values{};
  std::size_t count = 0;

  [[nodiscard]] int prefix(std::size_t digits) const noexcept {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + values[i];
    return value;
  }
};

bool has_network_prefix(const card_digits& card) noexcept {
  const int first = card.prefix(1);
  const int two = card.prefix(2);
  switch (card.count) {
    case 13: return first == 4;
    case 14: return two == 30 || two == 36 || two == 38 || two == 39;
    case 15: return two == 34 || two == 37;
    // Visa, Mastercard, Maestro, Discover, UnionPay, JCB, Verve, Mir, RuPay, Troy.
    default:
      return (first >= 3 && first <= 6) || (two >= 22 && two <= 27) || two == 81 || two == 82 ||
             card.prefix(4) == 9792;
  }
}

bool passes_luhn(const card_digits& card) noexcept {
  int sum = 0;
  for (std::size_t i = 0; i < card.count; ++i) {
    int digit = card.values[card.count - 1 - i];
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

bool is_card(std::string_view text, std::span<const digit_group> groups) noexcept {
  card_digits card;
  for (const auto& group : groups) {
    for (std::size_t i = group.begin; i < group.end; ++i)
      card.values[card.count++] = static_cast<std::uint8_t>(text[i] - '0');
  }
  return has_network_prefix(card) && passes_luhn(card);
}

// End of the longest card that begins with the digit at `at`; nullopt if none does.
std::optional<std::size_t> card_end(std::string_view text, std::size_t at) noexcept {
  const digit_run run = read_run(text, at);
  const bool after_plus = at > 0 && text[at - 1] == '+';
  const bool inside_word = at > 0 && text[at - 1] == '_';
  if (inside_word) return std::nullopt;
  std::optional<std::size_t> end;
  std::size_t digits = 0;
  for (std::size_t count = 1; count <= run.count; ++count) {
    digits += run.groups[count - 1].size();
    if (digits > longest_card) break;
    if (digits < shortest_card || (after_plus && digits <= longest_phone)) continue;
    const std::span groups{run.groups.data(), count};
    if (is_card_grouping(groups) && is_card(text, groups)) end = groups.back().end;
  }
  return end;
}

// ---- secrets -------------------------------------------------------------------------------------

struct secret_shape {
  std::string_view prefix;
  std::size_t shortest_rest;
};
constexpr secret_shape secret_shapes[] = {
    {"sk_live_", 8}, {"sk_test_", 8}, {"rk_live_", 8}, {"rk_test_", 8}, {"whsec_", 8},
    {"FLWSECK", 8},  {"EAA", 24},     {"IGAA", 24},    {"IGQV", 24},    {"sk-", 24},
    {"gsk_", 24},    {"ghp_", 24},    {"xoxb-", 16},   {"AKIA", 16},    {"AIza", 30},
};

constexpr std::string_view bearer = "bearer ";

bool is_token(char c) noexcept {
  return is_word(c) || c == '-' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

std::size_t token_end(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_token(text[at])) ++at;
  return at;
}

std::optional<std::size_t> secret_end(std::string_view text, std::size_t at) noexcept {
  if (at > 0 && is_word(text[at - 1])) return std::nullopt;
  for (const auto& shape : secret_shapes) {
    if (!text.substr(at).starts_with(shape.prefix)) continue;
    std::size_t end = at + shape.prefix.size();
    while (end < text.size() && (is_word(text[end]) || text[end] == '-')) ++end;
    if (end - at >= shape.prefix.size() + shape.shortest_rest) return end;
  }
  if (starts_with_ignoring_case(text, at, bearer)) {
    const std::size_t end = token_end(text, at + bearer.size());
    if (end - at >= bearer.size() + 16) return end;
  }
  return std::nullopt;
}

// ---- codes ---------------------------------------------------------------------------------------

constexpr std::string_view code_words[] = {"cvv2", "cvv", "cvc", "otp", "card pin", "atm pin"};
constexpr std::string_view filler_words[] = {"is", "code", "number", "no", "my", "the"};

std::size_t skip_filler(std::string_view text, std::size_t at) noexcept {
  for (int words = 0; words < 4; ++words) {
    while (at < text.size() &&
           (text[at] == ' ' || text[at] == ':' || text[at] == '-' || text[at] == '=' || text[at] == '.'))
      ++at;
    bool skipped = false;
    for (const auto word : filler_words) {
      const std::size_t end = at + word.size();
      if (at < text.size() && starts_with_ignoring_case(text, at, word) &&
          (end == text.size() || !is_word(text[end]))) {
        at = end;
        skipped = true;
        break;
      }
    }
    if (!skipped) break;
  }
  return at;
}

struct code_span {
  std::size_t begin;
  std::size_t end;
};

// The digits that follow a word such as "cvv".
std::optional<code_span> code_after_word(std::string_view text, std::size_t at) noexcept {
  if (at > 0 && is_word(text[at - 1])) return std::nullopt;
  for (const auto word : code_words) {
    if (!starts_with_ignoring_case(text, at, word)) continue;
    const std::size_t after = at + word.size();
    const std::size_t begin = skip_filler(text, after);
    std::size_t end = begin;
    while (end < text.size() && is_digit(text[end]) && end - begin < 9) ++end;
    if (end - begin >= 3 && end - begin <= 8 && (end == text.size() || !is_word(text[end])))
      return code_span{begin, end};
  }
  return std::nullopt;
}

// ---- one pass ------------------------------------------------------------------------------------

struct finding {
  std::size_t begin;
  std::size_t end;
  std::string_view replacement;
};

constexpr std::uint32_t letter_bit(char c) noexcept {
  const char folded = lower(c);
  return folded >= 'a' && folded <= 'z' ? 1U << (folded - 'a') : 0;
}

// For each first byte the second letters (either case) of everything that secret_end and
// code_after_word look for: two letters tell almost every ordinary word apart.
constexpr auto second_letters = [] {
  std::array<std::uint32_t, 256> table{};
  const auto add = [&](char first, char second) {
    table[static_cast<std::uint8_t>(first)] |= letter_bit(second);
  };
  for (const auto& shape : secret_shapes) add(shape.prefix[0], shape.prefix[1]);
  const auto add_either_case = [&](std::string_view word) {
    add(word[0], word[1]);
    add(static_cast<char>(word[0] - 'a' + 'A'), word[1]);
  };
  for (const auto word : code_words) add_either_case(word);
  add_either_case(bearer);
  return table;
}();

bool may_start_secret(std::string_view text, std::size_t at) noexcept {
  return at + 1 < text.size() &&
         (second_letters[static_cast<std::uint8_t>(text[at])] & letter_bit(text[at + 1])) != 0;
}

// The next thing to remove at or after `at`. Constant work per byte: runs and tokens that are too
// long are left early or skipped whole.
std::optional<finding> find_next(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const char c = text[at];
    if (is_digit(c)) {
      if (const auto end = card_end(text, at)) return finding{at, *end, removed_card};
      while (at < text.size() && is_digit(text[at])) ++at;
      continue;
    }
    if (may_start_secret(text, at) && (at == 0 || !is_word(text[at - 1]))) {
      if (const auto end = secret_end(text, at)) return finding{at, *end, removed_secret};
      if (const auto code = code_after_word(text, at)) return finding{code->begin, code->end, removed_code};
    }
    ++at;
  }
  return std::nullopt;
}

}  // namespace

std::string redact(std::string text) {
  auto found = find_next(text, 0);
  if (!found) return text;
  const std::string_view view = text;
  std::string out;
  std::size_t copied = 0;
  for (; found; found = find_next(view, copied)) {
    out += view.substr(copied, found->begin - copied);
    out += found->replacement;
    copied = found->end;
  }
  out += view.substr(copied);
  return out;
}

}  // namespace sellavie::channel
