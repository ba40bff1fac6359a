#pragma once
// Messages API. Shapes: Anthropic's API reference.
//
//  * system is top level; roles alternate and start with user: neighbours of one role are merged
//  * every tool_use is answered by a tool_result in the very next user message; results stand first
//  * no sampling parameters: version 2026-10-21 rejects them

#include <string>
#include <string_view>

#include "protocol/llm/codec.hpp"

namespace sellavie::llm::anthropic {

[[nodiscard]] std::string encode(const provider_profile& profile, const chat_request& request);
/// A 2xx body. Total.
[[nodiscard]] chat_result decode(std::string_view body, int status);

}  // namespace sellavie::llm::anthropic
