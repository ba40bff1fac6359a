// First two bytes: dialect and status; then a Retry-After value | NUL | body.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "protocol/llm/codec.hpp"
#include "protocol/llm/prompt_builder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sellavie;
  using namespace sellavie::llm;
  if (size < 2) return 0;
  std::string_view rest{reinterpret_cast<const char*>(data + 2), size - 2};
  const auto profile = profile_for(data[0] & 1 ? "anthropic" : "openai", "m");
  constexpr int statuses[] = {200, 200, 200, 400, 401, 404, 413, 429, 500, 529, 0, 302};
  const int status = statuses[data[1] % 12];
  const auto cut = rest.find('\0');
  const std::vector<header> headers{{"Retry-After", std::string{rest.substr(0, cut)}}};
  const auto body = cut == std::string_view::npos ? rest : rest.substr(cut + 1);

  const auto decoded = decode_response(profile, status, headers, body, instant_from_ms(1'700'000'000'000));
  if (const auto* failure = std::get_if<provider_failure>(&decoded)) {
    if (failure->retry_after && failure->retry_after->count() < 0) std::abort();
    return 0;
  }
  // What came back can always be sent again.
  const auto& completion = std::get<chat_completion>(decoded);
  chat_request again;
  again.system = neutralised(completion.text);
  again.messages = {{chat_role::assistant, completion.text, completion.tool_calls, {}}};
  again.tools = true;
  if (encode_request(profile, again).empty()) std::abort();
  return 0;
}
