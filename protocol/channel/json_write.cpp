#include "protocol/channel/json_write.hpp"

#include "protocol/channel/unicode.hpp"

namespace sellavie::channel {
namespace {

/// Written as it is: copied in runs.
constexpr bool is_plain(char c) noexcept { return c >= ' ' && c < 0x7F && c != '"' && c != '\\'; }

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const auto from = at;
    while (at < text.size() && is_plain(text[at])) ++at;
    out += text.substr(from, at - from);
    if (at == text.size()) break;
    const char c = text[at];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
      ++at;
    } else if (c == '\n') {
      out += "\\n";
      ++at;
    } else if (c >= 0 && c < 0x20) {
      out += "\\u00";
      out += digits[static_cast<std::size_t>(c) >> 4];
      out += digits[static_cast<std::size_t>(c) & 15];
      ++at;
    } else {
      const code_point point = decode_at(text, at);
      out += point.valid ? text.substr(at, point.size) : std::string_view{"\xEF\xBF\xBD"};
      at += point.size;
    }
  }
  out += '"';
}

}  // namespace sellavie::channel
