// What the server does not take: the smuggling shapes, oversize, odd methods, overload.
#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;

struct shape {
  const char* name;
  std::string bytes;
  int status;
};

void PrintTo(const shape& each, std::ostream* out) { *out << each.name; }

class http_shape : public http_server_test, public ::testing::WithParamInterface<shape> {};

/// The refused message is followed by a request that must not be served: it could be smuggled.
TEST_P(http_shape, is_refused_and_the_connection_closed) {
  start();
  auto peer = connect();
  const auto all = peer.send(GetParam().bytes + "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").read_to_end();
  ASSERT_TRUE(all);
  EXPECT_EQ(all->substr(9, 3), std::to_string(GetParam().status)) << *all;
  EXPECT_NE(all->find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(all->find("hello"), std::string::npos);
  EXPECT_EQ(all->find("HTTP/1.1", 5), std::string::npos) << "a second answer";
  EXPECT_EQ(observer.requests, 0);
}

std::string with(std::string_view fields, std::string_view rest = "") {
  return "POST /echo HTTP/1.1\r\nHost: t\r\n" + std::string{fields} + "\r\n" + std::string{rest};
}

const shape shapes[] = {
    {"length_and_chunked", with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"chunked_and_length", with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400},
    {"differing_lengths", with("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400},
    {"repeated_equal_length", with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
    {"length_list", with("Content-Length: 3, 3\r\n", "abc"), 400},
    {"signed_length", with("Content-Length: +3\r\n", "abc"), 400},
    {"negative_length", with("Content-Length: -3\r\n"), 400},
    {"hex_length", with("Content-Length: 0x3\r\n", "abc"), 400},
    {"empty_length", with("Content-Length:\r\n"), 400},
    {"overflowing_length", with("Content-Length: 99999999999999999999999\r\n"), 400},
    {"unknown_coding", with("Transfer-Encoding: gzip\r\n"), 501},
    {"coding_list", with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
    {"identity_coding", with("Transfer-Encoding: identity\r\n"), 501},
    {"chunked_twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"coding_then_chunked",
     with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400},
    {"coding_with_vertical_tab",
     with("Transfer-Encoding: \x0b"
          "chunked\r\n",
          "0\r\n\r\n"),
     400},
    {"chunked_in_http_1_0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"folded_value", with("X-A: b\r\n c\r\n"), 400},
    {"folded_empty_value", with("X-A:\r\n c\r\n"), 400},
    {"folded_to_nothing", with("X-A: \r\n \r\n"), 400},
    {"folded_length", with("Content-Length:\r\n 3\r\n", "abc"), 400},
    {"space_before_colon", with("Content-Length : 3\r\n", "abc"), 400},
    {"tab_before_colon", with("Content-Length\t: 3\r\n", "abc"), 400},
    {"leading_space_in_name", with(" X-A: b\r\n"), 400},
    {"bare_lf_after_request_line", "GET /hello HTTP/1.1\nHost: t\r\n\r\n", 400},
    {"bare_lf_in_header", with("X-A: b\nX-B: c\r\n"), 400},
    {"bare_cr_in_value", with("X-A: b\rc\r\n"), 400},
    {"nul_in_value", with(std::string_view{"X-A: b\0c\r\n", 10}), 400},
    {"no_colon", with("nonsense\r\n"), 400},
    {"empty_name", with(": b\r\n"), 400},
    {"no_host", "GET /hello HTTP/1.1\r\n\r\n", 400},
    {"two_hosts", "GET /hello HTTP/1.1\r\nHost: t\r\nHost: t\r\n\r\n", 400},
    {"unknown_method", "BREW /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501},
    {"lower_case_method", "get /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501},
    {"connect", "CONNECT t:443 HTTP/1.1\r\nHost: t\r\n\r\n", 501},
    {"trace", "TRACE /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501},
    {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"relative_target", "GET hello HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"other_scheme", "GET ftp://t/hello HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"fragment", "GET /hello#a HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"dot_segments", "GET /x/../hello HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"encoded_dot_segments", "GET /x/%2e%2E/hello HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"space_in_target", "GET /hel lo HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"http_2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
    {"tls_hello", std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11}, 400},
    {"other_expectation", with("Expect: 200-maybe\r\n"), 417},
    {"bad_chunk_size", with("Transfer-Encoding: chunked\r\n", "zz\r\nab\r\n0\r\n\r\n"), 400},
    {"chunk_longer_than_said", with("Transfer-Encoding: chunked\r\n", "2\r\nabcd\r\n0\r\n\r\n"), 400},
    {"chunk_with_bare_lf", with("Transfer-Encoding: chunked\r\n", "2\nab\r\n0\r\n\r\n"), 400},
    {"negative_chunk", with("Transfer-Encoding: chunked\r\n", "-1\r\nab\r\n0\r\n\r\n"), 400},
    {"overflowing_chunk", with("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nab\r\n"), 400},
    {"endless_chunk_extension", with("Transfer-Encoding: chunked\r\n", "2;" + std::string(20000, 'x')), 400},
    {"length_over_the_limit", with("Content-Length: 4097\r\n"), 413},
    {"chunks_over_the_limit",
     with("Transfer-Encoding: chunked\r\n", "1000\r\n" + std::string(4096, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n"),
     413},
    {"one_huge_chunk", with("Transfer-Encoding: chunked\r\n", "7fffffff\r\nxxxx"), 413},
    {"over_limit_with_expect", with("Content-Length: 5000\r\nExpect: 100-continue\r\n"), 413},
    {"header_too_large", with("X-A: " + std::string(2100, 'a') + "\r\n"), 431},
    {"header_much_too_large", with("X-A: " + std::string(200000, 'a') + "\r\n"), 431},
    {"target_too_long", "GET /" + std::string(600, 'a') + " HTTP/1.1\r\nHost: t\r\n\r\n", 414},
    {"endless_target", "GET /" + std::string(10000, 'a'), 414},
};

INSTANTIATE_TEST_SUITE_P(shapes, http_shape, ::testing::ValuesIn(shapes),
                         [](const auto& param) { return std::string{param.param.name}; });

class http_refusal : public http_server_test {};

TEST_F(http_refusal, of_too_many_fields_is_431) {
  start();
  std::string message = "GET /hello HTTP/1.1\r\nHost: t\r\n";
  for (int i = 0; i < 20; ++i) message += "A: b\r\n";
  EXPECT_EQ(ask(message + "\r\n").status(), 431);
}

TEST_F(http_refusal, of_an_unknown_path_is_404_and_keeps_the_connection) {
  start();
  auto peer = connect();
  const auto answer =
      peer.send("POST /nowhere HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc").read_answer();
  EXPECT_EQ(answer.status(), 404);
  EXPECT_NE(answer.body.find("\"request_id\":\""), std::string::npos);
  EXPECT_EQ(peer.send(get("/hello")).read_answer().body, "hello");
}

TEST_F(http_refusal, of_a_wrong_method_is_405_with_allow) {
  start();
  auto peer = connect();
  const auto answer = peer.send("DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n").read_answer();
  EXPECT_EQ(answer.status(), 405);
  EXPECT_TRUE(answer.has("Allow: GET, HEAD\r\n"));
  EXPECT_EQ(peer.send(get("/hello")).read_answer().body, "hello");
}

TEST_F(http_refusal, of_a_slow_header_is_408) {
  auto limits = small_limits();
  limits.header_deadline = 80ms;
  start(limits);
  auto peer = connect();
  const auto all = peer.send("GET /hello HTTP/1.1\r\nHo").read_to_end();
  ASSERT_TRUE(all);
  EXPECT_EQ(all->substr(9, 3), "408");
  EXPECT_EQ(observer.rejections(net::http_rejection::timed_out), 1);
}

TEST_F(http_refusal, a_header_that_trickles_has_no_more_time) {
  auto limits = small_limits();
  limits.header_deadline = 100ms;
  start(limits);
  auto peer = connect();
  peer.send("GET /hello HTTP/1.1\r\n");
  EXPECT_TRUE(eventually([&] {
    peer.send("A");
    std::this_thread::sleep_for(10ms);
    return observer.rejections(net::http_rejection::timed_out) == 1;
  }));
}

TEST_F(http_refusal, of_a_slow_body_is_408) {
  auto limits = small_limits();
  limits.body_progress_interval = 80ms;
  start(limits);
  auto peer = connect();
  const auto all = peer.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nabc").read_to_end();
  ASSERT_TRUE(all);
  EXPECT_EQ(all->substr(9, 3), "408");
}

TEST_F(http_refusal, a_body_that_moves_on_has_only_the_whole_deadline) {
  auto limits = small_limits();
  limits.body_progress_interval = 50ms;
  limits.body_progress_bytes = 1;
  limits.body_deadline = 300ms;
  start(limits);
  auto peer = connect();
  peer.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 4000\r\n\r\n");
  EXPECT_TRUE(eventually([&] {
    peer.send("a");
    std::this_thread::sleep_for(5ms);
    return observer.rejections(net::http_rejection::timed_out) == 1;
  }));
}

TEST_F(http_refusal, an_idle_connection_is_closed_without_a_word) {
  auto limits = small_limits();
  limits.idle_deadline = 60ms;
  start(limits);
  auto peer = connect();
  EXPECT_EQ(peer.send(get("/hello")).read_answer().body, "hello");
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(http_refusal, a_connection_that_says_nothing_is_closed) {
  auto limits = small_limits();
  limits.header_deadline = 60ms;
  start(limits);
  auto peer = connect();
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(http_refusal, a_client_that_does_not_read_is_cut_off) {
  auto limits = small_limits();
  limits.write_deadline = 60ms;
  start(limits);
  auto peer = connect();
  peer.send(get("/big/50000000"));
  EXPECT_TRUE(eventually([&] { return observer.closed == 1; }));
}

TEST_F(http_refusal, an_abrupt_end_in_a_body_reaches_no_handler) {
  start();
  auto peer = connect();
  peer.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nabc");
  EXPECT_TRUE(eventually([&] { return observer.opened == 1; }));
  peer.abort();
  EXPECT_TRUE(eventually([&] { return observer.closed == 1; }));
  EXPECT_EQ(observer.requests, 0);
}

TEST_F(http_refusal, over_the_connection_limit_is_503) {
  auto limits = small_limits();
  limits.connections = 1;
  start(limits);
  auto first = connect();
  EXPECT_EQ(first.send(get("/hello")).read_answer().status(), 200);
  auto second = connect();
  const auto answer = second.read_answer();
  EXPECT_EQ(answer.status(), 503);
  EXPECT_TRUE(answer.has("Retry-After: 1"));
  EXPECT_EQ(first.send(get("/hello")).read_answer().status(), 200);
  first.close();
  second.close();
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
  EXPECT_EQ(ask(get("/hello")).status(), 200);
}

TEST_F(http_refusal, over_the_in_flight_limit_is_503_and_the_connection_stays) {
  auto limits = small_limits();
  limits.requests_in_flight = 1;
  start(limits);
  auto first = connect();
  first.send(get("/hold"));
  auto responder = take_held();
  auto second = connect();
  const auto answer = second.send(get("/hello")).read_answer();
  EXPECT_EQ(answer.status(), 503);
  EXPECT_TRUE(answer.has("Retry-After: 1"));
  responder.answer(net::text_response(200, "done"));
  EXPECT_EQ(first.read_answer().body, "done");
  EXPECT_EQ(second.send(get("/hello")).read_answer().status(), 200);
}

TEST_F(http_refusal, drain_answers_what_is_under_way_and_closes_what_is_idle) {
  start();
  auto idle = connect();
  EXPECT_EQ(idle.send(get("/hello")).read_answer().status(), 200);
  auto busy = connect();
  busy.send(get("/hold"));
  auto responder = take_held();
  server->stop_accepting();
  std::thread drainer{[&] { EXPECT_TRUE(server->drain(patience)); }};
  EXPECT_EQ(idle.read_to_end(), "");
  responder.answer(net::text_response(200, "still answered"));
  const auto answer = busy.read_answer();
  EXPECT_EQ(answer.body, "still answered");
  EXPECT_TRUE(answer.has("Connection: close"));
  drainer.join();
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(http_refusal, drain_cuts_off_at_its_deadline) {
  start();
  auto busy = connect();
  busy.send(get("/hold"));
  auto responder = take_held();
  server->stop_accepting();
  EXPECT_FALSE(server->drain(30ms));
  EXPECT_EQ(busy.read_to_end(), "");
  responder.answer(net::text_response(200, "nobody hears it"));
}

TEST_F(http_refusal, after_stop_accepting_no_connection_is_taken) {
  start();
  server->stop_accepting();
  EXPECT_TRUE(eventually([&] { return !connect().is_open(); }));
}

TEST_F(http_refusal, opened_and_closed_connections_balance) {
  start();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask(get("/hello")).status(), 200);
  EXPECT_TRUE(eventually([&] { return observer.closed == observer.opened && observer.opened == 10; }));
}

}  // namespace
}  // namespace sellavie::test
