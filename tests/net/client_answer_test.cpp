// Requests out, answers in: framing, reuse, limits.
#include "tests/net/client_fixture.hpp"

namespace sellavie::test {
namespace {

class client_answer : public client_test {};

TEST_F(client_answer, comes_for_a_post_written_as_one_message) {
  start();
  post("/v1/chat?x=1", "question");
  auto peer = listener.accept();
  const auto request = peer.read_request();
  EXPECT_TRUE(request.starts_with(
      "POST /v1/chat?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(listener.port()) + "\r\n"));
  EXPECT_NE(request.find("\r\nX-A: b\r\n"), std::string::npos);
  EXPECT_NE(request.find("\r\nContent-Length: 8\r\n"), std::string::npos);
  EXPECT_TRUE(request.ends_with("\r\n\r\nquestion"));
  peer.send(answer("yes", "X-Thing: Value\r\n"));
  const auto got = results.wait_for();
  EXPECT_EQ(got.outcome, transport_outcome::answered);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "yes");
  EXPECT_EQ(got.header("x-thing"), "Value");
}

TEST_F(client_answer, reuses_the_connection) {
  start();
  post();
  auto peer = listener.accept();
  for (std::size_t i = 0; i < 5; ++i) {
    ASSERT_FALSE(peer.read_request().empty());
    peer.send(answer("yes"));
    ASSERT_EQ(results.wait_for(i).status, 200);
    post();
  }
  EXPECT_FALSE(peer.read_request().empty());
}

TEST_F(client_answer, may_be_chunked_and_split_at_every_byte) {
  start();
  const std::string message =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: z\r\n\r\n";
  post();
  auto peer = listener.accept();
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    ASSERT_FALSE(peer.read_request().empty());
    peer.send(message.substr(0, cut));
    std::this_thread::sleep_for(std::chrono::microseconds{300});
    peer.send(message.substr(cut));
    ASSERT_EQ(results.wait_for(cut - 1).body, "abc0123456789") << "cut at " << cut;
    post();
  }
}

TEST_F(client_answer, may_end_with_the_connection) {
  start();
  post();
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.send("HTTP/1.1 200 OK\r\n\r\nuntil the end").close();
  EXPECT_EQ(results.wait_for().body, "until the end");
  post();
  auto second = listener.accept();
  EXPECT_FALSE(second.read_request().empty()) << "a new connection";
}

TEST_F(client_answer, that_says_close_ends_the_connection) {
  start();
  post();
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.send(answer("bye", "Connection: close\r\n"));
  EXPECT_EQ(results.wait_for().body, "bye");
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(client_answer, interim_answers_are_skipped) {
  start();
  post();
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer("real"));
  EXPECT_EQ(results.wait_for().body, "real");
}

TEST_F(client_answer, without_a_body_is_complete_at_once) {
  start();
  post();
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.send("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(results.wait_for().status, 204);
}

TEST_F(client_answer, to_head_has_a_length_and_no_body) {
  start();
  client->send({.method = "HEAD", .url = url()}, results.collect());
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
  EXPECT_EQ(results.wait_for().header("content-length"), "500");
}

TEST_F(client_answer, before_the_whole_request_was_taken_is_an_answer) {
  start();
  post("/", std::string(30'000'000, 'x'));
  auto peer = listener.accept();
  peer.send("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n\r\n");
  const auto got = results.wait_for();
  EXPECT_EQ(got.outcome, transport_outcome::answered);
  EXPECT_EQ(got.status, 413);
}

TEST_F(client_answer, large_request_and_large_answer_pass) {
  start();
  std::string body(3'000'000, 'q');
  post("/", body);
  auto peer = listener.accept();
  EXPECT_TRUE(peer.read_request().ends_with(body));
  std::thread writer{[&] { peer.send(answer(body)); }};
  EXPECT_EQ(results.wait_for().body, body);
  writer.join();
}

TEST_F(client_answer, over_the_size_limit_is_lost) {
  net::client_options options;
  options.limits.answer_bytes = 1000;
  start(options);
  for (std::size_t i = 0;
       const auto& message : {answer(std::string(1001, 'x')),
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                                  std::string(1001, 'x') + "\r\n0\r\n\r\n",
                              "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x')}) {
    post();
    auto peer = listener.accept();
    ASSERT_FALSE(peer.read_request().empty());
    peer.send(message);
    const auto got = results.wait_for(i++);
    EXPECT_EQ(got.outcome, transport_outcome::lost);
    EXPECT_EQ(got.reason, "answer too large");
  }
}

TEST_F(client_answer, that_is_not_http_is_lost) {
  start();
  for (std::size_t i = 0; const std::string& message :
                          {std::string{"SSH-2.0-x\r\n"},
                           std::string{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
                           std::string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab"},
                           "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'a')}) {
    post();
    auto peer = listener.accept();
    ASSERT_FALSE(peer.read_request().empty());
    peer.send(message);
    const auto got = results.wait_for(i++);
    EXPECT_EQ(got.outcome, transport_outcome::lost);
    EXPECT_EQ(got.reason, "malformed answer") << i;
  }
}

TEST_F(client_answer, many_requests_share_the_bounded_connections) {
  net::client_options options;
  options.limits.connections_per_origin = 4;
  start(options);
  std::atomic<int> connections{0};
  std::vector<std::thread> servers;
  std::thread acceptor{[&] {
    for (auto peer = listener.accept(); peer.is_open(); peer = listener.accept()) {
      ++connections;
      servers.emplace_back([served = std::move(peer)]() mutable {
        for (auto asked = served.read_request(); !asked.empty(); asked = served.read_request())
          served.send(answer(asked.substr(asked.find("\r\n\r\n") + 4)));
      });
    }
  }};
  for (int i = 0; i < 300; ++i) post("/", std::to_string(i));
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < 300; ++i) bodies.push_back(results.wait_for(i).body);
  std::sort(bodies.begin(), bodies.end());
  EXPECT_EQ(std::unique(bodies.begin(), bodies.end()), bodies.end());
  EXPECT_LE(connections, 4);
  listener.stop();
  client->close();
  acceptor.join();
  for (auto& each : servers) each.join();
}

}  // namespace
}  // namespace sellavie::test
