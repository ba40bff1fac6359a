#pragma once
// Decoders and encoders on Debian's libraries: libjpeg-turbo, libpng, libwebp. Inside of recode.
// A decoder reads the header first and refuses by it (errc::too_large) before it takes memory for pixels;
// what is damaged, cut off or of an unusual kind is errc::malformed.

#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/image/image_format.hpp"
#include "protocol/image/pixels.hpp"

namespace sellavie::image {

[[nodiscard]] result<pixels> decode_jpeg(std::string_view bytes, const image_limits& limits);
[[nodiscard]] result<pixels> decode_png(std::string_view bytes, const image_limits& limits);
[[nodiscard]] result<pixels> decode_webp(std::string_view bytes, const image_limits& limits);

/// Of RGB.
[[nodiscard]] result<std::string> encode_jpeg(const pixels& picture);
[[nodiscard]] result<std::string> encode_png(const pixels& picture);

[[nodiscard]] inline error damaged() { return make_failure(errc::malformed, "the picture is damaged"); }
[[nodiscard]] inline error too_many_pixels() {
  return make_failure(errc::too_large, "the picture has too many pixels");
}

}  // namespace sellavie::image
