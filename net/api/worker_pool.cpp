#include "net/api/worker_pool.hpp"

#include <utility>

namespace sellavie::net {

worker_pool::worker_pool(std::size_t threads, std::size_t queue_bound, monitoring::gauge in_use)
    : queue_bound_{queue_bound}, in_use_{in_use} {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { run(i); });
}

worker_pool::~worker_pool() { stop(); }

bool worker_pool::submit(work next) {
  {
    const std::lock_guard hold{mutex_};
    if (stopped_ || queue_.size() >= queue_bound_) return false;
    queue_.push_back(std::move(next));
  }
  ready_.notify_one();
  return true;
}

std::size_t worker_pool::waiting() const {
  const std::lock_guard hold{mutex_};
  return queue_.size();
}

void worker_pool::stop() {
  std::deque<work> dropped;
  {
    const std::lock_guard hold{mutex_};
    stopped_ = true;
    dropped.swap(queue_);
  }
  ready_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void worker_pool::run(std::size_t worker) {
  for (;;) {
    work next;
    {
      std::unique_lock hold{mutex_};
      ready_.wait(hold, [this] { return stopped_ || !queue_.empty(); });
      if (stopped_) return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    const monitoring::at_work busy{in_use_};
    next(worker);
  }
}

}  // namespace sellavie::net
