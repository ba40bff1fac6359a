#include "protocol/channel/notice_template.hpp"

#include <algorithm>

namespace sellavie::channel {
namespace {

bool is_word(std::string_view text, std::size_t most, bool may_have_capitals) noexcept {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           (may_have_capitals && c >= 'A' && c <= 'Z');
  });
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_blank = static_cast<unsigned char>(c) <= ' ';
    if (!is_blank) line += c;
    else if (!line.empty() && line.back() != ' ') line += ' ';
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

/// In characters; never within one.
std::string shortened(std::string text, std::size_t most) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (begins && ++characters > most) return text.substr(0, i);
  }
  return text;
}

}  // namespace

bool is_template(const approved_template& wanted) noexcept {
  return is_word(wanted.name, longest_template_name, false) &&
         is_word(wanted.language, longest_template_language, true);
}

wire_message in_template(std::string_view notice, const approved_template& approved) {
  return {.kind = wire_kind::approved,
          .text = shortened(on_one_line(notice), longest_notice),
          .title = approved.name,
          .language = approved.language};
}

}  // namespace sellavie::channel
