#include <webp/decode.h>

#include "protocol/image/codecs.hpp"

namespace sellavie::image {

result<pixels> decode_webp(std::string_view bytes, const image_limits& limits) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPBitstreamFeatures about;
  if (WebPGetFeatures(data, bytes.size(), &about) != VP8_STATUS_OK) return damaged();
  if (about.has_animation != 0) return make_failure(errc::malformed, "the picture moves: send a still one");
  if (about.width <= 0 || about.height <= 0) return damaged();
  if (!limits.allow(static_cast<std::size_t>(about.width), static_cast<std::size_t>(about.height)))
    return too_many_pixels();
  pixels picture{static_cast<std::size_t>(about.width),
                 static_cast<std::size_t>(about.height),
                 about.has_alpha != 0 ? std::size_t{4} : std::size_t{3},
                 {}};
  const auto stride = picture.width * picture.channels;
  picture.bytes.resize(stride * picture.height);
  const auto decode = about.has_alpha != 0 ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
  if (decode(data, bytes.size(), picture.bytes.data(), picture.bytes.size(), static_cast<int>(stride)) ==
      nullptr)
    return damaged();
  return picture;
}

}  // namespace sellavie::image
