#pragma once
// Places where a crash test kills the process: SELLAVIE_FAULT_POINT="name:n" raises SIGKILL at the n-th
// pass of that point. Compiled in only with -DSELLAVIE_FAULT_POINTS=ON; nothing otherwise.

#ifdef SELLAVIE_FAULT_POINTS

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace sellavie::storage {

inline void pass_fault_point(std::string_view name) {
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

#define SELLAVIE_FAULT_POINT(name) ::sellavie::storage::pass_fault_point(name)
#else
#define SELLAVIE_FAULT_POINT(name) static_cast<void>(0)
#endif
