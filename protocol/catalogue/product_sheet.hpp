#pragma once
// A table of products that people keep in a spreadsheet: which column is what, and what of a row is wrong.
//
//  R1 Columns are found by their names, in any case ("SKU", "Price", "In stock"), or by those that the
//     person names. Others are left out. Without a column of skus there is no sheet.
//  R2 An empty cell says nothing: what the product has stays.
//  R3 Prices are written in major units with a point ("15000", "15,000.50"); never with more digits behind
//     it than the currency has.
//  R4 A row is taken whole or not at all; of two rows with one sku the first counts.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/catalogue/csv.hpp"
#include "protocol/domain/catalog.hpp"
#include "protocol/domain/currency.hpp"

namespace sellavie::catalogue {

enum class sheet_field : std::uint8_t { sku, name, description, price, stock, active };
inline constexpr std::array all_sheet_fields{sheet_field::sku,   sheet_field::name,  sheet_field::description,
                                             sheet_field::price, sheet_field::stock, sheet_field::active};
/// Also the column's name in a sheet that we write.
[[nodiscard]] std::string_view to_string(sheet_field field) noexcept;

/// By field: the name of its column, empty: found by its usual names.
using column_names = std::array<std::string, all_sheet_fields.size()>;

struct sheet_row {
  std::size_t row = 0;
  std::string sku;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::int64_t> price_minor;
  std::optional<std::int64_t> stock;
  std::optional<bool> active;
};

struct sheet_problem {
  std::size_t row = 0;
  /// Empty if it is none.
  std::string sku;
  /// As the sheet names it.
  std::string column;
  /// For people: "must be a whole number".
  std::string reason;

  friend bool operator==(const sheet_problem&, const sheet_problem&) = default;
};

struct sheet_column {
  std::string name;
  std::optional<sheet_field> field;
};

struct product_sheet {
  std::vector<sheet_column> columns;
  std::vector<sheet_row> rows;
  /// At most one a row; such a row is not in `rows`.
  std::vector<sheet_problem> problems;

  /// The name of the field's column in this sheet; else the field's own.
  [[nodiscard]] std::string column_of(sheet_field field) const;
};

/// errc::malformed or too_large of the file, invalid_value for columns; the detail is for people.
[[nodiscard]] result<product_sheet> read_product_sheet(std::string_view csv, currency_code currency,
                                                       const column_names& named = {});

/// "15000.50" -> 1500050; nullopt when it is no such amount or beyond `largest_price`.
[[nodiscard]] std::optional<std::int64_t> parse_price(std::string_view text, currency_code currency);
/// The reverse, without thousands: "15000.50".
[[nodiscard]] std::string price_text(std::int64_t minor, currency_code currency);

/// Of one piece, in minor units: what every JSON reader holds exactly.
inline constexpr std::int64_t largest_price = 9'007'199'254'740'991;

/// A sheet that read_product_sheet reads back: the header first, then append_product for each.
[[nodiscard]] std::string sheet_header();
void append_product(std::string& sheet, const product& one);

}  // namespace sellavie::catalogue
