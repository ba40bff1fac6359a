#pragma once
// Steps that must not keep the process from ending: each runs on a thread of its own, which can be left behind.

#include <chrono>
#include <functional>
#include <future>

#include "protocol/domain/error.hpp"

namespace sellavie {

/// What it uses must live until the process ends: nobody has to wait for it.
[[nodiscard]] std::future<result<void>> begin_apart(std::function<result<void>()> step);

/// errc::timed_out: it was not done by then and is left behind; it may still be done.
[[nodiscard]] result<void> done_by(std::chrono::steady_clock::time_point until,
                                   std::function<result<void>()> step);

}  // namespace sellavie
