#pragma once
// How a chunked body ends (RFC 9112, 7.1), for the readers of requests and of answers.

#include <string_view>

namespace sellavie::net {

/// Whether a chunked message cannot end with these bytes. Beast 1.81 must not see them yet: once it has read a
/// last chunk's size it asserts that the rest is there too.
[[nodiscard]] constexpr bool is_less_than_a_last_chunk(std::string_view unread) noexcept {
  return unread.size() < std::string_view{"0\r\n\r\n"}.size();
}

}  // namespace sellavie::net
