#include "protocol/image/orientation.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace sellavie::image {
namespace {

using namespace std::string_view_literals;

constexpr int upright_already = 1;

std::uint32_t byte_at(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<unsigned char>(bytes[at]);
}

/// Numbers of a TIFF block, in the byte order that it names; nullopt beyond its end.
class tiff {
 public:
  explicit tiff(std::string_view bytes) noexcept : bytes_{bytes}, is_little_{bytes.starts_with("II"sv)} {}

  [[nodiscard]] std::optional<std::uint32_t> number(std::size_t at, std::size_t size) const noexcept {
    if (at > bytes_.size() || size > bytes_.size() - at) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value = (value << 8U) | byte_at(bytes_, is_little_ ? at + size - 1 - i : at + i);
    return value;
  }

 private:
  std::string_view bytes_;
  bool is_little_;
};

int orientation_in(std::string_view block) noexcept {
  constexpr std::uint32_t orientation_tag = 0x0112;
  constexpr std::uint32_t magic = 42;
  const tiff from{block};
  const auto first = from.number(4, 4);
  if (!(block.starts_with("II"sv) || block.starts_with("MM"sv)) || from.number(2, 2) != magic || !first)
    return upright_already;
  const auto count = from.number(*first, 2).value_or(0);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t entry = std::size_t{*first} + 2 + std::size_t{i} * 12;
    const auto tag = from.number(entry, 2);
    if (!tag) break;
    if (*tag != orientation_tag) continue;
    const auto value = from.number(entry + 8, 2).value_or(upright_already);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : upright_already;
  }
  return upright_already;
}

}  // namespace

int exif_orientation(std::string_view jpeg) noexcept {
  constexpr std::string_view exif{"Exif\0\0", 6};
  constexpr std::uint32_t app1 = 0xE1;
  constexpr std::uint32_t start_of_scan = 0xDA;
  for (std::size_t at = 2; at + 4 <= jpeg.size() && byte_at(jpeg, at) == 0xFF;) {
    const auto marker = byte_at(jpeg, at + 1);
    const std::size_t length = (byte_at(jpeg, at + 2) << 8U) | byte_at(jpeg, at + 3);
    if (marker == start_of_scan || length < 2 || at + 2 + length > jpeg.size()) break;
    const auto payload = jpeg.substr(at + 4, length - 2);
    if (marker == app1 && payload.starts_with(exif)) return orientation_in(payload.substr(exif.size()));
    at += 2 + length;
  }
  return upright_already;
}

pixels upright(pixels picture, int orientation) {
  if (orientation <= upright_already || orientation > 8) return picture;
  const bool is_sideways = orientation >= 5;
  pixels turned{picture.width, picture.height, picture.channels, {}};
  if (is_sideways) std::swap(turned.width, turned.height);
  turned.bytes.resize(picture.bytes.size());
  for (std::size_t y = 0; y < turned.height; ++y) {
    for (std::size_t x = 0; x < turned.width; ++x) {
      // Where the upright pixel (x, y) is stored.
      std::size_t column = is_sideways ? y : x;
      std::size_t row = is_sideways ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        column = picture.width - 1 - column;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        row = picture.height - 1 - row;
      std::copy_n(&picture.bytes[(row * picture.width + column) * picture.channels], picture.channels,
                  &turned.bytes[(y * turned.width + x) * turned.channels]);
    }
  }
  return turned;
}

}  // namespace sellavie::image
