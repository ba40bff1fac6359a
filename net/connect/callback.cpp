#include "net/connect/callback.hpp"

#include <string>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::net {
namespace {

constexpr std::size_t longest_value = 2048;

void pass_on(const request& asked, responder to) {
  std::string target = connect_return_path;
  char separator = '#';
  for (const auto* name : {"state", "code", "error", "error_reason"}) {
    const auto value = asked.query_value(name);
    if (!value || value->empty() || value->size() > longest_value) continue;
    target += separator;
    target.append(name).append("=").append(crypto::percent_encode(*value));
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
