// Requests per second and CPU per request of the server, and CPU per POST of the client, on loopback.
// The other side is a plain epoll-free thread of blocking sockets, so its CPU is counted apart.
//   http_bench [seconds] [connections]
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <cstdio>
#include <cstring>
#include <future>
#include <vector>

#include "net/client/client.hpp"
#include "net/http/server.hpp"
#include "net/io_threads.hpp"
#include "tests/net/raw_peer.hpp"

namespace {

using namespace sellavie;
using clock_type = std::chrono::steady_clock;

double thread_cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// CPU seconds that the (single) io thread has used.
double cpu_of(net::io_threads& threads) {
  std::promise<double> used;
  boost::asio::post(*threads.contexts().front(), [&] { used.set_value(thread_cpu()); });
  return used.get_future().get();
}

std::string webhook_request() {
  const std::string body(700, 'x');
  return "POST /webhooks/meta HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
         "Content-Type: application/json\r\nX-Hub-Signature-256: sha256=" +
         std::string(64, 'a') + "\r\nContent-Length: 700\r\n\r\n" + body;
}

/// Keeps one request in flight on each connection until `until`; counts the answers.
std::size_t generate(std::uint16_t port, int connections, const std::string& message,
                     clock_type::time_point until) {
  const int poll = epoll_create1(0);
  std::vector<test::raw_peer> peers;
  for (int i = 0; i < connections; ++i) {
    peers.push_back(test::raw_peer::connect_to(port));
    epoll_event event{.events = EPOLLIN, .data = {.fd = peers.back().fd()}};
    epoll_ctl(poll, EPOLL_CTL_ADD, peers.back().fd(), &event);
    peers.back().send(message);
  }
  std::size_t answered = 0;
  std::vector<epoll_event> events(512);
  char buffer[16 * 1024];
  while (clock_type::now() < until) {
    const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (::recv(fd, buffer, sizeof buffer, 0) <= 0) continue;
      ++answered;
      if (::send(fd, message.data(), message.size(), MSG_NOSIGNAL) < 0) continue;
    }
  }
  ::close(poll);
  return answered;
}

void measure_server(int seconds, int connections) {
  net::io_threads threads{1};
  net::router routes;
  routes.add(net::http_method::post, "/webhooks/meta",
             [](net::request&, net::responder to) { to.answer(net::text_response(200, "EVENT_RECEIVED")); });
  net::http_server server{threads.contexts(), std::move(routes)};
  const auto port = server.listen("127.0.0.1", 0).value();
  const double before = cpu_of(threads);
  const auto answered =
      generate(port, connections, webhook_request(), clock_type::now() + std::chrono::seconds{seconds});
  const double used = cpu_of(threads) - before;
  std::printf("server: %d connections, %.0f requests/s, %.2f us CPU per request\n", connections,
              static_cast<double>(answered) / seconds, used * 1e6 / static_cast<double>(answered));
  server.drain(std::chrono::milliseconds{100});
}

struct poster {
  net::client& client;
  std::string url;
  std::string body = std::string(1000, 'q');
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> answered{0};
  std::atomic<std::size_t> failed{0};
  std::atomic<int> in_flight{0};

  void post() {
    ++in_flight;
    client.send({.url = url,
                 .headers = {{"Authorization", "Bearer 0123456789"}, {"Content-Type", "application/json"}},
                 .body = body},
                [this](actors::outbound_response got) {
                  (got.status == 200 ? answered : failed).fetch_add(1, std::memory_order_relaxed);
                  if (!stop.load(std::memory_order_relaxed)) post();
                  --in_flight;
                });
  }
};

void measure_client(int seconds, int in_flight) {
  net::io_threads server_threads{1};
  net::io_threads client_threads{1};
  net::router routes;
  routes.add(net::http_method::post, "/v1/chat/completions", [](net::request&, net::responder to) {
    to.answer(net::json_response(200, std::string(500, 'a')));
  });
  net::http_server server{server_threads.contexts(), std::move(routes)};
  const auto port = server.listen("127.0.0.1", 0).value();
  const auto client = net::client::make(client_threads.contexts()).value();
  poster load{.client = *client, .url = "http://127.0.0.1:" + std::to_string(port) + "/v1/chat/completions"};
  const double before = cpu_of(client_threads);
  for (int i = 0; i < in_flight; ++i) load.post();
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  const double used = cpu_of(client_threads) - before;
  const auto answered = load.answered.load();
  load.stop = true;
  while (load.in_flight != 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  std::printf("client: %d in flight, %.0f posts/s, %.2f us CPU per post (caller included), %zu failed\n",
              in_flight, static_cast<double>(answered) / seconds, used * 1e6 / static_cast<double>(answered),
              load.failed.load());
  server.drain(std::chrono::milliseconds{100});
}

}  // namespace

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 3;
  const int connections = argc > 2 ? std::atoi(argv[2]) : 64;
  measure_server(seconds, connections);
  measure_client(seconds, connections);
}
