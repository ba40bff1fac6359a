#pragma once
// One outbound request from send() to its completion. Owned by exactly one place at a time: the
// hand-over, an origin's waiting list, or the connection that carries it. Completes exactly once; if
// it is destroyed before, it completes then.

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "actors/transport.hpp"
#include "net/client/target.hpp"
#include "net/timer_wheel.hpp"

namespace sellavie::net {

class connection;
class exchange;

/// Where an exchange is, told when its deadline passes.
class exchange_holder {
 public:
  /// Takes the exchange out and ends it.
  virtual void on_exchange_due(exchange& late) = 0;

 protected:
  ~exchange_holder() = default;
};

class exchange final
    : public wheel_entry,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                                              boost::intrusive::tag<exchange>> {
 public:
  using clock = std::chrono::steady_clock;

  exchange(serialised_request request, clock::time_point deadline, actors::transport::completion done);
  ~exchange() override;

  [[nodiscard]] const origin& to() const noexcept { return request_.to; }
  [[nodiscard]] const std::string& bytes() const noexcept { return request_.bytes; }
  [[nodiscard]] bool is_head() const noexcept { return request_.is_head; }
  [[nodiscard]] clock::time_point deadline() const noexcept { return deadline_; }

  void held_by(exchange_holder* holder) noexcept { holder_ = holder; }
  /// Whether a byte of it has left; decides between not_sent and lost.
  void note_sent() noexcept { sent_ = true; }
  [[nodiscard]] bool was_sent() const noexcept { return sent_; }
  /// True the first time: it may be tried on one more connection.
  [[nodiscard]] bool may_retry() noexcept { return !std::exchange(retried_, true); }

  void answer(actors::outbound_response response) noexcept;
  /// lost or not_sent, by what was sent.
  void fail(std::string_view reason) noexcept;

  /// Link of handoff_stack.
  exchange* next_handoff = nullptr;

 private:
  void on_due() override;

  serialised_request request_;
  clock::time_point deadline_;
  actors::transport::completion done_;
  exchange_holder* holder_ = nullptr;
  bool sent_ = false;
  bool retried_ = false;
};

/// Completes a request that never became an exchange.
void complete_not_sent(const actors::transport::completion& done, std::string_view reason) noexcept;

}  // namespace sellavie::net
