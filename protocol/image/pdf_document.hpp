#pragma once
// A PDF from outside, looked at and not changed: it begins and ends as one, nothing hangs behind its end, and it
// names no script, program or player. What lies in compressed parts of it is not seen.

#include <string_view>

#include "protocol/domain/error.hpp"

namespace sellavie::image {

/// By the signature at the very beginning.
[[nodiscard]] bool is_pdf(std::string_view bytes) noexcept;

/// errc::invalid_value: no PDF; malformed: cut off, with something behind its end, or active. The detail is for people.
[[nodiscard]] result<void> check_pdf(std::string_view bytes);

}  // namespace sellavie::image
