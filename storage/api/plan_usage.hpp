#pragma once
// What a business uses of its plan, this month and before.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"
#include "storage/api/api_session.hpp"

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

/// Newest first, from the month of `at`; `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<month_usage>> list_months(api_session& session, const business_id& business,
                                                           instant at,
                                                           const std::optional<api::page_position>& after,
                                                           int limit);

}  // namespace sellavie::storage
