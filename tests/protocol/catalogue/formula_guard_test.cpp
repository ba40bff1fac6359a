// Whatever a cell holds, no program that opens our file runs it, and we read back what it was.

#include "protocol/catalogue/formula_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/catalogue/csv.hpp"

namespace sellavie::catalogue {
namespace {

using testing::ElementsAre;
using strings = std::vector<std::string>;

TEST(formula_guard, r1_signs_also_full_width_behind_blanks_and_quotes) {
  for (const std::string cell : {"=1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", "  =1", "\u00A0=1",
                                 "\u3000=1", "\uFEFF=1", "\v=1", "\"=1", " \" =1"}) {
    EXPECT_EQ(guarded(cell), "'" + cell);
    EXPECT_EQ(unguarded("'" + cell), cell);
  }
  for (const std::string cell : {"", "a=1", "1-2", "'t Hooft", "''", "12\" - blue", "a, -b", "₦=1"}) {
    EXPECT_EQ(guarded(cell), cell);
    EXPECT_EQ(unguarded(cell), cell);
  }
}

TEST(formula_guard, r2_behind_whatever_may_split_a_cell) {
  EXPECT_EQ(guarded("a;=1;b; +2"), "a;'=1;b;' +2");
  EXPECT_EQ(guarded("Colours:\n- red\r\n- blue\t@x"), "Colours:\n'- red\r\n'- blue\t'@x");
  EXPECT_EQ(unguarded("a;'=1;b;' +2"), "a;=1;b; +2");
}

TEST(formula_guard, r3_a_tab_or_line_end_in_front) {
  EXPECT_EQ(guarded("\tx"), "'\tx");
  EXPECT_EQ(guarded("\r\n=1"), "'\r\n'=1");
  EXPECT_EQ(unguarded("'\r\n'=1"), "\r\n=1");
}

TEST(formula_guard, r4_in_front_of_those_that_are_there) {
  EXPECT_EQ(guarded("'=1"), "''=1");
  EXPECT_EQ(unguarded("''=1"), "'=1");
  EXPECT_EQ(guarded("a;''=1"), "a;'''=1");
}

// --- as others open the file -----------------------------------------------------------------------

/// A spreadsheet that is told another separator: it splits there, and honours quotes at the beginning of a field only.
strings opened_with(std::string_view file, std::string_view separators) {
  strings fields{""};
  const auto ends = [&](char c) {
    return c == '\r' || c == '\n' || separators.find(c) != std::string_view::npos;
  };
  bool is_start = true;
  bool is_quoted = false;
  for (std::size_t at = 0; at < file.size(); ++at) {
    const char c = file[at];
    if (is_quoted) {
      if (c != '"') fields.back() += c;
      else if (at + 1 < file.size() && file[at + 1] == '"') fields.back() += file[++at];
      else is_quoted = false;
    } else if (is_start && c == '"') {
      is_quoted = true;
    } else if (ends(c)) {
      fields.emplace_back();
      is_start = true;
      continue;
    } else {
      fields.back() += c;
    }
    is_start = false;
  }
  return fields;
}

bool runs(std::string_view field) {
  const auto first = field.find_first_not_of(" \v\f");
  if (first == std::string_view::npos) return false;
  const auto rest = field.substr(first);
  for (const std::string_view sign : {"=", "+", "-", "@", "＝", "＋", "－", "＠"})
    if (rest.starts_with(sign)) return true;
  return false;
}

rc::Gen<strings> any_cells() {
  const auto piece = rc::gen::element<std::string>("=", "+", "-", "@", "＝", "＠", "'", "\"", ";", ",", "\t",
                                                   "\r", "\n", " ", "\u00A0", "a", "1", "é");
  const auto cell = rc::gen::map(rc::gen::container<strings>(piece), [](const strings& pieces) {
    std::string joined;
    for (const auto& one : pieces) joined += one;
    return joined;
  });
  return rc::gen::container<strings>(3, cell);
}

RC_GTEST_PROP(formula_guard, what_was_written_comes_back, ()) {
  const auto cells = *any_cells();
  std::string file;
  append_csv(file, strings{"sku", "name", "description"});
  append_csv(file, cells);
  const auto table = parse_csv(file);
  RC_ASSERT(table.has_value());
  RC_ASSERT(table->records.size() == 1U);
  RC_ASSERT(table->records.front().cells == cells);
}

RC_GTEST_PROP(formula_guard, no_program_runs_a_cell_wherever_it_splits, ()) {
  std::string file;
  append_csv(file, strings{"sku", "name", "description"});
  for (int row = 0; row < 3; ++row) append_csv(file, *any_cells());
  for (const std::string_view separators : {",", ";", "\t", ",;\t"})
    for (const auto& field : opened_with(file, separators)) RC_ASSERT(!runs(field));
}

TEST(formula_guard, an_attack_on_who_splits_at_semicolons_is_text) {
  std::string file;
  append_csv(file, strings{"A1", "Lace;=cmd|'/c calc'!A1;x", "plain\n@SUM(1)"});
  EXPECT_THAT(opened_with(file, ";"),
              ElementsAre("A1,\"Lace", "'=cmd|'/c calc'!A1", "x\",\"plain", "'@SUM(1)\"", "", ""));
}

}  // namespace
}  // namespace sellavie::catalogue
