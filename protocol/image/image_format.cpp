#include "protocol/image/image_format.hpp"

namespace sellavie::image {

using namespace std::string_view_literals;

std::optional<image_format> sniff(std::string_view bytes) noexcept {
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return image_format::jpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return image_format::png;
  if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"sv)
    return image_format::webp;
  return std::nullopt;
}

std::string_view content_type_of(image_format format) noexcept {
  switch (format) {
    case image_format::jpeg: return "image/jpeg";
    case image_format::png: return "image/png";
    case image_format::webp: return "image/webp";
  }
  return "application/octet-stream";
}

}  // namespace sellavie::image
