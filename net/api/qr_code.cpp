#include "net/api/qr_code.hpp"

#include <qrencode.h>

#include <memory>

namespace sellavie::net {
namespace {

constexpr int quiet_zone = 4;

struct code_free {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

}  // namespace

result<std::string> qr_code_svg(const std::string& text) {
  const std::unique_ptr<QRcode, code_free> code{QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M)};
  if (!code) return make_failure(errc::too_large, "no QR code holds this text");
  const int width = code->width;
  const auto size = std::to_string(width + 2 * quiet_zone);
  std::string squares;
  for (int y = 0; y < width; ++y)
    for (int x = 0; x < width; ++x)
      if ((code->data[y * width + x] & 1U) != 0)
        squares += 'M' + std::to_string(x + quiet_zone) + ' ' + std::to_string(y + quiet_zone) + "h1v1h-1z";
  return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + size + ' ' + size +
         R"(" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h)" + size + 'v' + size + "h-" + size +
         R"(z"/><path d=")" + squares + R"("/></svg>)";
}

}  // namespace sellavie::net
