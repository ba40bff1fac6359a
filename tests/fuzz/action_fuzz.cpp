// First byte: encoding. Then the nonce's length and the nonce, then text | NUL | tool name | NUL | arguments.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/action/action_parser.hpp"
#include "protocol/action/claims.hpp"
#include "protocol/action/outcome_codec.hpp"
#include "protocol/action/plan_codec.hpp"
#include "protocol/action/text_guard.hpp"

namespace {

std::string_view take(std::string_view& rest, std::size_t end) {
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end >= rest.size() ? rest.size() : end + 1);
  return part;
}

void expect(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sellavie;
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  if (rest.size() < 2) return 0;
  const auto encoding = rest[0] & 1 ? action_encoding::tools : action_encoding::tags;
  const auto nonce_length = static_cast<std::size_t>(rest[1] & 15);
  rest.remove_prefix(2);
  const auto nonce = rest.substr(0, nonce_length);
  rest.remove_prefix(nonce.size());
  const auto text = take(rest, rest.find('\0'));
  const auto name = take(rest, rest.find('\0'));
  const auto reply =
      parse_completion({std::string{text}, {{"1", std::string{name}, std::string{rest}}}}, nonce, encoding);

  expect(reply.text.find("[[") == std::string::npos);
  expect(reply.text.size() <= max_reply_bytes);
  expect(!cut_nonce(reply.text, nonce));
  expect(reply.needs_handoff == (reply.text.empty() && reply.actions.empty()));
  for (const auto& proposed : reply.actions) expect(decode_action(encode_action(proposed.what)).has_value());
  (void)check_claims(reply.text, {{}, text});
  (void)decode_plan(text);
  (void)decode_outcome(text);
  return 0;
}
