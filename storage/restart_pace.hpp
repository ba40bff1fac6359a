#pragma once
// When a database that died may be started again: at once, then after 1, 2, 4 … 30 s while it keeps dying,
// so at most 6 times in any minute. After 5 minutes without a try it is at once again. Pure.

#include <cstdint>

#include "protocol/domain/time.hpp"

namespace sellavie::storage {

class restart_pace final {
 public:
  /// Whether a try may be made now; if so it counts as made. A clock set back does not hold it up.
  [[nodiscard]] bool may_try(instant now) noexcept;

 private:
  std::uint32_t tries_ = 0;
  instant last_{};
};

}  // namespace sellavie::storage
