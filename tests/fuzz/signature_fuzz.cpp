// Any header and query: no crash, and nothing is accepted without the key.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/channel/signature.hpp"

using namespace sellavie;
using namespace sellavie::channel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array keys{crypto::hmac_key{"a key that no input knows"}};
  static const std::array<std::string, 1> tokens{"a token that no input knows"};
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto cut = std::min<std::size_t>(size, 71);
  const std::array<std::string_view, 1> header{bytes.substr(0, cut)};
  if (verify_meta_signature(bytes.substr(cut), header, keys)) std::abort();
  const auto third = size / 3;
  const std::array<query_parameter, 3> query{query_parameter{"hub.mode", "subscribe"},
                                             {"hub.challenge", bytes.substr(0, third)},
                                             {"hub.verify_token", bytes.substr(third)}};
  if (answer_handshake(query, tokens).status == 200) std::abort();
  return 0;
}
