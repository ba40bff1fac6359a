#pragma once
// Training as JSON: how it is stored, provisioned and shown by the API.
//
//   {"tone":"…","facts":["…"],"faqs":[{"question":"…","answer":"…"}],"rules":["…"],"forbidden_topics":["…"],
//    "hand_over":{"keywords":["…"],"topics":["…"]}}

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "protocol/training/content.hpp"

namespace sellavie::training {

[[nodiscard]] nlohmann::json to_json(const content& all);
/// Total: what is not of the expected shape is left out. Not cut.
[[nodiscard]] content from_json(const nlohmann::json& value);

[[nodiscard]] std::string encode(const content& all);
/// What is stored, fitted.
[[nodiscard]] content decode(std::string_view stored);

}  // namespace sellavie::training
