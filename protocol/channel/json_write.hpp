#pragma once
// Writing small JSON bodies. Any bytes give valid JSON: what is not UTF-8 becomes U+FFFD.
// Private to protocol/channel.

#include <string>
#include <string_view>

namespace sellavie::channel {

/// Appends `text` as a quoted JSON string.
void append_json_string(std::string& out, std::string_view text);

/// {"a":"x","b":{…}}: members in the order of the calls; closed by finish().
class json_object {
 public:
  json_object& text(std::string_view key, std::string_view value) {
    name(key);
    append_json_string(out_, value);
    return *this;
  }
  /// `value` is already JSON: an object, array, number or literal.
  json_object& raw(std::string_view key, std::string_view value) {
    name(key);
    out_ += value;
    return *this;
  }
  [[nodiscard]] std::string finish() { return std::move(out_) + '}'; }

 private:
  void name(std::string_view key) {
    if (out_.size() > 1) out_ += ',';
    append_json_string(out_, key);
    out_ += ':';
  }
  std::string out_ = "{";
};

}  // namespace sellavie::channel
