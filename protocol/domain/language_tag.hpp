#pragma once
// What a business's locale may be.

#include <cstddef>
#include <string_view>

namespace sellavie {

inline constexpr std::size_t longest_language_tag = 35;

/// Well-formed by BCP 47 (RFC 5646): language, then script, region and variants in this order, with hyphens, in
/// any case: "en-NG", "zh-Hant-TW", "es-419". Extensions and private use are refused; whether there is such a language is not asked.
[[nodiscard]] bool is_language_tag(std::string_view text) noexcept;

}  // namespace sellavie
