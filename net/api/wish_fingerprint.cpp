#include "net/api/wish_fingerprint.hpp"

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::net {

// The body's members are in the order of their names, however they came.
std::string wish_fingerprint(const api_call& call) {
  std::string wish = call.operation->id;
  for (const auto& [name, id] : call.ids) wish += '\n' + name + '=' + to_string(id);
  wish += '\n' + call.body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return crypto::hex_encode(crypto::sha256(wish));
}

api::problem key_was_used() {
  return {api::problems::invalid, {}, {{"Idempotency-Key", "was used for another wish"}}};
}

}  // namespace sellavie::net
