#pragma once
// A decoded picture: rows of RGB or RGBA bytes, top first, without padding.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sellavie::image {

struct pixels {
  std::size_t width = 0;
  std::size_t height = 0;
  /// 3: RGB, 4: RGBA.
  std::size_t channels = 3;
  std::vector<std::uint8_t> bytes;
};

}  // namespace sellavie::image
