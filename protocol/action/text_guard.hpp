#pragma once
// The two cuts that keep control text away from customers: bracket tags and the turn's nonce.
// Input is clean_text's output. Total and linear, but for a bounded look back.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sellavie {

/// A `[[token:name {…}]]` of the written form; whether it counts is the parser's business.
struct control_tag {
  std::string token;
  std::string name;
  std::string arguments;
};

struct tag_cut {
  std::string text;
  std::vector<control_tag> tags;
  /// Cut passages that have not the written form.
  std::size_t strays = 0;
  bool unclosed = false;
};

/// Takes out everything from an opening double bracket to its closing one, or to the end.
[[nodiscard]] tag_cut cut_tags(std::string_view text);

/// Takes the nonce out: any case, full-width, with separators in between (nonces of six and more).
/// Empty when it was not there.
[[nodiscard]] std::optional<std::string> cut_nonce(std::string_view text, std::string_view nonce);

}  // namespace sellavie
