#include "storage/api/payment_reviews.hpp"

#include <array>

#include "protocol/domain/review.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/money_work.hpp"
#include "storage/api/time_walk.hpp"
#include "storage/api/walked_page.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------
// $8 state.

enum class source : std::size_t { walk, unresolved };

struct place_to_look {
  const char* where;
  const char* index;
};
constexpr std::array<place_to_look, 2> places{{
    {"true", "payment_reviews_by_time"},
    {"r.state IN ('open', 'refunding')", "payment_reviews_open"},
}};

#define REVIEW_COLUMNS                                                                                        \
  "p.id, p.reason, p.state, o.id, coalesce(o.number, 0), p.reference, m.id, m.provider, m.mode, m.currency, " \
  "coalesce(m.received_minor, 0), p.resolved_by, p.note, p.opened_at, p.resolved_at"
// Without a transaction nothing is known to have come: what a person took has none either.
#define NEIGHBOURS                                                                                                   \
  " LEFT JOIN LATERAL (SELECT * FROM payment_records WHERE business_id = p.business_id AND reference = p.reference " \
  "AND transaction = p.transaction AND transaction <> '' OFFSET 0) m ON true "                                       \
  "LEFT JOIN LATERAL (SELECT * FROM orders WHERE business_id = p.business_id AND id = p.order_id OFFSET 0) o ON true"

std::string statement_from(source from, bool oldest_first) {
  return statement_of({"payment_reviews", "opened_at", places[static_cast<std::size_t>(from)].where,
                       "($8::text IS NULL OR r.state = $8::text)", REVIEW_COLUMNS, NEIGHBOURS},
                      oldest_first);
}

#define THIS_REVIEW(which)                                                                                \
  "SELECT " REVIEW_COLUMNS " FROM (SELECT * FROM payment_reviews WHERE business_id = $1::uuid AND " which \
  ") p" NEIGHBOURS
constexpr const char* select_one = THIS_REVIEW("id = $2::uuid");
constexpr const char* select_of_money =
    THIS_REVIEW("reference = $2 AND transaction = $3 AND transaction <> ''");
#undef THIS_REVIEW
#undef REVIEW_COLUMNS
#undef NEIGHBOURS

// --- rows ----------------------------------------------------------------------------------------

listed_review review_in(fields& row) {
  listed_review one;
  one.id = row.id<review_id>();
  one.reason = row.text();
  one.state = row.text();
  one.order = maybe_id<order_id>(row);
  one.order_number = row.integer();
  one.reference = row.text();
  one.payment = maybe_id<payment_id>(row);
  one.provider = row.text();
  one.mode = row.text();
  one.currency = row.text();
  one.received_minor = row.integer();
  one.resolved_by = row.text();
  one.note = row.text();
  one.opened_at = row.at();
  one.resolved_at = row.at();
  return one;
}

std::optional<listed_review> first_of(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  return review_in(row);
}

source choose(const review_filter& filter) {
  const auto state = parse_review_state(filter.state);
  const bool is_unresolved = filter.which == review_choice::unresolved || (state && is_open(*state));
  return is_unresolved && filter.which != review_choice::all ? source::unresolved : source::walk;
}

}  // namespace

std::vector<list_plan> review_plans() {
  std::vector<list_plan> all;
  for (std::size_t i = 0; i < places.size(); ++i)
    for (const bool oldest_first : {false, true})
      all.push_back({statement_from(static_cast<source>(i), oldest_first), places[i].index, false, 8});
  all.push_back({select_of_money, "payment_reviews_of_money", false, 3});
  return all;
}

result<listed_page<listed_review>> list_reviews(api_session& session, const business_id& business,
                                                const review_filter& filter,
                                                const std::optional<api::page_position>& after, int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    const bool misses = filter.which == review_choice::of_state;
    const walk_wish wish{
        after, filter.since, filter.until, filter.oldest_first, misses ? longest_time_walk : limit + 1,
        limit};
    const auto found = walk(work, statement_from(choose(filter), filter.oldest_first), business, wish,
                            misses ? filter.state.c_str() : nullptr);
    return walked_page<listed_review>(found, limit, review_in, [](const listed_review& last) {
      return api::page_position{to_unix_ms(last.opened_at), last.id.value};
    });
  });
}

result<std::optional<listed_review>> find_review(api_session& session, const business_id& business,
                                                 const review_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    return first_of(work.exec_params(select_one, to_string(business), to_string(id)));
  });
}

std::optional<listed_review> review_of(pqxx::work& work, const business_id& business,
                                       const received_payment& payment) {
  return first_of(
      work.exec_params(select_of_money, to_string(business), payment.reference, payment.transaction));
}

}  // namespace sellavie::storage
