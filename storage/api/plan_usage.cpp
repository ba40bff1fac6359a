#include "storage/api/plan_usage.hpp"

#include "storage/api/api_work.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_state = R"(
SELECT b.plan, to_char(m.month, 'YYYY-MM'), m.begins, m.ends, m.ai_replies,
       (SELECT count(*) FROM connections WHERE business_id = b.id AND disconnected_at IS NULL),
       (SELECT count(*) FROM products WHERE business_id = b.id AND active)
FROM businesses b CROSS JOIN plan_month(b.id, $2::bigint) m WHERE b.id = $1::uuid)";
constexpr const char* count_members = "SELECT count(*) FROM memberships WHERE business_id = $1::uuid";

// Of this month and the one before the turns tell more than the sums do yet.
const two_ends select_months{R"(
WITH this AS (SELECT * FROM plan_month($1::uuid, $2::bigint)),
last AS (SELECT m.* FROM this, plan_month($1::uuid, this.begins - 1) m WHERE m.ai_replies > 0),
months AS (
  SELECT month, ai_replies FROM this UNION ALL SELECT month, ai_replies FROM last UNION ALL
  SELECT sums.month, sum(sums.ai_replies)::bigint FROM this, (
    SELECT month, ai_replies FROM plan_usage WHERE business_id = $1::uuid UNION ALL
    SELECT month, answered FROM training_trials WHERE business_id = $1::uuid) sums
  WHERE sums.month < (this.month - interval '1 month') GROUP BY sums.month
), numbered AS (
  SELECT *, (extract(year FROM month) * 12 + extract(month FROM month))::bigint AS number FROM months
)
SELECT to_char(month, 'YYYY-MM'), ai_replies, number FROM numbered
WHERE number {<} $3::bigint AND to_char(month, 'YYYY-MM') >= $5 AND ($6 = '' OR to_char(month, 'YYYY-MM') < $6)
ORDER BY number{desc} LIMIT $4::integer)"};

}  // namespace

result<plan_state> show_plan(api_session& session, const business_id& business, instant at) {
  auto shown = for_business(session, business, [&](pqxx::work& work) {
    const auto one = work.exec_params1(select_state, to_string(business), to_unix_ms(at));
    fields row{one};
    plan_state state;
    state.plan = row.text();
    state.month = row.text();
    state.begins = row.at();
    state.ends = row.at();
    state.ai_replies = row.integer();
    state.connections = row.integer();
    state.products = row.integer();
    return state;
  });
  if (!shown) return shown;
  const auto members = for_accounts(session, [&](pqxx::work& work) {
    return work.exec_params1(count_members, to_string(business))[0].as<std::int64_t>();
  });
  if (!members) return members.error();
  shown.value().members = members.value();
  return shown;
}

result<std::vector<month_usage>> list_months(api_session& session, const business_id& business,
                                             const month_filter& filter, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_months.of(wish), to_string(business), to_unix_ms(filter.now),
                                   first_position(wish).key, wish.limit + 1, filter.since, filter.until),
                  [](const pqxx::row& one) {
                    fields row{one};
                    month_usage month;
                    month.month = row.text();
                    month.ai_replies = row.integer();
                    month.place.key = row.integer();
                    return month;
                  });
  });
}

}  // namespace sellavie::storage
