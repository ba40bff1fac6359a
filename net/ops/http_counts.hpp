#pragma once
// What the public listener's HTTP server tells, as metrics; and one log line for each request that it
// refused by itself, so that the request id in the answer can be looked up.

#include <functional>
#include <memory>

#include "monitoring/line_budget.hpp"
#include "monitoring/log.hpp"
#include "monitoring/metrics.hpp"
#include "net/http/observer.hpp"

namespace sellavie::net {

class http_counts final : public http_observer {
 public:
  /// Refusals logged in a second; the first line after those that were left out says how many.
  static constexpr std::uint32_t lines_per_second = 20;

  http_counts(monitoring::metrics& metrics, std::shared_ptr<monitoring::logger> log,
              std::function<instant()> now)
      : metrics_{metrics}, log_{std::move(log)}, now_{std::move(now)} {}

  void on_connection_opened() noexcept override { metrics_.http_connections().increment(); }
  void on_connection_closed() noexcept override { metrics_.http_connections().decrement(); }
  void on_evicted() noexcept override { metrics_.http_evictions().increment(); }
  void on_answer(std::string_view, int status, std::chrono::nanoseconds) noexcept override {
    metrics_.http_requests(status).increment();
  }
  void on_rejected(const http_refused& what) noexcept override;
  void on_stream_opened() noexcept override { metrics_.http_streams().increment(); }
  void on_stream_closed() noexcept override { metrics_.http_streams().decrement(); }
  void on_stream_overrun() noexcept override { metrics_.http_streams_overrun().increment(); }
  void on_held(held_as what, std::ptrdiff_t change) noexcept override {
    const auto& held =
        what == held_as::request ? metrics_.http_buffered_bytes() : metrics_.http_outgoing_bytes();
    held.increment(static_cast<double>(change));
  }

 private:
  void write_line(const http_refused& what);

  monitoring::metrics& metrics_;
  std::shared_ptr<monitoring::logger> log_;
  std::function<instant()> now_;
  monitoring::line_budget lines_{lines_per_second};
};

}  // namespace sellavie::net
