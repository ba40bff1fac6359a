// The private listener's routes.
#include "net/ops/ops_routes.hpp"

#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

class ops_routes : public ::testing::Test {
 protected:
  [[nodiscard]] raw_answer get(std::string_view path) {
    server = std::make_unique<net::http_server>(
        threads.contexts(), net::make_ops_routes({.metrics = [] { return std::string{"sellavie_up 1\n"}; },
                                                  .ready = [this] { return state; }}));
    const auto port = server->listen("127.0.0.1", 0).value();
    return raw_peer::connect_to(port)
        .send("GET " + std::string{path} + " HTTP/1.1\r\nHost: t\r\n\r\n")
        .read_answer();
  }
  ~ops_routes() override {
    server->drain(std::chrono::milliseconds{0});
    threads.stop();
  }

  net::io_threads threads{1};
  std::unique_ptr<net::http_server> server;
  net::readiness state;
};

TEST_F(ops_routes, show_the_metrics) {
  const auto answer = get("/metrics");
  EXPECT_EQ(answer.body, "sellavie_up 1\n");
  EXPECT_TRUE(answer.has("Content-Type: text/plain; version=0.0.4"));
}

TEST_F(ops_routes, are_healthy_while_anything_is_served) { EXPECT_EQ(get("/healthz").status(), 200); }

TEST_F(ops_routes, are_ready_when_the_callback_says_so) {
  state = {.ready = true, .reasons = {}};
  EXPECT_EQ(get("/readyz").status(), 200);
}

TEST_F(ops_routes, tell_why_they_are_not_ready) {
  state = {.ready = false, .reasons = {"store is away"}};
  const auto answer = get("/readyz");
  EXPECT_EQ(answer.status(), 503);
  EXPECT_NE(answer.body.find("store is away"), std::string::npos);
}

}  // namespace
}  // namespace sellavie::test
