#pragma once
// The io threads of the process: one io_context per thread, so nothing inside a context needs a lock.
// Must outlive every server, client, responder and completion that uses its contexts.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace sellavie::net {

/// The contexts that a server or client spreads its connections over. Each runs on ONE thread.
using io_contexts = std::vector<boost::asio::io_context*>;

class io_threads {
 public:
  /// Starts `count` threads (at least one).
  explicit io_threads(std::size_t count);
  /// Stops and joins.
  ~io_threads();
  io_threads(const io_threads&) = delete;
  io_threads& operator=(const io_threads&) = delete;

  [[nodiscard]] io_contexts contexts() const;
  /// Ends the threads without waiting for open work; idempotent. Not from an io thread.
  void stop();

 private:
  struct worker;
  std::vector<std::unique_ptr<worker>> workers_;
};

}  // namespace sellavie::net
