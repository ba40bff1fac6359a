#include "protocol/catalogue/product_sheet.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace sellavie::catalogue {
namespace {

/// The usual names of each field's column, in lower case; the first is ours.
constexpr std::array<std::array<std::string_view, 5>, all_sheet_fields.size()> usual_names{{
    {"sku", "code", "item code", "product code", "article"},
    {"name", "title", "product", "product name", "item"},
    {"description", "details", "text", "", ""},
    {"price", "unit price", "amount", "", ""},
    {"stock", "quantity", "qty", "in stock", "inventory"},
    {"active", "available", "published", "enabled", ""},
}};

constexpr std::size_t index_of(sheet_field field) noexcept { return static_cast<std::size_t>(field); }

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const auto from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

std::string lowered(std::string_view text) {
  std::string out{trimmed(text)};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// Of a text that may have several lines.
bool is_odd_control(char c) noexcept { return is_control(c) && c != '\n' && c != '\r' && c != '\t'; }

bool is_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t largest) noexcept {
  std::int64_t value = 0;
  if (!is_digits(text)) return std::nullopt;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (wrong != std::errc{} || end != text.data() + text.size() || value > largest) return std::nullopt;
  return value;
}

/// "15,000" -> "15000"; nullopt when the commas do not stand between thousands.
std::optional<std::string> without_thousands(std::string_view text) {
  std::string digits;
  const auto first = text.find(',');
  if (first == 0 || (first != std::string_view::npos && first > 3)) return std::nullopt;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != ',') {
      digits += text[at];
      continue;
    }
    if ((text.size() - at) % 4 != 0) return std::nullopt;
  }
  return digits;
}

std::optional<bool> truth_of(std::string_view text) {
  const auto word = lowered(text);
  if (word == "true" || word == "yes" || word == "1" || word == "active") return true;
  if (word == "false" || word == "no" || word == "0" || word == "archived") return false;
  return std::nullopt;
}

/// Why the row cannot be taken, by field.
struct misfit {
  sheet_field field = sheet_field::sku;
  std::string reason;
};

class row_reader {
 public:
  row_reader(const csv_record& record, const std::vector<sheet_column>& columns, currency_code currency)
      : record_{record}, columns_{columns}, currency_{currency} {}

  std::optional<misfit> read(sheet_row& into) {
    into.row = record_.row;
    for (std::size_t at = 0; at < columns_.size() && at < record_.cells.size(); ++at) {
      const std::string_view whole = record_.cells[at];
      const auto cell = trimmed(whole);
      if (!columns_[at].field || cell.empty()) continue;
      // Blanks and lines around a description are its own.
      const bool is_free = *columns_[at].field == sheet_field::description;
      if (auto reason = take(*columns_[at].field, is_free ? whole : cell, into); !reason.empty())
        return misfit{*columns_[at].field, std::move(reason)};
    }
    if (into.sku.empty()) return misfit{sheet_field::sku, "is missing"};
    return std::nullopt;
  }
  /// Whose row it is, also where it cannot be taken. Empty if that is no SKU.
  [[nodiscard]] std::string sku() const {
    for (std::size_t at = 0; at < columns_.size() && at < record_.cells.size(); ++at)
      if (const auto cell = trimmed(record_.cells[at]); columns_[at].field == sheet_field::sku)
        return is_valid_sku(cell) ? std::string{cell} : std::string{};
    return {};
  }

 private:
  std::string take(sheet_field field, std::string_view cell, sheet_row& into) const {
    switch (field) {
      case sheet_field::sku:
        into.sku = cell;
        return is_valid_sku(cell) ? "" : "must be 1 to 64 letters, digits or signs without spaces and quotes";
      case sheet_field::name:
        into.name = cell;
        if (cell.size() > max_product_name_bytes) return "is too long";
        return std::any_of(cell.begin(), cell.end(), is_control) ? "must be one line" : "";
      case sheet_field::description:
        into.description = cell;
        if (cell.size() > max_product_description_bytes) return "is too long";
        return std::any_of(cell.begin(), cell.end(), is_odd_control) ? "must not hold control characters"
                                                                     : "";
      case sheet_field::price:
        into.price_minor = parse_price(cell, currency_);
        return into.price_minor ? "" : "must be an amount like " + price_text(150'000, currency_);
      case sheet_field::stock:
        into.stock = whole_number(cell, max_stock);
        return into.stock ? "" : "must be a whole number from 0 to " + std::to_string(max_stock);
      case sheet_field::active:
        into.active = truth_of(cell);
        return into.active ? "" : "must be true or false";
    }
    return {};
  }

  const csv_record& record_;
  const std::vector<sheet_column>& columns_;
  const currency_code currency_;
};

bool is_named(const std::string& header, sheet_field field, const column_names& named) {
  const auto& wanted = named[index_of(field)];
  if (!wanted.empty()) return lowered(header) == lowered(wanted);
  const auto& usual = usual_names[index_of(field)];
  const auto name = lowered(header);
  return !name.empty() && std::find(usual.begin(), usual.end(), name) != usual.end();
}

constexpr std::size_t most_column_name_bytes = 200;

/// Each field has one column: the first that is named so. What a person named goes before what is usual.
result<std::vector<sheet_column>> map_columns(const std::vector<std::string>& header,
                                              const column_names& named) {
  std::vector<sheet_column> columns;
  for (const auto& name : header) {
    // Each refused row says in which column: a name that is a text would make a small file a huge answer.
    if (name.size() > most_column_name_bytes)
      return make_failure(errc::invalid_value, "a column's name is longer than 200 bytes");
    columns.push_back({name, std::nullopt});
  }
  const auto assign = [&](sheet_field field) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const sheet_column& one) {
      return !one.field && is_named(one.name, field, named);
    });
    if (found != columns.end()) found->field = field;
    return found != columns.end();
  };
  const auto is_wished = [&](sheet_field field) { return !named[index_of(field)].empty(); };
  for (const sheet_field field : all_sheet_fields)
    if (is_wished(field) && !assign(field))
      return make_failure(errc::invalid_value,
                          "the file has no column of the name given for " + std::string{to_string(field)});
  for (const sheet_field field : all_sheet_fields)
    if (!is_wished(field) && !assign(field) && field == sheet_field::sku)
      return make_failure(errc::invalid_value, "the file has no column named sku");
  return columns;
}

}  // namespace

std::string_view to_string(sheet_field field) noexcept { return usual_names[index_of(field)].front(); }

std::string product_sheet::column_of(sheet_field field) const {
  for (const auto& one : columns)
    if (one.field == field) return one.name;
  return std::string{to_string(field)};
}

std::optional<std::int64_t> parse_price(std::string_view text, currency_code currency) {
  const auto point = text.find('.');
  const auto exponent = static_cast<std::size_t>(exponent_of(currency));
  std::string_view fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (!is_digits(fraction) || fraction.size() > exponent) return std::nullopt;
  }
  auto digits = without_thousands(text.substr(0, point));
  if (!digits || !is_digits(*digits)) return std::nullopt;
  *digits += fraction;
  digits->append(exponent - fraction.size(), '0');
  return whole_number(*digits, largest_price);
}

std::string price_text(std::int64_t minor, currency_code currency) {
  const auto exponent = static_cast<std::size_t>(exponent_of(currency));
  auto digits = std::to_string(minor);
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  if (exponent > 0) digits.insert(digits.size() - exponent, 1, '.');
  return digits;
}

result<product_sheet> read_product_sheet(std::string_view csv, currency_code currency,
                                         const column_names& named) {
  auto table = parse_csv(csv);
  if (!table) return table.error();
  auto columns = map_columns(table.value().header, named);
  if (!columns) return columns.error();
  product_sheet sheet;
  sheet.columns = std::move(columns.value());
  std::map<std::string, std::size_t, std::less<>> row_of_sku;
  for (const csv_record& record : table.value().records) {
    sheet_row row;
    row_reader reader{record, sheet.columns, currency};
    auto wrong = reader.read(row);
    if (!wrong)
      if (const auto [first, is_new] = row_of_sku.try_emplace(row.sku, record.row); !is_new)
        wrong = misfit{sheet_field::sku, "stands in row " + std::to_string(first->second) + " already"};
    if (wrong)
      sheet.problems.push_back(
          {record.row, reader.sku(), sheet.column_of(wrong->field), std::move(wrong->reason)});
    else sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

std::string sheet_header() {
  std::vector<std::string> names;
  for (const sheet_field field : all_sheet_fields) names.emplace_back(to_string(field));
  std::string sheet;
  append_csv(sheet, names);
  return sheet;
}

void append_product(std::string& sheet, const product& one) {
  const std::array<std::string, all_sheet_fields.size()> cells{
      one.sku,
      one.name,
      one.description,
      price_text(one.price.minor, one.price.currency),
      std::to_string(one.stock),
      one.active ? "true" : "false"};
  append_csv(sheet, cells);
}

}  // namespace sellavie::catalogue
