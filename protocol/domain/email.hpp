#pragma once
// What passes for an e-mail address everywhere in the program.

#include <string_view>

namespace sellavie {

/// One '@', something on both sides, a dot on the right, printable ASCII without the characters that
/// mail headers give a meaning, at most 254 bytes. Whether it exists only a letter can tell.
[[nodiscard]] bool looks_like_email(std::string_view text) noexcept;

}  // namespace sellavie
