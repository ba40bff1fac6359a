#pragma once
// Classes of characters that do not depend on the machine's locale, as those of <cctype> do.

namespace sellavie {

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace sellavie
