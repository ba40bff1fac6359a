#pragma once
// Every sentence that says what an action did, every order total and every link a customer reads is
// written here, in the customer's language - never by a model. Names and notes that people typed are
// made harmless first (safe_inline).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/domain/action_outcome.hpp"

namespace sellavie {

enum class reply_language : std::uint8_t { en, fr, pt };

/// From a locale such as "en-NG", "fr_CI" or "PT"; anything unknown is English.
[[nodiscard]] reply_language parse_language(std::string_view locale) noexcept;

/// The sentence for one outcome; empty when the customer need not be told (contact recorded, stock, …).
[[nodiscard]] std::string reply_for(const action_outcome& outcome, reply_language language);
/// The same without a word of a person: no product, no note, no tracking number. For letters and templates.
[[nodiscard]] std::string plain_reply_for(const action_outcome& outcome, reply_language language);

enum class fixed_phrase : std::uint8_t {
  /// A person takes over now.
  hand_over,
  /// All providers failed or the answer was unusable; a person was told.
  safe_reply,
  /// Put before the answer of a turn that is older than it should be.
  late_apology,
  /// An image or a voice message that no model here can read.
  unreadable_media,
};
[[nodiscard]] std::string_view phrase(fixed_phrase which, reply_language language) noexcept;

/// One harmless line of UTF-8: control, bidirectional and zero-width characters removed, runs of white
/// space and newlines one space, invalid bytes dropped, "[[" and "]]" broken up, cut at `max_bytes`.
[[nodiscard]] std::string safe_inline(std::string_view text, std::size_t max_bytes = 200);

}  // namespace sellavie
