#include "net/connect/callback.hpp"

#include <algorithm>
#include <string>

namespace sellavie::net {
namespace {

constexpr std::size_t longest_value = 2048;

bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

std::string escaped(const std::string& value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : value) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

void pass_on(const request& asked, responder to) {
  std::string target = connect_return_path;
  char separator = '#';
  for (const auto* name : {"state", "code", "error", "error_reason"}) {
    const auto value = asked.query_value(name);
    if (!value || value->empty() || value->size() > longest_value) continue;
    target += separator;
    target.append(name).append("=").append(escaped(*value));
    separator = '&';
  }
  response answer{303,
                  {{"Location", target}, {"Referrer-Policy", "no-referrer"}, {"Cache-Control", "no-store"}}};
  to.answer(std::move(answer));
}

}  // namespace

void add_connect_callback(router& routes) {
  routes.add(http_method::get, connect_callback_path,
             [](request& asked, responder to) { pass_on(asked, std::move(to)); });
}

}  // namespace sellavie::net
