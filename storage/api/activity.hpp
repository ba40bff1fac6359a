#pragma once
// What the activity log says of one change: who made it from where, and what it was.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "protocol/api/access_token.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::storage {

/// Who makes a change, and from where.
struct change_origin {
  api::account_id account;
  api::session_id session;
  std::string address;
  std::string request_id;
  instant at{};
};

struct activity {
  /// Subject and past tense: "product.updated".
  std::string_view action;
  std::string_view subject_kind;
  uuid subject;
  /// The fields that changed, never a secret; null: there was, or is, nothing.
  nlohmann::json before{};
  nlohmann::json after{};
};

}  // namespace sellavie::storage
