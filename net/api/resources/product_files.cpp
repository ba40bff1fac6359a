#include "net/api/resources/product_files.hpp"

#include <algorithm>

#include "net/api/resources/product_shapes.hpp"
#include "net/api/resources/sheet_wishes.hpp"
#include "storage/api/product_import.hpp"

namespace sellavie::net {
namespace product_files_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::import_outcome;

// --- shapes --------------------------------------------------------------------------------------

schema import_shape() {
  const auto column =
      schema::object({{"column", cell_text()}, {"field", schema::word(sheet_field_names()).or_null()}});
  const auto row =
      schema::object({{"row", schema::integer(2).example(2).described("As a spreadsheet numbers it.")},
                      {"sku", schema::text({0, 64}).example("ANK-6")},
                      {"outcome", schema::word({"created", "updated", "unchanged", "refused"})},
                      {"column", cell_text().described("Of what was refused.")},
                      {"reason", schema::text({0, 200}).described("Why it was refused.")}});
  const auto count = schema::integer(0, static_cast<std::int64_t>(most_sheet_rows));
  return schema::object({{"columns", schema::list(column, catalogue::csv_limits{}.columns)},
                         {"created", count},
                         {"updated", count},
                         {"unchanged", count},
                         {"refused", count},
                         {"rows", schema::list(row, most_sheet_rows)}})
      .named("ProductImportPreview");
}

// --- showing -------------------------------------------------------------------------------------

json shown(const catalogue::product_sheet& sheet, const storage::product_import& done) {
  json told{{"columns", json::array()}, {"rows", json::array()}};
  for (const auto outcome :
       {import_outcome::created, import_outcome::updated, import_outcome::unchanged, import_outcome::refused})
    told[name_of(outcome)] = std::count_if(done.rows.begin(), done.rows.end(),
                                           [&](const auto& row) { return row.outcome == outcome; });
  for (const auto& column : sheet.columns)
    told["columns"].push_back(
        {{"column", column.name}, {"field", column.field ? json(to_string(*column.field)) : json(nullptr)}});
  for (const auto& row : done.rows)
    told["rows"].push_back({{"row", row.row},
                            {"sku", row.sku},
                            {"outcome", name_of(row.outcome)},
                            {"column", row.column},
                            {"reason", row.reason}});
  return told;
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome preview(workplace& place, api_call& call) {
  const auto currency = storage::currency_of(place.store, call.by.business);
  if (!currency) return api::problem_of(currency.error());
  const auto sheet = catalogue::read_product_sheet(call.raw_body, currency.value(), columns_in(call));
  if (!sheet) return unreadable_sheet(sheet.error());
  return answer_with(storage::preview_import(place.store, call.by.business, sheet.value(), stock_in(call),
                                             *place.with.ids, place.with.settings->plans),
                     [&](const auto& would) -> api_outcome {
                       return api_answer{200, shown(sheet.value(), would)};
                     });
}

api_outcome export_all(workplace& place, api_call& call) {
  auto sheet = storage::export_products(place.store, call.by.business, origin_of(call));
  if (!sheet) return api::problem_of(sheet.error());
  api_answer answer{200, nullptr, {{"Content-Disposition", "attachment; filename=\"products.csv\""}}};
  answer.raw_body = {std::move(sheet.value()), "text/csv; charset=utf-8"};
  return answer;
}

}  // namespace
}  // namespace product_files_resource

std::vector<api_endpoint> product_file_endpoints() {
  using namespace product_files_resource;
  using api::verb;
  const std::string all{all_products};
  return {
      {{.id = "export_products",
        .method = verb::get,
        .path = all + "/export",
        .tag = "Products",
        .summary = "The whole catalogue as a sheet that can be imported again.",
        .allowed = reads_catalogue,
        .answers = {api::with_file_name(
            {.status = 200, .description = "The sheet, UTF-8.", .raw_types = {"text/csv"}})}},
       export_all},
      {{.id = "preview_product_import",
        .method = verb::post,
        .path = all + "/import/preview",
        .tag = "Products",
        .summary = "What importing the sheet would do, row by row; nothing is changed.",
        .allowed = manages_catalogue,
        .query = sheet_parameters(),
        .raw = sheet_body(),
        .answers = {{200, "What would happen.", import_shape()}}},
       preview},
  };
}

}  // namespace sellavie::net
