#pragma once
// Appends JSON to a string without building a document. Keys are literals of ours; values may be any
// bytes: invalid UTF-8 becomes U+FFFD and control characters are escaped.

#include <cstdint>
#include <string>
#include <string_view>

namespace sellavie::llm {

/// `text` with quotes around it.
void append_json_string(std::string& out, std::string_view text);

class json_writer {
 public:
  explicit json_writer(std::string& out) noexcept : out_{out} {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view literal) {
    separate();
    append_json_string(out_, literal);
    out_.push_back(':');
    is_first_ = true;
  }
  void value(std::string_view text) {
    separate();
    append_json_string(out_, text);
  }
  void value(std::uint32_t number) {
    separate();
    out_.append(std::to_string(number));
  }
  void value(bool truth) {
    separate();
    out_.append(truth ? "true" : "false");
  }
  /// Valid JSON already.
  void raw(std::string_view json) {
    separate();
    out_.append(json);
  }
  template <class Value>
  void member(std::string_view name, const Value& content) {
    key(name);
    value(content);
  }
  void member(std::string_view name, const char* content) { member(name, std::string_view{content}); }

 private:
  void separate() {
    if (!is_first_) out_.push_back(',');
    is_first_ = false;
  }
  void open(char bracket) {
    separate();
    out_.push_back(bracket);
    is_first_ = true;
  }
  void close(char bracket) {
    out_.push_back(bracket);
    is_first_ = false;
  }

  std::string& out_;
  /// Nothing stands before the next value on its level.
  bool is_first_ = true;
};

}  // namespace sellavie::llm
