#include "storage/api/orders.hpp"

#include <array>
#include <limits>
#include <string_view>

#include "storage/api/api_work.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/api/walked_page.hpp"

namespace sellavie::storage {
namespace {

// --- the list ------------------------------------------------------------------------------------
// $1 business, $2 $3 the position before the page, $4 rows to look at, $5 status, $6 customer, $7 channel, $8 $9 since and
// until, $10 rows of the page, $11 conversation, $12 $13 name from and to, $14 number, $15 whether a dispute freezes it.

/// Where a page's candidates come from.
enum class source : std::size_t { walk, status, disputed, number, conversation, customer, name };

struct place_to_look {
  const char* from;
  const char* where;
  const char* index;
};
// One look by the key a contact: OFFSET 0 keeps the planner from reading a table as a whole instead.
#define OF_THESE_CONTACTS \
  " k CROSS JOIN LATERAL (SELECT * FROM orders WHERE business_id = $1::uuid AND contact_id = k.id OFFSET 0) o"
constexpr std::array<place_to_look, 7> places{{
    {"orders o", "true", "orders_by_time"},
    {"orders o", "o.status = $5::text", "orders_by_status"},
    {"orders o", "o.dispute = 'open'", "orders_disputed"},
    {"orders o", "o.number = $14::bigint", "orders_business_id_number_key"},
    {"(SELECT contact_id AS id FROM conversations WHERE business_id = $1::uuid AND id = $11::uuid)" OF_THESE_CONTACTS,
     "true", "orders_of_contact"},
    {"(SELECT $6::uuid AS id UNION SELECT id FROM contacts WHERE business_id = $1::uuid AND merged_into = $6::uuid)" OF_THESE_CONTACTS,
     "true", "orders_of_contact"},
    {"(SELECT id FROM contacts WHERE business_id = $1::uuid AND lower(name) ~>=~ lower($12) AND lower(name) ~<~ lower($13)"
     " ORDER BY business_id, lower(name) USING ~<~ LIMIT $4::integer)" OF_THESE_CONTACTS,
     "true", "contacts_by_name"},
}};
#undef OF_THESE_CONTACTS

struct direction {
  const char* key;
  const char* beyond;
  const char* order;
  /// Inside of the look: the index has it.
  const char* dates;
};
constexpr const char* in_dates = " AND o.created_at >= $8::bigint AND o.created_at < $9::bigint";
constexpr std::array<direction, 3> directions{{{"created_at", "<", "DESC", in_dates},
                                               {"created_at", ">", "ASC", in_dates},
                                               {"total_minor", "<", "DESC", ""}}};

// A filter that an index did not serve looks at rows that are there already.
constexpr const char* filtered = R"(
), page AS (
  SELECT o.* FROM looked o
  WHERE ($5::text IS NULL OR o.status = $5::text)
    AND o.created_at >= $8::bigint AND o.created_at < $9::bigint
    AND ($14::bigint IS NULL OR o.number = $14::bigint)
    AND ($15::boolean IS NULL OR (o.dispute = 'open') = $15::boolean)
    AND ($11::uuid IS NULL OR o.conversation_id = $11::uuid)
    AND ($6::uuid IS NULL OR o.contact_id = $6::uuid
         OR o.contact_id IN (SELECT id FROM contacts WHERE business_id = $1::uuid AND merged_into = $6::uuid))
    AND ($7::text IS NULL OR $7::text = (
         SELECT n.channel FROM conversations c JOIN connections n ON n.business_id = c.business_id AND n.id = c.connection_id
         WHERE c.id = o.conversation_id))
    AND ($12::text IS NULL OR $13::text IS NULL OR true))";

// A merged contact's profile is that of the one it was merged into.
#define ORDER_COLUMNS                                                                                              \
  "p.id, p.number, p.conversation_id, coalesce(main.id, k.id), coalesce(main.name, k.name), n.channel, p.status, " \
  "p.currency, p.total_minor, p.created_at, p.reserved_until, p.paid_at, p.version, p.received_minor, "            \
  "p.refunded_minor, p.dispute, (SELECT coalesce(sum(quantity), 0)::bigint FROM order_items WHERE order_id = p.id)"
#define NEIGHBOURS                                                                                                     \
  " JOIN LATERAL (SELECT * FROM contacts WHERE business_id = p.business_id AND id = p.contact_id OFFSET 0) k ON true " \
  "LEFT JOIN LATERAL (SELECT * FROM contacts WHERE business_id = k.business_id AND id = k.merged_into OFFSET 0) main " \
  "ON true JOIN connections n ON n.business_id = k.business_id AND n.id = k.connection_id "

std::string statement_of(source from, order_sort sort) {
  const auto& look = places[static_cast<std::size_t>(from)];
  const auto& by = directions[static_cast<std::size_t>(sort)];
  const std::string key{by.key};
  const std::string order{by.order};
  const auto sorted = [&](const std::string& of) {
    return " ORDER BY " + of + key + ' ' + order + ", " + of + "id " + order;
  };
  return std::string{"WITH looked AS MATERIALIZED (SELECT o.* FROM "} + look.from + " WHERE " + look.where +
         " AND o.business_id = $1::uuid AND (o." + key + ", o.id) " + by.beyond + " ($2::bigint, $3::uuid)" +
         by.dates + sorted("o.") + " LIMIT $4::integer" + filtered + sorted("o.") +
         " LIMIT $10::integer), edge AS (SELECT " + key + " AS edge_key, id FROM looked" + sorted("") +
         " OFFSET $4::integer - 1 LIMIT 1) SELECT e.edge_key, e.id, " ORDER_COLUMNS
         " FROM (SELECT 1) AS one LEFT JOIN edge e ON true LEFT JOIN (page p" NEIGHBOURS ") ON true" +
         sorted("p.");
}

constexpr const char* select_one = "SELECT " ORDER_COLUMNS
                                   ", p.note, p.tracking, p.payment_url FROM (SELECT * FROM orders "
                                   "WHERE business_id = $1::uuid AND id = $2::uuid) p" NEIGHBOURS;
#undef ORDER_COLUMNS
#undef NEIGHBOURS

// --- what belongs to an order --------------------------------------------------------------------

constexpr const char* select_items = R"(
SELECT product_id, sku, name, quantity, unit_price_minor FROM order_items
WHERE business_id = $1::uuid AND order_id = $2::uuid ORDER BY line)";

// A payment by hand has no link; beyond so many attempts only the newest are shown.
constexpr const char* select_payments = R"(
SELECT id, provider, mode, reference, amount_minor, currency, status, created_at, settled_at FROM payments
WHERE business_id = $1::uuid AND order_id = $2::uuid ORDER BY business_id, order_id, id DESC LIMIT 50)";

constexpr const char* select_invoices = R"(
SELECT id, kind, series, number, issued_at FROM invoices
WHERE business_id = $1::uuid AND order_id = $2::uuid ORDER BY issued_at, id LIMIT 101)";

constexpr const char* select_timeline = R"(
SELECT seq, what, actor, at, coalesce(noticed_by, '') FROM order_timeline
WHERE order_id = $2::uuid AND (business_id = $1::uuid) IS TRUE AND seq > $3::bigint ORDER BY seq LIMIT $4::integer)";

constexpr const char* select_chat = R"(
SELECT c.id, c.contact_id, c.connection_id, coalesce(NULLIF(k.address_id, ''), k.scoped_id), n.channel, coalesce(main.email, k.email), c.last_customer_at,
       k.blocked_at > 0, n.disconnected_at IS NOT NULL
FROM conversations c
JOIN contacts k ON k.business_id = c.business_id AND k.id = c.contact_id
LEFT JOIN contacts main ON main.business_id = k.business_id AND main.id = k.merged_into
JOIN connections n ON n.business_id = c.business_id AND n.id = c.connection_id
WHERE c.business_id = $1::uuid AND c.id = $2::uuid)";

/// Of one customer, or of one beginning of a name.
constexpr int most_gathered = 5000;

// --- rows ----------------------------------------------------------------------------------------

listed_order order_in(fields& row) {
  listed_order one;
  one.id = row.id<order_id>();
  one.number = row.integer();
  one.conversation = row.id<conversation_id>();
  one.customer = row.id<contact_id>();
  one.customer_name = row.text();
  one.channel = row.text();
  one.status = row.text();
  one.currency = row.text();
  one.total_minor = row.integer();
  one.created_at = row.at();
  one.reserved_until = row.at();
  one.paid_at = row.at();
  one.version = row.integer();
  one.received_minor = row.integer();
  one.refunded_minor = row.integer();
  one.dispute = row.text();
  one.pieces = row.integer();
  return one;
}

listed_item item_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<product_id>(), row.text(), row.text(), row.integer(), row.integer()};
}

listed_payment payment_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<payment_id>(), row.text(), row.text(), row.text(), row.integer(),
          row.text(),           row.text(), row.at(),   row.at()};
}

order_invoice_line invoice_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<invoice_id>(), row.text(), row.text(), row.integer(), row.at()};
}

listed_fact fact_in(const pqxx::row& one) {
  fields row{one};
  return {row.integer(), row.text(), row.text(), row.at(), row.text()};
}

// --- where to look -------------------------------------------------------------------------------

source choose(const order_filter& filter) {
  if (filter.number) return source::number;
  if (filter.conversation) return source::conversation;
  if (filter.customer) return source::customer;
  if (!filter.name_prefix.empty()) return source::name;
  // The largest are found by their own index, whatever their status.
  if (filter.sort == order_sort::largest) return source::walk;
  if (filter.disputed.value_or(false)) return source::disputed;
  return filter.status ? source::status : source::walk;
}

int rows_to_look_at(source from, const order_filter& filter, int limit) {
  const bool walks = from == source::walk || from == source::status || from == source::disputed;
  if (!walks) return most_gathered;
  const bool misses = filter.channel || filter.sort == order_sort::largest ||
                      (filter.status && from != source::status) ||
                      (filter.disputed && from != source::disputed);
  return misses ? longest_order_walk : limit + 1;
}

template <class Id>
std::optional<std::string> text_of(const std::optional<Id>& id) {
  return id ? std::optional{to_string(*id)} : std::nullopt;
}

const char* or_null(const std::optional<std::string>& text) noexcept {
  return text ? text->c_str() : nullptr;
}

listed_page<listed_order> look(pqxx::work& work, const business_id& business, const order_filter& filter,
                               const std::optional<api::page_position>& after, int limit) {
  using most = std::numeric_limits<std::int64_t>;
  const source from = choose(filter);
  const auto edge = after.value_or(list_edge(filter.sort != order_sort::oldest));
  const auto customer = text_of(filter.customer);
  const auto conversation = text_of(filter.conversation);
  const auto number = filter.number ? std::optional{std::to_string(*filter.number)} : std::nullopt;
  const char* disputed = !filter.disputed ? nullptr : *filter.disputed ? "true" : "false";
  const auto found = work.exec_params(
      statement_of(from, filter.sort), to_string(business), edge.key, to_string(edge.id),
      rows_to_look_at(from, filter, limit), or_null(filter.status), or_null(customer),
      or_null(filter.channel), filter.since ? to_unix_ms(*filter.since) : most::min(),
      filter.until ? to_unix_ms(*filter.until) : most::max(), limit + 1, or_null(conversation),
      filter.name_prefix, filter.name_prefix + "\xF4\x8F\xBF\xBF", or_null(number), disputed);
  return walked_page<listed_order>(found, limit, order_in, [&](const listed_order& last) {
    const bool by_total = filter.sort == order_sort::largest;
    return api::page_position{by_total ? last.total_minor : to_unix_ms(last.created_at), last.id.value};
  });
}

}  // namespace

std::vector<list_plan> order_plans() {
  std::vector<list_plan> all;
  constexpr int parameters = 15;
  for (std::size_t i = 0; i < places.size(); ++i)
    for (const auto sort : {order_sort::newest, order_sort::oldest}) {
      const auto from = static_cast<source>(i);
      all.push_back({statement_of(from, sort), places[i].index, from == source::name, parameters});
    }
  all.push_back({statement_of(source::walk, order_sort::largest), "orders_by_total", false, parameters});
  all.push_back({select_payments, "payments_of_order", false, 2});
  all.push_back({select_timeline, "order_timeline_pkey", false, 4});
  return all;
}

result<listed_page<listed_order>> list_orders(api_session& session, const business_id& business,
                                              const order_filter& filter,
                                              const std::optional<api::page_position>& after, int limit) {
  const auto work = [&](pqxx::work& transaction) {
    return look(transaction, business, filter, after, limit);
  };
  // Comparing names is not leakproof: under row-level security the index would not be used (inbox.cpp). The
  // engine looks, and every row hangs on the business in $1.
  if (choose(filter) == source::name) return for_accounts(session, work);
  return for_business(session, business, work);
}

result<std::optional<order_detail>> find_order(api_session& session, const business_id& business,
                                               const order_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto whose = to_string(business);
    const auto which = to_string(id);
    const auto rows = work.exec_params(select_one, whose, which);
    if (rows.empty()) return std::optional<order_detail>{};
    const pqxx::row first = rows[0];
    fields row{first};
    order_detail found;
    found.summary = order_in(row);
    found.note = row.text();
    found.tracking = row.text();
    found.payment_url = row.text();
    found.items = all_of(work.exec_params(select_items, whose, which), item_in);
    found.payments = all_of(work.exec_params(select_payments, whose, which), payment_in);
    found.invoices = all_of(work.exec_params(select_invoices, whose, which), invoice_in);
    return std::optional{std::move(found)};
  });
}

result<std::vector<listed_fact>> list_timeline(api_session& session, const business_id& business,
                                               const order_id& id, std::int64_t after, int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_timeline, to_string(business), to_string(id), after, limit + 1),
                  fact_in);
  });
}

result<std::optional<order_chat>> find_order_chat(api_session& session, const business_id& business,
                                                  const conversation_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_chat, to_string(business), to_string(id));
    if (rows.empty()) return std::optional<order_chat>{};
    const pqxx::row first = rows[0];
    fields row{first};
    return std::optional{order_chat{row.id<conversation_id>(), row.id<contact_id>(), row.id<connection_id>(),
                                    row.text(), row.text(), row.text(), row.at(), row.flag(), row.flag()}};
  });
}

}  // namespace sellavie::storage
