#pragma once
// Keeps a flood from drowning the log: at most so many lines in each second; what was left out is told
// by the first line after it. Thread-safe; holds its lock for a few instructions.

#include <cstdint>
#include <mutex>
#include <optional>

#include "protocol/domain/time.hpp"

namespace sellavie::monitoring {

class line_budget {
 public:
  explicit line_budget(std::uint32_t per_second) noexcept : per_second_{per_second} {}

  /// Whether a line may be written now: how many were left out since the last one; nullopt: leave it out.
  [[nodiscard]] std::optional<std::uint64_t> take(instant now);

 private:
  const std::uint32_t per_second_;
  std::mutex mutex_;
  instant second_began_{};
  std::uint32_t written_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace sellavie::monitoring
