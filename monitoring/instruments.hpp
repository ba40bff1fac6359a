#pragma once
// Handles on single time series. Resolved once when `metrics` is made, then an update is one atomic
// operation (a histogram: a short uncontended lock); no look-up and no allocation per message.
// Any thread may update any of them.

#include <chrono>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace sellavie::monitoring {

class counter {
 public:
  counter() = default;
  explicit counter(prometheus::Counter& series) noexcept : series_{&series} {}

  void increment(double by = 1) const;
  [[nodiscard]] double value() const;

 private:
  prometheus::Counter* series_ = nullptr;
};

class gauge {
 public:
  /// Of nobody: it is raised and lowered unseen.
  gauge() = default;
  explicit gauge(prometheus::Gauge& series) noexcept : series_{&series} {}

  void set(double value) const;
  void increment(double by = 1) const;
  void decrement(double by = 1) const;
  [[nodiscard]] double value() const;

 private:
  prometheus::Gauge* series_ = nullptr;
};

/// Counts one on a gauge for as long as it lives.
class at_work {
 public:
  explicit at_work(const gauge& on) : on_{on} { on_.increment(); }
  at_work(const at_work&) = delete;
  at_work& operator=(const at_work&) = delete;
  ~at_work() { on_.decrement(); }

 private:
  const gauge& on_;
};

class histogram {
 public:
  histogram() = default;
  explicit histogram(prometheus::Histogram& series) noexcept : series_{&series} {}

  void observe(double value) const;
  /// In seconds, as Prometheus wants durations.
  void observe(std::chrono::nanoseconds duration) const {
    observe(std::chrono::duration<double>{duration}.count());
  }

 private:
  prometheus::Histogram* series_ = nullptr;
};

}  // namespace sellavie::monitoring
