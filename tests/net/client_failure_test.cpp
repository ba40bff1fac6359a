// When no answer comes: what the outcome may claim, and what is tried again.
#include "tests/net/client_fixture.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;

class client_failure : public client_test {
 protected:
  void send_to(std::string target, actors::header_list headers = {}, std::string method = "GET") {
    client->send({.method = std::move(method),
                  .url = std::move(target),
                  .headers = std::move(headers),
                  .timeout = patience},
                 results.collect());
  }

  /// One answered request; the connection is idle afterwards.
  raw_peer warmed_up() {
    post();
    auto peer = listener.accept();
    EXPECT_FALSE(peer.read_request().empty());
    peer.send(answer("warm"));
    EXPECT_EQ(results.wait_for(0).status, 200);
    return peer;
  }
};

TEST_F(client_failure, refused_connection_is_not_sent) {
  start();
  listener.close();
  post();
  const auto got = results.wait_for();
  EXPECT_EQ(got.outcome, transport_outcome::not_sent);
  EXPECT_TRUE(got.reason.starts_with("connect: "));
}

TEST_F(client_failure, unknown_name_is_not_sent) {
  start();
  send_to("http://no-such-host.invalid/");
  EXPECT_EQ(results.wait_for().outcome, transport_outcome::not_sent);
}

TEST_F(client_failure, connection_closed_after_the_request_is_lost) {
  start();
  post();
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.close();
  EXPECT_EQ(results.wait_for().outcome, transport_outcome::lost);
}

TEST_F(client_failure, connection_reset_after_the_request_is_lost) {
  start();
  post();
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.abort();
  EXPECT_EQ(results.wait_for().outcome, transport_outcome::lost);
}

TEST_F(client_failure, answer_cut_off_is_lost) {
  start();
  for (std::size_t i = 0;
       const auto* message : {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"}) {
    post();
    auto peer = listener.accept();
    ASSERT_FALSE(peer.read_request().empty());
    peer.send(message).close();
    const auto got = results.wait_for(i++);
    EXPECT_EQ(got.outcome, transport_outcome::lost);
    EXPECT_EQ(got.reason, "connection ended in the answer");
  }
}

TEST_F(client_failure, no_answer_until_the_deadline_is_lost) {
  start();
  post("/", "question", 50ms);
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  const auto got = results.wait_for();
  EXPECT_EQ(got.outcome, transport_outcome::lost);
  EXPECT_EQ(got.reason, "deadline");
  EXPECT_EQ(peer.read_to_end(), "") << "the connection is not used again";
}

TEST_F(client_failure, half_an_answer_until_the_deadline_is_lost) {
  start();
  post("/", "question", 50ms);
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(results.wait_for().reason, "deadline");
}

TEST_F(client_failure, waiting_for_a_connection_until_the_deadline_is_not_sent) {
  net::client_options options;
  options.limits.connections_per_origin = 1;
  start(options);
  post("/first");
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  post("/second", "question", 30ms);
  EXPECT_EQ(results.wait_for(0).outcome, transport_outcome::not_sent);
  peer.send(answer("yes"));
  EXPECT_EQ(results.wait_for(1).outcome, transport_outcome::answered);
}

TEST_F(client_failure, a_full_queue_is_not_sent) {
  net::client_options options;
  options.limits.connections_per_origin = 1;
  options.limits.waiting_per_origin = 1;
  start(options);
  post("/first");
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  post("/second");
  post("/third");
  const auto got = results.wait_for(0);
  EXPECT_EQ(got.outcome, transport_outcome::not_sent);
  EXPECT_EQ(got.reason, "queue full");
  peer.send(answer("one"));
  EXPECT_TRUE(peer.read_request().starts_with("POST /second"));
  peer.send(answer("two"));
  EXPECT_EQ(results.wait_for(2).body, "two");
}

TEST_F(client_failure, a_connection_closed_while_idle_is_replaced_before_writing) {
  start();
  warmed_up().close();
  post("/again");
  auto fresh = listener.accept();
  EXPECT_TRUE(fresh.read_request().starts_with("POST /again"));
  fresh.send(answer("second"));
  EXPECT_EQ(results.wait_for(1).body, "second");
}

TEST_F(client_failure, a_connection_reset_while_idle_is_replaced_before_writing) {
  start();
  warmed_up().abort();
  post("/again");
  auto fresh = listener.accept();
  EXPECT_TRUE(fresh.read_request().starts_with("POST /again"));
  fresh.send(answer("second"));
  EXPECT_EQ(results.wait_for(1).body, "second");
}

TEST_F(client_failure, a_post_on_a_reused_connection_is_never_doubled) {
  start();
  auto peer = warmed_up();
  post("/once");
  EXPECT_TRUE(peer.read_request().starts_with("POST /once"));
  peer.close();
  EXPECT_EQ(results.wait_for(1).outcome, transport_outcome::lost);
  post("/next");
  auto fresh = listener.accept();
  EXPECT_TRUE(fresh.read_request().starts_with("POST /next")) << "and not /once again";
}

TEST_F(client_failure, unasked_bytes_end_an_idle_connection) {
  start();
  auto peer = warmed_up();
  peer.send(answer("nobody asked"));
  EXPECT_EQ(peer.read_to_end(), "");
  post("/next");
  auto fresh = listener.accept();
  ASSERT_FALSE(fresh.read_request().empty());
  fresh.send(answer("right"));
  EXPECT_EQ(results.wait_for(1).body, "right");
}

TEST_F(client_failure, bytes_behind_an_answer_end_the_connection) {
  start();
  post();
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.send(answer("one") + answer("smuggled"));
  EXPECT_EQ(results.wait_for(0).body, "one");
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(client_failure, an_idle_connection_grows_old) {
  net::client_options options;
  options.limits.idle_deadline = 40ms;
  start(options);
  EXPECT_EQ(warmed_up().read_to_end(), "");
}

TEST_F(client_failure, the_servers_keep_alive_hint_shortens_it) {
  start();
  post();
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.send(answer("yes", "Keep-Alive: timeout=1\r\n"));
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(client_failure, closing_completes_everything_once) {
  net::client_options options;
  options.limits.connections_per_origin = 1;
  start(options);
  post("/first");
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  post("/second");
  client->close();
  post("/third");
  std::size_t lost = 0;
  for (std::size_t i = 0; i < 3; ++i)
    lost += results.wait_for(i).outcome == transport_outcome::lost ? 1U : 0U;
  EXPECT_EQ(lost, 1U) << "only the first had left";
  threads.stop();
  EXPECT_EQ(results.count(), 3U);
}

TEST_F(client_failure, requests_complete_even_when_the_threads_have_stopped) {
  {
    net::io_threads stopped{1};
    client = net::client::make(stopped.contexts()).value();
    stopped.stop();
    post();
    client.reset();
  }
  EXPECT_EQ(results.wait_for().outcome, transport_outcome::not_sent);
}

TEST_F(client_failure, a_throwing_completion_hurts_nobody) {
  start();
  client->send({.url = url(), .timeout = patience},
               [](outbound_response) { throw std::runtime_error{"mine"}; });
  auto peer = listener.accept();
  ASSERT_FALSE(peer.read_request().empty());
  peer.send(answer("one"));
  post("/next");
  EXPECT_TRUE(peer.read_request().starts_with("POST /next"));
}

TEST_F(client_failure, what_could_inject_is_refused_before_sending) {
  start();
  std::size_t completed = 0;
  const auto refused = [&] {
    const auto got = results.wait_for(completed++);
    return got.outcome == transport_outcome::not_sent && !got.reason.empty();
  };
  for (const actors::header_list& headers :
       std::vector<actors::header_list>{{{"X", "a\r\nY: b"}},
                                        {{"X", "a\nb"}},
                                        {{"X\r\nY", "a"}},
                                        {{"X Y", "a"}},
                                        {{"", "a"}},
                                        {{"X", std::string("a\0b", 3)}}}) {
    send_to(url(), headers);
    EXPECT_TRUE(refused()) << headers[0].first << '=' << headers[0].second;
  }
  for (const char* target : {"http://127.0.0.1/a\r\nX: b", "http://127.0.0.1/a b", "ftp://127.0.0.1/",
                             "127.0.0.1", "", "http:///x", "http://user:pass@127.0.0.1/",
                             "http://127.0.0.1:0/", "http://127.0.0.1:99999/", "http://a%0d%0ab/"}) {
    send_to(target);
    EXPECT_TRUE(refused()) << target;
  }
  for (const char* method : {"", "GET /x HTTP/1.1\r\n", "CONNECT"}) {
    send_to(url(), {}, method);
    EXPECT_TRUE(refused()) << method;
  }
}

TEST_F(client_failure, framing_headers_of_the_caller_are_ignored) {
  start();
  send_to(
      url(),
      {{"content-length", "99"}, {"Transfer-Encoding", "chunked"}, {"host", "evil"}, {"connection", "close"}},
      "POST");
  auto peer = listener.accept();
  const auto request = peer.read_request();
  EXPECT_EQ(request.find(": 99\r\n"), std::string::npos);
  EXPECT_EQ(request.find("chunked"), std::string::npos);
  EXPECT_EQ(request.find("evil"), std::string::npos);
  EXPECT_NE(request.find("Content-Length: 0\r\n"), std::string::npos);
}

TEST_F(client_failure, a_name_is_resolved_and_may_have_several_addresses) {
  start();
  send_to("http://localhost:" + std::to_string(listener.port()) + "/");
  auto peer = listener.accept();
  EXPECT_NE(peer.read_request().find("Host: localhost:"), std::string::npos);
  peer.send(answer("yes"));
  EXPECT_EQ(results.wait_for().body, "yes");
}

}  // namespace
}  // namespace sellavie::test
