#pragma once
// What people wrote, made fit for a document: valid UTF-8 without what nobody sees, and bounded. What is too long ends
// in "…".

#include <cstddef>
#include <string>
#include <string_view>

namespace sellavie::net {

/// Line breaks become spaces.
[[nodiscard]] std::string on_one_line(std::string_view text, std::size_t most_bytes);
/// The first lines, without empty ones at the ends.
[[nodiscard]] std::string in_lines(std::string_view text, std::size_t most_bytes, std::size_t most_lines);
/// An http or https address of printable ASCII that is not too long for a QR code.
[[nodiscard]] bool is_plain_url(std::string_view url) noexcept;

}  // namespace sellavie::net
