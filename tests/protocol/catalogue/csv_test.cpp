#include "protocol/catalogue/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sellavie::catalogue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using strings = std::vector<std::string>;

std::string refusal(std::string_view text, const csv_limits& limits = {}) {
  const auto table = parse_csv(text, limits);
  return table ? "taken" : std::string{to_string(table.error().code)} + ": " + table.error().detail;
}

TEST(csv, reads_quotes_separators_and_line_ends_as_spreadsheets_write_them) {
  const auto table = parse_csv("\xEF\xBB\xBFsku,name\r\nA1,\"one, \"\"two\"\"\r\nthree\"\n\nA2,\r\n");
  ASSERT_TRUE(table);
  EXPECT_THAT(table->header, ElementsAre("sku", "name"));
  ASSERT_EQ(table->records.size(), 2U);
  EXPECT_THAT(table->records[0].cells, ElementsAre("A1", "one, \"two\"\r\nthree"));
  EXPECT_EQ(table->records[0].row, 2U);
  EXPECT_THAT(table->records[1].cells, ElementsAre("A2", ""));
  EXPECT_EQ(table->records[1].row, 4U);
}

TEST(csv, takes_the_separator_that_the_header_has_most_of) {
  EXPECT_THAT(parse_csv("sku;name, first;x\nA;B")->header, ElementsAre("sku", "name, first", "x"));
  EXPECT_THAT(parse_csv("sku\tname\nA\tB")->records[0].cells, ElementsAre("A", "B"));
  EXPECT_THAT(parse_csv("\"a;b;c\",sku\n")->header, ElementsAre("a;b;c", "sku"));
}

TEST(csv, says_where_it_cannot_be_read) {
  EXPECT_EQ(refusal(""), "malformed: row 1 must name the columns");
  EXPECT_EQ(refusal("a\nb\n\"c"), "malformed: row 3 has a quote that is not closed");
  EXPECT_EQ(refusal("a\n\"b\"c"), "malformed: row 2 has text behind a closing quote");
  EXPECT_EQ(refusal("a\n\xC3("), "malformed: the file is not UTF-8 text");
  EXPECT_EQ(refusal(std::string_view{"a\n\0", 3}), "malformed: the file is not UTF-8 text");
}

TEST(csv, has_a_bound_for_everything) {
  const csv_limits small{.rows = 2, .columns = 2, .cell_bytes = 3};
  EXPECT_EQ(refusal("a,b\nabc,\"abc\"\nx", small), "taken");
  EXPECT_EQ(refusal("a\n1\n2\n3", small), "too_large: the file has too many rows");
  EXPECT_EQ(refusal("a\n1,2,3", small), "too_large: row 2 has too many columns");
  EXPECT_EQ(refusal("a\nabcd", small), "too_large: row 2 has a cell that is too long");
  EXPECT_EQ(refusal("a\n\"abcd\"", small), "too_large: row 2 has a cell that is too long");
}

TEST(csv, never_writes_a_cell_that_runs_as_a_formula_and_reads_back_what_it_was) {
  const strings odd{"=1+1", "+1",       "-1", "@x",  "\tx",  "\rx",  "'=x",
                    "''",   "'t Hooft", "'",  "a,b", "a\"b", "a\nb", ""};
  std::string text;
  append_csv(text, strings(odd.size(), "h"));
  append_csv(text, odd);
  EXPECT_NE(text.find("\r\n'=1+1,'+1,'-1,'@x,"), std::string::npos);
  const auto table = parse_csv(text);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->records.at(0).cells, odd);
}

}  // namespace
}  // namespace sellavie::catalogue
