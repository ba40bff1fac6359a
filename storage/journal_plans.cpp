#include "storage/journal_plans.hpp"

#include <array>

#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

// One that was given already refuses its change_set, and with it the second task.
constexpr statement insert_plan_warnings{"insert_plan_warnings", R"(
INSERT INTO plan_warnings (business_id, month, level, allowed, at)
SELECT business_id, (month || '-01')::date, level, allowed, at
FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::bigint[], $5::bigint[])
  AS t (business_id, month, level, allowed, at))"};

constexpr std::array plans_writes{insert_plan_warnings};

}  // namespace

std::span<const statement> plan_statements() noexcept { return plans_writes; }

void queue_plan_warnings(pipeline& into, change_sets sets) {
  using row = plan_warning;
  queue_rows(into, insert_plan_warnings, sets, &change_set::plan_warnings, &row::business, &row::month,
             &row::level, &row::allowed, &row::at);
}

}  // namespace sellavie::storage
