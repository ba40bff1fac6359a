#pragma once
// What became of the rows of a sheet, as a sheet: its own columns, then three of ours. It can be corrected and imported
// again: ours are left out then, unless the sheet has columns of their names.

#include <map>
#include <string>

#include "protocol/catalogue/csv.hpp"

namespace sellavie::catalogue {

struct reported_row {
  std::string outcome;
  std::string column;
  std::string reason;
};

/// `rows` by the number of the row; one that is not there was not taken, its columns are empty.
[[nodiscard]] std::string import_report(const csv_table& sheet,
                                        const std::map<std::size_t, reported_row>& rows);

}  // namespace sellavie::catalogue
