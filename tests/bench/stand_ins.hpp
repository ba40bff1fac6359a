#pragma once
// Stand-ins for the model and for Meta's Graph, made to cost next to nothing: constant answers, no
// JSON parser, everything on the caller's io_context (one thread).
//
//   POST /v1/chat/completions            a constant completion, at once or after a latency
//   POST /<version>/<id>/messages        {"recipient_id","message_id"} at once; no echoes, no statuses

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/server.hpp"

namespace sellavie::bench {

using steady = std::chrono::steady_clock;

struct stand_in_options {
  std::string answer = "Thank you for your message, we are glad to help.";
  /// Each model answer takes `latency` plus an even share of `spread`.
  std::chrono::milliseconds latency{0};
  std::chrono::milliseconds spread{0};
};

struct stand_in_counts {
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  std::uint64_t sends = 0;
  /// The most requests that waited for an answer at once.
  std::uint64_t most_thinking = 0;
  steady::time_point last_answer{};
};

class stand_ins {
 public:
  using send_hook = std::function<void(std::string_view recipient)>;

  /// `on_send` hears the recipient of every accepted message.
  stand_ins(boost::asio::io_context& context, stand_in_options options, send_hook on_send = {});

  /// Port 0 takes a free one.
  [[nodiscard]] result<void> listen(std::uint16_t model_port, std::uint16_t graph_port);

  [[nodiscard]] std::uint16_t model_port() const noexcept { return model_port_; }
  [[nodiscard]] std::uint16_t graph_port() const noexcept { return graph_port_; }
  [[nodiscard]] const stand_in_counts& counts() const noexcept { return counts_; }

 private:
  struct waiting_answer {
    steady::time_point due;
    net::responder to;
  };

  [[nodiscard]] net::router model_routes();
  [[nodiscard]] net::router graph_routes();
  void answer_later(net::responder to);
  void answer(net::responder to);
  void on_tick();
  void arm();
  void accept_send(const net::request& asked, net::responder to);

  boost::asio::io_context& context_;
  stand_in_options options_;
  send_hook on_send_;
  std::string completion_;
  stand_in_counts counts_;
  std::uint16_t model_port_ = 0;
  std::uint16_t graph_port_ = 0;
  boost::asio::steady_timer tick_;
  bool ticking_ = false;
  /// A heap, the earliest in front.
  std::vector<waiting_answer> thinking_;
  std::uint64_t run_ = 0;
  net::http_server model_;
  net::http_server graph_;
};

}  // namespace sellavie::bench
