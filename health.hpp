#pragma once
// Why the server is not ready, shared between its threads and the private listener.

#include <atomic>
#include <chrono>

#include "net/ops/ops_routes.hpp"

namespace sellavie {

class health {
 public:
  using time = std::chrono::steady_clock::time_point;
  /// The heartbeat comes each second. A database that hangs lets it wait, and says nothing.
  static constexpr std::chrono::seconds longest_silence{5};

  std::atomic<bool> started{false};
  /// The database refused or failed the last heartbeat.
  std::atomic<bool> database_away{false};
  /// The embedded database died and is being started again.
  std::atomic<bool> reviving{false};
  std::atomic<bool> draining{false};
  std::atomic<bool> fenced{false};
  /// An actor that only the node could replace is gone.
  std::atomic<bool> broken{false};

  /// It did what the janitor asked of it.
  void database_answered(time now) noexcept { answered_ = now; }
  [[nodiscard]] net::readiness report(time now) const;

 private:
  std::atomic<time> answered_{};
};

}  // namespace sellavie
