#include "tests/bench/stand_ins.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace sellavie::bench {
namespace {

constexpr std::chrono::milliseconds tick_every{1};
constexpr double golden = 0.6180339887498949;

bool is_later(const auto& left, const auto& right) { return left.due > right.due; }

net::http_limits generous() {
  net::http_limits limits;
  limits.idle_deadline = std::chrono::minutes{10};
  limits.answer_deadline = std::chrono::minutes{5};
  limits.requests_in_flight = 100'000;
  return limits;
}

/// The value of `"id"` behind `"recipient"`, or of WhatsApp's `"to"`; Meta's ids need no unescaping.
std::string_view recipient_of(std::string_view body) {
  const auto after = [body](std::string_view key, std::size_t from) {
    const auto at = body.find(key, from);
    return at == std::string_view::npos ? at : at + key.size();
  };
  auto at = after("\"recipient\":{", 0);
  at = at == std::string_view::npos ? after("\"to\":\"", 0) : after("\"id\":\"", at);
  if (at == std::string_view::npos) return {};
  return body.substr(at, body.find('"', at) - at);
}

}  // namespace

stand_ins::stand_ins(boost::asio::io_context& context, stand_in_options options, send_hook on_send)
    : context_{context},
      options_{std::move(options)},
      on_send_{std::move(on_send)},
      completion_{
          R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"stand-in",)"
          R"("choices":[{"index":0,"message":{"role":"assistant","content":")" +
          options_.answer +
          R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})"},
      tick_{context},
      run_{std::random_device{}()},
      model_{{&context}, model_routes(), generous()},
      graph_{{&context}, graph_routes(), generous()} {}

result<void> stand_ins::listen(std::uint16_t model_port, std::uint16_t graph_port) {
  const auto model = model_.listen("127.0.0.1", model_port);
  if (!model) return model.error();
  const auto graph = graph_.listen("127.0.0.1", graph_port);
  if (!graph) return graph.error();
  model_port_ = *model;
  graph_port_ = *graph;
  return {};
}

net::router stand_ins::model_routes() {
  net::router routes;
  routes.add(net::http_method::post, "/v1/chat/completions", [this](net::request&, net::responder to) {
    ++counts_.asked;
    counts_.most_thinking = std::max(counts_.most_thinking, counts_.asked - counts_.answered);
    if (options_.latency.count() == 0 && options_.spread.count() == 0) return answer(std::move(to));
    answer_later(std::move(to));
  });
  return routes;
}

net::router stand_ins::graph_routes() {
  net::router routes;
  routes.add(net::http_method::post, "/{version}/{id}/messages",
             [this](net::request& asked, net::responder to) { accept_send(asked, std::move(to)); });
  return routes;
}

void stand_ins::answer(net::responder to) {
  ++counts_.answered;
  counts_.last_answer = steady::now();
  to.answer(net::json_response(200, completion_));
}

void stand_ins::answer_later(net::responder to) {
  // Multiples of the golden ratio fill the spread evenly, whatever the number of requests.
  const double share = std::fmod(static_cast<double>(counts_.asked) * golden, 1.0);
  const auto spread = std::chrono::duration_cast<steady::duration>(options_.spread * share);
  thinking_.push_back({steady::now() + options_.latency + spread, std::move(to)});
  std::push_heap(thinking_.begin(), thinking_.end(), is_later<waiting_answer, waiting_answer>);
  if (!ticking_) arm();
}

void stand_ins::arm() {
  ticking_ = true;
  tick_.expires_after(tick_every);
  tick_.async_wait([this](const boost::system::error_code& failed) {
    if (!failed) on_tick();
  });
}

void stand_ins::on_tick() {
  const auto now = steady::now();
  while (!thinking_.empty() && thinking_.front().due <= now) {
    std::pop_heap(thinking_.begin(), thinking_.end(), is_later<waiting_answer, waiting_answer>);
    auto to = std::move(thinking_.back().to);
    thinking_.pop_back();
    answer(std::move(to));
  }
  ticking_ = false;
  if (!thinking_.empty()) arm();
}

void stand_ins::accept_send(const net::request& asked, net::responder to) {
  const std::string_view body{asked.body};
  const auto recipient = recipient_of(body);
  if (body.find("\"sender_action\"") != std::string_view::npos)
    return to.answer(net::json_response(200, R"({"recipient_id":")" + std::string{recipient} + "\"}"));
  ++counts_.sends;
  to.answer(net::json_response(200, R"({"recipient_id":")" + std::string{recipient} +
                                        R"(","message_id":"m_out_)" + std::to_string(run_) + '_' +
                                        std::to_string(counts_.sends) + "\"}"));
  if (on_send_) on_send_(recipient);
}

}  // namespace sellavie::bench
