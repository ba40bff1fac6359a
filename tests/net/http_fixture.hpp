#pragma once
// A server on an ephemeral loopback port with a handful of routes that show each way to answer.

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "net/http/server.hpp"
#include "net/io_threads.hpp"
#include "tests/net/raw_peer.hpp"

namespace sellavie::test {

class counting_observer final : public net::http_observer {
 public:
  void on_connection_opened() noexcept override { ++opened; }
  void on_connection_closed() noexcept override { ++closed; }
  void on_evicted() noexcept override { ++evicted; }
  void on_request(std::string_view) noexcept override { ++requests; }
  void on_answer(std::string_view, int, std::chrono::nanoseconds) noexcept override { ++answers; }
  void on_rejected(const net::http_refused& what) noexcept override {
    ++rejected[static_cast<std::size_t>(what.reason)];
  }
  void on_stream_opened() noexcept override { ++streams; }
  void on_stream_closed() noexcept override { --streams; }
  void on_stream_overrun() noexcept override { ++overruns; }
  void on_held(net::held_as what, std::ptrdiff_t change) noexcept override {
    auto& held = what == net::held_as::request ? buffered : outgoing;
    auto& most = what == net::held_as::request ? most_buffered : most_outgoing;
    const auto now = held.fetch_add(change) + change;
    auto before = most.load();
    while (now > before && !most.compare_exchange_weak(before, now)) continue;
  }
  [[nodiscard]] int rejections(net::http_rejection reason) const {
    return rejected[static_cast<std::size_t>(reason)];
  }

  std::atomic<int> opened{0};
  std::atomic<int> closed{0};
  std::atomic<int> evicted{0};
  std::atomic<int> requests{0};
  std::atomic<int> answers{0};
  std::array<std::atomic<int>, net::http_rejection_count> rejected{};
  std::atomic<int> streams{0};
  std::atomic<int> overruns{0};
  std::atomic<std::ptrdiff_t> buffered{0};
  std::atomic<std::ptrdiff_t> most_buffered{0};
  std::atomic<std::ptrdiff_t> outgoing{0};
  std::atomic<std::ptrdiff_t> most_outgoing{0};
};

/// A request; `fields` are whole header lines.
inline std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string{path} + " HTTP/1.1\r\nHost: t\r\n" + std::string{fields} + "\r\n";
}

/// Limits small enough that a test meets them within moments.
inline net::http_limits small_limits() {
  using namespace std::chrono_literals;
  net::http_limits limits;
  limits.header_bytes = 2048;
  limits.header_fields = 20;
  limits.target_bytes = 512;
  limits.body_bytes = 4096;
  limits.tick = 10ms;
  limits.linger_deadline = 200ms;
  limits.presence_interval = 20ms;
  return limits;
}

/// Those, and loopback counts as strangers: each 127.0.0.x as one.
inline net::http_limits limits_of_strangers() {
  auto limits = small_limits();
  limits.unbounded_peers.clear();
  return limits;
}

class http_server_test : public ::testing::Test {
 protected:
  void start(const net::http_limits& limits = small_limits()) {
    server = std::make_unique<net::http_server>(threads.contexts(), make_routes(), limits, &observer);
    port = server->listen("127.0.0.1", 0).value();
  }

  ~http_server_test() override {
    const std::lock_guard lock{held_mutex};
    held.clear();
    if (server) server->drain(std::chrono::milliseconds{0});
    for (auto& helper : helpers) helper.join();
    threads.stop();
  }

  [[nodiscard]] raw_peer connect() const { return raw_peer::connect_to(port); }
  [[nodiscard]] raw_peer connect_as(unsigned char host) const { return raw_peer::connect_from(host, port); }

  [[nodiscard]] raw_answer ask(std::string_view bytes) const {
    auto peer = connect();
    return peer.send(bytes).read_answer();
  }

  /// The responder that GET /hold left for the test.
  [[nodiscard]] net::responder take_held() {
    if (!eventually([this] {
          const std::lock_guard lock{held_mutex};
          return !held.empty();
        })) {
      ADD_FAILURE() << "no request was held";
      return {};
    }
    const std::lock_guard lock{held_mutex};
    net::responder oldest = std::move(held.front());
    held.erase(held.begin());
    return oldest;
  }

  /// What GET /shared gives; set before start().
  std::shared_ptr<const std::string> shared_bytes = std::make_shared<const std::string>("of the server");

  net::router make_routes() {
    using namespace net;
    router routes;
    routes.add(http_method::get, "/hello",
               [](request&, responder to) { to.answer(text_response(200, "hello")); });
    routes.add(http_method::get, "/shared",
               [bytes = shared_bytes](request&, responder to) { to.answer({.shared_body = bytes}); });
    routes.add(http_method::post, "/echo", [](request& asked, responder to) {
      to.answer({.body = std::move(asked.body), .content_type = "application/octet-stream"});
    });
    routes.add(http_method::post, "/large",
               [](request& asked, responder to) {
                 to.answer(text_response(200, std::to_string(asked.body.size())));
               },
               {.body_bytes = 8 * 1024 * 1024});
    routes.add(http_method::get, "/big/{size}", [](request& asked, responder to) {
      to.answer(text_response(200, std::string(std::stoul(std::string{asked.parameter("size")}), 'x')));
    });
    routes.add(http_method::get, "/elsewhere", [this](request&, responder to) {
      const std::lock_guard lock{held_mutex};
      helpers.emplace_back(
          [moved = std::move(to)]() mutable { moved.answer(text_response(200, "from afar")); });
    });
    const auto hold = [this](request&, responder to) {
      const std::lock_guard lock{held_mutex};
      held.push_back(std::move(to));
    };
    routes.add(http_method::get, "/hold", hold);
    routes.add(http_method::get, "/hold/briefly", hold,
               {.answer_deadline = std::chrono::seconds{1}, .late_status = 503});
    routes.add(http_method::post, "/hold", hold, {.body_bytes = 8 * 1024 * 1024});
    routes.add(http_method::post, "/throw", [](request&, responder) { throw std::runtime_error{"secret"}; },
               {.body_bytes = 8 * 1024 * 1024});
    routes.add(http_method::get, "/capacity", [](request& asked, responder to) {
      to.answer(text_response(200, std::to_string(asked.body.capacity())));
    });
    routes.add(http_method::get, "/forget", [](request&, responder) {});
    routes.add(http_method::get, "/throw", [](request&, responder) { throw std::runtime_error{"secret"}; });
    routes.add(http_method::get, "/injects", [](request&, responder to) {
      to.answer({.headers = {{"X-Evil", "a\r\nSet-Cookie: b"}, {"X-Good", "yes"}, {"Content-Length", "99"}},
                 .body = "ok"});
    });
    routes.add(http_method::get, "/empty", [](request&, responder to) { to.answer({.status = 204}); });
    routes.add(http_method::get, "/show", [](request& asked, responder to) {
      to.answer(text_response(200, std::string{asked.path()} + "|" + asked.query_value("q").value_or("-") +
                                       "|" + std::string{asked.header("x-test").value_or("-")} + "|" +
                                       std::to_string(asked.header_count("X-TEST")) + "|" + asked.request_id +
                                       "|" + asked.peer_address));
    });
    return routes;
  }

  counting_observer observer;
  net::io_threads threads{2};
  std::unique_ptr<net::http_server> server;
  std::uint16_t port = 0;
  std::mutex held_mutex;
  std::vector<net::responder> held;
  std::vector<std::thread> helpers;
};

}  // namespace sellavie::test
