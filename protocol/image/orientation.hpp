#pragma once
// Phones store a picture as the sensor saw it and say beside it how it is to be turned. That note is lost
// with the rest of the metadata when a picture is encoded anew, so the pixels are turned.

#include <string_view>

#include "protocol/image/pixels.hpp"

namespace sellavie::image {

/// The Exif orientation of a JPEG, 1 to 8; 1 (upright) when there is none. Total.
[[nodiscard]] int exif_orientation(std::string_view jpeg) noexcept;

/// Turned and mirrored so that it is upright.
[[nodiscard]] pixels upright(pixels picture, int orientation);

}  // namespace sellavie::image
