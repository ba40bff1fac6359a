#pragma once
// A fixed number of threads with a bounded queue: work that blocks (the database, bcrypt) never runs
// on an io thread. At the bound `submit` refuses at once and the caller answers 503.
// Lanes: work of one lane (a business; of pictures, a person) takes at most half of the threads and a quarter of the queue, and lanes take turns, so that
// a business whose work is slow delays itself. What has no lane is bounded by the pool alone.
// Lifecycle: construct (starts), stop() (ends after the work under way; what is queued is dropped,
// its responders answer by themselves), destroy.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "monitoring/instruments.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::net {

class worker_pool {
 public:
  using work = std::function<void(std::size_t worker)>;

  /// Who is at work is counted on `in_use`.
  worker_pool(std::size_t threads, std::size_t queue_bound, monitoring::gauge in_use);
  ~worker_pool();
  worker_pool(const worker_pool&) = delete;
  worker_pool& operator=(const worker_pool&) = delete;

  /// False when the queue, or the lane's share of it, is full or the pool was stopped. `worker` tells 0-based which thread
  /// runs it, so that each can own a connection. The work must not throw.
  [[nodiscard]] bool submit(work next, const business_id& lane = {});
  [[nodiscard]] std::size_t threads() const noexcept { return threads_.size(); }
  [[nodiscard]] std::size_t waiting() const;
  void stop();

 private:
  struct lane {
    std::deque<work> queue;
    std::size_t running = 0;
  };
  void run(std::size_t worker);
  /// Takes the next work whose lane may run it: in their turn, each one at a time.
  bool take(work& next, business_id& of);
  void finish(const business_id& of);

  const std::size_t queue_bound_;
  const std::size_t threads_of_lane_;
  const std::size_t queue_of_lane_;
  const monitoring::gauge in_use_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  /// Those with work that waits or runs.
  std::unordered_map<business_id, lane> lanes_;
  /// Those with work that waits, in their order.
  std::list<business_id> turns_;
  std::size_t waiting_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sellavie::net
