#pragma once
// SIGTERM and SIGINT, the request to end. Blocked before any other thread begins, then asked for here.

#include <future>

#include "protocol/domain/error.hpp"

namespace sellavie {

void block_stop_signals();
void await_stop_signal();
/// Waits for the start; true as soon as the signal came before its end.
[[nodiscard]] bool is_stopped_during(const std::future<result<void>>& starting);

}  // namespace sellavie
