#pragma once
// What a person is shown of a stored secret, to tell it from another one.

#include <string>
#include <string_view>

namespace sellavie::connect {

/// Its last four characters; nothing of a short one, or when they are not plain ASCII.
[[nodiscard]] inline std::string secret_hint(std::string_view secret) {
  constexpr std::size_t shown = 4;
  constexpr std::size_t shortest = 16;
  if (secret.size() < shortest) return {};
  const auto end = secret.substr(secret.size() - shown);
  for (const char c : end)
    if (c <= ' ' || c > '~') return {};
  return std::string{end};
}

}  // namespace sellavie::connect
