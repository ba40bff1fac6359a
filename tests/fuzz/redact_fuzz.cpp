// Any text: no crash.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "protocol/channel/redact.hpp"
#include "protocol/channel/split_text.hpp"
#include "protocol/channel/unicode.hpp"

using namespace sellavie::channel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  static_cast<void>(redact(text));
  const std::string storable = storable_text(text);
  if (storable_text(storable) != storable || storable.find('\0') != std::string::npos) std::abort();
  for (const auto part : split_text(text, {text_unit::bytes, 40})) {
    if (length_in(text_unit::bytes, part) > 40) std::abort();
  }
  return 0;
}
