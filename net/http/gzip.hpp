#pragma once
// gzip (RFC 1952) for answers, and what a client's Accept-Encoding says of it (RFC 9110 12.5.3).

#include <optional>
#include <string>
#include <string_view>

namespace sellavie::net {

/// Shorter bodies fit a packet or two anyway.
inline constexpr std::size_t least_gzip_bytes = 1400;

/// Whether gzip is allowed: named, or by "*", with a weight above 0. Without the header it is not.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding) noexcept;

/// Nothing when memory is short. Blocks for some milliseconds a megabyte: not on an io thread.
[[nodiscard]] std::optional<std::string> gzip(std::string_view plain);

}  // namespace sellavie::net
