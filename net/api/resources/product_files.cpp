#include "net/api/resources/product_files.hpp"

#include <algorithm>

#include "net/api/resources/product_shapes.hpp"
#include "protocol/catalogue/product_sheet.hpp"
#include "storage/api/product_import.hpp"

namespace sellavie::net {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::import_outcome;

constexpr std::size_t largest_sheet = 2 * 1024 * 1024;
constexpr std::size_t most_rows = catalogue::csv_limits{}.rows;

// --- shapes --------------------------------------------------------------------------------------

std::vector<std::string> field_names() {
  std::vector<std::string> names;
  for (const auto field : catalogue::all_sheet_fields) names.emplace_back(to_string(field));
  return names;
}

/// A part of somebody's file: as it is, or empty.
schema cell_text() { return schema::text({0, 8000, api::text_format::lines}); }

schema import_shape() {
  const auto column =
      schema::object({{"column", cell_text()}, {"field", schema::word(field_names()).or_null()}});
  const auto row = schema::object({{"row", schema::integer(2).described("As a spreadsheet numbers it.")},
                                   {"sku", schema::text({0, 64})},
                                   {"outcome", schema::word({"created", "updated", "unchanged", "refused"})},
                                   {"column", cell_text().described("Of what was refused.")},
                                   {"reason", schema::text({0, 200}).described("Why it was refused.")}});
  const auto count = schema::integer(0, static_cast<std::int64_t>(most_rows));
  return schema::object({{"columns", schema::list(column, catalogue::csv_limits{}.columns)},
                         {"created", count},
                         {"updated", count},
                         {"unchanged", count},
                         {"refused", count},
                         {"rows", schema::list(row, most_rows)}})
      .named("ProductImport");
}

// --- showing -------------------------------------------------------------------------------------

const char* name_of(import_outcome outcome) {
  switch (outcome) {
    case import_outcome::created: return "created";
    case import_outcome::updated: return "updated";
    case import_outcome::unchanged: return "unchanged";
    case import_outcome::refused: return "refused";
  }
  return "refused";
}

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

catalogue::column_names names_in(const api_call& call) {
  catalogue::column_names names;
  for (const auto field : catalogue::all_sheet_fields)
    names[static_cast<std::size_t>(field)] =
        call.query_value(std::string{to_string(field)} + "_column").value_or("");
  return names;
}

problem unreadable(const error& failure) {
  if (failure.code == errc::malformed || failure.code == errc::invalid_value ||
      failure.code == errc::too_large)
    return {problems::invalid, {}, {{"", failure.detail}}};
  return api::problem_of(failure);
}

// The desk sets what was counted, all of it or nothing.
std::optional<problem> set_stock(const workplace& place, const api_call& call,
                                 const std::vector<storage::counted_product>& counted) {
  if (counted.empty()) return std::nullopt;
  desk::set_stocks command;
  command.reason = "imported";
  for (const auto& one : counted) command.items.push_back({one.sku, one.seen, one.stock});
  auto done = ask_desk(place, call, std::move(command), {});
  if (auto* why = std::get_if<problem>(&done)) return std::move(*why);
  return std::nullopt;
}

api_outcome import_sheet(workplace& place, api_call& call, storage::import_mode mode) {
  const auto currency = storage::currency_of(place.store, call.by.business);
  if (!currency) return api::problem_of(currency.error());
  const auto sheet = catalogue::read_product_sheet(call.raw_body, currency.value(), names_in(call));
  if (!sheet) return unreadable(sheet.error());
  const auto stock =
      call.query_value("stock") == "set" ? storage::stock_column::counts : storage::stock_column::ignored;
  const auto done = storage::import_products(place.store, call.by.business, origin_of(call), sheet.value(),
                                             {mode, stock, *place.with.ids});
  if (!done) {
    if (done.error().code != errc::conflict) return api::problem_of(done.error());
    return problem{problems::conflict,
                   "Somebody edits these products just now. Nothing was imported: try again."};
  }
  if (mode == storage::import_mode::commit) {
    tell_desk(place, call);
    if (auto why = set_stock(place, call, done.value().counted)) return *std::move(why);
  }
  return api_answer{200, shown(sheet.value(), done.value())};
}

api_outcome export_all(workplace& place, api_call& call) {
  auto sheet = storage::export_products(place.store, call.by.business);
  if (!sheet) return api::problem_of(sheet.error());
  api_answer answer{200, nullptr, {{"Content-Disposition", "attachment; filename=\"products.csv\""}}};
  answer.raw_body = {std::move(sheet.value()), "text/csv; charset=utf-8"};
  return answer;
}

std::vector<api::parameter> import_parameters() {
  std::vector<api::parameter> all{
      {"stock", schema::word({"keep", "set"}),
       "What the stock column means for products that exist: nothing (as without this), or what is free now."}};
  for (const auto field : catalogue::all_sheet_fields) {
    const std::string name{to_string(field)};
    all.push_back({name + "_column", schema::text({1, 200}),
                   "The column of the " + name + ", when it has none of its usual names."});
  }
  return all;
}

}  // namespace

std::vector<api_endpoint> product_file_endpoints() {
  using api::verb;
  const std::string all{all_products};
  const api::raw_body the_sheet{
      {"text/csv"},
      largest_sheet,
      "A header, then at most 5,000 rows; UTF-8, separated by commas, semicolons or tabs. Prices in major units "
      "(15000.50). An empty cell leaves what is there."};
  const auto importing = [](storage::import_mode mode) {
    return [mode](workplace& place, api_call& call) { return import_sheet(place, call, mode); };
  };
  return {
      {{.id = "export_products",
        .method = verb::get,
        .path = all + "/export",
        .tag = "Products",
        .summary = "The whole catalogue as a sheet that can be imported again.",
        .allowed = reads_catalogue,
        .answers = {{.status = 200, .description = "The sheet, UTF-8.", .raw_types = {"text/csv"}}}},
       export_all},
      {{.id = "preview_product_import",
        .method = verb::post,
        .path = all + "/import/preview",
        .tag = "Products",
        .summary = "What importing the sheet would do, row by row; nothing is changed.",
        .allowed = manages_catalogue,
        .query = import_parameters(),
        .raw = the_sheet,
        .answers = {{200, "What would happen.", import_shape()}},
        .problems = {409}},
       importing(storage::import_mode::preview)},
      {{.id = "import_products",
        .method = verb::post,
        .path = all + "/import",
        .tag = "Products",
        .summary = "Takes the sheet's good rows, by sku; the same sheet again changes nothing.",
        .allowed = manages_catalogue,
        .query = import_parameters(),
        .raw = the_sheet,
        .answers = {{200, "What happened.", import_shape()}},
        .problems = {409}},
       importing(storage::import_mode::commit)},
  };
}

}  // namespace sellavie::net
