#include "protocol/channel/split_text.hpp"

#include <algorithm>

#include "protocol/channel/unicode.hpp"

namespace sellavie::channel {
namespace {

struct range {
  char32_t first;
  char32_t last;
};

// Marks and modifiers that belong to the character before them; not the whole of Unicode's
// Grapheme_Extend, but what people write in chats.
constexpr range extenders[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489},   {0x0591, 0x05BD},   {0x05BF, 0x05C7},   {0x0610, 0x061A},
    {0x064B, 0x065F}, {0x0670, 0x0670},   {0x06D6, 0x06ED},   {0x0900, 0x0903},   {0x093A, 0x094F},
    {0x0951, 0x0957}, {0x0981, 0x0983},   {0x09BC, 0x09CD},   {0x0A01, 0x0A03},   {0x0A3C, 0x0A4D},
    {0x0B82, 0x0B82}, {0x0BBE, 0x0BCD},   {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},   {0x200C, 0x200D},   {0x20D0, 0x20FF},   {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
};
constexpr char32_t zero_width_joiner = 0x200D;

bool is_extender(char32_t c) noexcept {
  return std::any_of(std::begin(extenders), std::end(extenders),
                     [c](range r) { return c >= r.first && c <= r.last; });
}
bool is_flag_letter(char32_t c) noexcept { return c >= 0x1F1E6 && c <= 0x1F1FF; }
bool is_space(char32_t c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x3000;
}
bool ends_sentence(char32_t c) noexcept {
  return c == '.' || c == '!' || c == '?' || c == 0x2026 || c == 0x3002 || c == 0xFF01 || c == 0xFF1F ||
         c == 0x061F || c == 0x0964;
}

std::size_t units_of(text_unit unit, const code_point& point) noexcept {
  if (unit == text_unit::bytes) return point.valid ? point.size : 3;  // an invalid byte travels as U+FFFD
  return point.value >= 0x10000 ? 2 : 1;
}

// How good a place between two characters is for a cut.
enum quality : std::uint8_t {
  inside_sequence,
  between_characters,
  after_word,
  after_sentence,
  after_line,
  after_paragraph,
  quality_count
};

// Follows the text and says what the place before each next code point is worth.
class cut_judge {
 public:
  [[nodiscard]] quality before(char32_t next) const noexcept {
    if (next == '\n' && previous_ == '\r') return inside_sequence;
    if (is_extender(next) || previous_ == zero_width_joiner) return inside_sequence;
    if (is_flag_letter(next) && flag_letters_ % 2 == 1) return inside_sequence;
    if (!is_space(previous_) || is_space(next)) return between_characters;
    if (newlines_ >= 2) return after_paragraph;
    if (newlines_ == 1) return after_line;
    return sentence_ended_ ? after_sentence : after_word;
  }

  void pass(char32_t c) noexcept {
    if (is_space(c)) {
      if (!is_space(previous_)) {
        sentence_ended_ = ends_sentence(previous_);
        newlines_ = 0;
      }
      newlines_ += c == '\n' ? 1 : 0;
    }
    flag_letters_ = is_flag_letter(c) ? flag_letters_ + 1 : 0;
    previous_ = c;
  }

 private:
  char32_t previous_ = 0;
  int newlines_ = 0;
  int flag_letters_ = 0;
  bool sentence_ended_ = false;
};

// A better kind of place wins only if it does not waste most of the part.
bool is_worth_it(quality kind, std::size_t at, std::size_t full) noexcept {
  switch (kind) {
    case after_paragraph:
    case after_line: return at * 2 >= full;
    case after_sentence: return at * 3 >= full;
    default: return at > 0;
  }
}

// Bytes of the first part of `text`, which is longer than the limit.
std::size_t first_part(std::string_view text, text_limit limit) noexcept {
  std::size_t last_at[quality_count] = {};
  std::size_t units = 0;
  std::size_t at = 0;
  cut_judge judge;
  for (;;) {
    const code_point point = at < text.size() ? decode_at(text, at) : code_point{' ', 0, true};
    if (at > 0) last_at[judge.before(point.value)] = at;
    if (at >= text.size()) return at;
    units += units_of(limit.unit, point);
    if (units > limit.count) break;
    judge.pass(point.value);
    at += point.size;
  }
  for (int kind = after_paragraph; kind >= between_characters; --kind) {
    const std::size_t place = last_at[kind];
    if (place > 0 && is_worth_it(static_cast<quality>(kind), place, at)) return place;
  }
  // One sequence longer than the limit, or one code point: progress matters more.
  return at > 0 ? at : decode_at(text, 0).size;
}

bool is_blank(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const code_point point = decode_at(text, at);
    if (!is_space(point.value)) return false;
    at += point.size;
  }
  return true;
}

}  // namespace

text_limit text_limit_of(channel_kind channel) noexcept {
  switch (channel) {
    case channel_kind::messenger: return {text_unit::utf16_units, 2000};
    case channel_kind::instagram: return {text_unit::bytes, 1000};
    case channel_kind::whatsapp: return {text_unit::utf16_units, 4096};
  }
  return {text_unit::bytes, 1000};
}

std::size_t length_in(text_unit unit, std::string_view text) noexcept {
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) {
    const code_point point = decode_at(text, at);
    units += units_of(unit, point);
    at += point.size;
  }
  return units;
}

std::vector<std::string_view> split_text(std::string_view text, text_limit limit) {
  std::vector<std::string_view> parts;
  // Every unit is at least a third of a byte-wise unit: only texts that may be too long are counted.
  std::size_t left = length_in(limit.unit, text);
  while (!text.empty()) {
    const std::size_t size = left <= limit.count ? text.size() : first_part(text, limit);
    const std::string_view part = text.substr(0, size);
    left -= length_in(limit.unit, part);
    text.remove_prefix(size);
    if (!is_blank(part)) parts.push_back(part);
  }
  return parts;
}

std::string_view shorten(std::string_view text, std::size_t count) noexcept {
  std::size_t at = 0;
  std::size_t good = 0;
  std::size_t units = 0;
  cut_judge judge;
  while (at < text.size()) {
    const code_point point = decode_at(text, at);
    if (judge.before(point.value) != inside_sequence) good = at;
    units += units_of(text_unit::utf16_units, point);
    if (units > count) return text.substr(0, good);
    judge.pass(point.value);
    at += point.size;
  }
  return text;
}

}  // namespace sellavie::channel
