#include "storage/api/invoices.hpp"

#include <array>
#include <limits>

#include "storage/api/api_work.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/api/walked_page.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------
// $1 business, $2 $3 the position before the page, $4 rows to look at, $5 kind, $6 order, $7 customer, $8 $9 since and until,
// $10 rows of the page, $11 series, $12 number.

enum class source : std::size_t { walk, number, order, customer };

struct place_to_look {
  const char* from;
  const char* where;
  const char* index;
};
constexpr std::array<place_to_look, 4> places{{
    {"invoices i", "true", "invoices_by_time"},
    {"invoices i", "i.series = $11::text AND i.number = $12::bigint",
     "invoices_business_id_series_number_key"},
    {"invoices i", "i.order_id = $6::uuid", "invoices_of_order"},
    {"(SELECT $7::uuid AS id UNION SELECT id FROM contacts WHERE business_id = $1::uuid AND merged_into = $7::uuid) k"
     " CROSS JOIN LATERAL (SELECT id FROM orders WHERE business_id = $1::uuid AND contact_id = k.id OFFSET 0) o"
     " CROSS JOIN LATERAL (SELECT * FROM invoices WHERE business_id = $1::uuid AND order_id = o.id OFFSET 0) i",
     "true", "orders_of_contact"},
}};

constexpr const char* filtered = R"(
), page AS (
  SELECT i.* FROM looked i
  WHERE ($5::text IS NULL OR i.kind = $5::text)
    AND ($6::uuid IS NULL OR i.order_id = $6::uuid)
    AND ($11::text IS NULL OR i.series = $11::text) AND ($12::bigint IS NULL OR i.number = $12::bigint)
    AND ($7::uuid IS NULL OR (SELECT coalesce(k.merged_into, k.id) = $7::uuid OR k.id = $7::uuid FROM orders o
         JOIN contacts k ON k.business_id = o.business_id AND k.id = o.contact_id WHERE o.id = i.order_id)))";

#define INVOICE_COLUMNS                                                                                            \
  "p.id, p.kind, p.series, p.number, p.order_id, o.number, coalesce(main.id, k.id), coalesce(main.name, k.name), " \
  "p.currency, p.total_minor, p.issued_at, l.token, coalesce(l.expires_at, 0), p.corrects, p.refund_id"
#define NEIGHBOURS                                                                                                     \
  " JOIN LATERAL (SELECT * FROM orders WHERE business_id = p.business_id AND id = p.order_id OFFSET 0) o ON true "     \
  "JOIN LATERAL (SELECT * FROM contacts WHERE business_id = o.business_id AND id = o.contact_id OFFSET 0) k ON true "  \
  "LEFT JOIN LATERAL (SELECT * FROM contacts WHERE business_id = k.business_id AND id = k.merged_into OFFSET 0) main " \
  "ON true "                                                                                                           \
  "LEFT JOIN LATERAL (SELECT token, expires_at FROM invoice_links WHERE business_id = p.business_id "                  \
  "AND invoice_id = p.id ORDER BY expires_at DESC LIMIT 1) l ON true "

std::string statement_of(source from, bool oldest_first) {
  const auto& look = places[static_cast<std::size_t>(from)];
  const std::string order = oldest_first ? "ASC" : "DESC";
  const auto sorted = [&](const std::string& of) {
    return " ORDER BY " + of + "issued_at " + order + ", " + of + "id " + order;
  };
  return std::string{"WITH looked AS MATERIALIZED (SELECT i.* FROM "} + look.from + " WHERE " + look.where +
         " AND i.business_id = $1::uuid AND (i.issued_at, i.id) " + (oldest_first ? ">" : "<") +
         " ($2::bigint, $3::uuid) AND i.issued_at >= $8::bigint AND i.issued_at < $9::bigint" + sorted("i.") +
         " LIMIT $4::integer" + filtered + sorted("i.") +
         " LIMIT $10::integer), edge AS (SELECT issued_at, id FROM looked" + sorted("") +
         " OFFSET $4::integer - 1 LIMIT 1) SELECT e.issued_at, e.id, " INVOICE_COLUMNS
         " FROM (SELECT 1) AS one LEFT JOIN edge e ON true LEFT JOIN (page p" NEIGHBOURS ") ON true" +
         sorted("p.");
}

constexpr const char* select_one =
    "SELECT " INVOICE_COLUMNS
    ", p.lines, p.taxes FROM (SELECT * FROM invoices WHERE business_id = $1::uuid AND id = $2::uuid) p" NEIGHBOURS;
constexpr const char* select_of_order =
    "SELECT " INVOICE_COLUMNS
    ", p.lines, p.taxes FROM (SELECT * FROM invoices WHERE business_id = $1::uuid AND order_id = $2::uuid AND kind = $3) p" NEIGHBOURS;
#undef INVOICE_COLUMNS
#undef NEIGHBOURS

constexpr int most_gathered = 5000;

// --- rows ----------------------------------------------------------------------------------------

listed_invoice invoice_in(fields& row) {
  listed_invoice one;
  one.id = row.id<invoice_id>();
  one.kind = row.text();
  one.series = row.text();
  one.number = row.integer();
  one.order = row.id<order_id>();
  one.order_number = row.integer();
  one.customer = row.id<contact_id>();
  one.customer_name = row.text();
  one.currency = row.text();
  one.total_minor = row.integer();
  one.issued_at = row.at();
  if (row.is_null()) row.skip();
  else one.link_token = row.id<invoice_id>().value;
  one.link_expires_at = row.at();
  one.corrects = row.text();
  if (row.is_null()) row.skip();
  else one.refund = row.id<refund_id>();
  return one;
}

std::optional<invoice_detail> detail_in(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  invoice_detail found{invoice_in(row), {}, {}};
  found.lines = row.text();
  found.taxes = row.text();
  return found;
}

source choose(const invoice_filter& filter) {
  if (filter.number) return source::number;
  if (filter.order) return source::order;
  return filter.customer ? source::customer : source::walk;
}

template <class Id>
std::optional<std::string> text_of(const std::optional<Id>& id) {
  return id ? std::optional{to_string(*id)} : std::nullopt;
}

const char* or_null(const std::optional<std::string>& text) noexcept {
  return text ? text->c_str() : nullptr;
}

}  // namespace

std::vector<list_plan> invoice_plans() {
  std::vector<list_plan> all;
  for (std::size_t i = 0; i < places.size(); ++i)
    for (const bool oldest_first : {false, true})
      all.push_back({statement_of(static_cast<source>(i), oldest_first), places[i].index, false, 12});
  return all;
}

result<listed_page<listed_invoice>> list_invoices(api_session& session, const business_id& business,
                                                  const invoice_filter& filter,
                                                  const std::optional<api::page_position>& after, int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    using most = std::numeric_limits<std::int64_t>;
    const source from = choose(filter);
    const auto edge = after.value_or(list_edge(!filter.oldest_first));
    const int walk = filter.kind ? longest_order_walk : limit + 1;
    const auto order = text_of(filter.order);
    const auto customer = text_of(filter.customer);
    const auto series = filter.number ? std::optional{filter.number->first} : std::nullopt;
    const auto number = filter.number ? std::optional{std::to_string(filter.number->second)} : std::nullopt;
    const auto found = work.exec_params(
        statement_of(from, filter.oldest_first), to_string(business), edge.key, to_string(edge.id),
        from == source::walk ? walk : most_gathered, or_null(filter.kind), or_null(order), or_null(customer),
        filter.since ? to_unix_ms(*filter.since) : most::min(),
        filter.until ? to_unix_ms(*filter.until) : most::max(), limit + 1, or_null(series), or_null(number));
    return walked_page<listed_invoice>(found, limit, invoice_in, [](const listed_invoice& last) {
      return api::page_position{to_unix_ms(last.issued_at), last.id.value};
    });
  });
}

result<std::optional<invoice_detail>> find_invoice(api_session& session, const business_id& business,
                                                   const invoice_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    return detail_in(work.exec_params(select_one, to_string(business), to_string(id)));
  });
}

result<std::optional<invoice_detail>> find_invoice_of(api_session& session, const business_id& business,
                                                      const order_id& order, const std::string& kind) {
  return for_business(session, business, [&](pqxx::work& work) {
    return detail_in(work.exec_params(select_of_order, to_string(business), to_string(order), kind));
  });
}

}  // namespace sellavie::storage
