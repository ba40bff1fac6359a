#include "protocol/catalogue/csv.hpp"

#include <algorithm>

#include "protocol/catalogue/formula_guard.hpp"
#include "protocol/channel/unicode.hpp"

namespace sellavie::catalogue {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

char separator_of(std::string_view text) noexcept {
  constexpr std::string_view candidates = ",;\t";
  std::size_t counts[candidates.size()]{};
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '\n' || c == '\r') break;
    if (const auto which = candidates.find(c); which != std::string_view::npos) ++counts[which];
  }
  return candidates[static_cast<std::size_t>(std::max_element(std::begin(counts), std::end(counts)) -
                                             std::begin(counts))];
}

class reader {
 public:
  reader(std::string_view text, const csv_limits& limits)
      : text_{text}, limits_{limits}, separator_{separator_of(text)} {}

  [[nodiscard]] bool is_at_end() const noexcept { return at_ >= text_.size(); }

  /// One record; nothing in it is an empty line.
  result<std::vector<std::string>> next() {
    std::vector<std::string> cells;
    for (;;) {
      auto cell = is_at('"') ? quoted_cell() : plain_cell();
      if (!cell) return cell.error();
      if (cells.size() == limits_.columns) return too_large("has too many columns");
      cells.push_back(unguarded(cell.value()));
      if (is_at(separator_)) {
        ++at_;
        continue;
      }
      if (!is_at_end() && !take_line_end()) return malformed("has text behind a closing quote");
      ++row_;
      if (cells.size() == 1 && cells.front().empty()) cells.clear();
      return cells;
    }
  }
  /// Of the record that next() gives.
  [[nodiscard]] std::size_t row() const noexcept { return row_; }

 private:
  [[nodiscard]] bool is_at(char c) const noexcept { return at_ < text_.size() && text_[at_] == c; }
  [[nodiscard]] error malformed(const char* what) const {
    return make_failure(errc::malformed, "row " + std::to_string(row_) + ' ' + what);
  }
  [[nodiscard]] error too_large(const char* what) const {
    return make_failure(errc::too_large, "row " + std::to_string(row_) + ' ' + what);
  }

  bool take_line_end() noexcept {
    if (is_at('\r')) ++at_;
    else if (!is_at('\n')) return false;
    if (is_at('\n')) ++at_;
    return true;
  }

  result<std::string> plain_cell() {
    const auto from = at_;
    while (!is_at_end() && !is_at(separator_) && !is_at('\n') && !is_at('\r')) ++at_;
    if (at_ - from > limits_.cell_bytes) return too_large("has a cell that is too long");
    return std::string{text_.substr(from, at_ - from)};
  }

  result<std::string> quoted_cell() {
    std::string cell;
    for (++at_; !is_at_end(); ++at_) {
      if (is_at('"')) {
        ++at_;
        if (!is_at('"')) return cell;
      }
      if (cell.size() == limits_.cell_bytes) return too_large("has a cell that is too long");
      cell.push_back(text_[at_]);
    }
    return malformed("has a quote that is not closed");
  }

  std::string_view text_;
  const csv_limits& limits_;
  const char separator_;
  std::size_t at_ = 0;
  std::size_t row_ = 1;
};

}  // namespace

result<csv_table> parse_csv(std::string_view text, const csv_limits& limits) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!channel::is_utf8(text) || text.find('\0') != std::string_view::npos)
    return make_failure(errc::malformed, "the file is not UTF-8 text");
  reader from{text, limits};
  csv_table table;
  auto header = from.next();
  if (!header) return header.error();
  if (header.value().empty()) return make_failure(errc::malformed, "row 1 must name the columns");
  table.header = std::move(header.value());
  while (!from.is_at_end()) {
    const auto row = from.row();
    auto cells = from.next();
    if (!cells) return cells.error();
    if (cells.value().empty()) continue;
    if (table.records.size() == limits.rows)
      return make_failure(errc::too_large, "the file has too many rows");
    table.records.push_back({row, std::move(cells.value())});
  }
  return table;
}

void append_csv(std::string& to, std::span<const std::string> cells) {
  bool is_first = true;
  for (const auto& cell : cells) {
    if (!is_first) to += ',';
    is_first = false;
    const auto text = guarded(cell);
    if (text.find_first_of(",;\"\t\r\n") == std::string::npos) {
      to += text;
      continue;
    }
    to += '"';
    for (const char c : text) {
      if (c == '"') to += '"';
      to += c;
    }
    to += '"';
  }
  to += "\r\n";
}

}  // namespace sellavie::catalogue
