#pragma once

#include "actors/clock.hpp"

namespace sellavie::test {

/// Stands still until a test moves it.
class still_clock final : public actors::clock {
 public:
  [[nodiscard]] instant now() const override { return at; }
  instant at = instant_from_ms(1'790'000'000'000);
};

}  // namespace sellavie::test
