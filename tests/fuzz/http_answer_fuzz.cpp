// First byte: where the bytes are cut; second: whether the answer has a body. What another server
// answers, read at once and in two pieces: the same answer, never more than the limit.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/client/answer_parser.hpp"

using namespace sellavie::net;

namespace {

constexpr std::uint64_t answer_limit = 512;

std::string understood(std::string_view first, std::string_view second, expected_body body) {
  client_limits limits;
  limits.answer_bytes = answer_limit;
  limits.answer_header_bytes =
      8192;  // over every input: how a head that is too long is met depends on its pieces
  answer_parser parser{limits, body};
  std::string unread{first};
  std::string_view input{unread};
  auto progress = parser.read(input);
  if (progress == answer_parser::progress::need_more) {
    std::string rest{input};
    rest += second;
    std::string_view more{rest};
    if (!more.empty()) progress = parser.read(more);
    if (progress == answer_parser::progress::need_more) progress = parser.read_end();
  }
  if (progress != answer_parser::progress::complete) return "none";
  (void)parser.idle_hint();
  const bool allows_reuse = parser.allows_reuse();
  const auto answer = parser.take();
  if (answer.body.size() > answer_limit) std::abort();
  std::string text = std::to_string(answer.status) + (allows_reuse ? " keep\n" : " close\n");
  for (const auto& [name, value] : answer.headers) text += name + ": " + value + '\n';
  return text + answer.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data + 2), size - 2};
  const auto body = data[1] & 1 ? expected_body::none : expected_body::by_its_head;
  const auto cut = data[0] * bytes.size() / 256;
  if (understood(bytes, {}, body) != understood(bytes.substr(0, cut), bytes.substr(cut), body)) std::abort();
  return 0;
}
