#pragma once
// Chat Completions: OpenAI, Groq and every compatible server. Shapes: OpenAI's API reference.

#include <string>
#include <string_view>

#include "protocol/llm/codec.hpp"

namespace sellavie::llm::openai {

[[nodiscard]] std::string encode(const provider_profile& profile, const chat_request& request);
/// A 2xx body. Total.
[[nodiscard]] chat_result decode(std::string_view body, int status);

}  // namespace sellavie::llm::openai
