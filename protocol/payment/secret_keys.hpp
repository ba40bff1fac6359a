#pragma once
// What a secret key of a provider tells by its beginning.

#include <optional>
#include <string_view>

namespace sellavie::payment {

/// "test" or "live"; nothing when it is no secret key of this provider (a public one, for example).
[[nodiscard]] std::optional<std::string_view> mode_of_key(std::string_view provider,
                                                          std::string_view key) noexcept;

}  // namespace sellavie::payment
