#include "storage/api/payments.hpp"

#include <array>

#include "storage/api/api_work.hpp"
#include "storage/api/money_work.hpp"
#include "storage/api/time_walk.hpp"
#include "storage/api/walked_page.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------
// $8 place, $9 provider, $10 order.

enum class source : std::size_t { walk, order };

struct place_to_look {
  const char* where;
  const char* index;
};
constexpr std::array<place_to_look, 2> places{{
    {"true", "payment_records_by_time"},
    {"r.order_id = $10::uuid", "payment_records_of_order"},
}};

constexpr const char* filters =
    "($8::text IS NULL OR r.place = $8::text) AND ($9::text IS NULL OR r.provider = $9::text) "
    "AND ($10::uuid IS NULL OR r.order_id = $10::uuid)";

#define PAYMENT_COLUMNS                                                                                        \
  "p.id, p.reference, p.transaction, p.provider, p.connection_id, p.mode, p.currency, p.received_minor, "      \
  "p.elsewhere_minor, p.returned_minor, p.place, p.order_id, coalesce(o.number, 0), coalesce(main.id, k.id), " \
  "coalesce(main.name, k.name), p.is_disputed, p.received_at"
// One look by the key a row: OFFSET 0 keeps the planner from reading a table as a whole instead.
#define NEIGHBOURS                                                                                                      \
  " LEFT JOIN LATERAL (SELECT * FROM orders WHERE business_id = p.business_id AND id = p.order_id OFFSET 0) o ON true " \
  "LEFT JOIN LATERAL (SELECT * FROM contacts WHERE business_id = o.business_id AND id = o.contact_id OFFSET 0) k "      \
  "ON true "                                                                                                            \
  "LEFT JOIN LATERAL (SELECT * FROM contacts WHERE business_id = k.business_id AND id = k.merged_into OFFSET 0) main "  \
  "ON true"

std::string statement_from(source from, bool oldest_first) {
  return statement_of({"payment_records", "received_at", places[static_cast<std::size_t>(from)].where,
                       filters, PAYMENT_COLUMNS, NEIGHBOURS},
                      oldest_first);
}

constexpr const char* select_one =
    "SELECT " PAYMENT_COLUMNS
    " FROM (SELECT * FROM payment_records WHERE business_id = $1::uuid AND id = $2::uuid) p" NEIGHBOURS;
#undef PAYMENT_COLUMNS
#undef NEIGHBOURS

// --- rows ----------------------------------------------------------------------------------------

received_payment payment_in(fields& row) {
  received_payment one;
  one.id = row.id<payment_id>();
  one.reference = row.text();
  one.transaction = row.text();
  one.provider = row.text();
  one.connection = maybe_id<payment_connection_id>(row);
  one.mode = row.text();
  one.currency = row.text();
  one.received_minor = row.integer();
  one.elsewhere_minor = row.integer();
  one.returned_minor = row.integer();
  one.place = row.text();
  one.order = maybe_id<order_id>(row);
  one.order_number = row.integer();
  one.customer = maybe_id<contact_id>(row);
  one.customer_name = row.text();
  one.is_disputed = row.flag();
  one.received_at = row.at();
  return one;
}

}  // namespace

std::vector<list_plan> received_plans() {
  std::vector<list_plan> all;
  for (std::size_t i = 0; i < places.size(); ++i)
    for (const bool oldest_first : {false, true})
      all.push_back({statement_from(static_cast<source>(i), oldest_first), places[i].index, false, 10});
  return all;
}

result<listed_page<received_payment>> list_received(api_session& session, const business_id& business,
                                                    const received_filter& filter,
                                                    const std::optional<api::page_position>& after,
                                                    int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    const bool misses = filter.place || filter.provider;
    const walk_wish wish{
        after, filter.since, filter.until, filter.oldest_first, misses ? longest_time_walk : limit + 1,
        limit};
    const auto from = filter.order ? source::order : source::walk;
    const auto order = text_of(filter.order);
    const auto found = walk(work, statement_from(from, filter.oldest_first), business, wish,
                            or_null(filter.place), or_null(filter.provider), or_null(order));
    return walked_page<received_payment>(found, limit, payment_in, [](const received_payment& last) {
      return api::page_position{to_unix_ms(last.received_at), last.id.value};
    });
  });
}

result<std::optional<received_detail>> find_received(api_session& session, const business_id& business,
                                                     const payment_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_one, to_string(business), to_string(id));
    if (rows.empty()) return std::optional<received_detail>{};
    const pqxx::row first = rows[0];
    fields row{first};
    received_detail found{payment_in(row), refunds_of(work, business, id), std::nullopt};
    found.review = review_of(work, business, found.summary);
    return std::optional{std::move(found)};
  });
}

}  // namespace sellavie::storage
