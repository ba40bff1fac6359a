#include <png.h>

#include "protocol/image/codecs.hpp"

namespace sellavie::image {
namespace {

/// libpng's simplified interface: errors come back as values, its own bounds on chunks hold.
struct png_picture {
  png_image image{};
  png_picture() { image.version = PNG_IMAGE_VERSION; }
  ~png_picture() { png_image_free(&image); }
  png_picture(const png_picture&) = delete;
  png_picture& operator=(const png_picture&) = delete;
};

}  // namespace

result<pixels> decode_png(std::string_view bytes, const image_limits& limits) {
  png_picture from;
  if (png_image_begin_read_from_memory(&from.image, bytes.data(), bytes.size()) == 0) return damaged();
  if (!limits.allow(from.image.width, from.image.height)) return too_many_pixels();
  const bool has_alpha = (from.image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  from.image.format = has_alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  pixels picture{from.image.width, from.image.height, has_alpha ? std::size_t{4} : std::size_t{3}, {}};
  picture.bytes.resize(picture.width * picture.height * picture.channels);
  if (png_image_finish_read(&from.image, nullptr, picture.bytes.data(), 0, nullptr) == 0 ||
      PNG_IMAGE_FAILED(from.image))
    return damaged();
  return picture;
}

result<std::string> encode_png(const pixels& picture) {
  png_picture to;
  to.image.width = static_cast<png_uint_32>(picture.width);
  to.image.height = static_cast<png_uint_32>(picture.height);
  to.image.format = picture.channels == 4 ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(to.image), '\0');
  png_alloc_size_t size = bytes.size();
  if (png_image_write_to_memory(&to.image, bytes.data(), &size, 0, picture.bytes.data(), 0, nullptr) == 0)
    return make_failure(errc::internal, "the PNG encoder failed");
  bytes.resize(size);
  bytes.shrink_to_fit();
  return bytes;
}

}  // namespace sellavie::image
