// First byte: the status; then Retry-After | NUL | usage header | NUL | body. Meta's answers to a send:
// no crash, nothing counts as sent without an id, waits are never negative.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/channel/send_failure.hpp"

using namespace sellavie::channel;

namespace {

std::string_view take_part(std::string_view& rest) {
  const auto part = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

void check(const send_failure& failure) {
  if (failure.retry_after.count() < 0 || failure.detail.size() > 2000) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  constexpr int statuses[] = {200, 200, 200, 201, 400, 401, 403, 429, 500, 503, 0, 302};
  const int status = statuses[data[0] % 12];
  std::string_view rest{reinterpret_cast<const char*>(data + 1), size - 1};
  answer_headers headers;
  headers.retry_after = take_part(rest);
  headers.business_use_case_usage = take_part(rest);
  const auto outcome = decode_send(status, rest, headers);
  if (const auto* done = std::get_if<sent>(&outcome)) {
    if (done->external_id.empty() || status / 100 != 2) std::abort();
  } else {
    check(std::get<send_failure>(outcome));
  }
  if (const auto failure = decode_action(status, rest, headers)) check(*failure);
  return 0;
}
