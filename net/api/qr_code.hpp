#pragma once
// A QR code as a picture that scales.

#include <string>

#include "protocol/domain/error.hpp"

namespace sellavie::net {

/// An SVG document, black on white with its quiet zone; errc::too_large for what no QR code holds.
[[nodiscard]] result<std::string> qr_code_svg(const std::string& text);

}  // namespace sellavie::net
