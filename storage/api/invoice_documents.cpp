#include "storage/api/invoice_documents.hpp"

#include "protocol/crypto/digest.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_room.hpp"

namespace sellavie::storage {
namespace {

// An order that awaits payment can be paid where its link leads; one that was refunded was paid, and is not any more.
constexpr const char* select_source = R"(
SELECT i.series, i.number, i.kind, i.order_id, i.currency, i.total_minor, i.lines, i.issued_at, i.taxes, i.seller,
       i.buyer, i.corrects, o.number, b.name, b.locale, coalesce(m.name, k.name, ''),
       to_char(to_timestamp(i.issued_at / 1000.0) AT TIME ZONE b.timezone, 'YYYY-MM-DD'),
       CASE WHEN o.status IN ('paid', 'fulfilled') AND o.paid_at > 0
            THEN to_char(to_timestamp(o.paid_at / 1000.0) AT TIME ZONE b.timezone, 'YYYY-MM-DD') ELSE '' END,
       CASE WHEN o.status = 'awaiting_payment' THEN o.payment_url ELSE '' END
FROM invoices i
JOIN orders o ON o.business_id = i.business_id AND o.id = i.order_id
JOIN businesses b ON b.id = i.business_id
LEFT JOIN contacts k ON k.business_id = o.business_id AND k.id = o.contact_id
LEFT JOIN contacts m ON m.business_id = k.business_id AND m.id = k.merged_into
WHERE i.business_id = $1::uuid AND i.id = $2::uuid)";

constexpr const char* select_stored = R"(
SELECT i.series, i.number, d.pdf FROM invoice_documents d
JOIN invoices i ON i.business_id = d.business_id AND i.id = d.invoice_id
WHERE d.business_id = $1::uuid AND d.invoice_id = $2::uuid)";
constexpr const char* insert_pdf = R"(
INSERT INTO invoice_documents (business_id, invoice_id, sha256, pdf, created_at)
VALUES ($1::uuid, $2::uuid, $3, $4, $5::bigint) ON CONFLICT (business_id, invoice_id) DO NOTHING)";

constexpr const char* select_link = R"(
SELECT token, business_id, invoice_id, created_at, expires_at FROM invoice_links
WHERE business_id = $1::uuid AND invoice_id = $2::uuid AND expires_at > $3::bigint ORDER BY expires_at DESC LIMIT 1)";
constexpr const char* drop_ended =
    "DELETE FROM invoice_links WHERE business_id = $1::uuid AND invoice_id = $2::uuid AND expires_at <= $3::bigint";
constexpr const char* insert_link = R"(
INSERT INTO invoice_links (business_id, invoice_id, token, created_at, expires_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::bigint, $5::bigint))";

constexpr const char* select_by_token = R"(
SELECT token, business_id, invoice_id, created_at, expires_at FROM invoice_links
WHERE token = $1::uuid AND expires_at > $2::bigint)";

pqxx::binarystring binary(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
pqxx::binarystring binary(const crypto::sha256_digest& hash) { return {hash.data(), hash.size()}; }

document_source source_in(const pqxx::row& one, const business_id& business, const invoice_id& id) {
  fields from{one};
  document_source found;
  auto& row = found.row;
  row.id = id;
  row.business = business;
  row.series = from.text();
  row.number = from.integer();
  row.kind = from.text();
  row.order = from.id<order_id>();
  row.currency = from.text();
  row.total_minor = from.integer();
  row.lines = from.text();
  row.issued_at = from.at();
  row.taxes = from.text();
  row.seller = from.text();
  row.buyer = from.text();
  row.corrects = from.text();
  found.order_number = from.integer();
  found.business_name = from.text();
  found.locale = from.text();
  found.customer_name = from.text();
  found.issued_on = from.text();
  found.paid_on = from.text();
  found.payment_url = from.text();
  return found;
}

std::optional<stored_invoice> stored_in(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  stored_invoice found;
  found.series = row.text();
  found.number = row.integer();
  found.pdf = row.bytes();
  return found;
}

std::optional<invoice_link_row> link_in(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  invoice_link_row found;
  found.token = row.id<invoice_id>().value;
  found.business = row.id<business_id>();
  found.invoice = row.id<invoice_id>();
  found.created_at = row.at();
  found.expires_at = row.at();
  return found;
}

}  // namespace

result<std::optional<document_source>> find_document_source(api_session& session, const business_id& business,
                                                            const invoice_id& id) {
  return for_business(session, business, [&](pqxx::work& work) -> std::optional<document_source> {
    const auto rows = work.exec_params(select_source, to_string(business), to_string(id));
    if (rows.empty()) return std::nullopt;
    return source_in(rows[0], business, id);
  });
}

result<std::optional<stored_invoice>> find_stored_invoice(api_session& session, const business_id& business,
                                                          const invoice_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    return stored_in(work.exec_params(select_stored, to_string(business), to_string(id)));
  });
}

result<std::string> keep_invoice_pdf(api_session& session, const business_id& business, const invoice_id& id,
                                     const std::string& pdf, instant now) {
  return for_business(session, business, [&](pqxx::work& work) -> std::string {
    const auto whose = to_string(business);
    const auto which = to_string(id);
    const auto kept =
        work.exec_params(insert_pdf, whose, which, binary(crypto::sha256(pdf)), binary(pdf), to_unix_ms(now));
    if (kept.affected_rows() == 1) return pdf;
    return stored_in(work.exec_params(select_stored, whose, which)).value().pdf;
  });
}

result<invoice_link_row> link_invoice(api_session& session, const business_id& business,
                                      const change_origin& by, const invoice_id& id, const uuid& fresh) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto whose = to_string(business);
    const auto which = to_string(id);
    const auto now = to_unix_ms(by.at);
    // So that two who ask at once have the same.
    hold_list(work, "invoice links", which);
    if (auto known = link_in(work.exec_params(select_link, whose, which, now));
        known && known->is_fresh(by.at))
      return *known;
    const invoice_link_row made{fresh, business, id, by.at, by.at + invoice_link_life};
    work.exec_params(drop_ended, whose, which, now);
    work.exec_params(insert_link, whose, which, to_string(fresh), now, to_unix_ms(made.expires_at));
    record_activity(
        work, &business, by,
        {"invoice.link_made", "invoice", id.value, nullptr, {{"expires_at", to_unix_ms(made.expires_at)}}});
    return made;
  });
}

// As the engine: nobody's business is named by a link.
result<std::optional<invoice_link_row>> find_link(api_session& session, const uuid& token, instant now) {
  return for_accounts(session, [&](pqxx::work& work) {
    return link_in(work.exec_params(select_by_token, to_string(token), to_unix_ms(now)));
  });
}

}  // namespace sellavie::storage
