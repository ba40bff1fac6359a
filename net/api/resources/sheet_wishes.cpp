#include "net/api/resources/sheet_wishes.hpp"

namespace sellavie::net {

using api::schema;

namespace {

constexpr std::size_t largest_sheet = 2 * 1024 * 1024;

}  // namespace

api::raw_body sheet_body() {
  return {
      {"text/csv"},
      largest_sheet,
      "A header, then at most 5,000 rows; UTF-8, separated by commas, semicolons or tabs. Prices in major units "
      "(15000.50). An empty cell leaves what is there."};
}

std::vector<api::parameter> sheet_parameters() {
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

catalogue::column_names columns_in(const api_call& call) {
  catalogue::column_names names;
  for (const auto field : catalogue::all_sheet_fields)
    names[static_cast<std::size_t>(field)] =
        call.query_value(std::string{to_string(field)} + "_column").value_or("");
  return names;
}

storage::stock_column stock_in(const api_call& call) {
  return call.query_value("stock") == "set" ? storage::stock_column::counts : storage::stock_column::ignored;
}

schema cell_text() { return schema::text({0, 8000, api::text_format::lines}); }

std::vector<std::string> sheet_field_names() {
  std::vector<std::string> names;
  for (const auto field : catalogue::all_sheet_fields) names.emplace_back(to_string(field));
  return names;
}

const char* name_of(storage::import_outcome outcome) noexcept {
  using storage::import_outcome;
  switch (outcome) {
    case import_outcome::created: return "created";
    case import_outcome::updated: return "updated";
    case import_outcome::unchanged: return "unchanged";
    case import_outcome::refused: return "refused";
  }
  return "refused";
}

api::problem unreadable_sheet(const error& failure) {
  if (failure.code == errc::malformed || failure.code == errc::invalid_value ||
      failure.code == errc::too_large)
    return {api::problems::invalid, {}, {{"", failure.detail}}};
  return api::problem_of(failure);
}

}  // namespace sellavie::net
