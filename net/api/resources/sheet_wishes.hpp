#pragma once
// What the operations that take a sheet of products share: its body, and what its columns mean.

#include "net/api/call.hpp"
#include "protocol/catalogue/product_sheet.hpp"
#include "storage/api/product_import.hpp"

namespace sellavie::net {

inline constexpr std::size_t most_sheet_rows = catalogue::csv_limits{}.rows;

[[nodiscard]] api::raw_body sheet_body();
/// Of the query: "stock", and a column's name for each field.
[[nodiscard]] std::vector<api::parameter> sheet_parameters();
[[nodiscard]] catalogue::column_names columns_in(const api_call& call);
[[nodiscard]] storage::stock_column stock_in(const api_call& call);

/// A part of somebody's file: as it is, or empty.
[[nodiscard]] api::schema cell_text();
[[nodiscard]] std::vector<std::string> sheet_field_names();
[[nodiscard]] const char* name_of(storage::import_outcome outcome) noexcept;
/// The file is no sheet: says where and why.
[[nodiscard]] api::problem unreadable_sheet(const error& failure);

}  // namespace sellavie::net
