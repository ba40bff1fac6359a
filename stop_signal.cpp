#include "stop_signal.hpp"

#include <csignal>
#include <ctime>

namespace sellavie {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void block_stop_signals() {
  const auto signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void await_stop_signal() {
  const auto signals = stop_signals();
  int signal = 0;
  sigwait(&signals, &signal);
}

bool is_stopped_during(const std::future<result<void>>& starting) {
  const auto signals = stop_signals();
  constexpr timespec look{0, 20'000'000};
  while (starting.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
    if (sigtimedwait(&signals, nullptr, &look) > 0) return true;
  return false;
}

}  // namespace sellavie
