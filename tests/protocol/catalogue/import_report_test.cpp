#include "protocol/catalogue/import_report.hpp"

#include <gtest/gtest.h>

namespace sellavie::catalogue {
namespace {

TEST(import_report, has_the_sheet_s_own_cells_and_what_became_of_each_row) {
  const auto sheet = parse_csv("sku;price;more\nA1;1\n\nB2;dear;x;surplus\nC3;2;y\n").value();
  EXPECT_EQ(import_report(sheet, {{2, {"created", "", ""}}, {4, {"refused", "price", "must be an amount"}}}),
            "sku,price,more,import outcome,import column,import reason\r\n"
            "A1,1,,created,,\r\n"
            "B2,dear,x,refused,price,must be an amount\r\n"
            "C3,2,y,,,\r\n");
}

TEST(import_report, can_be_read_again_and_runs_no_formula) {
  const auto sheet = parse_csv("sku,name\nA1,=1+1\n").value();
  const auto report = import_report(sheet, {});
  EXPECT_NE(report.find("A1,'=1+1,,,"), std::string::npos) << report;
  EXPECT_EQ(parse_csv(report).value().records.front().cells[1], "=1+1");
}

}  // namespace
}  // namespace sellavie::catalogue
