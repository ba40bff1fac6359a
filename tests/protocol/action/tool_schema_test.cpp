#include "protocol/action/tool_schema.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/action/arguments.hpp"

namespace sellavie {
namespace {

using json = nlohmann::json;

/// Strict providers want every property required and no others, on every level.
void expect_strict(const json& schema) {
  if (schema.is_array())
    for (const auto& entry : schema) expect_strict(entry);
  if (!schema.is_object()) return;
  if (schema.value("type", json{}) == "object") {
    EXPECT_EQ(schema.at("additionalProperties"), false);
    EXPECT_EQ(schema.at("required").size(), schema.at("properties").size());
  }
  for (const auto& [name, value] : schema.items()) expect_strict(value);
}

TEST(tool_schema, every_strict_schema_is_strict_json) {
  for (const auto kind : all_action_kinds)
    expect_strict(json::parse(arguments_schema(kind, schema_style::strict)));
}

TEST(tool_schema, plain_schemas_are_closed_too) {
  for (const auto kind : all_action_kinds)
    EXPECT_EQ(json::parse(arguments_schema(kind, schema_style::plain)).at("additionalProperties"), false);
}

TEST(tool_schema, every_example_is_an_action) {
  for (const auto kind : all_action_kinds) {
    const auto parsed = parse_action(to_string(kind), arguments_example(kind));
    ASSERT_TRUE(std::holds_alternative<action>(parsed)) << to_string(kind);
    EXPECT_EQ(kind_of(std::get<action>(parsed)), kind);
    EXPECT_FALSE(describe(kind).empty());
  }
}

TEST(tool_schema, names_no_field_that_the_server_binds) {
  for (const auto kind : all_action_kinds)
    for (const auto style : {schema_style::strict, schema_style::plain})
      for (const auto* field : {"\"price", "\"total", "\"currency", "_id\"", "\"discount", "\"customer"})
        EXPECT_EQ(arguments_schema(kind, style).find(field), std::string_view::npos);
}

}  // namespace
}  // namespace sellavie
