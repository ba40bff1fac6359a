#include "net/api/resources/product_imports.hpp"

#include <map>

#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/resources/product_shapes.hpp"
#include "net/api/resources/sheet_wishes.hpp"
#include "net/api/wish_fingerprint.hpp"
#include "protocol/catalogue/import_report.hpp"
#include "storage/api/import_jobs.hpp"

namespace sellavie::net {
namespace product_imports_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::import_id;

schema state_word() { return schema::word({"queued", "running", "done", "failed", "cancelled"}); }

schema job_shape() {
  const auto count = schema::integer(0, static_cast<std::int64_t>(most_sheet_rows));
  return schema::object({{"id", schema::uuid()},
                         {"state", state_word()},
                         {"ordered_by", schema::uuid().described("The account.")},
                         {"rows", count},
                         {"rows_done", count},
                         {"created", count},
                         {"updated", count},
                         {"unchanged", count},
                         {"refused", count},
                         {"cancel_wanted", schema::boolean()},
                         {"problem", schema::text({0, 300}).described("Why it failed.")},
                         {"created_at", schema::timestamp()},
                         {"finished_at", schema::timestamp().or_null().described("Null while it is open.")}})
      .named("ProductImport");
}

json shown(const storage::import_job& one) {
  const bool is_open = one.finished_at == instant{};
  return {{"id", to_string(one.id)},
          {"state", to_string(one.state)},
          {"ordered_by", to_string(one.ordered_by)},
          {"rows", one.rows},
          {"rows_done", one.rows_done},
          {"created", one.counts.created},
          {"updated", one.counts.updated},
          {"unchanged", one.counts.unchanged},
          {"refused", one.counts.refused},
          {"cancel_wanted", one.is_cancel_wanted},
          {"problem", one.problem},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))},
          {"finished_at", is_open ? json(nullptr) : json(api::timestamp(to_unix_ms(one.finished_at)))}};
}

/// A sheet that cannot be read is refused now, not by a job.
api_outcome order(workplace& place, api_call& call) {
  const auto currency = storage::currency_of(place.store, call.by.business);
  if (!currency) return api::problem_of(currency.error());
  storage::import_order wanted;
  wanted.columns = columns_in(call);
  const auto sheet = catalogue::read_product_sheet(call.raw_body, currency.value(), wanted.columns);
  if (!sheet) return unreadable_sheet(sheet.error());
  wanted.id = place.with.ids->next_as<import_id>();
  wanted.stock = stock_in(call);
  wanted.rows = sheet.value().rows.size() + sheet.value().problems.size();
  wanted.idempotency_key = call.idempotency_key;
  wanted.sheet = std::move(call.raw_body);
  return answer_with(storage::order_import(place.store, call.by.business, origin_of(call), wanted),
                     [](const storage::ordered_import& ordered) -> api_outcome {
                       switch (ordered.outcome) {
                         case storage::order_outcome::other_order: return key_was_used();
                         case storage::order_outcome::full:
                           return problem{
                               problems::conflict,
                               "Several sheets wait already. Wait until one is done, or cancel one."};
                         case storage::order_outcome::queued: break;
                       }
                       return api_answer{202, shown(ordered.job)};
                     });
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_imports(place.store, call.by.business, call.query_value("state").value_or(""),
                                     newest_first(call, wish));
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show_one(workplace& place, api_call& call) {
  return answer_with(storage::find_import(place.store, call.by.business, call.id<import_id>("import_id")),
                     [](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       return api_answer{200, shown(*found)};
                     });
}

api_outcome cancel(workplace& place, api_call& call) {
  return answer_with(
      storage::cancel_import(place.store, call.by.business, origin_of(call), call.id<import_id>("import_id")),
      [](const storage::cancelled_import& cancelled) -> api_outcome {
        switch (cancelled.outcome) {
          case storage::cancel_outcome::not_found: return problem{problems::not_found};
          case storage::cancel_outcome::ended: return problem{problems::conflict, "It has ended already."};
          case storage::cancel_outcome::done: break;
        }
        return api_answer{200, shown(cancelled.job)};
      });
}

api_outcome show_result(workplace& place, api_call& call) {
  return answer_with(
      storage::find_import_result(place.store, call.by.business, call.id<import_id>("import_id")),
      [](const std::optional<storage::import_result>& found) -> api_outcome {
        if (!found) return problem{problems::not_found};
        const auto table = catalogue::parse_csv(found->sheet);
        if (!table) return api::problem_of(make_failure(errc::internal, "a stored sheet cannot be read"));
        std::map<std::size_t, catalogue::reported_row> rows;
        for (const auto& one : found->rows) rows[one.row] = {name_of(one.outcome), one.column, one.reason};
        api_answer answer{200, nullptr, {{"Content-Disposition", "attachment; filename=\"import.csv\""}}};
        answer.raw_body = {catalogue::import_report(table.value(), rows), "text/csv; charset=utf-8"};
        return answer;
      });
}

}  // namespace
}  // namespace product_imports_resource

std::vector<api_endpoint> product_import_endpoints() {
  using namespace product_imports_resource;
  using api::verb;
  const std::string all = std::string{all_products} + "/imports";
  const std::string one = all + "/{import_id}";
  return {
      {{.id = "import_products",
        .method = verb::post,
        .path = all,
        .tag = "Products",
        .summary =
            "Has the sheet imported: a job takes its good rows, by sku; the same sheet again changes nothing.",
        .allowed = manages_catalogue,
        .query = sheet_parameters(),
        .raw = sheet_body(),
        .answers = {{202, "The job; ask for it until it has ended.", job_shape()}},
        .problems = {409},
        .needs = api::precondition::idempotency_key},
       order},
      {{.id = "list_product_imports",
        .method = verb::get,
        .path = all,
        .tag = "Products",
        .summary =
            "Imports that are open, or ended within the last seven days; of these the newest 200, of 50 MB in all.",
        .allowed = manages_catalogue,
        .query = paged({{"state", state_word(), "Only those in this state."}, sort_by_time()}),
        .answers = {{200, "A page.", page_shape(job_shape(), "ProductImportPage")}}},
       list},
      {{.id = "get_product_import",
        .method = verb::get,
        .path = one,
        .tag = "Products",
        .summary = "How far an import is.",
        .allowed = manages_catalogue,
        .answers = {{200, "The job.", job_shape()}}},
       show_one},
      {{.id = "get_product_import_result",
        .method = verb::get,
        .path = one + "/result",
        .tag = "Products",
        .summary =
            "The sheet as it came, with what became of each row; kept as long as its import is listed.",
        .allowed = manages_catalogue,
        .answers = {api::with_file_name(
            {.status = 200, .description = "As far as it was taken, UTF-8.", .raw_types = {"text/csv"}})}},
       show_result},
      {{.id = "cancel_product_import",
        .method = verb::post,
        .path = one + "/cancel",
        .tag = "Products",
        .summary = "Ends an import before its next part; what it took stays.",
        .allowed = manages_catalogue,
        .answers = {{200, "The job.", job_shape()}},
        .problems = {409}},
       cancel},
  };
}

}  // namespace sellavie::net
