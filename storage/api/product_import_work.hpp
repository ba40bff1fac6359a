#pragma once
// Rows of a sheet inside a transaction of their own caller; for sources only, because it shows libpqxx.

#include <pqxx/pqxx>
#include <span>

#include "storage/api/product_import.hpp"

namespace sellavie::storage {

/// Decides `rows` of the sheet, and writes what was decided when the mode says so. Somebody who edits one of the
/// products meanwhile makes the transaction fail (`conflict`).
[[nodiscard]] product_import take_rows(pqxx::work& work, const business_id& business, const change_origin& by,
                                       const catalogue::product_sheet& sheet,
                                       std::span<const catalogue::sheet_row> rows, const import_wish& wish);

/// The rows that could not be read, in their places.
void add_problems(product_import& to, std::span<const catalogue::sheet_problem> problems);

}  // namespace sellavie::storage
