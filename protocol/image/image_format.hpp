#pragma once
// What a picture from outside may be. Its type is read from its bytes; nobody's word for it counts.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sellavie::image {

enum class image_format : std::uint8_t { jpeg, png, webp };

/// By the signature at the beginning.
[[nodiscard]] std::optional<image_format> sniff(std::string_view bytes) noexcept;
[[nodiscard]] std::string_view content_type_of(image_format format) noexcept;

struct image_limits {
  /// Looked at in the header, before anything is decoded.
  std::size_t pixels = 25'000'000;
  std::size_t longest_side = 10'000;
  /// Of the encoded result.
  std::size_t result_bytes = 16 * 1024 * 1024;

  [[nodiscard]] constexpr bool allow(std::size_t width, std::size_t height) const noexcept {
    return width > 0 && height > 0 && width <= longest_side && height <= longest_side &&
           height <= pixels / width;
  }
};

}  // namespace sellavie::image
