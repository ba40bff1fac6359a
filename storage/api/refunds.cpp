#include "storage/api/refunds.hpp"

#include <array>

#include "storage/api/api_work.hpp"
#include "storage/api/money_work.hpp"
#include "storage/api/time_walk.hpp"
#include "storage/api/walked_page.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------
// $8 state, $9 order.

enum class source : std::size_t { walk, state, order };

struct place_to_look {
  const char* where;
  const char* index;
};
constexpr std::array<place_to_look, 3> places{{
    {"true", "refunds_by_time"},
    {"r.state = $8::text", "refunds_by_state"},
    {"r.order_id = $9::uuid", "refunds_of_order"},
}};

#define REFUND_COLUMNS                                                                                              \
  "p.id, p.payment_id, p.order_id, coalesce(o.number, 0), p.amount_minor, p.currency, p.reason, p.returns_goods, "  \
  "p.origin, p.state, p.requested_by, p.decided_by, m.provider, m.mode, p.provider_id, p.requested_at, p.sent_at, " \
  "p.note, p.is_contradicted"
// One look by the key a row: OFFSET 0 keeps the planner from reading a table as a whole instead.
#define NEIGHBOURS                                                                                                     \
  " JOIN LATERAL (SELECT * FROM payment_records WHERE business_id = p.business_id AND id = p.payment_id OFFSET 0) m "  \
  "ON true LEFT JOIN LATERAL (SELECT * FROM orders WHERE business_id = p.business_id AND id = p.order_id OFFSET 0) o " \
  "ON true"

std::string statement_from(source from, bool oldest_first) {
  return statement_of(
      {"refunds", "requested_at", places[static_cast<std::size_t>(from)].where,
       "($8::text IS NULL OR r.state = $8::text) AND ($9::uuid IS NULL OR r.order_id = $9::uuid)",
       REFUND_COLUMNS, NEIGHBOURS},
      oldest_first);
}

#define THESE_REFUNDS(which)                                                                      \
  "SELECT " REFUND_COLUMNS " FROM (SELECT * FROM refunds WHERE business_id = $1::uuid AND " which \
  ") p" NEIGHBOURS
constexpr const char* select_one = THESE_REFUNDS("id = $2::uuid");
constexpr const char* select_of_payment =
    THESE_REFUNDS("payment_id = $2::uuid") " ORDER BY p.requested_at DESC, p.id DESC";
#undef THESE_REFUNDS
#undef REFUND_COLUMNS
#undef NEIGHBOURS

// --- rows ----------------------------------------------------------------------------------------

listed_refund refund_in(fields& row) {
  listed_refund one;
  one.id = row.id<refund_id>();
  one.payment = row.id<payment_id>();
  one.order = maybe_id<order_id>(row);
  one.order_number = row.integer();
  one.amount_minor = row.integer();
  one.currency = row.text();
  one.reason = row.text();
  one.returns_goods = row.flag();
  one.origin = row.text();
  one.state = row.text();
  one.requested_by = row.text();
  one.decided_by = row.text();
  one.provider = row.text();
  one.mode = row.text();
  one.provider_id = row.text();
  one.requested_at = row.at();
  one.sent_at = row.at();
  one.note = row.text();
  one.is_contradicted = row.flag();
  return one;
}

listed_refund refund_of(const pqxx::row& one) {
  fields row{one};
  return refund_in(row);
}

source choose(const refund_filter& filter) {
  if (filter.order) return source::order;
  return filter.state ? source::state : source::walk;
}

}  // namespace

std::vector<list_plan> refund_plans() {
  std::vector<list_plan> all;
  for (std::size_t i = 0; i < places.size(); ++i)
    for (const bool oldest_first : {false, true})
      all.push_back({statement_from(static_cast<source>(i), oldest_first), places[i].index, false, 9});
  all.push_back({select_of_payment, "refunds_of_payment", false, 2});
  return all;
}

result<listed_page<listed_refund>> list_refunds(api_session& session, const business_id& business,
                                                const refund_filter& filter,
                                                const std::optional<api::page_position>& after, int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    const bool misses = filter.order && filter.state;
    const walk_wish wish{
        after, filter.since, filter.until, filter.oldest_first, misses ? longest_time_walk : limit + 1,
        limit};
    const auto order = text_of(filter.order);
    const auto found = walk(work, statement_from(choose(filter), filter.oldest_first), business, wish,
                            or_null(filter.state), or_null(order));
    return walked_page<listed_refund>(found, limit, refund_in, [](const listed_refund& last) {
      return api::page_position{to_unix_ms(last.requested_at), last.id.value};
    });
  });
}

result<std::optional<listed_refund>> find_refund(api_session& session, const business_id& business,
                                                 const refund_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_one, to_string(business), to_string(id));
    return rows.empty() ? std::optional<listed_refund>{} : refund_of(rows[0]);
  });
}

std::vector<listed_refund> refunds_of(pqxx::work& work, const business_id& business,
                                      const payment_id& payment) {
  return all_of(work.exec_params(select_of_payment, to_string(business), to_string(payment)), refund_of);
}

}  // namespace sellavie::storage
