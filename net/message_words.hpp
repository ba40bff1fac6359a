#pragma once
// The words of the API for a message's origin and state and for a chat's owner: in answers, live events and
// the document alike. In the order of the enumerations.

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "storage/conversation_rows.hpp"
#include "storage/message_rows.hpp"

namespace sellavie::net {

inline constexpr std::array origin_words{"customer", "ai", "person", "system"};
inline constexpr std::array state_words{"received",  "ready",     "sending", "backoff",     "unknown",
                                        "delivered", "overtaken", "dead",    "unconfirmed", "unsent"};
inline constexpr std::array owner_words{"ai", "person"};

/// "unknown" for what the table does not name.
template <std::size_t N, class Enum>
[[nodiscard]] constexpr const char* word_of(const std::array<const char*, N>& words, Enum value) noexcept {
  const auto at = static_cast<std::size_t>(value);
  return at < N ? words[at] : "unknown";
}
[[nodiscard]] constexpr const char* word_of(storage::message_origin value) noexcept {
  return word_of(origin_words, value);
}
[[nodiscard]] constexpr const char* word_of(storage::send_state value) noexcept {
  return word_of(state_words, value);
}
[[nodiscard]] constexpr const char* word_of(storage::chat_owner value) noexcept {
  return word_of(owner_words, value);
}

template <std::size_t N>
[[nodiscard]] std::vector<std::string> list_of(const std::array<const char*, N>& words) {
  return {words.begin(), words.end()};
}

}  // namespace sellavie::net
