#pragma once
// What both decoders share. Only for sources of this folder.

#include <algorithm>
#include <cstdint>
#include <string>

#include "protocol/action/bounded_json.hpp"
#include "protocol/llm/chat.hpp"

namespace sellavie::llm {

inline constexpr std::size_t max_response_bytes = 4 * 1024 * 1024;
inline constexpr int max_response_depth = 64;
inline constexpr std::size_t max_calls_decoded = 64;

[[nodiscard]] inline const nlohmann::json* member(const nlohmann::json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

[[nodiscard]] inline std::string text_at(const nlohmann::json& object, const char* name) {
  const auto* found = member(object, name);
  return found && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Never negative: usage is counted, not trusted.
[[nodiscard]] inline std::int64_t count_at(const nlohmann::json& object, const char* name) {
  const auto* found = member(object, name);
  if (!found || !found->is_number_integer()) return 0;
  constexpr std::uint64_t most = 1'000'000'000;
  if (found->is_number_unsigned())
    return static_cast<std::int64_t>(std::min(found->get<std::uint64_t>(), most));
  return 0;
}

[[nodiscard]] inline provider_failure garbage(const char* code, int status) {
  return {failure_class::garbage, std::nullopt, code, status};
}

/// R: a completion says something, does something or refuses; anything else is garbage.
[[nodiscard]] inline chat_result checked(chat_completion completion, int status) {
  const bool refuses =
      completion.finish == finish_reason::refusal || completion.finish == finish_reason::content_filter;
  const bool says = completion.text.find_first_not_of(" \t\r\n") != std::string::npos;
  if (!refuses && !says && completion.tool_calls.empty()) return garbage("no_content", status);
  return completion;
}

}  // namespace sellavie::llm
