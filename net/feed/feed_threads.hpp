#pragma once
// The two threads behind a feed_hub: one sends what was told, the other ends streams whose token, session or
// role has ended. The second asks the database, so it must not hold up the first.
// Lifecycle: construct (starts), stop(), destroy. Both threads sleep while nobody watches anything.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "actors/clock.hpp"
#include "net/feed/feed_hub.hpp"

namespace sellavie::net {

struct feed_pace {
  /// Between two deliveries: what comes meanwhile travels together.
  std::chrono::milliseconds between_deliveries{20};
  /// Between two looks at who may still listen, so that a revocation anywhere is seen within the second.
  std::chrono::milliseconds between_checks{700};
};

class feed_threads {
 public:
  /// What these may do now, one answer for each; blocks; called from one thread.
  using ask_access = std::function<result<std::vector<storage::found_access>>(
      const std::vector<storage::access_subject>&, instant now)>;

  feed_threads(std::shared_ptr<feed_hub> hub, std::shared_ptr<actors::clock> time, ask_access ask,
               feed_pace pace = {});
  ~feed_threads();
  feed_threads(const feed_threads&) = delete;
  feed_threads& operator=(const feed_threads&) = delete;

  /// A session or a role has changed: look now. From any thread.
  void check_soon();
  void stop();

 private:
  void deliver_all();
  void watch_readers();
  /// False: stopped.
  [[nodiscard]] bool pause(std::chrono::milliseconds length);
  [[nodiscard]] bool await_check();
  void check();

  const std::shared_ptr<feed_hub> hub_;
  const std::shared_ptr<actors::clock> time_;
  const ask_access ask_;
  const feed_pace pace_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopped_ = false;
  bool must_check_ = false;
  std::thread delivering_;
  std::thread watching_;
};

}  // namespace sellavie::net
