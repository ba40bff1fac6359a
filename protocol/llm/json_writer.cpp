#include "protocol/llm/json_writer.hpp"

#include "protocol/action/clean_text.hpp"

namespace sellavie::llm {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

constexpr bool is_plain(char c) noexcept {
  return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F && c != '"' &&
         c != '\\';
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    default: break;
  }
  out.append("\\u00");
  out.push_back(hex[static_cast<unsigned char>(c) >> 4U]);
  out.push_back(hex[static_cast<unsigned char>(c) & 0x0FU]);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (std::size_t at = 0; at < text.size();) {
    const auto from = at;
    while (at < text.size() && is_plain(text[at])) ++at;
    out.append(text.substr(from, at - from));
    if (at == text.size()) break;
    if (static_cast<unsigned char>(text[at]) < 0x80) append_escaped(out, text[at++]);
    else append_utf8(out, next_code_point(text, at));
  }
  out.push_back('"');
}

}  // namespace sellavie::llm
