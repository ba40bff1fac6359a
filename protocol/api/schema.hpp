#pragma once
// The shapes of JSON values. A schema documents itself (JSON Schema 2020-12, as OpenAPI 3.1 uses it)
// and checks a value, so that the document cannot promise what the server does not enforce.
// Immutable and cheap to copy. Built at start; checking never throws.

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sellavie::api {

/// Where and why a value does not fit.
struct field_problem {
  /// JSON Pointer (RFC 6901) into the body, "" is the body itself; of a query parameter: its name.
  std::string field;
  /// For people; never repeats the value: "must be at most 80 characters long".
  std::string detail;

  friend bool operator==(const field_problem&, const field_problem&) = default;
};

/// Whole numbers that every JSON reader holds exactly: 2^53 - 1.
inline constexpr std::int64_t largest_number = 9'007'199'254'740'991;

enum class text_format : std::uint8_t {
  /// No control characters, no line breaks, no leading or trailing space.
  line,
  /// Line breaks and tabs are fine, other control characters are not.
  lines,
  /// Printable ASCII without spaces: cursors, tokens, references.
  token,
  uuid,
  email,
  /// RFC 3339, UTC, as timestamp() writes it.
  date_time,
  /// "2026-11".
  month,
};

/// Where a shape is shown.
enum class side : std::uint8_t {
  /// Checked: what does not fit is refused.
  request,
  /// May repeat what people wrote elsewhere, which nobody checked.
  answer,
};

/// Lengths are in Unicode code points, as JSON Schema counts.
struct text_limits {
  std::size_t shortest = 0;
  std::size_t longest = 200;
  text_format format = text_format::line;
};

struct field;

class schema {
 public:
  [[nodiscard]] static schema text(text_limits limits = {});
  [[nodiscard]] static schema uuid();
  [[nodiscard]] static schema timestamp();
  [[nodiscard]] static schema integer(std::int64_t smallest = 0, std::int64_t largest = largest_number);
  [[nodiscard]] static schema boolean();
  /// One of these words.
  [[nodiscard]] static schema word(std::vector<std::string> allowed);
  [[nodiscard]] static schema list(schema of, std::size_t most, std::size_t fewest = 0);
  /// In a request unknown fields are refused; in an answer clients ignore them.
  [[nodiscard]] static schema object(std::vector<field> fields);
  /// Also null.
  [[nodiscard]] schema or_null() const;
  [[nodiscard]] schema described(std::string text) const;
  /// What the document shows in place of an example that is made of the shape.
  [[nodiscard]] schema example(const nlohmann::json& value) const;
  /// A component of the document under this name (in requests with "Request" behind it), referred to by $ref. The
  /// same name must always mean the same shape.
  [[nodiscard]] schema named(std::string name) const;

  /// Appends what is wrong with `value`; at most `max_problems` in total.
  void check(const nlohmann::json& value, const std::string& at, std::vector<field_problem>& problems) const;
  [[nodiscard]] std::vector<field_problem> check(const nlohmann::json& value) const;
  /// Of a query parameter: integers and booleans are read from their text.
  void check_text(std::string_view value, const std::string& name,
                  std::vector<field_problem>& problems) const;

  /// A value that fits, with every field.
  [[nodiscard]] nlohmann::json example() const;
  /// How the document shows it. A named schema gives a $ref, and itself to `components` once.
  [[nodiscard]] nlohmann::json document(nlohmann::json& components, side shown_on) const;

  static constexpr std::size_t max_problems = 20;

 private:
  struct node;
  explicit schema(std::shared_ptr<const node> root) : node_{std::move(root)} {}
  [[nodiscard]] schema with(const auto& change) const;

  std::shared_ptr<const node> node_;
};

enum class presence : std::uint8_t { required, optional };

struct field {
  std::string name;
  schema shape;
  presence needed = presence::required;
};

/// "2026-11-25T10:00:00.123Z".
[[nodiscard]] std::string timestamp(std::int64_t unix_ms);
/// Milliseconds since 1970 of what `timestamp` writes, also without the fraction; strict.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept;

}  // namespace sellavie::api
