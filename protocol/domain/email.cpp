#include "protocol/domain/email.hpp"

#include <algorithm>

namespace sellavie {

bool looks_like_email(std::string_view text) noexcept {
  const auto at = text.find('@');
  if (text.size() > 254 || at == 0 || at == std::string_view::npos || at > 64 || text.rfind('@') != at)
    return false;
  const auto host = text.substr(at + 1);
  const auto dot = host.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == host.size() ||
      host.find("..") != std::string_view::npos)
    return false;
  return std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return c <= 0x20 || c >= 0x7F || c == '<' || c == '>' || c == '(' || c == ')' || c == ',' || c == ';' ||
           c == ':' || c == '"' || c == '\\' || c == '[' || c == ']';
  });
}

}  // namespace sellavie
