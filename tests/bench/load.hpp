#pragma once
// Posts prepared webhooks over keep-alive connections and times the answers.
//
// closed loop   as many requests (or whole turns) under way as allowed, the next one when one ends
// open loop     so many a second, whatever comes back; latency counts from the planned instant, so
//               that a slow server cannot slow its own measurement
//
// One thread: the caller's io_context. Ends by itself when all is answered or nothing moves any more.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/webhooks.hpp"

namespace sellavie::bench {

using steady = std::chrono::steady_clock;

enum class wait_for : std::uint8_t {
  /// The webhook's 200.
  answer,
  /// The reply that reached the Graph stand-in.
  reply,
};

struct load_options {
  std::uint16_t port = 0;
  std::size_t connections = 256;
  wait_for until = wait_for::answer;
  /// Closed loop over replies: turns under way.
  std::size_t in_flight = 256;
  /// Above 0: open loop, requests a second.
  double rate = 0;
  /// Without any progress for so long it gives up.
  std::chrono::seconds patience{20};
};

struct percentiles {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};
[[nodiscard]] percentiles percentiles_of(std::vector<float> latencies_ms);

struct load_outcome {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t broken = 0;
  std::uint64_t replied = 0;
  bool gave_up = false;
  steady::time_point began{};
  steady::time_point last_accepted{};
  steady::time_point last_reply{};
  std::vector<float> answer_ms;
  std::vector<float> reply_ms;
};

class load {
 public:
  load(boost::asio::io_context& context, const load_options& options, const webhook_factory& factory,
       std::vector<signed_webhook> webhooks);
  ~load();

  /// Opens the connections (blocking), then posts. `done` is called once.
  void start(std::function<void()> done);
  /// The Graph stand-in took a reply for this recipient.
  void on_reply(std::string_view recipient);

  [[nodiscard]] const load_outcome& outcome() const noexcept { return outcome_; }

 private:
  class connection;

  void pump();
  [[nodiscard]] bool may_start() const;
  void on_answered(connection& on, int status, steady::time_point since);
  void on_broken(connection& on);
  void schedule();
  void watch();
  void finish_if_done();
  void finish();

  boost::asio::io_context& context_;
  load_options options_;
  const webhook_factory& factory_;
  std::vector<signed_webhook> webhooks_;
  std::vector<std::unique_ptr<connection>> connections_;
  std::vector<connection*> idle_;
  /// When each customer's turn began; none under way is the epoch.
  std::vector<steady::time_point> turn_since_;
  std::size_t next_ = 0;
  std::size_t answered_ = 0;
  std::size_t turns_open_ = 0;
  std::uint64_t progress_ = 0;
  std::uint64_t progress_seen_ = 0;
  steady::time_point progress_at_{};
  boost::asio::steady_timer pace_;
  boost::asio::steady_timer watch_;
  std::function<void()> done_;
  load_outcome outcome_;
};

}  // namespace sellavie::bench
