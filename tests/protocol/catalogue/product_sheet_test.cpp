#include "protocol/catalogue/product_sheet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sellavie::catalogue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const currency_code naira = *parse_currency("NGN");
const currency_code yen = *parse_currency("JPY");
const currency_code dinar = *parse_currency("KWD");

/// "row column reason" of each row that is refused.
std::vector<std::string> problems(const std::string& rows,
                                  const std::string& header = "sku,name,price,stock,active") {
  const auto sheet = read_product_sheet(header + "\n" + rows, naira);
  std::vector<std::string> told;
  for (const auto& one : sheet->problems)
    told.push_back(std::to_string(one.row) + ' ' + one.column + ' ' + one.reason);
  return told;
}

TEST(product_sheet, finds_columns_by_their_usual_names_and_leaves_others_out) {
  const auto sheet = read_product_sheet("Item Code, TITLE ,Shelf,Qty,Available\nA1, One ,3,7,no", naira);
  ASSERT_TRUE(sheet);
  ASSERT_EQ(sheet->rows.size(), 1U);
  const auto& row = sheet->rows[0];
  EXPECT_EQ(row.sku, "A1");
  EXPECT_EQ(row.name, "One");
  EXPECT_EQ(row.stock, 7);
  EXPECT_EQ(row.active, false);
  EXPECT_EQ(row.price_minor, std::nullopt);
  EXPECT_EQ(sheet->columns[2].field, std::nullopt);
  EXPECT_EQ(sheet->column_of(sheet_field::stock), "Qty");
}

TEST(product_sheet, takes_the_columns_that_a_person_names) {
  column_names named;
  named[static_cast<std::size_t>(sheet_field::sku)] = "artikel";
  named[static_cast<std::size_t>(sheet_field::price)] = "Name";
  const auto sheet = read_product_sheet("Artikel,sku,Name\nA1,x,2", naira, named);
  ASSERT_TRUE(sheet);
  EXPECT_EQ(sheet->rows.at(0).sku, "A1");
  EXPECT_EQ(sheet->rows.at(0).price_minor, 200);
  named[static_cast<std::size_t>(sheet_field::stock)] = "nowhere";
  EXPECT_EQ(read_product_sheet("Artikel\nA1", naira, named).error().code, errc::invalid_value);
  EXPECT_EQ(read_product_sheet("name\nA1", naira).error().detail, "the file has no column named sku");
}

TEST(product_sheet, says_what_is_wrong_with_a_row_and_takes_the_others) {
  EXPECT_THAT(problems("A1,One,1,1,true\n,Two,1\nA 3,x\nA4,,dear\nA5,,,-1\nA6,,,1.5\nA7,,,,maybe\nA1,Again"),
              ElementsAre("3 sku is missing",
                          "4 sku must be 1 to 64 letters, digits or signs without spaces and quotes",
                          "5 price must be an amount like 1500.00",
                          "6 stock must be a whole number from 0 to 1000000000",
                          "7 stock must be a whole number from 0 to 1000000000",
                          "8 active must be true or false", "9 sku stands in row 2 already"));
  EXPECT_THAT(problems("A1," + std::string(201, 'x')), ElementsAre("2 name is too long"));
  EXPECT_THAT(problems("A1,\"a\nb\""), ElementsAre("2 name must be one line"));
  EXPECT_THAT(problems("A1,\"a\nb\"", "sku,description"), IsEmpty());
}

TEST(product_sheet, names_the_product_of_a_refused_row_wherever_its_column_stands) {
  const auto sheet = read_product_sheet("price,sku\ndear,A1\n1,A 2\n1", naira);
  ASSERT_TRUE(sheet);
  std::vector<std::string> named;
  for (const auto& one : sheet->problems) named.push_back(one.sku);
  EXPECT_THAT(named, ElementsAre("A1", "", ""));
}

TEST(product_sheet, reads_prices_in_the_digits_of_their_currency) {
  EXPECT_EQ(parse_price("15000", naira), 1'500'000);
  EXPECT_EQ(parse_price("15,000.5", naira), 1'500'050);
  EXPECT_EQ(parse_price("1,234,567.89", naira), 123'456'789);
  EXPECT_EQ(parse_price("0.05", naira), 5);
  EXPECT_EQ(parse_price("1500", yen), 1500);
  EXPECT_EQ(parse_price("1.250", dinar), 1250);
  EXPECT_EQ(parse_price("90071992547409.91", naira), largest_price);
  for (const char* wrong : {"", ".", ".5", "5.", "1.005", "-1", "+1", "1e3", "1,00", "1,0000", ",100",
                            "1000,000", "1 000", "NGN 5", "90071992547409.92", "99999999999999999999"})
    EXPECT_EQ(parse_price(wrong, naira), std::nullopt) << wrong;
  EXPECT_EQ(parse_price("1.0", yen), std::nullopt);
}

TEST(product_sheet, has_columns_with_names_and_not_with_texts) {
  const std::string blank_lines(300, '\n');
  const auto sheet = read_product_sheet("\"sku" + blank_lines + "\",name\nA1,Lamp\n", dinar);
  ASSERT_FALSE(sheet);
  EXPECT_EQ(sheet.error().detail, "a column's name is longer than 200 bytes");
}

TEST(product_sheet, reads_back_the_longest_texts_that_a_form_takes) {
  const auto times = [](std::size_t many, const std::string& piece) {
    std::string text;
    for (std::size_t i = 0; i < many; ++i) text += piece;
    return text;
  };
  product one;
  one.sku = "A1";
  one.name = times(100, "ع");
  one.price = {7, dinar};
  for (const auto& description : {times(1'000, "😀"), times(1'000, "\n－"), std::string{"\n  two lines \n"}}) {
    one.description = description;
    auto text = sheet_header();
    append_product(text, one);
    const auto sheet = read_product_sheet(text, dinar);
    ASSERT_TRUE(sheet);
    ASSERT_TRUE(sheet->problems.empty());
    EXPECT_EQ(sheet->rows.at(0).name, one.name);
    EXPECT_EQ(sheet->rows.at(0).description, description);
  }
  auto text = sheet_header();
  one.name += "x";
  append_product(text, one);
  EXPECT_EQ(read_product_sheet(text, dinar)->problems.at(0).reason, "is too long");
}

TEST(product_sheet, reads_back_what_it_writes) {
  product one;
  one.sku = "=A1";
  one.name = "-Name, \"odd\"";
  one.description = "two\nlines";
  one.price = {7, dinar};
  one.stock = 3;
  one.active = false;
  auto text = sheet_header();
  append_product(text, one);
  EXPECT_EQ(
      text,
      "sku,name,description,price,stock,active\r\n'=A1,\"'-Name, \"\"odd\"\"\",\"two\nlines\",0.007,3,false\r\n");
  const auto sheet = read_product_sheet(text, dinar);
  ASSERT_TRUE(sheet);
  const auto& row = sheet->rows.at(0);
  EXPECT_EQ(row.sku, one.sku);
  EXPECT_EQ(row.name, one.name);
  EXPECT_EQ(row.description, one.description);
  EXPECT_EQ(row.price_minor, one.price.minor);
  EXPECT_EQ(row.stock, one.stock);
  EXPECT_EQ(row.active, one.active);
}

}  // namespace
}  // namespace sellavie::catalogue
