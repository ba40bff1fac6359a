#include "monitoring/line_budget.hpp"

#include <chrono>
#include <utility>

namespace sellavie::monitoring {

std::optional<std::uint64_t> line_budget::take(instant now) {
  const std::lock_guard hold{mutex_};
  // A clock that was set back begins a second as well.
  if (now < second_began_ || now - second_began_ >= std::chrono::seconds{1}) {
    second_began_ = now;
    written_ = 0;
  }
  if (written_ >= per_second_) {
    ++left_out_;
    return std::nullopt;
  }
  ++written_;
  return std::exchange(left_out_, 0);
}

}  // namespace sellavie::monitoring
