#pragma once
// The log: one JSON object per line. Lines are made by the caller and written by one thread of the
// logger's own; its queue is bounded, and when it is full the oldest lines are dropped and counted,
// because a slow terminal must not slow a sale.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "monitoring/log_fields.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::monitoring {

enum class log_level : std::uint8_t { debug, info, warning, error };

struct log_options {
  log_level least = log_level::info;
  /// Lines that may wait; 0 writes in the caller's thread (tests, simulation).
  std::size_t queue = 8192;
  /// Empty: the system's clock.
  std::function<instant()> now;
  /// Gets each line without its newline; empty: standard error.
  std::function<void(std::string_view line)> write;
};

class logger {
 public:
  explicit logger(log_options options = {});
  logger(const logger&) = delete;
  logger& operator=(const logger&) = delete;
  /// Writes what is waiting.
  ~logger();

  using fields = std::initializer_list<field>;

  void debug(name_literal event, fields values = {}) { put(log_level::debug, event, {}, values); }
  void info(name_literal event, fields values = {}) { put(log_level::info, event, {}, values); }
  void warning(name_literal event, fields values = {}) { put(log_level::warning, event, {}, values); }
  void error(name_literal event, fields values = {}) { put(log_level::error, event, {}, values); }

  void debug(name_literal event, const log_context& about, fields values = {}) {
    put(log_level::debug, event, about, values);
  }
  void info(name_literal event, const log_context& about, fields values = {}) {
    put(log_level::info, event, about, values);
  }
  void warning(name_literal event, const log_context& about, fields values = {}) {
    put(log_level::warning, event, about, values);
  }
  void error(name_literal event, const log_context& about, fields values = {}) {
    put(log_level::error, event, about, values);
  }

  /// Lines lost so far.
  [[nodiscard]] std::uint64_t dropped() const;
  /// Waits until all that was logged before is written (or dropped), at most `limit`: for a process that is
  /// about to end. False: the reader is too slow, lines may be lost.
  bool drain(std::chrono::milliseconds limit);

 private:
  struct machinery;

  void put(log_level level, name_literal event, const log_context& about, fields values);

  std::unique_ptr<machinery> machinery_;
};

}  // namespace sellavie::monitoring
