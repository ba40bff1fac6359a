#pragma once
// What a business uses of its plan, this month and before.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {

struct plan_state {
  /// As it was given; empty: the default.
  std::string plan;
  /// "2026-11", in the business's time zone.
  std::string month;
  instant begins{};
  instant ends{};
  std::int64_t ai_replies = 0;
  std::int64_t members = 0;
  std::int64_t connections = 0;
  /// Those that are offered.
  std::int64_t products = 0;
};

[[nodiscard]] result<plan_state> show_plan(api_session& session, const business_id& business, instant at);

struct month_usage {
  std::string month;
  std::int64_t ai_replies = 0;
  api::page_position place;
};

/// Months as "2026-11": from `since` on, before `until`; all up to the one of `now` when they are empty.
struct month_filter {
  instant now{};
  std::string since;
  std::string until;
};
[[nodiscard]] result<std::vector<month_usage>> list_months(api_session& session, const business_id& business,
                                                           const month_filter& filter, const list_wish& wish);

}  // namespace sellavie::storage
