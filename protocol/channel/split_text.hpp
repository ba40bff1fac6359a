#pragma once
// Cutting a text into parts that a channel accepts, where a reader would not mind.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "protocol/domain/channel.hpp"

namespace sellavie::channel {

/// What a limit counts. Meta says "characters" without saying which; UTF-16 units (an emoji is two)
/// are safe under every reading.
enum class text_unit : std::uint8_t { utf16_units, bytes };

struct text_limit {
  text_unit unit = text_unit::utf16_units;
  std::size_t count = 2000;
};

/// Messenger 2000 characters, Instagram 1000 bytes of UTF-8, WhatsApp 4096 characters.
[[nodiscard]] text_limit text_limit_of(channel_kind channel) noexcept;

[[nodiscard]] std::size_t length_in(text_unit unit, std::string_view text) noexcept;

/// Views into `text` whose concatenation is `text`, each within the limit. Prefers the end of a
/// paragraph, line, sentence, word; never cuts a code point, and a sequence that shows as one
/// character (combining marks, ZWJ emoji, flags) only if it alone is longer than the limit.
/// Parts of nothing but white space are left out, because the platforms refuse them. Linear.
[[nodiscard]] std::vector<std::string_view> split_text(std::string_view text, text_limit limit);

/// The first `count` code points, without a broken sequence at the end.
[[nodiscard]] std::string_view shorten(std::string_view text, std::size_t count) noexcept;

}  // namespace sellavie::channel
