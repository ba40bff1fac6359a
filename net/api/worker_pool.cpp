#include "net/api/worker_pool.hpp"

#include <algorithm>
#include <utility>

namespace sellavie::net {

worker_pool::worker_pool(std::size_t threads, std::size_t queue_bound, monitoring::gauge in_use)
    : queue_bound_{queue_bound},
      threads_of_lane_{std::max<std::size_t>(1, threads / 2)},
      queue_of_lane_{std::max<std::size_t>(1, queue_bound / 4)},
      in_use_{in_use} {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { run(i); });
}

worker_pool::~worker_pool() { stop(); }

bool worker_pool::submit(work next, const business_id& of) {
  {
    const std::lock_guard hold{mutex_};
    if (stopped_ || waiting_ >= queue_bound_) return false;
    lane& into = lanes_[of];
    if (of != business_id{} && into.queue.size() >= queue_of_lane_) return false;
    if (into.queue.empty()) turns_.push_back(of);
    into.queue.push_back(std::move(next));
    ++waiting_;
  }
  ready_.notify_one();
  return true;
}

std::size_t worker_pool::waiting() const {
  const std::lock_guard hold{mutex_};
  return waiting_;
}

void worker_pool::stop() {
  std::unordered_map<business_id, lane> dropped;
  {
    const std::lock_guard hold{mutex_};
    stopped_ = true;
    dropped.swap(lanes_);
    turns_.clear();
    waiting_ = 0;
  }
  ready_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

// Passes by the lanes that have all their threads: fewer than there are threads.
bool worker_pool::take(work& next, business_id& of) {
  for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {
    lane& from = lanes_[*turn];
    if (*turn != business_id{} && from.running >= threads_of_lane_) continue;
    of = *turn;
    next = std::move(from.queue.front());
    from.queue.pop_front();
    ++from.running;
    --waiting_;
    if (from.queue.empty()) turns_.erase(turn);
    else turns_.splice(turns_.end(), turns_, turn);
    return true;
  }
  return false;
}

void worker_pool::finish(const business_id& of) {
  bool somebody_waits = false;
  {
    const std::lock_guard hold{mutex_};
    const auto done = lanes_.find(of);
    if (done == lanes_.end()) return;  // stopped meanwhile
    --done->second.running;
    if (done->second.running == 0 && done->second.queue.empty()) lanes_.erase(done);
    somebody_waits = waiting_ > 0;
  }
  // Its lane may have held up work for which another thread has room.
  if (somebody_waits) ready_.notify_one();
}

void worker_pool::run(std::size_t worker) {
  for (;;) {
    work next;
    business_id of;
    {
      std::unique_lock hold{mutex_};
      ready_.wait(hold, [&] { return stopped_ || take(next, of); });
      if (stopped_) return;
    }
    {
      const monitoring::at_work busy{in_use_};
      next(worker);
      next = nullptr;
    }
    finish(of);
  }
}

}  // namespace sellavie::net
