#include "protocol/api/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sellavie::api {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> problems(const schema& shape, const json& value) {
  std::vector<std::string> told;
  for (const auto& one : shape.check(value)) told.push_back(one.field + ' ' + one.detail);
  return told;
}
bool fits(const schema& shape, const json& value) { return shape.check(value).empty(); }

schema product() {
  return schema::object({{"sku", schema::text({1, 8, text_format::token})},
                         {"price", schema::integer(0, 1000)},
                         {"tags", schema::list(schema::text({1, 5}), 2), presence::optional}});
}

TEST(schema, names_each_field_that_is_wrong) {
  EXPECT_THAT(problems(product(), json::parse(R"({"sku":"A1","price":5})")), IsEmpty());
  EXPECT_THAT(problems(product(), json::parse(R"({"sku":"","price":"5","tags":["a","toolong"]})")),
              ElementsAre("/sku must not be empty", "/price must be a whole number",
                          "/tags/1 must be at most 5 characters long"));
  EXPECT_THAT(problems(product(), json::parse(R"({"price":5,"cost":1})")),
              ElementsAre("/sku is missing", "/cost is not known here"));
  EXPECT_THAT(problems(product(), json::array()), ElementsAre(" must be an object"));
}

TEST(schema, never_repeats_a_foreign_name_as_it_is) {
  json value{{"sku", "A1"}, {"price", 5}};
  value["a/b~\n<script>"] = 1;
  EXPECT_THAT(problems(product(), value), ElementsAre("/a~1b~0?<script> is not known here"));
}

TEST(schema, tells_at_most_twenty_problems) {
  auto value = json::object();
  for (int i = 0; i < 100; ++i) value["x" + std::to_string(i)] = i;
  EXPECT_EQ(product().check(value).size(), schema::max_problems);
}

TEST(schema, integers_are_whole_and_in_range) {
  const auto shape = schema::integer(-5, 10);
  EXPECT_TRUE(fits(shape, -5));
  EXPECT_TRUE(fits(shape, 10));
  for (const json& bad : {json(-6), json(11), json(1.0), json("1"), json(true), json(nullptr), json::array(),
                          json(18446744073709551615ULL), json(1e30)})
    EXPECT_FALSE(fits(shape, bad)) << bad;
  EXPECT_FALSE(fits(schema::integer(), largest_number + 1));
}

TEST(schema, counts_code_points_not_bytes) {
  const auto shape = schema::text({2, 3});
  EXPECT_TRUE(fits(shape, "₦₦₦"));
  EXPECT_FALSE(fits(shape, "₦₦₦₦"));
  EXPECT_FALSE(fits(shape, "₦"));
}

TEST(schema, lines_hold_no_control_characters) {
  const auto line = schema::text();
  const auto lines = schema::text({0, 200, text_format::lines});
  EXPECT_TRUE(fits(line, "Ankara, 6 yards"));
  EXPECT_FALSE(fits(line, "two\nlines"));
  EXPECT_TRUE(fits(lines, "two\nlines"));
  for (const std::string& bad :
       {std::string("nul\0", 4), std::string("bell\a"), std::string("csi\xC2\x9B")}) {
    EXPECT_FALSE(fits(line, bad));
    EXPECT_FALSE(fits(lines, bad));
  }
  EXPECT_FALSE(fits(line, " padded"));
  EXPECT_FALSE(fits(line, "padded "));
}

TEST(schema, knows_the_usual_formats) {
  const auto fit = [](text_format format, const char* text) {
    return fits(schema::text({1, 100, format}), text);
  };
  EXPECT_TRUE(fit(text_format::email, "ada@example.com"));
  EXPECT_FALSE(fit(text_format::email, "ada"));
  EXPECT_TRUE(fit(text_format::uuid, "01890a5d-ac96-774b-bcce-b302099a8057"));
  EXPECT_FALSE(fit(text_format::uuid, "01890a5dac96774bbcceb302099a8057"));
  EXPECT_TRUE(fit(text_format::date_time, "2026-02-28T23:59:59Z"));
  EXPECT_TRUE(fit(text_format::date_time, "2026-02-28T23:59:59.123Z"));
  for (const char* bad :
       {"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01",
        "2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00.1Z", "2026-01-01T00:00:0-Z"})
    EXPECT_FALSE(fit(text_format::date_time, bad)) << bad;
}

TEST(schema, months) {
  const auto is_month = [](const char* text) {
    return fits(schema::text({1, 100, text_format::month}), text);
  };
  for (const char* good : {"2026-01", "1999-12", "2026-10"}) EXPECT_TRUE(is_month(good)) << good;
  for (const char* bad :
       {"2026-00", "2026-13", "2026-1", "abcd-ef", "2026-20", "2026/01", "2026-1x", "12026-01"})
    EXPECT_FALSE(is_month(bad)) << bad;
}

TEST(schema, words_and_null) {
  const auto word = schema::word({"ai", "person"});
  EXPECT_TRUE(fits(word, "ai"));
  EXPECT_THAT(problems(word, "bot"), ElementsAre(" must be one of: ai, person"));
  EXPECT_FALSE(fits(word, nullptr));
  EXPECT_TRUE(fits(word.or_null(), nullptr));
}

TEST(schema, reads_query_parameters_from_text) {
  const auto told = [](const schema& shape, std::string_view text) {
    std::vector<field_problem> wrong;
    shape.check_text(text, "limit", wrong);
    return wrong.empty() ? std::string{} : wrong.front().field + ' ' + wrong.front().detail;
  };
  EXPECT_EQ(told(schema::integer(1, 100), "50"), "");
  EXPECT_EQ(told(schema::integer(1, 100), "0"), "limit must be at least 1");
  for (const char* bad : {"", "x", "5x", " 5", "5.0", "99999999999999999999", "+5"})
    EXPECT_EQ(told(schema::integer(1, 100), bad), "limit must be a whole number") << bad;
  for (const char* bad : {"\xFF", "a\xC3", "\xC0\x80", "\xED\xA0\x80"})
    for (const auto& shape : {schema::text({1, 9}), schema::integer(), schema::boolean(), schema::uuid()})
      EXPECT_EQ(told(shape, bad), "limit must be UTF-8");
  EXPECT_EQ(told(schema::text({1, 9}), "\u00E9"), "");
  EXPECT_EQ(told(schema::boolean(), "true"), "");
  EXPECT_EQ(told(schema::boolean(), "1"), "limit must be true or false");
}

TEST(schema, documents_itself_as_json_schema) {
  json components;
  const auto shown = product().named("Product").document(components, side::answer);
  EXPECT_EQ(shown, json::parse(R"({"$ref":"#/components/schemas/Product"})"));
  EXPECT_EQ(components["Product"], json::parse(R"({
    "type":"object","additionalProperties":false,"required":["sku","price"],"properties":{
      "sku":{"type":"string","minLength":1,"maxLength":8,"pattern":"^[!-~]*$"},
      "price":{"type":"integer","format":"int64","minimum":0,"maximum":1000},
      "tags":{"type":"array","maxItems":2,"items":{"type":"string","minLength":1,"maxLength":5}}}})"));
  EXPECT_EQ(product().named("Product").document(components, side::request),
            json::parse(R"({"$ref":"#/components/schemas/ProductRequest"})"))
      << "its patterns are checked there";
  EXPECT_EQ(schema::word({"a"}).or_null().document(components, side::answer),
            json::parse(R"({"type":["string","null"],"enum":["a",null]})"));
}

TEST(schema, shows_as_a_pattern_what_it_checks) {
  json none;
  const auto pattern = [&](text_format format, side shown_on) {
    const auto shown = schema::text({0, 24, format}).document(none, shown_on);
    return shown.contains("pattern") ? shown["pattern"].get<std::string>() : std::string{};
  };
  EXPECT_EQ(pattern(text_format::lines, side::request),
            "^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F]*$");
  EXPECT_THAT(pattern(text_format::line, side::request), testing::StartsWith("^([^\\u0000-\\u0020"));
  EXPECT_EQ(pattern(text_format::line, side::answer), "") << "nobody checked what a customer wrote";
  EXPECT_EQ(pattern(text_format::token, side::answer), "^[!-~]*$");
  EXPECT_EQ(pattern(text_format::uuid, side::request), "") << "its format says it all";
}

TEST(schema, makes_an_example_that_fits) {
  for (const auto& shape :
       {product(), schema::uuid(), schema::timestamp(), schema::text({3, 3, text_format::token}),
        schema::text({25, 40}), schema::text({1, 3}), schema::text({3, 254, text_format::email}),
        schema::integer(-10, -5), schema::integer(7, 9), schema::boolean(), schema::word({"ai", "person"}),
        schema::list(schema::uuid(), 20, 2), schema::text().or_null()})
    EXPECT_THAT(shape.check(shape.example()), IsEmpty()) << shape.example();
  EXPECT_EQ(product().example(), json::parse(R"({"sku":"example","price":1,"tags":["An ex"]})"));
}

TEST(schema, shows_the_example_that_it_was_given) {
  json none;
  const auto currency = schema::text({3, 3}).example("NGN");
  EXPECT_EQ(currency.example(), "NGN");
  EXPECT_EQ(currency.document(none, side::answer)["examples"], json::parse(R"(["NGN"])"));
  EXPECT_EQ(schema::object({{"currency", currency}}).example(), json::parse(R"({"currency":"NGN"})"));
  EXPECT_FALSE(schema::text().document(none, side::answer).contains("examples"));
}

TEST(schema, timestamps_are_utc_with_milliseconds) {
  EXPECT_EQ(timestamp(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(timestamp(1'790'000'000'123), "2026-09-21T14:13:20.123Z");
}

TEST(timestamp, is_read_as_it_is_written) {
  for (const std::int64_t ms :
       {std::int64_t{0}, std::int64_t{1'790'000'000'123}, std::int64_t{951'782'400'000}})
    EXPECT_EQ(parse_timestamp(timestamp(ms)), ms);
  EXPECT_EQ(parse_timestamp("2026-01-31T09:30:00Z"), parse_timestamp("2026-01-31T09:30:00.000Z"));
  for (const char* bad :
       {"", "2026-01-31", "2026-02-29T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T09:30:00",
        "2026-01-31T09:30:00+01:00", "2026-01-31T09:30:00.1Z", "2026-01-31 09:30:00Z"})
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
}

}  // namespace
}  // namespace sellavie::api
