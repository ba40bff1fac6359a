#pragma once
// action_outcome <-> JSON for action_results.outcome, and the short form that a model reads as its
// action's result. Absent fields decode to their defaults, unknown ones are ignored, so that rows
// written by another version stay readable.

#include <string>
#include <string_view>

#include "protocol/domain/action_outcome.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie {

[[nodiscard]] std::string encode_outcome(const action_outcome& outcome);
[[nodiscard]] result<action_outcome> decode_outcome(std::string_view json);

/// What the model is told: accepted or the refusal and its numbers; no ids, no links, no totals.
[[nodiscard]] std::string outcome_for_model(const action_outcome& outcome);

}  // namespace sellavie
