#pragma once
// A picture from outside, decoded and encoded anew: nothing of the file that came is kept, no metadata, no
// hidden part, no second format inside. JPEG stays JPEG, PNG stays PNG; WebP, which not every channel
// takes, becomes JPEG, or PNG when it is transparent. Pure, but heavy: for a worker's thread.

#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/image/image_format.hpp"

namespace sellavie::image {

struct recoded_image {
  image_format format = image_format::jpeg;
  std::size_t width = 0;
  std::size_t height = 0;
  std::string bytes;
};

/// errc::invalid_value: none of our formats; malformed: damaged or unusual; too_large: beyond the limits. The
/// detail is for people.
[[nodiscard]] result<recoded_image> recode_image(std::string_view bytes, const image_limits& limits = {});

}  // namespace sellavie::image
