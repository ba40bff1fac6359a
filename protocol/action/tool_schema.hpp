#pragma once
// The vocabulary as a model is told of it: strict JSON schemas for tool calling, one line each for tags.

#include <cstdint>
#include <string_view>

#include "protocol/domain/action_kind.hpp"

namespace sellavie {

/// One short sentence: what the action does and when to use it.
[[nodiscard]] std::string_view describe(action_kind kind) noexcept;

/// JSON Schema (an object, as text) of the arguments. `strict`: every property is required and an
/// absent one is null; otherwise optional properties may be left out. No unknown properties in both.
enum class schema_style : std::uint8_t { strict, plain };
[[nodiscard]] std::string_view arguments_schema(action_kind kind, schema_style style) noexcept;

/// An example of the arguments as written in a tag, such as {"items":[{"sku":"A1","quantity":2}]}.
[[nodiscard]] std::string_view arguments_example(action_kind kind) noexcept;

}  // namespace sellavie
