#include "storage/journal_commerce.hpp"

#include <array>

#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// In the order of ids, as an import locks them.
constexpr statement change_stock{"change_stock", R"(
WITH wanted AS (
  SELECT business_id, id, sum(delta)::bigint AS delta
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS t (business_id, id, delta) GROUP BY 1, 2 ORDER BY 2
), changed AS (
  UPDATE products p SET stock = p.stock + w.delta FROM wanted w
  WHERE p.business_id = w.business_id AND p.id = w.id RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), (SELECT count(*) FROM wanted), 'products to change'))"};

constexpr statement insert_movements{"insert_movements", R"(
INSERT INTO stock_movements (id, business_id, product_id, delta, stock_after, reason, actor, at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                     $8::bigint[]))"};

constexpr statement insert_orders{"insert_orders", R"(
INSERT INTO orders (id, business_id, number, conversation_id, contact_id, status, currency, total_minor, note,
                    idempotency_key, version, payment_attempt, payment_reference, payment_url, created_at,
                    reserved_until, paid_at, wished_at, payment_transaction, received_minor, refunded_minor, dispute, tax_mode,
                    tax_rate_bp)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::bigint[],
                     $9::text[], $10::text[], $11::bigint[], $12::integer[], $13::text[], $14::text[], $15::bigint[],
                     $16::bigint[], $17::bigint[], $18::bigint[], $19::text[], $20::bigint[], $21::bigint[], $22::text[],
                     $23::text[], $24::integer[]))"};

constexpr statement change_orders{"change_orders", R"(
WITH changed AS (
  UPDATE orders o
  SET status = u.status, total_minor = u.total_minor, note = u.note, version = u.version,
      payment_attempt = u.payment_attempt, payment_reference = u.payment_reference, payment_url = u.payment_url,
      reserved_until = u.reserved_until, paid_at = u.paid_at, wished_at = u.wished_at,
      payment_transaction = u.payment_transaction, tracking = u.tracking, received_minor = u.received_minor,
      refunded_minor = u.refunded_minor, dispute = u.dispute, tax_mode = u.tax_mode, tax_rate_bp = u.tax_rate_bp
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::integer[],
              $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::text[],
              $16::bigint[], $17::bigint[], $18::text[], $19::text[], $20::integer[])
    AS u (id, business_id, status, total_minor, note, prior_version, version, payment_attempt, payment_reference,
          payment_url, reserved_until, paid_at, wished_at, payment_transaction, tracking, received_minor, refunded_minor,
          dispute, tax_mode, tax_rate_bp)
  WHERE o.id = u.id AND o.business_id = u.business_id AND o.version = u.prior_version
    AND (o.status NOT IN ('paid', 'fulfilled', 'cancelled', 'refunded')
         OR (o.status, u.status) IN (('paid', 'fulfilled'), ('paid', 'refunded'), ('fulfilled', 'refunded'))
         OR o.status = u.status)
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $21::bigint, 'orders to change'))"};

constexpr statement drop_items{"drop_items", "DELETE FROM order_items WHERE order_id = ANY ($1::uuid[])"};

constexpr statement insert_items{"insert_items", R"(
INSERT INTO order_items (business_id, order_id, line, product_id, sku, name, quantity, unit_price_minor, price_version)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::text[], $6::text[], $7::bigint[],
                     $8::bigint[], $9::bigint[]))"};

constexpr statement insert_timeline{"insert_timeline", R"(
INSERT INTO order_timeline (business_id, order_id, what, actor, at, noticed_by)
SELECT business_id, order_id, what, actor, at, NULLIF(noticed_by, '')
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[])
  AS t (business_id, order_id, what, actor, at, noticed_by))"};

constexpr statement insert_payments{"insert_payments", R"(
INSERT INTO payments (id, business_id, order_id, provider, mode, connection_id, reference, amount_minor, currency, status,
                      url, link_id, transaction, created_at, settled_at)
SELECT id, business_id, order_id, provider, mode, NULLIF(connection_id, '00000000-0000-0000-0000-000000000000'), reference,
       amount_minor, currency, status, url, link_id, transaction, at, CASE WHEN t.status = 'paid' THEN t.at ELSE 0 END
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::bigint[], $9::text[],
            $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[])
  AS t (id, business_id, order_id, provider, mode, connection_id, reference, amount_minor, currency, status, url, link_id,
        transaction, at))"};

// A row that need not change and is not as expected stays as it is.
constexpr statement change_payments{"change_payments", R"(
WITH wanted AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
                       $9::smallint[])
    AS t (business_id, reference, prior, status, url, link_id, transaction, at, must_change)
), changed AS (
  UPDATE payments p SET status = u.status, url = CASE WHEN u.url = '' THEN p.url ELSE u.url END,
         link_id = CASE WHEN u.link_id = '' THEN p.link_id ELSE u.link_id END,
         transaction = CASE WHEN u.transaction = '' THEN p.transaction ELSE u.transaction END,
         settled_at = CASE WHEN u.status IN ('paid', 'failed', 'expired', 'review') THEN u.at ELSE p.settled_at END
  FROM wanted u
  WHERE p.business_id = u.business_id AND p.reference = u.reference
    AND (p.status = u.prior OR (u.prior = 'open' AND p.status IN ('intent', 'link'))
         OR (u.prior = 'unpaid' AND p.status <> 'paid'))
  RETURNING u.must_change
)
SELECT require_rows((SELECT count(*) FROM changed WHERE must_change = 1),
                    (SELECT count(*) FROM wanted WHERE must_change = 1), 'payments to change'))"};

constexpr statement insert_invoices{"insert_invoices", R"(
INSERT INTO invoices (id, business_id, series, number, kind, order_id, currency, total_minor, lines, issued_at, taxes, seller,
                      buyer, corrects, refund_id)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::uuid[], $7::text[], $8::bigint[],
                     $9::text[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::uuid[]))"};

constexpr statement insert_invoice_links{"insert_invoice_links", R"(
INSERT INTO invoice_links (token, business_id, invoice_id, created_at, expires_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[]))"};

constexpr statement insert_action_results{"insert_action_results", R"(
INSERT INTO action_results (business_id, action_key, outcome, created_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]))"};

constexpr std::array commerce_writes{change_stock,    insert_movements,     insert_orders,
                                     change_orders,   drop_items,           insert_items,
                                     insert_timeline, insert_payments,      change_payments,
                                     insert_invoices, insert_invoice_links, insert_action_results};

// --- columns -------------------------------------------------------------------------------------

void queue_stock(pipeline& into, change_sets sets) {
  queue_rows(into, change_stock, sets, &change_set::stock, &stock_change::business, &stock_change::product,
             &stock_change::delta);
}

void queue_movements(pipeline& into, change_sets sets) {
  using row = stock_movement;
  queue_rows(into, insert_movements, sets, &change_set::stock_movements, &row::id, &row::business,
             &row::product, &row::delta, &row::stock_after, &row::reason, &row::actor, &row::at);
}

void queue_orders(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::orders)) return;
  using row = order_row;
  auto fresh = columns_of<row>(
      &row::id, &row::business, &row::number, &row::conversation, &row::contact, &row::status, &row::currency,
      &row::total_minor, &row::note, &row::idempotency_key, &row::version, &row::payment_attempt,
      &row::payment_reference, &row::payment_url, &row::created_at, &row::reserved_until, &row::paid_at,
      &row::wished_at, &row::payment_transaction, &row::received_minor, &row::refunded_minor, &row::dispute,
      &row::tax_mode, &row::tax_rate_bp);
  auto changed = columns_of<row>(
      &row::id, &row::business, &row::status, &row::total_minor, &row::note, &row::prior_version,
      &row::version, &row::payment_attempt, &row::payment_reference, &row::payment_url, &row::reserved_until,
      &row::paid_at, &row::wished_at, &row::payment_transaction, &row::tracking, &row::received_minor,
      &row::refunded_minor, &row::dispute, &row::tax_mode, &row::tax_rate_bp);
  for_rows(sets, &change_set::orders,
           [&](const row& one) { one.prior_version == 0 ? fresh.add(one) : changed.add(one); });
  fresh.queue(into, insert_orders);
  changed.queue_counted(into, change_orders);
}

struct order_line_row {
  const order_row& order;
  const order_item_row& item;
  std::int16_t line = 0;
};

template <auto Member>
constexpr auto of_order = [](const order_line_row& row) -> const auto& {
  return row.order.*Member;
};
template <auto Member>
constexpr auto of_item = [](const order_line_row& row) -> const auto& {
  return row.item.*Member;
};

void queue_items(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::orders)) return;
  using item = order_item_row;
  auto replaced = columns_of<order_row>(&order_row::id);
  auto lines = columns_of<order_line_row>(of_order<&order_row::business>, of_order<&order_row::id>,
                                          &order_line_row::line, of_item<&item::product>, of_item<&item::sku>,
                                          of_item<&item::name>, of_item<&item::quantity>,
                                          of_item<&item::unit_price_minor>, of_item<&item::price_version>);
  for_rows(sets, &change_set::orders, [&](const order_row& row) {
    if (!row.items_changed) return;
    if (row.prior_version != 0) replaced.add(row);
    std::int16_t at = 0;
    for (const order_item_row& one : row.items) lines.add({row, one, ++at});
  });
  replaced.queue(into, drop_items);
  lines.queue(into, insert_items);
}

void queue_timeline(pipeline& into, change_sets sets) {
  queue_rows(into, insert_timeline, sets, &change_set::timeline, &timeline_row::business,
             &timeline_row::order, &timeline_row::what, &timeline_row::actor, &timeline_row::at,
             &timeline_row::noticed_by);
}

void queue_payments(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::payments)) return;
  using row = payment_row;
  auto fresh = columns_of<row>(&row::id, &row::business, &row::order, &row::provider, &row::mode,
                               &row::connection, &row::reference, &row::amount_minor, &row::currency,
                               &row::status, &row::url, &row::link_id, &row::transaction, &row::at);
  auto changed = columns_of<row>(&row::business, &row::reference, &row::expected_status, &row::status,
                                 &row::url, &row::link_id, &row::transaction, &row::at, &row::must_change);
  for_rows(sets, &change_set::payments,
           [&](const row& one) { one.expected_status.empty() ? fresh.add(one) : changed.add(one); });
  fresh.queue(into, insert_payments);
  changed.queue(into, change_payments);
}

void queue_invoices(pipeline& into, change_sets sets) {
  using row = invoice_row;
  queue_rows(into, insert_invoices, sets, &change_set::invoices, &row::id, &row::business, &row::series,
             &row::number, &row::kind, &row::order, &row::currency, &row::total_minor, &row::lines,
             &row::issued_at, &row::taxes, &row::seller, &row::buyer, &row::corrects, &row::refund);
  using link = invoice_link_row;
  queue_rows(into, insert_invoice_links, sets, &change_set::invoice_links, &link::token, &link::business,
             &link::invoice, &link::created_at, &link::expires_at);
}

void queue_action_results(pipeline& into, change_sets sets) {
  queue_rows(into, insert_action_results, sets, &change_set::action_results, &action_result_row::business,
             &action_result_row::action_key, &action_result_row::outcome, &action_result_row::at);
}

}  // namespace

std::span<const statement> commerce_statements() noexcept { return commerce_writes; }

void queue_commerce(pipeline& into, change_sets sets) {
  queue_stock(into, sets);
  queue_movements(into, sets);
  queue_orders(into, sets);
  queue_items(into, sets);
  queue_timeline(into, sets);
  queue_payments(into, sets);
  queue_invoices(into, sets);
  queue_action_results(into, sets);
}

}  // namespace sellavie::storage
