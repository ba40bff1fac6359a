#include "apart.hpp"

#include <thread>

namespace sellavie {

std::future<result<void>> begin_apart(std::function<result<void>()> step) {
  std::packaged_task<result<void>()> task{std::move(step)};
  auto outcome = task.get_future();
  std::thread{std::move(task)}.detach();
  return outcome;
}

result<void> done_by(std::chrono::steady_clock::time_point until, std::function<result<void>()> step) {
  auto outcome = begin_apart(std::move(step));
  if (outcome.wait_until(until) != std::future_status::ready)
    return make_failure(errc::timed_out, "it hangs and is left behind");
  return outcome.get();
}

}  // namespace sellavie
