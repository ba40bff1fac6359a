// What strangers with many connections can take, and that it comes back: buffered bytes, connections.
#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using net::http_rejection;

constexpr std::size_t kibibyte = 1024;
constexpr std::size_t large = 100 * kibibyte;

net::http_limits flood_limits() {
  auto limits = limits_of_strangers();
  limits.buffered_bytes = 1024 * kibibyte;
  limits.buffered_bytes_per_address = 256 * kibibyte;
  return limits;
}

std::string post_head(std::string_view path, std::size_t length) {
  return "POST " + std::string{path} + " HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(length) +
         "\r\n\r\n";
}

std::string post(std::string_view path, std::size_t length) {
  return post_head(path, length) + std::string(length, 'x');
}

class http_flood : public http_server_test {
 protected:
  /// A connection that announces much, sends `sent` bytes of it and then falls silent.
  [[nodiscard]] raw_peer half_sent(unsigned char host, std::size_t sent = large) const {
    auto peer = connect_as(host);
    peer.send(post_head("/large", 4'000'000) + std::string(sent, 'x'));
    return peer;
  }

  [[nodiscard]] bool comes_to_hold(std::size_t bytes) const {
    return eventually([&] { return server->buffered_bytes() >= bytes; });
  }
  [[nodiscard]] bool is_given_back() const {
    return eventually([&] { return server->buffered_bytes() == 0 && observer.buffered == 0; });
  }
};

// ---- the bound ---------------------------------------------------------------------------------

TEST_F(http_flood, of_half_sent_bodies_is_bounded_and_an_honest_webhook_gets_through) {
  auto limits = flood_limits();
  start(limits);
  std::vector<raw_peer> strangers;
  for (unsigned char host = 2; host < 10; ++host)
    for (int i = 0; i < 8; ++i) strangers.push_back(half_sent(host));
  const auto each = large + post_head("/large", 4'000'000).size();
  ASSERT_TRUE(eventually([&] {
    const auto refused = static_cast<std::size_t>(observer.rejections(http_rejection::buffers_full));
    return refused > 0 && server->buffered_bytes() == (strangers.size() - refused) * each;
  }));
  EXPECT_LE(observer.most_buffered, static_cast<std::ptrdiff_t>(limits.buffered_bytes));
  auto honest = connect_as(2);
  EXPECT_EQ(honest.send(post("/large", 4 * kibibyte)).read_answer().body, "4096");
}

TEST_F(http_flood, is_told_503_and_to_come_back) {
  auto limits = flood_limits();
  limits.buffered_bytes = 64 * kibibyte;
  start(limits);
  auto peer = connect_as(2);
  const auto answer = peer.send(post("/large", large)).read_answer();
  EXPECT_EQ(answer.status(), 503);
  EXPECT_TRUE(answer.has("Retry-After: 1"));
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_flood, from_one_address_leaves_the_others_their_room) {
  start(flood_limits());
  std::vector<raw_peer> strangers;
  for (int i = 0; i < 12; ++i) strangers.push_back(half_sent(2));
  ASSERT_TRUE(eventually([&] { return observer.rejections(http_rejection::buffers_full) >= 9; }));
  auto honest = connect_as(3);
  EXPECT_EQ(honest.send(post("/large", 2 * large)).read_answer().status(), 200);
}

TEST_F(http_flood, of_slow_bodies_makes_room_when_it_presses) {
  auto limits = flood_limits();
  limits.body_progress_interval = 100ms;
  limits.body_progress_bytes = 0;  // only pressure cuts them
  start(limits);
  std::vector<raw_peer> strangers;
  for (unsigned char host = 2; host < 9; ++host) strangers.push_back(half_sent(host));
  EXPECT_TRUE(eventually([&] {
    return observer.rejections(http_rejection::timed_out) >= 2 &&
           server->buffered_bytes() < limits.buffered_bytes / 2;
  }));
  auto honest = connect_as(9);
  EXPECT_EQ(honest.send(post("/large", 2 * large)).read_answer().status(), 200);
}

TEST_F(http_flood, lets_a_body_that_was_let_in_go_on) {
  auto limits = flood_limits();
  limits.buffered_bytes_per_address = limits.buffered_bytes;
  start(limits);
  auto early = connect_as(2);
  early.send(post_head("/large", 2 * large) + std::string(large, 'x'));
  ASSERT_TRUE(comes_to_hold(large));
  auto other = half_sent(3, 680 * kibibyte);
  EXPECT_TRUE(eventually([&] { return server->buffered_bytes() >= large + 680 * kibibyte; }));
  auto late = connect_as(4);
  EXPECT_EQ(late.send(post("/large", large)).read_answer().status(), 503);
  EXPECT_EQ(early.send(std::string(large, 'x')).read_answer().status(), 200);
}

TEST_F(http_flood, counts_what_has_arrived_and_not_what_was_announced) {
  start(flood_limits());
  auto peer = half_sent(2, 20 * kibibyte);
  ASSERT_TRUE(comes_to_hold(20 * kibibyte));
  EXPECT_LT(server->buffered_bytes(), 21 * kibibyte);
}

TEST_F(http_flood, counts_chunks_too) {
  start(flood_limits());
  auto peer = connect_as(2);
  peer.send("POST /large HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) peer.send("1000\r\n" + std::string(4096, 'x') + "\r\n");
  ASSERT_TRUE(comes_to_hold(80 * kibibyte));
  EXPECT_EQ(peer.send("0\r\n\r\n").read_answer().body, "81920");
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_flood, a_usual_webhook_costs_the_budget_nothing) {
  start(flood_limits());
  auto peer = connect_as(2);
  EXPECT_EQ(peer.send(post("/large", 7 * kibibyte)).read_answer().status(), 200);
  EXPECT_EQ(observer.most_buffered, 0);
}

TEST_F(http_flood, a_body_for_no_route_is_not_collected) {
  auto limits = flood_limits();
  limits.body_bytes = 2 * 1024 * kibibyte;
  start(limits);
  auto peer = connect_as(2);
  EXPECT_EQ(peer.send(post_head("/nowhere", 1024 * kibibyte)).read_answer().status(), 413);
}

TEST_F(http_flood, a_waiting_connection_keeps_no_large_body) {
  start(flood_limits());
  auto peer = connect_as(2);
  EXPECT_EQ(peer.send(post("/large", 60 * kibibyte)).read_answer().status(), 200);
  const auto kept = std::stoul(peer.send(get("/capacity")).read_answer().body);
  EXPECT_LE(kept, 8 * kibibyte);
}

// ---- requests behind the one that is answered ----------------------------------------------------

TEST_F(http_flood, what_is_read_behind_a_request_is_counted_until_it_is_answered) {
  start(flood_limits());
  auto peer = connect_as(2);
  peer.send(get("/hold") + post("/large", 40 * kibibyte));
  auto responder = take_held();
  ASSERT_TRUE(comes_to_hold(30 * kibibyte));
  responder.answer(net::text_response(200, "first"));
  EXPECT_EQ(peer.read_answer().body, "first");
  EXPECT_EQ(peer.read_answer().body, "40960");
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_flood, without_room_for_what_is_behind_a_request_it_is_the_last_answered) {
  auto limits = flood_limits();
  limits.buffered_bytes = 16 * kibibyte;
  start(limits);
  auto peer = connect_as(2);
  peer.send(get("/hold") + post("/large", 40 * kibibyte));
  auto responder = take_held();
  responder.answer(net::text_response(200, "first"));
  const auto answer = peer.read_answer();
  EXPECT_EQ(answer.body, "first");
  EXPECT_TRUE(peer.read_to_end());
  EXPECT_EQ(observer.requests, 1);
}

// ---- given back in every path --------------------------------------------------------------------

TEST_F(http_flood, gives_back_when_the_client_leaves) {
  start(flood_limits());
  auto leaving = half_sent(2);
  auto breaking = half_sent(3);
  ASSERT_TRUE(comes_to_hold(2 * large));
  leaving.close();
  breaking.abort();
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_flood, gives_back_at_a_deadline) {
  auto limits = flood_limits();
  limits.body_progress_interval = 100ms;
  start(limits);
  auto peer = half_sent(2);
  EXPECT_EQ(peer.read_answer().status(), 408);
  EXPECT_GE(observer.most_buffered, static_cast<std::ptrdiff_t>(large));
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_flood, gives_back_when_the_body_is_refused) {
  start(flood_limits());
  auto peer = connect_as(2);
  peer.send("POST /large HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n" +
            std::string(20 * kibibyte, 'x'));
  ASSERT_TRUE(comes_to_hold(20 * kibibyte));
  EXPECT_EQ(peer.send("\r\nnonsense\r\n").read_answer().status(), 400);
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_flood, gives_back_with_the_answer_and_not_before) {
  start(flood_limits());
  auto peer = connect_as(2);
  peer.send(post("/hold", large));
  auto responder = take_held();
  EXPECT_GE(server->buffered_bytes(), large);
  responder.answer(net::text_response(200, "done"));
  EXPECT_EQ(peer.read_answer().status(), 200);
  EXPECT_TRUE(is_given_back());
  EXPECT_EQ(peer.send(post("/large", large)).read_answer().status(), 200);
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_flood, gives_back_when_the_handler_throws) {
  start(flood_limits());
  auto peer = connect_as(2);
  EXPECT_EQ(peer.send(post("/throw", large)).read_answer().status(), 500);
  EXPECT_GE(observer.most_buffered, static_cast<std::ptrdiff_t>(large));
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_flood, gives_back_after_504_only_when_the_handler_lets_go) {
  auto limits = flood_limits();
  limits.answer_deadline = 60ms;
  start(limits);
  auto peer = connect_as(2);
  peer.send(post("/hold", large));
  auto responder = take_held();
  EXPECT_EQ(peer.read_answer().status(), 504);
  peer.close();
  EXPECT_TRUE(eventually([&] { return observer.closed == 1; }));
  EXPECT_GE(server->buffered_bytes(), large);
  EXPECT_EQ(server->connected_peers(), 1U) << "its share must outlive what is held against it";
  responder.answer(net::text_response(200, "nobody hears it"));
  EXPECT_TRUE(is_given_back());
  EXPECT_TRUE(eventually([&] { return server->connected_peers() == 0; }));
}

TEST_F(http_flood, gives_back_when_too_many_requests_are_in_flight) {
  auto limits = flood_limits();
  limits.requests_in_flight = 1;
  start(limits);
  auto first = connect_as(2);
  first.send(get("/hold"));
  auto responder = take_held();
  auto second = connect_as(2);
  EXPECT_EQ(second.send(post("/large", large)).read_answer().status(), 503);
  EXPECT_GE(observer.most_buffered, static_cast<std::ptrdiff_t>(large));
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_flood, gives_back_when_the_server_ends) {
  start(flood_limits());
  auto peer = half_sent(2);
  ASSERT_TRUE(comes_to_hold(large));
  server->stop_accepting();
  EXPECT_FALSE(server->drain(1ms));
  EXPECT_TRUE(is_given_back());
}

// ---- connections of one peer ---------------------------------------------------------------------

TEST_F(http_flood, of_connections_from_one_address_is_bounded) {
  auto limits = flood_limits();
  limits.connections_per_address = 2;
  start(limits);
  auto first = connect_as(2);
  auto second = connect_as(2);
  EXPECT_EQ(first.send(get("/hello")).read_answer().status(), 200);
  EXPECT_EQ(second.send(get("/hello")).read_answer().status(), 200);
  auto third = connect_as(2);
  const auto answer = third.read_answer();
  EXPECT_EQ(answer.status(), 503);
  EXPECT_TRUE(answer.has("Retry-After: 1"));
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_EQ(third.read_to_end(), "");
  EXPECT_EQ(observer.rejections(http_rejection::too_many_connections_of_peer), 1);
  EXPECT_EQ(observer.opened, 2) << "a refusal costs no session";
  EXPECT_EQ(connect_as(3).send(get("/hello")).read_answer().status(), 200);
}

TEST_F(http_flood, a_closed_connection_frees_its_place) {
  auto limits = flood_limits();
  limits.connections_per_address = 1;
  start(limits);
  for (int i = 0; i < 5; ++i) {
    auto peer = connect_as(2);
    EXPECT_EQ(peer.send(get("/hello")).read_answer().status(), 200);
    EXPECT_EQ(server->connected_peers(), 1U);
    peer.close();
    ASSERT_TRUE(eventually([&] { return server->connected_peers() == 0; }));
  }
}

TEST_F(http_flood, a_trusted_proxy_has_no_bound_of_its_own) {
  auto limits = flood_limits();
  limits.connections_per_address = 1;
  limits.unbounded_peers = {net::address_block::parse("127.0.0.2").value()};
  start(limits);
  std::vector<raw_peer> peers;
  for (int i = 0; i < 10; ++i) {
    peers.push_back(connect_as(2));
    EXPECT_EQ(peers.back().send(get("/hello")).read_answer().status(), 200);
  }
  auto through_it = connect_as(2);
  EXPECT_EQ(through_it.send(post("/large", 6 * large)).read_answer().status(), 200) << "more than a share";
}

TEST_F(http_flood, this_machine_is_no_stranger_by_default) {
  auto limits = small_limits();
  limits.connections_per_address = 1;
  start(limits);
  auto first = connect();
  auto second = connect();
  EXPECT_EQ(first.send(get("/hello")).read_answer().status(), 200);
  EXPECT_EQ(second.send(get("/hello")).read_answer().status(), 200);
}

// ---- connections of all --------------------------------------------------------------------------

/// Full with four connections; each of the two lanes has two of them.
struct http_full_house : http_flood {
  void fill(const std::function<void(raw_peer&)>& with) {
    auto limits = flood_limits();
    limits.connections = 4;
    start(limits);
    for (unsigned char host = 2; host < 6; ++host) {
      peers.push_back(connect_as(host));
      with(peers.back());
      ASSERT_TRUE(eventually([&] { return observer.opened == static_cast<int>(peers.size()); }));
    }
  }
  std::vector<raw_peer> peers;
};

TEST_F(http_full_house, of_silent_connections_lets_an_honest_sender_in) {
  fill([](raw_peer&) {});
  for (unsigned char host = 10; host < 30; ++host)
    EXPECT_EQ(connect_as(host).send(get("/hello")).read_answer().status(), 200);
  EXPECT_EQ(peers.front().read_to_end(), "");
  EXPECT_TRUE(eventually([&] { return server->connections() <= 4; }));
}

TEST_F(http_full_house, closes_the_longest_idle_first) {
  fill([](raw_peer& peer) { EXPECT_EQ(peer.send(get("/hello")).read_answer().status(), 200); });
  EXPECT_EQ(peers[0].send(get("/hello")).read_answer().status(), 200);
  auto late = connect_as(10);
  EXPECT_EQ(late.send(get("/hello")).read_answer().status(), 200);
  EXPECT_EQ(peers[2].read_to_end(), "") << "of the first lane's, it has been idle for longest";
  for (const std::size_t kept : {0U, 1U, 3U})
    EXPECT_EQ(peers[kept].send(get("/hello")).read_answer().status(), 200);
  EXPECT_EQ(observer.evicted, 1);
  EXPECT_EQ(observer.rejections(http_rejection::too_many_connections), 0) << "nobody was refused";
}

TEST_F(http_full_house, closes_nobody_who_awaits_an_answer) {
  std::vector<net::responder> owed;
  fill([&](raw_peer& peer) {
    peer.send(get("/hold"));
    owed.push_back(take_held());
  });
  EXPECT_EQ(connect_as(10).read_answer().status(), 503);
  for (auto& responder : owed) responder.answer(net::text_response(200, "kept"));
  for (auto& peer : peers) EXPECT_EQ(peer.read_answer().body, "kept");
}

}  // namespace
}  // namespace sellavie::test
