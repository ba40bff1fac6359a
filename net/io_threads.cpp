#include "net/io_threads.hpp"

#include <algorithm>

namespace sellavie::net {

struct io_threads::worker {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{context.get_executor()};
  std::thread thread;

  /// A handler that throws (out of memory) loses its own work, not the thread.
  void run() noexcept {
    while (!context.stopped()) {
      try {
        context.run();
      } catch (...) {
      }
    }
  }
};

io_threads::io_threads(std::size_t count) {
  for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i) {
    workers_.push_back(std::make_unique<worker>());
    workers_.back()->thread = std::thread{[w = workers_.back().get()] { w->run(); }};
  }
}

io_threads::~io_threads() { stop(); }

io_contexts io_threads::contexts() const {
  io_contexts all;
  for (const auto& each : workers_) all.push_back(&each->context);
  return all;
}

void io_threads::stop() {
  for (auto& each : workers_) each->context.stop();
  for (auto& each : workers_)
    if (each->thread.joinable()) each->thread.join();
}

}  // namespace sellavie::net
