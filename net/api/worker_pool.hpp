#pragma once
// A fixed number of threads with a bounded queue: work that blocks (the database, bcrypt) never runs
// on an io thread. At the bound `submit` refuses at once and the caller answers 503.
// Lifecycle: construct (starts), stop() (ends after the work under way; what is queued is dropped,
// its responders answer by themselves), destroy.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "monitoring/instruments.hpp"

namespace sellavie::net {

class worker_pool {
 public:
  using work = std::function<void(std::size_t worker)>;

  /// Who is at work is counted on `in_use`.
  worker_pool(std::size_t threads, std::size_t queue_bound, monitoring::gauge in_use);
  ~worker_pool();
  worker_pool(const worker_pool&) = delete;
  worker_pool& operator=(const worker_pool&) = delete;

  /// False when the queue is full or the pool was stopped. `worker` tells 0-based which thread runs
  /// it, so that each can own a connection. The work must not throw.
  [[nodiscard]] bool submit(work next);
  [[nodiscard]] std::size_t threads() const noexcept { return threads_.size(); }
  [[nodiscard]] std::size_t waiting() const;
  void stop();

 private:
  void run(std::size_t worker);

  const std::size_t queue_bound_;
  const monitoring::gauge in_use_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<work> queue_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sellavie::net
