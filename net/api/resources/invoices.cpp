#include "net/api/resources/invoices.hpp"

#include <charconv>

#include "actors/invoice_records.hpp"
#include "net/api/ask_actor.hpp"
#include "net/api/listed_pages.hpp"
#include "net/api/resources/order_view.hpp"
#include "net/api/shapes.hpp"
#include "protocol/domain/invoice.hpp"
#include "storage/api/invoices.hpp"

namespace sellavie::net {
namespace invoices_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

// --- shapes --------------------------------------------------------------------------------------

uuid example_token() { return *parse_uuid("01890a5d-ac96-474b-bcce-b302099a8057"); }

std::vector<api::field> invoice_fields() {
  return {
      {"id", schema::uuid()},
      {"kind", schema::word({"invoice", "credit_note"})},
      {"number", invoice_number_text().described("Without gaps within its series.")},
      {"order_id", schema::uuid()},
      {"order_number", schema::integer(1).example(1042)},
      {"customer_id", schema::uuid()},
      {"customer_name", customer_name_text()},
      {"total_minor", money_number()},
      {"currency", currency_text()},
      {"issued_at", schema::timestamp()},
      {"public_url",
       schema::text({1, 2048, api::text_format::token})
           .or_null()
           .example(actors::invoice_url("https://shop.example", example_token()))
           .described("Where whoever has it can read it; null: no link was made, or it has ended.")},
      {"corrects", invoice_number_text().or_null().described("Of a credit note: its invoice.")},
      {"refund_id",
       schema::uuid().or_null().described(
           "Of a credit note: the refund that it was issued for; null: the provider told only that all is back.")}};
}

schema invoice_shape() {
  const auto line =
      schema::object(
          {{"sku", schema::text({0, 200, api::text_format::lines}).example("ANK-6")},
           {"name", schema::text({0, 1000, api::text_format::lines}).example("Ankara fabric, 6 yards")},
           {"quantity", schema::integer(0)},
           {"unit_price_minor", money_number()},
           {"total_minor", money_number()}})
          .named("InvoiceLine");
  const auto tax = schema::object({{"name", schema::text({0, 40}).example("VAT")},
                                   {"mode", schema::word({"inclusive", "exclusive"})},
                                   {"rate_bp", schema::integer(0, whole_rate_bp).example(750)},
                                   {"tax_minor", money_number()}})
                       .named("InvoiceTax");
  auto fields = invoice_fields();
  fields.push_back(
      {"lines", schema::list(line, max_order_lines).described("None on a credit note of a part.")});
  fields.push_back({"taxes", schema::list(tax, 10).described(
                                 "Of the sum of the lines. net_minor and these are total_minor.")});
  fields.push_back({"net_minor", money_number().described("Without tax.")});
  return schema::object(std::move(fields)).named("Invoice");
}

// --- showing -------------------------------------------------------------------------------------

json shown(const storage::listed_invoice& one, const workplace& place, instant now) {
  const bool has_link = one.link_token && one.link_expires_at > now;
  const auto& base = place.with.settings->http.public_url;
  return {{"id", to_string(one.id)},
          {"kind", one.kind},
          {"number", format_invoice_number(one.series, one.number)},
          {"order_id", to_string(one.order)},
          {"order_number", one.order_number},
          {"customer_id", to_string(one.customer)},
          {"customer_name", one.customer_name},
          {"total_minor", one.total_minor},
          {"currency", one.currency},
          {"issued_at", api::timestamp(to_unix_ms(one.issued_at))},
          {"public_url",
           has_link && !base.empty() ? json(actors::invoice_url(base, *one.link_token)) : json(nullptr)},
          {"corrects", one.corrects.empty() ? json(nullptr) : json(one.corrects)},
          {"refund_id", one.refund ? json(to_string(*one.refund)) : json(nullptr)}};
}

/// Each object of a JSON list, with these of its members.
json picked(const std::string& list, std::initializer_list<const char*> texts,
            std::initializer_list<const char*> numbers) {
  auto all = json::array();
  const auto stored = json::parse(list, nullptr, false);
  if (!stored.is_array()) return all;
  for (const auto& one : stored) {
    if (!one.is_object()) continue;
    json shown_one = json::object();
    for (const char* name : texts) shown_one[name] = one.value(name, "");
    for (const char* name : numbers) shown_one[name] = one.value(name, std::int64_t{0});
    all.push_back(std::move(shown_one));
  }
  return all;
}

json shown(const storage::invoice_detail& one, const workplace& place, instant now) {
  auto invoice = shown(one.summary, place, now);
  invoice["lines"] = picked(one.lines, {"sku", "name"}, {"quantity", "unit_price_minor", "total_minor"});
  invoice["taxes"] = picked(one.taxes, {"name", "mode"}, {"rate_bp", "tax_minor"});
  std::int64_t net = one.summary.total_minor;
  for (const auto& tax : invoice["taxes"]) net -= tax["tax_minor"].get<std::int64_t>();
  invoice["net_minor"] = net;
  return invoice;
}

api_outcome shown_if_there(const result<std::optional<storage::invoice_detail>>& found,
                           const workplace& place, instant now) {
  return answer_with(found, [&](const auto& one) -> api_outcome {
    if (!one) return problem{problems::not_found};
    return api_answer{200, shown(*one, place, now)};
  });
}

// --- handlers ------------------------------------------------------------------------------------

/// "INV-000123".
std::optional<std::pair<std::string, std::int64_t>> number_in(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto digits = text.substr(dash + 1);
  std::int64_t number = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (wrong != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return std::pair{std::string{text.substr(0, dash)}, number};
}

api_outcome list(workplace& place, api_call& call) {
  storage::invoice_filter filter;
  filter.kind = call.query_value("kind");
  filter.order = call.query_id<order_id>("order");
  filter.customer = call.query_id<contact_id>("customer");
  filter.since = time_in(call, "since");
  filter.until = time_in(call, "until");
  filter.oldest_first = is_oldest_first(call);
  if (const auto number = call.query_value("number")) {
    filter.number = number_in(*number);
    if (!filter.number)
      return problem{
          problems::invalid, {}, {{"number", "must be a whole number with its series: INV-000123"}}};
  }
  return answer_listed(
      call,
      [&](const page_wish& wish) {
        return storage::list_invoices(place.store, call.by.business, filter, wish.after, wish.limit);
      },
      [&](const auto& row) { return shown(row, place, call.now); });
}

api_outcome show(workplace& place, api_call& call) {
  return shown_if_there(
      storage::find_invoice(place.store, call.by.business, call.id<invoice_id>("invoice_id")), place,
      call.now);
}

api_outcome issue(workplace& place, api_call& call) {
  const auto order = call.id<order_id>("order_id");
  auto answered = ask_actor<action_outcome>(
      place.with.doors->registry,
      actors::invoice_order{call.by.business,
                            {order, "person:" + to_string(call.by.account), origin_of(call)}});
  if (!answered) return api::problem_of(answered.error());
  if (!answered.value().accepted) return refusal_of(answered.value());
  return shown_if_there(storage::find_invoice_of(place.store, call.by.business, order,
                                                 std::string{to_string(invoice_kind::invoice)}),
                        place, call.now);
}

}  // namespace
}  // namespace invoices_resource

std::vector<api_endpoint> invoice_endpoints() {
  using namespace invoices_resource;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/invoices";
  const auto summary = schema::object(invoice_fields()).named("InvoiceSummary");
  return {
      {{.id = "list_invoices",
        .method = verb::get,
        .path = all,
        .tag = "Invoices",
        .summary = "Invoices and credit notes, newest first.",
        .allowed = reads_orders,
        .query = paged({{"kind", schema::word({"invoice", "credit_note"}), "Only these."},
                        {"order", schema::uuid(), "Of this order."},
                        {"customer", schema::uuid(), "Of this customer, on all their channels."},
                        {"since", schema::timestamp(), "Issued from this time on."},
                        {"until", schema::timestamp(), "Issued before this time."},
                        {"number", invoice_number_text(), "\"INV-000123\"."},
                        sort_by_time()}),
        .answers = {{200, "A page.", page_shape(summary, "InvoicePage")}}},
       list},
      {{.id = "show_invoice",
        .method = verb::get,
        .path = all + "/{invoice_id}",
        .tag = "Invoices",
        .summary = "An invoice with its lines, as it was issued.",
        .allowed = reads_orders,
        .answers = {{200, "The invoice.", invoice_shape()}}},
       show},
      {{.id = "issue_order_invoice",
        .method = verb::post,
        .path = std::string{one_order} + "/invoice",
        .tag = "Invoices",
        .summary =
            "The invoice of an order that awaits payment, is paid or fulfilled: issued once, then the same one.",
        .allowed = sells,
        .answers = {{200, "The invoice, issued now or before.", invoice_shape()}},
        .problems = {409}},
       issue},
  };
}

}  // namespace sellavie::net
