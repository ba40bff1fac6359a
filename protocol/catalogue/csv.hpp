#pragma once
// Comma-separated values as spreadsheets write them (RFC 4180, also with ';' or tabs), both ways.
// Formulas are guarded (formula_guard): what was written comes back.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/error.hpp"

namespace sellavie::catalogue {

struct csv_limits {
  /// Without the header.
  std::size_t rows = 5'000;
  std::size_t columns = 50;
  /// A description of 4,000 bytes with a guard behind every other one.
  std::size_t cell_bytes = 8'000;
};

/// A record may have more or fewer cells than the header. Empty lines are left out, but counted.
struct csv_record {
  /// As a spreadsheet numbers it: the header is row 1.
  std::size_t row = 0;
  std::vector<std::string> cells;
};

struct csv_table {
  std::vector<std::string> header;
  std::vector<csv_record> records;
};

/// The separator is the one that the header has most of. errc::malformed (no UTF-8, no header, a quote that
/// stays open or is followed by text) or too_large; the detail says where, never what.
[[nodiscard]] result<csv_table> parse_csv(std::string_view text, const csv_limits& limits = {});

/// Appends one record, ended by CR LF.
void append_csv(std::string& to, std::span<const std::string> cells);

}  // namespace sellavie::catalogue
