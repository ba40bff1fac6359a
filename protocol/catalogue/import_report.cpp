#include "protocol/catalogue/import_report.hpp"

namespace sellavie::catalogue {

std::string import_report(const csv_table& sheet, const std::map<std::size_t, reported_row>& rows) {
  std::string report;
  const auto append = [&](std::vector<std::string> cells, const reported_row& told) {
    cells.resize(sheet.header.size());
    cells.insert(cells.end(), {told.outcome, told.column, told.reason});
    append_csv(report, cells);
  };
  append(sheet.header, {"import outcome", "import column", "import reason"});
  for (const auto& record : sheet.records) {
    const auto found = rows.find(record.row);
    append(record.cells, found == rows.end() ? reported_row{} : found->second);
  }
  return report;
}

}  // namespace sellavie::catalogue
