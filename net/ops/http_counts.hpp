#pragma once
// What the public listener's HTTP server tells, as metrics.

#include "monitoring/metrics.hpp"
#include "net/http/observer.hpp"

namespace sellavie::net {

class http_counts final : public http_observer {
 public:
  explicit http_counts(monitoring::metrics& metrics) noexcept : metrics_{metrics} {}

  void on_connection_opened() noexcept override { metrics_.http_connections().increment(); }
  void on_connection_closed() noexcept override { metrics_.http_connections().decrement(); }
  void on_answer(std::string_view, int status, std::chrono::nanoseconds) noexcept override {
    metrics_.http_requests(status).increment();
  }
  void on_rejected(http_rejection reason) noexcept override;
  void on_buffered(std::ptrdiff_t change) noexcept override {
    metrics_.http_buffered_bytes().increment(static_cast<double>(change));
  }

 private:
  monitoring::metrics& metrics_;
};

}  // namespace sellavie::net
