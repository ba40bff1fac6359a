#pragma once
// What may stand in a log line: ids, numbers, literals and checked codes. No std::string gets here by
// accident, so no customer text does; the one way in is operator_text, by name: for the operator's own
// paths and addresses and for error details, never for what a customer, a model or a peer wrote.

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "protocol/domain/error.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::monitoring {

/// A string literal.
class literal {
 public:
  template <std::size_t N>
  consteval literal(const char (&text)[N]) : text_{text, N - 1} {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }

 protected:
  std::string_view text_;
};

/// A literal in snake_case: the name of an event or a field. Checked when it is compiled.
class name_literal : public literal {
 public:
  template <std::size_t N>
  consteval name_literal(const char (&text)[N]) : literal{text} {  // NOLINT(google-explicit-constructor)
    const auto is_allowed = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (text_.empty() || !(text_[0] >= 'a' && text_[0] <= 'z') ||
        !std::all_of(text_.begin(), text_.end(), is_allowed))
      throw "a log event or field is named in snake_case";
  }
};

/// The name of a field; the names that every line carries are taken.
class field_name : public name_literal {
 public:
  template <std::size_t N>
  consteval field_name(const char (&text)[N]) : name_literal{text} {  // NOLINT(google-explicit-constructor)
    constexpr std::array<std::string_view, 6> taken{"ts",         "level",       "event",
                                                    "request_id", "business_id", "conversation_id"};
    if (std::find(taken.begin(), taken.end(), text_) != taken.end()) throw "pass this one in the log_context";
  }
};

/// A short machine-made word: a provider's name, a status, a request id. Anything that is not made
/// of letters, digits and _ . : / + - (64 at most) is shown as "invalid".
class code {
 public:
  code() = default;
  explicit code(std::string_view word);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// Shows how long a text is and nothing else of it.
class redacted {
 public:
  explicit redacted(std::string_view text) noexcept : size_{text.size()} {}
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::size_t size_;
};

/// Text that comes from the operator or the system (a path, an address), never from a customer, a
/// model or a peer. At most 512 bytes are shown.
class operator_text {
 public:
  explicit operator_text(std::string text) noexcept : text_{std::move(text)} {}
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

class safe_value {
 public:
  template <std::size_t N>
  consteval safe_value(const char (&text)[N]) : value_{std::string_view{text, N - 1}} {}  // NOLINT
  template <std::integral T>
  safe_value(T number) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::same_as<T, bool>) value_ = number;
    else if constexpr (std::is_unsigned_v<T>) value_ = std::uint64_t{number};
    else value_ = std::int64_t{number};
  }
  safe_value(double number) : value_{number} {}  // NOLINT(google-explicit-constructor)
  /// In milliseconds: end the field's name in _ms.
  template <class Number, class Period>
  safe_value(std::chrono::duration<Number, Period> duration)  // NOLINT(google-explicit-constructor)
      : value_{std::int64_t{std::chrono::floor<std::chrono::milliseconds>(duration).count()}} {}
  template <class Tag>
  safe_value(const basic_id<Tag>& id) : value_{id.value} {}    // NOLINT(google-explicit-constructor)
  safe_value(errc failure) : value_{to_string(failure)} {}     // NOLINT(google-explicit-constructor)
  safe_value(code word) : value_{std::move(word)} {}           // NOLINT(google-explicit-constructor)
  safe_value(redacted text) : value_{text} {}                  // NOLINT(google-explicit-constructor)
  safe_value(operator_text text) : value_{std::move(text)} {}  // NOLINT(google-explicit-constructor)
  /// An error's detail holds no customer text and no secret, by contract: "code: detail".
  safe_value(const error& failure);  // NOLINT(google-explicit-constructor)

  void append_to(std::string& line) const;

 private:
  // A string_view in here always points to a literal.
  std::variant<std::string_view, bool, std::int64_t, std::uint64_t, double, uuid, code, redacted,
               operator_text>
      value_;
};

struct field {
  field_name name;
  safe_value value;
};

/// Whom a line is about; what is empty is left out.
struct log_context {
  code request_id;
  sellavie::business_id business_id{};
  sellavie::conversation_id conversation_id{};
};

}  // namespace sellavie::monitoring
