#pragma once
// The time as actors see it: a dependency, so that a simulation can own it.

#include "protocol/domain/time.hpp"

namespace sellavie::actors {

class clock {
 public:
  virtual ~clock() = default;
  [[nodiscard]] virtual instant now() const = 0;
};

}  // namespace sellavie::actors
