#include <turbojpeg.h>

#include <memory>

#include "protocol/image/codecs.hpp"

namespace sellavie::image {
namespace {

constexpr int quality = 85;

struct destroyer {
  void operator()(void* codec) const noexcept { tjDestroy(codec); }
  void operator()(unsigned char* bytes) const noexcept { tjFree(bytes); }
};
using codec_ptr = std::unique_ptr<void, destroyer>;

const unsigned char* data_of(std::string_view bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

// A picture that comes with any warning is refused: one that was cut off is only a warning to the library.
result<pixels> decode_jpeg(std::string_view bytes, const image_limits& limits) {
  const codec_ptr codec{tjInitDecompress()};
  if (!codec) return make_failure(errc::internal, "no JPEG decoder");
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(codec.get(), data_of(bytes), bytes.size(), &width, &height, &subsampling,
                          &colours) != 0)
    return damaged();
  if (width <= 0 || height <= 0) return damaged();
  if (!limits.allow(static_cast<std::size_t>(width), static_cast<std::size_t>(height)))
    return too_many_pixels();
  if (colours == TJCS_CMYK || colours == TJCS_YCCK)
    return make_failure(errc::malformed, "the picture is made for print (CMYK): save it as RGB");
  pixels picture{static_cast<std::size_t>(width), static_cast<std::size_t>(height), 3, {}};
  picture.bytes.resize(picture.width * picture.height * picture.channels);
  if (tjDecompress2(codec.get(), data_of(bytes), bytes.size(), picture.bytes.data(), width, 0, height,
                    TJPF_RGB, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0)
    return damaged();
  return picture;
}

result<std::string> encode_jpeg(const pixels& picture) {
  const codec_ptr codec{tjInitCompress()};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  if (!codec ||
      tjCompress2(codec.get(), picture.bytes.data(), static_cast<int>(picture.width), 0,
                  static_cast<int>(picture.height), TJPF_RGB, &bytes, &size, TJSAMP_420, quality, 0) != 0) {
    tjFree(bytes);
    return make_failure(errc::internal, "the JPEG encoder failed");
  }
  const std::unique_ptr<unsigned char, destroyer> owned{bytes};
  return std::string{reinterpret_cast<const char*>(bytes), size};
}

}  // namespace sellavie::image
