// Loads products, orders, action results and invoices.

#include <array>
#include <map>
#include <optional>
#include <string>

#include "storage/postgres_reading.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

constexpr statement select_currency{"desk_currency", "SELECT currency FROM businesses WHERE id = $1::uuid"};

constexpr statement select_products{"desk_products", R"(
SELECT id, sku, name, description, price_minor, price_version, stock, active
FROM products WHERE business_id = $1::uuid ORDER BY id)"};

// Open ones, and those placed or paid since $2. An order is held for a day at most, so that one
// paid since $2 is not older than two: the index on (business, created_at) finds it.
#define ORDER_COLUMNS                                                                                               \
  "SELECT id, number, conversation_id, contact_id, status, currency, total_minor, note, idempotency_key, version, " \
  "payment_attempt, payment_reference, payment_url, created_at, reserved_until, paid_at, wished_at, "               \
  "payment_transaction, tracking, received_minor, refunded_minor, dispute, tax_mode, tax_rate_bp "                  \
  "FROM orders WHERE business_id = $1::uuid AND "

// Open ones, and those placed or paid since $2. An order is held for a day at most, so that one paid since $2 is
// not older than two: the index on (business, created_at) finds it. One that a person held longer is not
// remembered: the desk reads it when it is named.
constexpr statement select_orders{
    "desk_orders",
    ORDER_COLUMNS "status IN ('draft', 'awaiting_payment') UNION ALL " ORDER_COLUMNS
                  "status NOT IN ('draft', 'awaiting_payment') AND created_at >= $2::bigint - 172800000 "
                  "AND (wished_at >= $2::bigint OR paid_at >= $2::bigint) ORDER BY number"};

constexpr statement select_order{"order_by_id", ORDER_COLUMNS "id = $2::uuid"};
#undef ORDER_COLUMNS

constexpr statement select_items{"desk_items", R"(
SELECT order_id, product_id, sku, name, quantity, unit_price_minor, price_version
FROM order_items WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, line)"};

constexpr statement select_last_number{"last_order_number", R"(
SELECT coalesce(max(number), 0) FROM orders WHERE business_id = $1::uuid)"};

// Those of before accounts were told apart have none.
constexpr statement select_payment{"payment_by_reference", R"(
SELECT provider, mode, coalesce(connection_id, '00000000-0000-0000-0000-000000000000'), link_id, currency, created_at
FROM payments WHERE business_id = $1::uuid AND reference = $2)"};

// Who has taken its account away cannot ask any more: then it is nobody's.
constexpr statement select_owner{"order_of_another", R"(
SELECT FROM orders o
WHERE o.id = $2::uuid AND o.business_id <> $1::uuid AND EXISTS (
  SELECT FROM payments p JOIN payment_connections c ON c.business_id = p.business_id
    AND (c.id = p.connection_id OR (p.connection_id IS NULL AND c.provider = p.provider AND c.mode = p.mode))
  WHERE p.business_id = o.business_id AND p.order_id = o.id))"};

constexpr statement select_recipient{"order_recipient", R"(
SELECT c.id, c.connection_id, coalesce(NULLIF(k.address_id, ''), k.scoped_id)
FROM orders o
JOIN conversations c ON c.business_id = o.business_id AND c.id = o.conversation_id
JOIN contacts k ON k.business_id = c.business_id AND k.id = c.contact_id
JOIN connections n ON n.business_id = c.business_id AND n.id = c.connection_id
WHERE o.business_id = $1::uuid AND o.id = $2::uuid AND n.disconnected_at IS NULL AND k.blocked_at = 0)"};

// The one whom a merged customer was merged into.
constexpr statement select_mailbox{"mailbox", R"(
SELECT coalesce(NULLIF(m.email, ''), k.email), b.locale, k.blocked_at > 0
FROM conversations c
JOIN businesses b ON b.id = c.business_id
JOIN contacts k ON k.business_id = c.business_id AND k.id = c.contact_id
LEFT JOIN contacts m ON m.business_id = k.business_id AND m.id = k.merged_into
WHERE c.business_id = $1::uuid AND c.id = $2::uuid)"};

// The keys are those of protocol/domain/checkout_reminder.
constexpr statement select_reminder{"reminder", R"(
SELECT c.id, c.connection_id, coalesce(NULLIF(k.address_id, ''), k.scoped_id), c.owner = 0, c.last_customer_at, k.unreachable_since,
       p.created_at, t.told, t.last_at
FROM orders o
JOIN payments p ON p.business_id = o.business_id AND p.reference = o.payment_reference
JOIN conversations c ON c.business_id = o.business_id AND c.id = o.conversation_id
JOIN contacts k ON k.business_id = c.business_id AND k.id = c.contact_id
JOIN connections n ON n.business_id = c.business_id AND n.id = c.connection_id
CROSS JOIN LATERAL (
  SELECT count(*) AS told, coalesce(max(created_at), 0) AS last_at FROM action_results
  WHERE business_id = $1::uuid AND action_key = ANY (ARRAY['remind.' || $2 || '.1', 'remind.' || $2 || '.2', 'remind.' || $2 || '.3'])
) t
WHERE o.business_id = $1::uuid AND o.id = $2::uuid AND n.disconnected_at IS NULL AND k.blocked_at = 0)"};

constexpr statement select_action_result{"action_result", R"(
SELECT outcome FROM action_results WHERE business_id = $1::uuid AND action_key = $2)"};

constexpr statement select_last_invoice{"last_invoice_number", R"(
SELECT coalesce(max(number), 0) FROM invoices WHERE business_id = $1::uuid AND series = $2)"};

constexpr statement select_invoices{"invoices_of_order", R"(
SELECT kind, id, series, number, currency, total_minor, lines, issued_at, taxes, seller, buyer, corrects, refund_id
FROM invoices WHERE business_id = $1::uuid AND order_id = $2::uuid ORDER BY kind DESC, number)"};

constexpr statement select_returned{"returned_of_order", R"(
SELECT r.id, r.amount_minor, r.currency
FROM payment_records p JOIN refunds r ON r.business_id = p.business_id AND r.payment_id = p.id
WHERE p.business_id = $1::uuid AND p.order_id = $2::uuid AND p.place = 'on_order' AND r.state = 'succeeded'
ORDER BY r.requested_at, r.id)"};

#define INVOICE_SETTINGS                                                                                         \
  "SELECT coalesce(s.legal_name, ''), coalesce(s.address, ''), coalesce(s.tax_number, ''), "                     \
  "coalesce(s.tax_name, ''), coalesce(s.tax_mode, 'none'), coalesce(s.tax_rate_bp, 0), coalesce(s.footer, ''), " \
  "coalesce(s.mail_documents, true)"
constexpr statement select_invoice_settings{
    "invoice_settings", INVOICE_SETTINGS
    " FROM businesses b LEFT JOIN invoice_settings s ON s.business_id = b.id WHERE b.id = $1::uuid"};

// The one whom a merged customer was merged into.
constexpr statement select_invoice_parties{"invoice_parties", INVOICE_SETTINGS R"(, b.name,
       coalesce(m.name, k.name, ''), coalesce(m.address, k.address, ''), coalesce(m.phone, k.phone, ''),
       coalesce(NULLIF(m.email, ''), k.email, ''), greatest(k.blocked_at, m.blocked_at, 0) > 0
FROM businesses b
LEFT JOIN invoice_settings s ON s.business_id = b.id
LEFT JOIN contacts k ON k.business_id = b.id AND k.id = $2::uuid
LEFT JOIN contacts m ON m.business_id = b.id AND m.id = k.merged_into
WHERE b.id = $1::uuid)"};
#undef INVOICE_SETTINGS

constexpr statement select_invoice_link{"invoice_link", R"(
SELECT token, created_at, expires_at FROM invoice_links
WHERE business_id = $1::uuid AND invoice_id = $2::uuid ORDER BY expires_at DESC LIMIT 1)"};

constexpr statement select_expired{"expired_reservations", R"(
SELECT DISTINCT business_id FROM orders
WHERE status IN ('draft', 'awaiting_payment') AND reserved_until > 0 AND reserved_until < $1::bigint ORDER BY business_id)"};

constexpr std::array statements_of_commerce{
    select_currency,     select_products,         select_orders,
    select_items,        select_last_number,      select_action_result,
    select_last_invoice, select_invoices,         select_expired,
    select_order,        select_payment,          select_owner,
    select_recipient,    select_invoice_settings, select_invoice_parties,
    select_invoice_link, select_returned,         select_reminder,
    select_mailbox};

/// A desk forgets them all at once beyond so many (protocol/domain/order_book.hpp R24).
constexpr int most_open_reviews = 4'000;

// --- rows ----------------------------------------------------------------------------------------

stored_product product_of(const pqxx::row& row) {
  fields from{row};
  stored_product one;
  one.id = from.id<product_id>();
  one.sku = from.text();
  one.name = from.text();
  one.description = from.text();
  one.price_minor = from.integer();
  one.price_version = from.integer();
  one.stock = from.integer();
  one.active = from.flag();
  return one;
}

order_row order_of(business_id business, const pqxx::row& row) {
  fields from{row};
  order_row one;
  one.id = from.id<order_id>();
  one.business = business;
  one.number = from.integer();
  one.conversation = from.id<conversation_id>();
  one.contact = from.id<contact_id>();
  one.status = from.text();
  one.currency = from.text();
  one.total_minor = from.integer();
  one.note = from.text();
  one.idempotency_key = from.text();
  one.version = from.integer();
  one.prior_version = one.version;
  one.payment_attempt = static_cast<std::int32_t>(from.integer());
  one.payment_reference = from.text();
  one.payment_url = from.text();
  one.created_at = from.at();
  one.reserved_until = from.at();
  one.paid_at = from.at();
  one.wished_at = from.at();
  one.payment_transaction = from.text();
  one.tracking = from.text();
  one.received_minor = from.integer();
  one.refunded_minor = from.integer();
  one.dispute = from.text();
  one.tax_mode = from.text();
  one.tax_rate_bp = static_cast<std::int32_t>(from.integer());
  return one;
}

order_item_row item_of(fields from) {
  order_item_row item;
  item.product = from.id<product_id>();
  item.sku = from.text();
  item.name = from.text();
  item.quantity = from.integer();
  item.unit_price_minor = from.integer();
  item.price_version = from.integer();
  return item;
}

void load_items(pqxx::nontransaction& session, std::vector<order_row>& orders) {
  if (orders.empty()) return;
  std::map<order_id, order_row*> by_id;
  for (order_row& one : orders) by_id.emplace(one.id, &one);
  const auto ids = array_text(orders, [](const order_row& one) { return to_string(one.id); });
  for (const auto& row : session.exec_prepared(select_items.name, ids)) {
    fields from{row};
    if (const auto found = by_id.find(from.id<order_id>()); found != by_id.end())
      found->second->items.push_back(item_of(from));
  }
}

stored_payment payment_of(const pqxx::row& row) {
  fields from{row};
  stored_payment one;
  one.provider = from.text();
  one.mode = from.text();
  one.connection = from.id<payment_connection_id>();
  one.link_id = from.text();
  one.currency = from.text();
  one.created_at = from.at();
  return one;
}

invoice_row invoice_of(business_id business, order_id order, const pqxx::row& row) {
  fields from{row};
  invoice_row one;
  one.business = business;
  one.order = order;
  one.kind = from.text();
  one.id = from.id<invoice_id>();
  one.series = from.text();
  one.number = from.integer();
  one.currency = from.text();
  one.total_minor = from.integer();
  one.lines = from.text();
  one.issued_at = from.at();
  one.taxes = from.text();
  one.seller = from.text();
  one.buyer = from.text();
  one.corrects = from.text();
  if (!from.is_null()) one.refund = from.id<refund_id>();
  return one;
}

reminder_record reminder_of(const pqxx::row& row) {
  fields from{row};
  reminder_record one;
  one.whom.conversation = from.id<conversation_id>();
  one.whom.connection = from.id<connection_id>();
  one.whom.customer = from.text();
  one.has_ai = from.flag();
  one.last_customer_at = from.at();
  one.unreachable_since = from.at();
  one.link_made_at = from.at();
  one.told = static_cast<std::int32_t>(from.integer());
  one.last_told_at = from.at();
  return one;
}

returned_row returned_of(const pqxx::row& row) {
  fields from{row};
  returned_row one;
  one.refund = from.id<refund_id>();
  one.amount_minor = from.integer();
  one.currency = from.text();
  return one;
}

invoice_settings_row settings_of(fields& from) {
  invoice_settings_row one;
  one.legal_name = from.text();
  one.address = from.text();
  one.tax_number = from.text();
  one.tax_name = from.text();
  one.tax_mode = from.text();
  one.tax_rate_bp = static_cast<std::int32_t>(from.integer());
  one.footer = from.text();
  one.mail_documents = from.flag();
  return one;
}

invoice_parties parties_of(const pqxx::row& row) {
  fields from{row};
  invoice_parties both;
  both.settings = settings_of(from);
  both.business_name = from.text();
  both.buyer_name = from.text();
  both.buyer_address = from.text();
  both.buyer_phone = from.text();
  both.buyer_email = from.text();
  both.is_blocked = from.flag();
  return both;
}

}  // namespace

// --- postgres_reads ------------------------------------------------------------------------------

std::span<const statement> commerce_reads() noexcept { return statements_of_commerce; }

result<desk_record> postgres_reads::load_desk(business_id business, instant closed_since) {
  const auto found = read([&](pqxx::nontransaction& session) -> std::optional<desk_record> {
    const auto id = to_string(business);
    const auto currency = session.exec_prepared(select_currency.name, id);
    if (currency.empty()) return std::nullopt;
    desk_record desk;
    desk.currency = currency.front()[0].as<std::string>();
    const auto settings = session.exec_prepared1(select_invoice_settings.name, id);
    fields from{settings};
    const auto taxes = settings_of(from);
    desk.tax_mode = taxes.tax_mode;
    desk.tax_rate_bp = taxes.tax_rate_bp;
    desk.products = all_of(session.exec_prepared(select_products.name, id), product_of);
    desk.orders = all_of(session.exec_prepared(select_orders.name, id, to_unix_ms(closed_since)),
                         [&](const pqxx::row& row) { return order_of(business, row); });
    load_items(session, desk.orders);
    desk.open_reviews = read_open_reviews(session, business, most_open_reviews);
    desk.last_order_number = session.exec_prepared1(select_last_number.name, id)[0].as<std::int64_t>();
    return desk;
  });
  if (!found) return found.error();
  if (!*found) return make_failure(errc::not_found, "no such business");
  return **found;
}

result<std::vector<stored_product>> postgres_reads::load_products(business_id business) {
  return read_rows(select_products, product_of, to_string(business));
}

result<std::optional<order_row>> postgres_reads::find_order(business_id business, order_id order) {
  return read([&](pqxx::nontransaction& session) -> std::optional<order_row> {
    auto found = all_of(session.exec_prepared(select_order.name, to_string(business), to_string(order)),
                        [&](const pqxx::row& row) { return order_of(business, row); });
    if (found.empty()) return std::nullopt;
    load_items(session, found);
    return std::move(found.front());
  });
}

result<std::optional<stored_payment>> postgres_reads::find_payment(business_id business,
                                                                   const std::string& reference) {
  return read([&](pqxx::nontransaction& session) -> std::optional<stored_payment> {
    const auto rows = session.exec_prepared(select_payment.name, to_string(business), reference);
    if (rows.empty()) return std::nullopt;
    return payment_of(rows.front());
  });
}

result<bool> postgres_reads::is_order_of_another(business_id business, order_id order) {
  return read([&](pqxx::nontransaction& session) {
    return !session.exec_prepared(select_owner.name, to_string(business), to_string(order)).empty();
  });
}

result<std::optional<order_recipient>> postgres_reads::find_order_recipient(business_id business,
                                                                            order_id order) {
  return read([&](pqxx::nontransaction& session) -> std::optional<order_recipient> {
    const auto rows = session.exec_prepared(select_recipient.name, to_string(business), to_string(order));
    if (rows.empty()) return std::nullopt;
    const auto row = rows.front();
    fields from{row};
    order_recipient whom;
    whom.conversation = from.id<conversation_id>();
    whom.connection = from.id<connection_id>();
    whom.customer = from.text();
    return whom;
  });
}

result<std::optional<mailbox_record>> postgres_reads::find_mailbox(business_id business,
                                                                   conversation_id conversation) {
  return read([&](pqxx::nontransaction& session) -> std::optional<mailbox_record> {
    const auto rows =
        session.exec_prepared(select_mailbox.name, to_string(business), to_string(conversation));
    if (rows.empty()) return std::nullopt;
    const auto row = rows.front();
    fields from{row};
    mailbox_record whom;
    whom.address = from.text();
    whom.locale = from.text();
    whom.is_blocked = from.flag();
    return whom;
  });
}

result<std::optional<reminder_record>> postgres_reads::find_reminder(business_id business, order_id order) {
  return read([&](pqxx::nontransaction& session) -> std::optional<reminder_record> {
    const auto rows = session.exec_prepared(select_reminder.name, to_string(business), to_string(order));
    if (rows.empty()) return std::nullopt;
    return reminder_of(rows.front());
  });
}

result<std::optional<std::string>> postgres_reads::find_action_result(business_id business,
                                                                      const std::string& action_key) {
  return read([&](pqxx::nontransaction& session) -> std::optional<std::string> {
    const auto rows = session.exec_prepared(select_action_result.name, to_string(business), action_key);
    if (rows.empty()) return std::nullopt;
    return rows.front()[0].as<std::string>();
  });
}

result<std::int64_t> postgres_reads::last_invoice_number(business_id business, const std::string& series) {
  return read([&](pqxx::nontransaction& session) {
    return session.exec_prepared1(select_last_invoice.name, to_string(business), series)[0]
        .as<std::int64_t>();
  });
}

result<std::vector<invoice_row>> postgres_reads::find_invoices(business_id business, order_id order) {
  return read_rows(
      select_invoices, [&](const pqxx::row& row) { return invoice_of(business, order, row); },
      to_string(business), to_string(order));
}

result<std::vector<returned_row>> postgres_reads::find_returned(business_id business, order_id order) {
  return read_rows(select_returned, returned_of, to_string(business), to_string(order));
}

result<invoice_settings_row> postgres_reads::find_invoice_settings(business_id business) {
  return read([&](pqxx::nontransaction& session) {
    const auto row = session.exec_prepared1(select_invoice_settings.name, to_string(business));
    fields from{row};
    return settings_of(from);
  });
}

result<invoice_parties> postgres_reads::find_invoice_parties(business_id business, contact_id buyer) {
  return read([&](pqxx::nontransaction& session) {
    return parties_of(
        session.exec_prepared1(select_invoice_parties.name, to_string(business), to_string(buyer)));
  });
}

result<std::optional<invoice_link_row>> postgres_reads::find_invoice_link(business_id business,
                                                                          invoice_id invoice) {
  return read([&](pqxx::nontransaction& session) -> std::optional<invoice_link_row> {
    const auto rows =
        session.exec_prepared(select_invoice_link.name, to_string(business), to_string(invoice));
    if (rows.empty()) return std::nullopt;
    const pqxx::row first = rows[0];
    fields from{first};
    const auto token = from.id<invoice_id>().value;
    const auto created = from.at();
    return invoice_link_row{token, business, invoice, created, from.at()};
  });
}

result<std::vector<business_id>> postgres_reads::expired_reservations(instant now) {
  return read_rows(
      select_expired, [](const pqxx::row& row) { return fields{row}.id<business_id>(); }, to_unix_ms(now));
}

}  // namespace sellavie::storage
