#pragma once
// Retry-After in its three forms: retry-after-ms, seconds (also with a fraction), HTTP-date.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/domain/time.hpp"

namespace sellavie::llm {

inline constexpr milliseconds max_retry_after{3'600'000};

/// Names compare without case; retry-after-ms comes first. Capped at an hour, never negative.
[[nodiscard]] std::optional<milliseconds> retry_after(
    std::span<const std::pair<std::string, std::string>> headers, instant now);
/// RFC 9110 IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT") and the two obsolete forms.
[[nodiscard]] std::optional<instant> parse_http_date(std::string_view text, instant now);

}  // namespace sellavie::llm
