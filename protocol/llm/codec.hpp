#pragma once
// The one door to the provider codecs: request -> path, headers, body; answer -> completion or failure.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/llm/chat.hpp"

namespace sellavie::llm {

enum class dialect : std::uint8_t { openai, anthropic };

/// What a provider's API wants. Made once from the configuration, see profile_for.
struct provider_profile {
  /// "openai", "anthropic", "groq", "local": for logs and metrics.
  std::string name;
  dialect speaks = dialect::openai;
  std::string model;
  /// Tool calling works; otherwise tags are used.
  bool tools = true;
  /// "strict": true in tool definitions, every property required.
  bool strict_tools = true;
  /// OpenAI deprecated max_tokens; Groq and local servers still want it.
  bool max_completion_tokens = true;
  /// "store": false, which only OpenAI knows.
  bool store_flag = false;
  /// anthropic-version header. No sampling parameters are ever sent, so both versions work.
  std::string version;
  /// Prompt and answer together; 0 = unknown.
  std::uint32_t context_tokens = 128'000;
};

/// Defaults by configured name: "openai", "anthropic", "groq"; anything else is an OpenAI-compatible
/// server without strict tools.
[[nodiscard]] provider_profile profile_for(std::string_view name, std::string_view model);

using header = std::pair<std::string, std::string>;

/// Appended to the configured base URL: "/chat/completions" or "/v1/messages".
[[nodiscard]] std::string_view request_path(const provider_profile& profile) noexcept;
/// Content type, version and, when `api_key` is not empty, authorization.
[[nodiscard]] std::vector<header> request_headers(const provider_profile& profile, std::string_view api_key);
/// Always valid JSON in valid UTF-8, whatever the texts hold.
[[nodiscard]] std::string encode_request(const provider_profile& profile, const chat_request& request);

/// Total. A completion always has text, a tool call, or finish refusal/content_filter; else it is garbage.
[[nodiscard]] chat_result decode_response(const provider_profile& profile, int status,
                                          std::span<const header> headers, std::string_view body,
                                          instant now);

/// For a call that never got an answer. `code` such as "connect", "tls", "timeout", "reset".
[[nodiscard]] provider_failure no_answer(std::string_view code);

}  // namespace sellavie::llm
