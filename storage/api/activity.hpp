#pragma once
// What the activity log says of one change.

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "protocol/domain/ids.hpp"
#include "storage/api/change_origin.hpp"

namespace sellavie::storage {

struct activity {
  /// Subject and past tense: "product.updated".
  std::string_view action;
  std::string_view subject_kind;
  uuid subject;
  /// The fields that changed, never a secret; null: there was, or is, nothing.
  nlohmann::json before{};
  nlohmann::json after{};
  /// The conversation that shows the subject: of a note.
  std::optional<conversation_id> shown_in{};
};

}  // namespace sellavie::storage
