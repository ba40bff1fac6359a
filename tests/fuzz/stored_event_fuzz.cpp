// Any bytes as a stored event: no crash, and what is accepted has exactly one spelling.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/channel/stored_event.hpp"

using namespace sellavie::channel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  if (const auto event = load_event(bytes); event && store_event(*event) != bytes) std::abort();
  return 0;
}
