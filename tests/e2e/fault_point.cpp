// SELLAVIE_FAULT_POINT="name:n" raises SIGKILL at the n-th pass of that point.
#include "storage/fault_point.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>

namespace sellavie::storage {

void fault_point(std::string_view name) noexcept {
  static const std::string_view wanted = [] {
    const char* text = std::getenv("SELLAVIE_FAULT_POINT");
    return text == nullptr ? std::string_view{} : std::string_view{text};
  }();
  static std::atomic<long> passes{0};
  const auto colon = wanted.rfind(':');
  if (colon == std::string_view::npos || wanted.substr(0, colon) != name) return;
  if (++passes == std::atol(wanted.substr(colon + 1).data())) std::raise(SIGKILL);
}

}  // namespace sellavie::storage
