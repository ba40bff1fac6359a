#pragma once
// A client on its own io threads, and the other side played by raw sockets.

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "net/client/client.hpp"
#include "tests/net/raw_peer.hpp"

namespace sellavie::test {

using actors::outbound_request;
using actors::outbound_response;
using actors::transport_outcome;

/// Collects completions; each test waits for the number that it expects.
class answers {
 public:
  [[nodiscard]] actors::transport::completion collect() {
    return [this](outbound_response response) {
      const std::lock_guard lock{mutex_};
      all_.push_back(std::move(response));
      changed_.notify_all();
    };
  }

  /// The n-th completion (from 0), in the order of completion.
  [[nodiscard]] outbound_response wait_for(std::size_t index = 0) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, patience, [&] { return all_.size() > index; })) {
      ADD_FAILURE() << "completion " << index << " did not come";
      return {};
    }
    return all_[index];
  }

  [[nodiscard]] std::size_t count() {
    const std::lock_guard lock{mutex_};
    return all_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<outbound_response> all_;
};

class client_test : public ::testing::Test {
 protected:
  void start(net::client_options options = {}) {
    options.limits.tick = std::chrono::milliseconds{5};
    client = net::client::make(threads.contexts(), options).value();
  }

  ~client_test() override {
    if (client) client->close();
    threads.stop();
  }

  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(listener.port()) + std::string{path};
  }

  void post(std::string_view path = "/", std::string body = "question",
            std::chrono::milliseconds timeout = patience) {
    client->send({.method = "POST",
                  .url = url(path),
                  .headers = {{"X-A", "b"}},
                  .body = std::move(body),
                  .timeout = timeout},
                 results.collect());
  }

  static std::string answer(std::string_view body, std::string_view fields = "") {
    return "HTTP/1.1 200 OK\r\n" + std::string{fields} + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string{body};
  }

  raw_listener listener;
  answers results;  // outlives the threads that complete into it
  net::io_threads threads{2};
  std::unique_ptr<net::client> client;
};

}  // namespace sellavie::test
