#pragma once
// A message of the server in the form of a template that the channel has approved for one account: the only thing that
// reaches a customer on WhatsApp outside the send window.
//
//  T1 The approved text has one variable, {{1}}, in its body and no other. It takes a notice of the server's, on one line.
//  T2 Line breaks, tabs and runs of spaces become one space; at most 900 characters: the platform takes 1,024 with the
//     approved text around them.
//  T3 A name has lower-case letters, digits and underscores, at most 512 of them; a language is a code as the platform
//     writes it: "en", "en_US".

#include <string>
#include <string_view>

#include "protocol/channel/send.hpp"

namespace sellavie::channel {

struct approved_template {
  /// Empty: there is none.
  std::string name;
  std::string language;

  [[nodiscard]] bool empty() const noexcept { return name.empty(); }
  friend bool operator==(const approved_template&, const approved_template&) = default;
};

inline constexpr std::size_t longest_template_name = 512;
inline constexpr std::size_t longest_template_language = 20;
inline constexpr std::size_t longest_notice = 900;

/// T3.
[[nodiscard]] bool is_template(const approved_template& wanted) noexcept;

/// T1, T2.
[[nodiscard]] wire_message in_template(std::string_view notice, const approved_template& approved);

}  // namespace sellavie::channel
