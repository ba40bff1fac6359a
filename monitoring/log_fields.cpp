#include "monitoring/log_fields.hpp"

#include "monitoring/json_text.hpp"

namespace sellavie::monitoring {
namespace {

constexpr std::size_t longest_code = 64;
constexpr std::size_t longest_text = 512;

bool is_code_character(char c) {
  constexpr std::string_view others = "_.:/+-";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         others.find(c) != std::string_view::npos;
}

/// Writes one alternative of a safe_value.
struct appender {
  std::string& line;

  void operator()(std::string_view text) const { append_json_string(line, text); }
  void operator()(bool is_true) const { line += is_true ? "true" : "false"; }
  void operator()(std::int64_t number) const { line += std::to_string(number); }
  void operator()(std::uint64_t number) const { line += std::to_string(number); }
  void operator()(double number) const { append_json_number(line, number); }
  void operator()(const uuid& id) const { append_json_string(line, to_string(id)); }
  void operator()(const code& word) const { append_json_string(line, word.text()); }
  void operator()(const redacted& text) const {
    append_json_string(line, "[redacted " + std::to_string(text.size()) + " bytes]");
  }
  void operator()(const operator_text& text) const {
    append_json_string(line, std::string_view{text.text()}.substr(0, longest_text));
  }
};

}  // namespace

code::code(std::string_view word)
    : text_{word.size() <= longest_code && std::all_of(word.begin(), word.end(), is_code_character)
                ? word
                : "invalid"} {}

safe_value::safe_value(const error& failure)
    : value_{operator_text{std::string{to_string(failure.code)} + ": " + failure.detail}} {}

void safe_value::append_to(std::string& line) const { std::visit(appender{line}, value_); }

}  // namespace sellavie::monitoring
