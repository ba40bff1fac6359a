#include "net/api/resources/invoice_settings.hpp"

#include "net/api/edits.hpp"
#include "net/api/proofs.hpp"
#include "net/api/resources/product_shapes.hpp"
#include "protocol/domain/tax.hpp"
#include "storage/api/invoice_settings.hpp"

namespace sellavie::net {
namespace invoice_settings_resource {
namespace {

using api::problem;
using api::schema;
using api::text_format;
using nlohmann::json;

// --- shapes --------------------------------------------------------------------------------------

std::vector<api::field> said_fields() {
  std::vector<std::string> modes;
  for (const auto mode : {tax_mode::none, tax_mode::inclusive, tax_mode::exclusive})
    modes.emplace_back(to_string(mode));
  return {
      {"legal_name",
       schema::text({0, 200}).example("Ada Fabrics Ltd").described("Who sells; empty: the business's name.")},
      {"address", schema::text({0, 500, text_format::lines}).example("12 Marina Road\nLagos")},
      {"tax_number", schema::text({0, 60}).example("20394471-0001")},
      {"tax_name", schema::text({0, 40}).example("VAT").described("Needed when there is a tax.")},
      {"tax_mode",
       schema::word(std::move(modes))
           .described(
               "inclusive: prices hold the tax. exclusive: it comes on top when an order is priced. Orders "
               "that are there stay as they were priced.")},
      {"tax_rate_bp",
       schema::integer(0, whole_rate_bp).example(750).described("Basis points: 750 is 7.5 %. Of none: 0.")},
      {"footer", schema::text({0, 1000, text_format::lines})
                     .example("Thank you for your order.")
                     .described("At the end of each document.")}};
}

schema mails_word(const std::string& more = {}) {
  return schema::boolean().example(true).described(
      "Whether a customer who left an e-mail address is sent the link to each new invoice and credit note, where the server sends mail." +
      more);
}

schema wished_shape() {
  auto fields = said_fields();
  fields.push_back({"mail_documents", mails_word(" Not given: as it is."), api::presence::optional});
  return schema::object(std::move(fields));
}

schema settings_shape() {
  auto fields = said_fields();
  fields.push_back({"mail_documents", mails_word()});
  fields.push_back({"version", schema::integer(0).described("0: nobody chose anything yet.")});
  return schema::object(std::move(fields)).named("InvoiceSettings");
}

// --- to and from JSON ----------------------------------------------------------------------------

api_answer shown(const storage::invoice_settings& one) {
  const auto& said = one.said;
  return with_version({200,
                       {{"legal_name", said.legal_name},
                        {"address", said.address},
                        {"tax_number", said.tax_number},
                        {"tax_name", said.tax_name},
                        {"tax_mode", said.tax_mode},
                        {"tax_rate_bp", said.tax_rate_bp},
                        {"footer", said.footer},
                        {"mail_documents", said.mail_documents},
                        {"version", one.version}}},
                      one.version);
}

/// Whether documents are mailed stays as it is in `known` when it is not said.
storage::invoice_settings settings_in(const api_call& call, const storage::invoice_settings& known) {
  const auto text = [&](const char* name) { return call.body[name].get<std::string>(); };
  return {{text("legal_name"), text("address"), text("tax_number"), text("tax_name"), text("tax_mode"),
           call.body["tax_rate_bp"].get<std::int32_t>(), text("footer"),
           call.body.value("mail_documents", known.said.mail_documents)},
          call.expected_version};
}

/// What a schema cannot say.
std::optional<problem> misfit(const storage::invoice_settings_row& said) {
  const bool is_taxed = said.tax_mode != to_string(tax_mode::none);
  if (is_taxed && said.tax_name.empty())
    return wrong_field("/tax_name", "must say what the tax is called, such as VAT");
  if (!is_taxed && said.tax_rate_bp != 0) return wrong_field("/tax_rate_bp", "must be 0 without a tax");
  return std::nullopt;
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome show(workplace& place, api_call& call) {
  return answer_with(storage::find_invoice_settings(place.store, call.by.business),
                     [](const auto& settings) { return shown(settings); });
}

// The desk prices with it from now on.
api_outcome change(workplace& place, api_call& call) {
  const auto known = storage::find_invoice_settings(place.store, call.by.business);
  if (!known) return api::problem_of(known.error());
  const auto wanted = settings_in(call, known.value());
  if (auto wrong = misfit(wanted.said)) return *std::move(wrong);
  const auto done = storage::change_invoice_settings(place.store, call.by.business, origin_of(call), wanted);
  if (!done) return api::problem_of(done.error());
  if (done.value().outcome != storage::edit_outcome::done) return refused(done.value().outcome);
  tell_desk(place, call);
  return shown(done.value().row);
}

}  // namespace
}  // namespace invoice_settings_resource

std::vector<api_endpoint> invoice_settings_endpoints() {
  using namespace invoice_settings_resource;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string path = "/api/v1/businesses/{business_id}/invoice-settings";
  return {
      {{.id = "show_invoice_settings",
        .method = verb::get,
        .path = path,
        .tag = "Invoices",
        .summary = "What is written on invoices, and the tax on what is sold.",
        .allowed = {audience::member, permission::read},
        .answers = {api::with_etag({200, "The settings.", settings_shape()})}},
       show},
      {{.id = "change_invoice_settings",
        .method = verb::put,
        .path = path,
        .tag = "Invoices",
        .summary =
            "Says all of it anew, for orders that are priced and invoices that are issued from now on.",
        .allowed = {audience::member, permission::manage},
        .body = wished_shape(),
        .answers = {api::with_etag({200, "The settings.", settings_shape()})},
        .needs = api::precondition::if_match},
       change},
  };
}

}  // namespace sellavie::net
