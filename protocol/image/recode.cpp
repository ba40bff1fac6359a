#include "protocol/image/recode.hpp"

#include "protocol/image/codecs.hpp"
#include "protocol/image/orientation.hpp"

namespace sellavie::image {
namespace {

result<pixels> decode(image_format format, std::string_view bytes, const image_limits& limits) {
  switch (format) {
    case image_format::jpeg: {
      auto picture = decode_jpeg(bytes, limits);
      if (!picture) return picture;
      return upright(std::move(picture.value()), exif_orientation(bytes));
    }
    case image_format::png: return decode_png(bytes, limits);
    case image_format::webp: return decode_webp(bytes, limits);
  }
  return damaged();
}

}  // namespace

result<recoded_image> recode_image(std::string_view bytes, const image_limits& limits) {
  const auto format = sniff(bytes);
  if (!format) return make_failure(errc::invalid_value, "the file is no JPEG, PNG or WebP picture");
  const auto picture = decode(*format, bytes, limits);
  if (!picture) return picture.error();
  const auto& decoded = picture.value();
  const bool stays_png = *format == image_format::png || decoded.channels == 4;
  auto encoded = stays_png ? encode_png(decoded) : encode_jpeg(decoded);
  if (!encoded) return encoded.error();
  if (encoded.value().size() > limits.result_bytes)
    return make_failure(errc::too_large, "the picture is too large");
  return recoded_image{stays_png ? image_format::png : image_format::jpeg, decoded.width, decoded.height,
                       std::move(encoded.value())};
}

}  // namespace sellavie::image
