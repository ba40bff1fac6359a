#pragma once
// A round's plan as it is stored before its first action (turns.plan). The decoder re-validates every
// action as if a model had written it; a plan of a newer version is errc::malformed.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/action/action.hpp"
#include "protocol/domain/action_outcome.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie {

/// Which price version of a product this turn's prompt showed.
struct shown_price {
  std::string sku;
  std::int64_t price_version = 0;

  friend bool operator==(const shown_price&, const shown_price&) = default;
};

struct plan {
  /// 1 or 2.
  int round = 1;
  std::vector<proposed_action> actions;
  /// What the model wants to say, already stripped and checked.
  std::string reply_text;
  /// Hash of the turn's nonce; the nonce itself is never stored.
  std::string nonce_hash;
  std::vector<shown_price> shown;
  /// Of round 2: what the customer hears of round 1.
  std::vector<action_outcome> told;

  friend bool operator==(const plan&, const plan&) = default;
};

/// 0 when this plan did not show `sku`.
[[nodiscard]] std::int64_t shown_version_of(const plan& stored, std::string_view sku) noexcept;

[[nodiscard]] std::string encode_action(const action& proposed);
/// {"kind":"place_order","arguments":{…}} - the arguments in the form that models write.
[[nodiscard]] result<action> decode_action(std::string_view json);
[[nodiscard]] std::string encode_plan(const plan& value);
[[nodiscard]] result<plan> decode_plan(std::string_view json);

}  // namespace sellavie
