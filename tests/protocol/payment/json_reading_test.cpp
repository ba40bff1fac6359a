#include "protocol/payment/json_reading.hpp"

#include <gtest/gtest.h>

namespace sellavie::payment {
namespace {

using nlohmann::json;

std::size_t depth_of(const json& value) {
  std::size_t depth = 0;
  for (const auto* at = &value; at->is_structured(); ++depth) {
    if (at->empty()) return depth + 1;
    at = &*at->begin();
  }
  return depth;
}

TEST(json_reading, keeps_numbers_as_they_are_written) {
  const auto read =
      parse_object(R"({"a":19.99,"b":1.10,"c":5e3,"d":7,"e":"7","f":[0.1],"g":123456789012345678901})");
  EXPECT_EQ(literal_of(read, "a"), "19.99");
  EXPECT_EQ(literal_of(read, "b"), "1.10");
  EXPECT_EQ(literal_of(read, "c"), "5e3");
  EXPECT_EQ(literal_of(read, "d"), "7");
  EXPECT_EQ(literal_of(read, "e"), std::nullopt);
  EXPECT_EQ(literal_of(read, "f"), std::nullopt);
  EXPECT_EQ(literal_of(read, "g"), "123456789012345678901");
  for (const auto* name : {"a", "c", "e", "g", "h"}) EXPECT_EQ(integer_of(read, name), std::nullopt) << name;
  EXPECT_EQ(integer_of(read, "d"), 7);
}

TEST(json_reading, is_like_the_librarys_own_for_everything_else) {
  const auto* text =
      R"({"a":[1,-2,true,null,"x",{"b":[],"c":{}}],"d":{"e":[[2],[3]]},"d2":"\u00e9","a2":false})";
  EXPECT_EQ(parse_object(text), json::parse(text));
  EXPECT_EQ(parse_object(R"({"a":1,"a":2})"), json::parse(R"({"a":2})")) << "the last one counts";
}

TEST(json_reading, leaves_out_what_lies_too_deep) {
  const auto nested = [](std::size_t levels) {
    return "{\"a\":" + std::string(levels, '[') + "1" + std::string(levels, ']') + ",\"b\":2}";
  };
  EXPECT_EQ(depth_of(parse_object(nested(31))), 32U);
  for (const std::size_t levels : {std::size_t{32}, std::size_t{100}, std::size_t{100'000}}) {
    const auto read = parse_object(nested(levels));
    EXPECT_EQ(depth_of(read), 32U) << levels;
    EXPECT_EQ(integer_of(read, "b"), 2) << "and what follows is read";
  }
}

TEST(json_reading, gives_nothing_for_what_is_no_object) {
  for (const auto* text : {"", "[]", "7", "null", "\"x\"", "{", "{}x", "{\"a\":01}", "{\"a\":1e999}", "\xff"})
    EXPECT_TRUE(parse_object(text).is_discarded()) << text;
  EXPECT_TRUE(parse_object("{}" + std::string(longest_body - 2, ' ')).is_object());
  EXPECT_TRUE(parse_object("{}" + std::string(longest_body - 1, ' ')).is_discarded());
}

TEST(json_reading, reads_members_of_one_type_only) {
  const auto read =
      parse_object(R"({"text":"x","number":7,"minus":-7,"no":null,"yes":true,"code":"a_b-1","loud":"A b"})");
  EXPECT_EQ(text_of(read, "text"), "x");
  EXPECT_EQ(text_of(read, "number"), "");
  EXPECT_EQ(id_of(read, "number"), "7");
  EXPECT_EQ(id_of(read, "minus"), "");
  EXPECT_EQ(member(read, "no"), nullptr);
  EXPECT_EQ(boolean_of(read, "yes"), true);
  EXPECT_EQ(boolean_of(read, "number"), std::nullopt);
  EXPECT_EQ(code_of(read), "a_b-1");
  EXPECT_EQ(code_of(read, "loud"), "");
  EXPECT_EQ(member(json(nullptr), "x"), nullptr);
}

TEST(json_reading, counts_pages_from_one) {
  EXPECT_EQ(page_after(""), 1U);
  EXPECT_EQ(page_after("1"), 2U);
  for (const auto* bad : {"0", "-1", "x", "1x", "1000000", "99999999999"})
    EXPECT_EQ(page_after(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace sellavie::payment
