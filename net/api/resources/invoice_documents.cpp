#include "net/api/resources/invoice_documents.hpp"

#include "actors/invoice_records.hpp"
#include "net/api/public_token.hpp"
#include "net/api/resources/order_view.hpp"
#include "net/documents/invoice_pdf.hpp"
#include "storage/api/invoice_documents.hpp"

namespace sellavie::net {
namespace invoice_documents_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;

constexpr const char* pdf_type = "application/pdf";

// --- the document --------------------------------------------------------------------------------

// Invoices of before the documents do not say who sells and buys: these are as they are now.
invoice_document document_of(const storage::document_source& from) {
  invoice_document document;
  document.what = actors::to_invoice(from.row, from.order_number);
  if (document.what.seller.name.empty()) {
    document.what.seller.name = from.business_name;
    document.what.buyer.name = from.customer_name;
  }
  document.issued = parse_civil_date(from.issued_on).value_or(civil_date{});
  document.paid = parse_civil_date(from.paid_on);
  document.payment_url = from.payment_url;
  document.locale = from.locale;
  return document;
}

/// Drawn when it is first asked for, then the stored one. Nothing: there is no such invoice.
result<std::optional<storage::stored_invoice>> stored_of(const workplace& place, const business_id& business,
                                                         const invoice_id& id, instant now) {
  auto stored = storage::find_stored_invoice(place.store, business, id);
  if (!stored || stored.value()) return stored;
  const auto source = storage::find_document_source(place.store, business, id);
  if (!source) return source.error();
  if (!source.value()) return std::optional<storage::stored_invoice>{};
  const auto drawn = render_invoice(document_of(*source.value()));
  if (!drawn) return drawn.error();
  auto kept = storage::keep_invoice_pdf(place.store, business, id, drawn.value(), now);
  if (!kept) return kept.error();
  const auto& row = source.value()->row;
  return std::optional{storage::stored_invoice{row.series, row.number, std::move(kept.value())}};
}

/// Nothing in it may run in whoever opens it from this origin, and no search engine is to list it.
api_answer shown(storage::stored_invoice document) {
  api_answer answer;
  const auto number = format_invoice_number(document.series, document.number);
  answer.headers = {{"Content-Disposition", "inline; filename=\"" + number + ".pdf\""},
                    {"X-Robots-Tag", "noindex, nofollow, noarchive"}};
  answer.raw_body = {std::move(document.pdf), pdf_type};
  return answer;
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome shown_if_there(const result<std::optional<storage::stored_invoice>>& stored) {
  return answer_with(stored, [](const auto& document) -> api_outcome {
    if (!document) return problem{problems::not_found};
    return shown(*document);
  });
}

api_outcome show_pdf(workplace& place, api_call& call) {
  return shown_if_there(stored_of(place, call.by.business, call.id<invoice_id>("invoice_id"), call.now));
}

// The document is stored now: what was linked by a person is as it was at that moment.
api_outcome make_link(workplace& place, api_call& call) {
  const auto& base = place.with.settings->http.public_url;
  if (base.empty())
    return problem{problems::conflict,
                   "This server has no public address (http.public_url): a link would lead nowhere."};
  const auto id = call.id<invoice_id>("invoice_id");
  const auto stored = stored_of(place, call.by.business, id, call.now);
  if (!stored) return api::problem_of(stored.error());
  if (!stored.value()) return problem{problems::not_found};
  return answer_with(
      storage::link_invoice(place.store, call.by.business, origin_of(call), id, fresh_token(place)),
      [&](const storage::invoice_link_row& link) {
        return api_answer{200,
                          {{"url", actors::invoice_url(base, link.token)},
                           {"expires_at", api::timestamp(to_unix_ms(link.expires_at))}}};
      });
}

// Unknown and ended links are answered alike. Who has a living one may be the first who reads the document.
api_outcome show_public(workplace& place, api_call& call) {
  const auto link = storage::find_link(place.store, call.ids.find("invoice_token")->second, call.now);
  if (!link) return api::problem_of(link.error());
  if (!link.value()) return problem{problems::not_found};
  return shown_if_there(stored_of(place, link.value()->business, link.value()->invoice, call.now));
}

}  // namespace
}  // namespace invoice_documents_resource

std::vector<api_endpoint> invoice_document_endpoints() {
  using namespace invoice_documents_resource;
  using api::verb;
  const std::string one = "/api/v1/businesses/{business_id}/invoices/{invoice_id}";
  const auto document = [](const char* said) {
    return api::with_file_name({.status = 200, .description = said, .raw_types = {pdf_type}});
  };
  const auto link =
      schema::object({{"url", schema::text({1, 2048, api::text_format::token})
                                  .example("https://shop.example/i/01890a5d-ac96-474b-bcce-b302099a8057")
                                  .described("Whoever has it can read the document.")},
                      {"expires_at", schema::timestamp()}})
          .named("InvoiceLink");
  return {
      {{.id = "show_invoice_pdf",
        .method = verb::get,
        .path = one + "/pdf",
        .tag = "Invoices",
        .summary = "The invoice as a PDF: made when it is first asked for, then always the same bytes.",
        .allowed = reads_orders,
        .answers = {document("The document.")}},
       show_pdf},
      {{.id = "link_invoice",
        .method = verb::post,
        .path = one + "/link",
        .tag = "Invoices",
        .summary =
            "A link for the customer: the one there is while it has half of its sixty days left, else a new one.",
        .allowed = sells,
        .answers = {{200, "The link.", link}},
        .problems = {409}},
       make_link},
      {.operation = {.id = "show_public_invoice",
                     .method = verb::get,
                     .path = "/api/v1/i/{invoice_token}",
                     .tag = "Invoices",
                     .summary = "The document behind an invoice's link; also at /i/{invoice_token}.",
                     .allowed = {api::audience::anyone},
                     .answers = {document("The document.")}},
       .handler = show_public,
       .also_at = "/i/{invoice_token}"},
  };
}

}  // namespace sellavie::net
