// What the public listener's HTTP server counts and logs of itself.
#include "net/ops/http_counts.hpp"

#include <nlohmann/json.hpp>

#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

using monitoring::webhook_rejection;
using net::http_rejection;
using nlohmann::json;

/// A server with a webhook and an API route, watched by http_counts.
class http_counts : public ::testing::Test {
 protected:
  void start() {
    net::router routes;
    const auto ok = [](net::request&, net::responder to) { to.answer(net::text_response(200, "ok")); };
    routes.add(net::http_method::post, "/webhooks/meta", ok, {.body_bytes = 16, .is_webhook = true});
    routes.add(net::http_method::post, "/api/v1/things", ok, {.body_bytes = 16});
    server =
        std::make_unique<net::http_server>(threads.contexts(), std::move(routes), small_limits(), &counts);
    port = server->listen("127.0.0.1", 0).value();
  }
  ~http_counts() override {
    if (server) server->drain(std::chrono::milliseconds{0});
    threads.stop();
  }
  [[nodiscard]] raw_peer connect() const { return raw_peer::connect_to(port); }
  [[nodiscard]] static std::string post(std::string_view path, std::size_t bytes,
                                        std::string_view id = "r-1") {
    return "POST " + std::string{path} + " HTTP/1.1\r\nHost: t\r\nX-Request-Id: " + std::string{id} +
           "\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'x');
  }
  [[nodiscard]] double rejected(webhook_rejection reason) const {
    return numbers.rejected_webhooks(reason).value();
  }

  instant now = instant_from_ms(1'767'225'599'000);
  std::vector<json> lines;
  monitoring::metrics numbers;
  std::shared_ptr<monitoring::logger> log = std::make_shared<monitoring::logger>(monitoring::log_options{
      .queue = 0,
      .now = [this] { return now; },
      .write = [this](std::string_view line) { lines.push_back(json::parse(line)); }});
  net::http_counts counts{numbers, log, [this] { return now; }};
  net::io_threads threads{1};
  std::unique_ptr<net::http_server> server;
  std::uint16_t port = 0;
};

TEST_F(http_counts, each_refusal_moves_its_own_series) {
  counts.on_rejected({http_rejection::buffers_full});
  counts.on_rejected({http_rejection::answers_full});
  counts.on_rejected({http_rejection::too_many_connections_of_peer});
  counts.on_connection_opened();
  counts.on_evicted();
  counts.on_held(net::held_as::request, 5000);
  counts.on_held(net::held_as::request, -2000);
  counts.on_held(net::held_as::answer, 700);
  const auto text = numbers.render();
  for (const auto* const line :
       {"sellavie_http_refusals_total{reason=\"buffers_full\"} 1\n",
        "sellavie_http_refusals_total{reason=\"answers_full\"} 1\n",
        "sellavie_http_refusals_total{reason=\"too_many_connections_of_peer\"} 1\n",
        "sellavie_http_refusals_total{reason=\"too_many_connections\"} 0\n",
        "sellavie_http_refusals_total{reason=\"malformed\"} 0\n",
        "sellavie_http_connections_evicted_total 1\n", "sellavie_http_connections 1\n",
        "sellavie_http_buffered_bytes 3000\n", "sellavie_http_outgoing_bytes 700\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
}

TEST_F(http_counts, a_refused_request_of_the_api_is_no_rejected_webhook) {
  start();
  EXPECT_EQ(connect().send(post("/api/v1/things", 17)).read_answer().status(), 413);
  EXPECT_EQ(rejected(webhook_rejection::too_large), 0);
  EXPECT_EQ(connect().send(post("/webhooks/meta", 17)).read_answer().status(), 413);
  EXPECT_EQ(rejected(webhook_rejection::too_large), 1);
}

TEST_F(http_counts, a_connection_that_brought_a_webhook_may_bring_something_else) {
  start();
  auto peer = connect();
  EXPECT_EQ(peer.send(post("/webhooks/meta", 3)).read_answer().status(), 200);
  EXPECT_EQ(peer.send("nonsense\r\n\r\n").read_answer().status(), 400);
  EXPECT_EQ(rejected(webhook_rejection::malformed), 0);
  EXPECT_EQ(numbers.refused_http(static_cast<std::size_t>(http_rejection::malformed)).value(), 1);
}

TEST_F(http_counts, each_refusal_has_its_place_among_the_webhooks) {
  const auto refuse = [&](http_rejection reason) { counts.on_rejected({reason, true}); };
  for (std::size_t i = 0; i < net::http_rejection_count; ++i) refuse(static_cast<http_rejection>(i));
  EXPECT_EQ(rejected(webhook_rejection::malformed), 5);
  EXPECT_EQ(rejected(webhook_rejection::too_large), 1);
  EXPECT_EQ(rejected(webhook_rejection::overloaded), 5);
  EXPECT_EQ(rejected(webhook_rejection::timed_out), 1);
  EXPECT_EQ(rejected(webhook_rejection::unavailable), 1);
  EXPECT_EQ(rejected(webhook_rejection::bad_signature), 0);
}

TEST_F(http_counts, the_servers_own_answers_are_answers) {
  start();
  EXPECT_EQ(connect().send("GET /nowhere HTTP/1.1\r\nHost: t\r\n\r\n").read_answer().status(), 404);
  EXPECT_EQ(connect().send("nonsense\r\n\r\n").read_answer().status(), 400);
  EXPECT_EQ(connect().send(post("/webhooks/meta", 3)).read_answer().status(), 200);
  EXPECT_EQ(numbers.http_requests(404).value(), 2);
  EXPECT_EQ(numbers.http_requests(200).value(), 1);
}

TEST_F(http_counts, the_log_explains_the_request_id_of_a_refusal) {
  start();
  EXPECT_EQ(connect().send(post("/webhooks/meta", 17, "of-the-webhook")).read_answer().status(), 413);
  const auto unnamed = connect().send("nonsense\r\n\r\n").read_answer();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["event"], "request_refused");
  EXPECT_EQ(lines[0]["request_id"], "of-the-webhook");
  EXPECT_EQ(lines[0]["reason"], "body_too_large");
  EXPECT_EQ(lines[0]["status"], 413);
  EXPECT_EQ(lines[0]["webhook"], true);
  EXPECT_TRUE(unnamed.has("X-Request-Id: " + lines[1]["request_id"].get<std::string>()));
  EXPECT_EQ(lines[1]["reason"], "malformed");
}

TEST_F(http_counts, a_flood_of_refusals_does_not_drown_the_log) {
  for (int i = 0; i < 100; ++i) counts.on_rejected({http_rejection::unknown_route, false, 404, "r"});
  EXPECT_EQ(lines.size(), net::http_counts::lines_per_second);
  now += std::chrono::seconds{1};
  counts.on_rejected({http_rejection::unknown_route, false, 404, "r"});
  EXPECT_EQ(lines.back()["left_out_before"], 100 - net::http_counts::lines_per_second);
}

}  // namespace
}  // namespace sellavie::test
