#pragma once
// Which products a prompt shows, best first (R3 of prompt_builder.hpp).

#include <cstddef>
#include <vector>

#include "protocol/llm/prompt_builder.hpp"

namespace sellavie::llm {

/// Active products: those of the open order, then by the words of the conversation, then in stock, then
/// in catalogue order; at most `most`.
[[nodiscard]] std::vector<const product*> choose_products(const turn_context& context, std::size_t most);

}  // namespace sellavie::llm
