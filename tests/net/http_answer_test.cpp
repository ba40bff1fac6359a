// Who answers, from where, and what the answer carries.
#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

class http_answer : public http_server_test {};

TEST_F(http_answer, may_come_from_another_thread) {
  start();
  auto peer = connect();
  for (int i = 0; i < 20; ++i) ASSERT_EQ(peer.send(get("/elsewhere")).read_answer().body, "from afar");
}

TEST_F(http_answer, of_a_forgotten_request_is_500) {
  start();
  auto peer = connect();
  const auto answer = peer.send(get("/forget")).read_answer();
  EXPECT_EQ(answer.status(), 500);
  EXPECT_TRUE(answer.has("application/problem+json"));
  EXPECT_EQ(peer.send(get("/hello")).read_answer().status(), 200);
}

TEST_F(http_answer, of_a_throwing_handler_is_500_and_tells_nothing) {
  start();
  const auto answer = ask(get("/throw"));
  EXPECT_EQ(answer.status(), 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(observer.rejections(net::http_rejection::handler_failed), 1);
}

TEST_F(http_answer, of_a_responder_dropped_on_another_thread_is_500) {
  start();
  auto peer = connect();
  peer.send(get("/hold"));
  { const auto dropped = take_held(); }
  EXPECT_EQ(peer.read_answer().status(), 500);
}

TEST_F(http_answer, given_twice_counts_once) {
  start();
  auto peer = connect();
  peer.send(get("/hold"));
  auto responder = take_held();
  responder.answer(net::text_response(200, "first"));
  responder.answer(net::text_response(200, "second"));
  EXPECT_EQ(peer.read_answer().body, "first");
  EXPECT_EQ(peer.send(get("/hello")).read_answer().body, "hello");
}

TEST_F(http_answer, to_a_client_that_has_gone_does_nothing) {
  start();
  auto peer = connect();
  peer.send(get("/hold"));
  auto responder = take_held();
  peer.abort();
  responder.answer(net::text_response(200, "too late"));
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
  EXPECT_EQ(server->requests_in_flight(), 0U);
  EXPECT_EQ(ask(get("/hello")).status(), 200);
}

TEST_F(http_answer, that_never_comes_is_504) {
  auto limits = small_limits();
  limits.answer_deadline = std::chrono::milliseconds{50};
  start(limits);
  auto peer = connect();
  peer.send(get("/hold"));
  EXPECT_EQ(peer.read_answer().status(), 504);
  EXPECT_TRUE(peer.read_to_end());
  take_held().answer(net::text_response(200, "too late"));
  EXPECT_EQ(ask(get("/hello")).status(), 200);
}

TEST_F(http_answer, of_a_route_with_less_patience_that_comes_too_late_is_503_and_says_when_to_ask_again) {
  start();
  auto peer = connect();
  const auto begun = std::chrono::steady_clock::now();
  peer.send(get("/hold/briefly"));
  const auto answer = peer.read_answer();
  EXPECT_EQ(answer.status(), 503);
  EXPECT_GT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{900});
  EXPECT_TRUE(answer.has("Retry-After: "));
  EXPECT_TRUE(peer.read_to_end());
  EXPECT_EQ(observer.rejections(net::http_rejection::timed_out), 1);
  take_held().answer(net::text_response(200, "too late"));
  EXPECT_EQ(ask(get("/hello")).status(), 200);
}

TEST_F(http_answer, is_never_awaited_for_longer_than_the_server_waits) {
  auto limits = small_limits();
  limits.answer_deadline = std::chrono::milliseconds{20};
  start(limits);
  auto peer = connect();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(peer.send(get("/hold/briefly")).read_answer().status(), 503);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{900});
}

TEST_F(http_answer, repeats_a_harmless_request_id) {
  start();
  EXPECT_TRUE(ask(get("/hello", "X-Request-Id: abc-1.2_Z\r\n")).has("X-Request-Id: abc-1.2_Z\r\n"));
  EXPECT_NE(ask(get("/show", "X-Request-Id: mine\r\n")).body.find("|mine|"), std::string::npos);
}

TEST_F(http_answer, replaces_an_unsafe_request_id) {
  start();
  const auto answer = ask(get("/hello", "X-Request-Id: \"><script>\r\n"));
  EXPECT_FALSE(answer.has("script"));
  EXPECT_TRUE(answer.has("X-Request-Id: "));
  EXPECT_FALSE(ask(get("/hello", "X-Request-Id: " + std::string(65, 'a') + "\r\n")).has("aaaa"));
}

TEST_F(http_answer, carries_date_and_security_headers) {
  start();
  const auto answer = ask(get("/hello"));
  for (const auto* field :
       {"Date: ", " GMT\r\n", "X-Content-Type-Options: nosniff", "Cache-Control: no-store"})
    EXPECT_TRUE(answer.has(field)) << field;
}

TEST_F(http_answer, cannot_be_split_by_a_handlers_header) {
  start();
  const auto answer = ask(get("/injects"));
  EXPECT_FALSE(answer.has("Set-Cookie"));
  EXPECT_TRUE(answer.has("X-Good: yes"));
  EXPECT_TRUE(answer.has("Content-Length: 2\r\n"));
  EXPECT_EQ(answer.body, "ok");
}

TEST_F(http_answer, handler_sees_path_query_headers_and_peer) {
  start();
  const auto answer = ask(get("/show?a=1&q=a%20b%2Bc+d", "X-Test: one\r\nx-tEst: two\r\n"));
  EXPECT_TRUE(answer.body.starts_with("/show|a b+c d|one|2|")) << answer.body;
  EXPECT_TRUE(answer.body.ends_with("|127.0.0.1"));
}

TEST_F(http_answer, absolute_form_target_is_taken_as_its_path) {
  start();
  EXPECT_TRUE(ask("GET http://t/show?q=x HTTP/1.1\r\nHost: t\r\n\r\n").body.starts_with("/show|x|"));
}

TEST_F(http_answer, listens_on_ipv6_too) {
  start();
  const auto added = server->listen("::1", 0);
  if (!added) GTEST_SKIP() << "no IPv6 here";
  EXPECT_NE(*added, 0);
}

TEST_F(http_answer, listening_on_a_taken_port_is_refused) {
  start();
  EXPECT_FALSE(server->listen("127.0.0.1", port));
  EXPECT_FALSE(server->listen("not an address", 0));
}

}  // namespace
}  // namespace sellavie::test
