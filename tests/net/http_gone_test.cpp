// A client that has closed is noticed while its request is worked on; one that has only finished sending is answered.
#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

class http_gone : public http_server_test {
 protected:
  raw_peer ask_to_hold(std::string_view version = "HTTP/1.1") {
    start();
    auto peer = connect();
    peer.send("GET /hold " + std::string{version} + "\r\nHost: t\r\n\r\n");
    return peer;
  }
  /// Longer than it takes to notice whoever has gone.
  static void wait_for_a_few_looks() { std::this_thread::sleep_for(std::chrono::milliseconds{300}); }
};

TEST_F(http_gone, a_client_that_waits_is_left_alone) {
  auto peer = ask_to_hold();
  auto responder = take_held();
  wait_for_a_few_looks();
  EXPECT_FALSE(responder.is_in_vain());
  responder.answer(net::text_response(200, "at last"));
  EXPECT_TRUE(responder.is_in_vain()) << "it was given";
  EXPECT_EQ(peer.read_answer().body, "at last");
  EXPECT_EQ(peer.send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").read_answer().body, "hello");
}

TEST_F(http_gone, a_closed_connection_is_noticed) {
  auto peer = ask_to_hold();
  auto responder = take_held();
  peer.close();
  EXPECT_TRUE(eventually([&] { return responder.is_in_vain(); }));
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
  responder.answer(net::text_response(200, "too late"));
  EXPECT_TRUE(eventually([&] { return server->requests_in_flight() == 0; }));
  EXPECT_EQ(ask("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").status(), 200);
}

TEST_F(http_gone, a_reset_is_noticed) {
  auto peer = ask_to_hold();
  auto responder = take_held();
  peer.abort();
  EXPECT_TRUE(eventually([&] { return responder.is_in_vain(); }));
}

TEST_F(http_gone, also_behind_requests_that_nobody_has_read_yet) {
  auto peer = ask_to_hold();
  auto responder = take_held();
  peer.send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").close();
  EXPECT_TRUE(eventually([&] { return responder.is_in_vain(); }));
}

TEST_F(http_gone, who_has_finished_sending_is_told_once_that_it_goes_on_and_answered) {
  auto peer = ask_to_hold();
  auto responder = take_held();
  peer.finish_sending();
  wait_for_a_few_looks();
  EXPECT_FALSE(responder.is_in_vain());
  responder.answer(net::text_response(200, "at last"));
  EXPECT_EQ(peer.read_answer().status(), 100);
  EXPECT_EQ(peer.read_answer().body, "at last");
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(http_gone, who_does_not_know_interim_answers_gets_none) {
  auto peer = ask_to_hold("HTTP/1.0");
  auto responder = take_held();
  peer.finish_sending();
  wait_for_a_few_looks();
  EXPECT_FALSE(responder.is_in_vain());
  responder.answer(net::text_response(200, "at last"));
  EXPECT_EQ(peer.read_answer().body, "at last");
}

TEST_F(http_gone, who_was_told_that_it_took_too_long_waits_no_more) {
  auto limits = small_limits();
  limits.answer_deadline = std::chrono::milliseconds{50};
  start(limits);
  auto peer = connect();
  peer.send("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n");
  auto responder = take_held();
  EXPECT_EQ(peer.read_answer().status(), 504);
  EXPECT_TRUE(eventually([&] { return responder.is_in_vain(); }));
}

}  // namespace
}  // namespace sellavie::test
