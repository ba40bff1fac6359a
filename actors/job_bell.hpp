#pragma once
// Tells the runner of background jobs that some were queued, so that they need not wait for its next round. From any
// thread; while no runner has hung it up, nobody hears.

#include <functional>
#include <mutex>
#include <utility>

namespace sellavie::actors {

class job_bell {
 public:
  void hang(std::function<void()> on_ring) {
    const std::lock_guard held{mutex_};
    on_ring_ = std::move(on_ring);
  }
  void ring() const {
    const std::lock_guard held{mutex_};
    if (on_ring_) on_ring_();
  }

 private:
  mutable std::mutex mutex_;
  std::function<void()> on_ring_;
};

}  // namespace sellavie::actors
