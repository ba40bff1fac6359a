#pragma once
// The one client for URLs that a business or a payload supplied. Who may be called is egress_rules' to say, and is
// checked once more at the socket, on the address that is connected to: a name that resolves to another one the second
// time gains nothing. No redirects, no proxies, no decompression, no cookies, no connection kept; TLS is verified.
//
//  R1 A fixed number of threads and a bounded queue; over it the answer is `overloaded`, at once.
//  R2 A lane (whose wish it is) has at most half of the threads and a quarter of the queue, and the next thread goes to
//     the lane that has the fewest, so that one slow receiver delays nobody else's.
//  R3 A call ends within its time, whatever the other side does, and within a second of stop().
//  R4 Of an answer so much is kept as the caller wants; what comes behind it is not read.
//
// Lifecycle: construct (starts), stop() (all that waits or runs is answered `stopped`), destroy.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "net/egress/egress_rules.hpp"
#include "net/egress/transfer.hpp"

namespace sellavie::net {

struct egress_options {
  egress_rules rules;
  std::size_t threads = 4;
  std::size_t queue = 256;
  /// PEM, in place of the system's authorities; empty: those.
  std::string ca_file{};
};

class egress_client {
 public:
  using completion = std::function<void(egress_answer)>;

  explicit egress_client(egress_options options);
  ~egress_client();
  egress_client(const egress_client&) = delete;
  egress_client& operator=(const egress_client&) = delete;

  /// `done` is called once: on a thread of this client, or before this returns. It must neither throw nor wait.
  void send(egress_request request, completion done);
  void stop();

  [[nodiscard]] const egress_rules& rules() const noexcept { return options_.rules; }

 private:
  struct waiting_call {
    egress_request request;
    completion done;
  };
  struct lane_load {
    std::size_t waiting = 0;
    std::size_t running = 0;
  };

  void run();
  [[nodiscard]] bool has_room(const std::string& lane) const;
  /// The first of the lane that has the fewest threads; end() if each has its share. Under the lock.
  [[nodiscard]] std::deque<waiting_call>::iterator next_call();
  void end_of(const std::string& lane);

  const egress_options options_;
  const std::size_t most_running_;
  const std::size_t most_waiting_;
  std::atomic<bool> is_stopping_{false};
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<waiting_call> queue_;
  std::map<std::string, lane_load> lanes_;
  std::vector<std::thread> threads_;
};

}  // namespace sellavie::net
