// One connection, many requests: framing in, framing out, order.
#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

class http_keep_alive : public http_server_test {};

constexpr std::string_view hello = "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";

std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string{path} +
         " HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string{body};
}

TEST_F(http_keep_alive, answers_several_requests_on_one_connection) {
  start();
  auto peer = connect();
  for (int i = 0; i < 3; ++i) {
    const auto answer = peer.send(hello).read_answer();
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_FALSE(answer.has("Connection: close"));
  }
  EXPECT_EQ(observer.opened, 1);
  EXPECT_TRUE(eventually([&] { return observer.answers == 3; }));
}

TEST_F(http_keep_alive, answers_pipelined_requests_in_order) {
  start();
  auto peer = connect();
  peer.send(post("/echo", "one") + std::string{hello} + post("/echo", "three"));
  EXPECT_EQ(peer.read_answer().body, "one");
  EXPECT_EQ(peer.read_answer().body, "hello");
  EXPECT_EQ(peer.read_answer().body, "three");
}

TEST_F(http_keep_alive, a_pipelined_request_waits_for_a_slow_answer_before_it) {
  start();
  auto peer = connect();
  peer.send("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n" + std::string{hello});
  auto responder = take_held();
  EXPECT_EQ(observer.requests, 1);
  responder.answer(net::text_response(200, "slow"));
  EXPECT_EQ(peer.read_answer().body, "slow");
  EXPECT_EQ(peer.read_answer().body, "hello");
}

TEST_F(http_keep_alive, many_pipelined_requests_in_one_packet_are_all_answered) {
  start();
  auto peer = connect();
  std::string all;
  for (int i = 0; i < 500; ++i) all += post("/echo", std::to_string(i));
  std::thread writer{[&] { peer.send(all); }};
  for (int i = 0; i < 500; ++i) ASSERT_EQ(peer.read_answer().body, std::to_string(i));
  writer.join();
}

TEST_F(http_keep_alive, takes_a_request_split_at_every_byte) {
  start();
  const std::string message = "POST /echo HTTP/1.1\r\nHost: t\r\nX-A:  b \r\nContent-Length: 4\r\n\r\nbody";
  auto peer = connect();
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    peer.send(message.substr(0, cut));
    std::this_thread::sleep_for(std::chrono::microseconds{300});  // likely two reads; right either way
    ASSERT_EQ(peer.send(message.substr(cut)).read_answer().body, "body") << "cut at " << cut;
  }
}

TEST_F(http_keep_alive, takes_a_chunked_request_split_at_every_byte) {
  start();
  const std::string message =
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: z\r\n\r\n";
  auto peer = connect();
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    peer.send(message.substr(0, cut));
    std::this_thread::sleep_for(std::chrono::microseconds{300});
    ASSERT_EQ(peer.send(message.substr(cut)).read_answer().body, "abc0123456789") << "cut at " << cut;
  }
}

TEST_F(http_keep_alive, takes_a_request_byte_by_byte) {
  start();
  auto peer = connect();
  for (const char c : post("/echo", "slowly")) {
    peer.send({&c, 1});
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  EXPECT_EQ(peer.read_answer().body, "slowly");
}

TEST_F(http_keep_alive, keeps_the_raw_bytes_of_a_large_body) {
  start();
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7);
  auto peer = connect();
  EXPECT_EQ(peer.send(post("/large", body)).read_answer().body, "3000000");
  EXPECT_EQ(peer.send(post("/echo", body.substr(0, 4096))).read_answer().body, body.substr(0, 4096));
}

TEST_F(http_keep_alive, sends_a_large_answer_to_a_slow_reader) {
  start();
  auto peer = connect();
  peer.send("GET /big/20000000 HTTP/1.1\r\nHost: t\r\n\r\n" + std::string{hello});
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  EXPECT_EQ(peer.read_answer().body.size(), 20'000'000U);
  EXPECT_EQ(peer.read_answer().body, "hello");
}

TEST_F(http_keep_alive, an_http_1_0_client_gets_one_answer_and_the_end) {
  start();
  auto peer = connect();
  const auto all = peer.send("GET /hello HTTP/1.0\r\n\r\n").read_to_end();
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(all->ends_with("\r\n\r\nhello"));
  EXPECT_NE(all->find("Connection: close"), std::string::npos);
}

TEST_F(http_keep_alive, an_http_1_0_client_may_ask_to_stay) {
  start();
  auto peer = connect();
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(peer.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .read_answer()
                    .has("Connection: keep-alive"));
}

TEST_F(http_keep_alive, closes_when_the_client_asks_for_it) {
  start();
  auto peer = connect();
  const auto all = peer.send("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").read_to_end();
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->ends_with("hello"));
}

TEST_F(http_keep_alive, answers_a_client_that_has_finished_sending) {
  start();
  auto peer = connect();
  peer.send(hello).finish_sending();
  EXPECT_EQ(peer.read_answer().body, "hello");
  EXPECT_TRUE(peer.read_to_end());
}

TEST_F(http_keep_alive, says_continue_before_a_body_that_waits_for_it) {
  start();
  auto peer = connect();
  peer.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.read_answer().status(), 100);
  EXPECT_EQ(peer.send("ok").read_answer().body, "ok");
}

TEST_F(http_keep_alive, head_has_the_length_and_no_body) {
  start();
  auto peer = connect();
  const auto answer = peer.send("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n").read_answer(false);
  EXPECT_TRUE(answer.has("Content-Length: 5"));
  EXPECT_EQ(peer.send(hello).read_answer().body, "hello");
}

TEST_F(http_keep_alive, a_204_has_neither_body_nor_length) {
  start();
  auto peer = connect();
  EXPECT_FALSE(peer.send("GET /empty HTTP/1.1\r\nHost: t\r\n\r\n").read_answer().has("Content-Length"));
  EXPECT_EQ(peer.send(hello).read_answer().body, "hello");
}

TEST_F(http_keep_alive, tolerates_empty_lines_between_requests) {
  start();
  auto peer = connect();
  EXPECT_EQ(peer.send("\r\n" + std::string{hello}).read_answer().body, "hello");
  EXPECT_EQ(peer.send("\r\n\r\n" + std::string{hello}).read_answer().body, "hello");
}

}  // namespace
}  // namespace sellavie::test
