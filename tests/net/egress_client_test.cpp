// Calls to URLs of strangers, against servers that answer, stall, flood, redirect and lie.
#include "net/egress/egress_client.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <csignal>
#include <future>

#include "tests/net/raw_peer.hpp"
#include "tests/net/tls_peer.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using net::egress_answer;
using net::egress_outcome;
using net::egress_request;

std::string answer_of(std::string_view body, std::string_view fields = "",
                      std::string_view status = "200 OK") {
  return "HTTP/1.1 " + std::string{status} + "\r\n" + std::string{fields} +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

class egress : public ::testing::Test {
 protected:
  egress() { std::signal(SIGPIPE, SIG_IGN); }  // for the test's own blocking servers

  /// A client that may call this machine at the listener's port.
  void start(config::egress_settings settings = {}, std::size_t threads = 2, std::size_t queue = 64) {
    settings.extra_ports.push_back(listener.port());
    client = std::make_unique<net::egress_client>(
        net::egress_options{net::egress_rules{settings}, threads, queue, authority ? authority->file() : ""});
  }
  void start_open(std::size_t threads = 2, std::size_t queue = 64) {
    start({.allow_private = {"127.0.0.0/8", "::1"}, .allow_http = true}, threads, queue);
  }

  [[nodiscard]] std::string url(std::string_view path = "/", const char* host = "127.0.0.1") const {
    return "http://" + std::string{host} + ':' + std::to_string(listener.port()) + std::string{path};
  }

  std::future<egress_answer> send(egress_request request) {
    auto promised = std::make_shared<std::promise<egress_answer>>();
    client->send(std::move(request),
                 [promised](egress_answer answer) { promised->set_value(std::move(answer)); });
    return promised->get_future();
  }

  static egress_answer wait_for(std::future<egress_answer>& coming) {
    if (coming.wait_for(patience) != std::future_status::ready) {
      ADD_FAILURE() << "no answer came";
      return {};
    }
    return coming.get();
  }

  egress_answer ask(egress_request request) {
    auto coming = send(std::move(request));
    return wait_for(coming);
  }

  /// Whether anybody connected.
  [[nodiscard]] bool was_called() const {
    pollfd one{.fd = listener.fd(), .events = POLLIN};
    return ::poll(&one, 1, 100) > 0;
  }

  raw_listener listener;
  std::unique_ptr<test_authority> authority;
  std::unique_ptr<net::egress_client> client;
};

TEST_F(egress, posts_the_body_with_its_fields_and_brings_the_answer) {
  start_open();
  auto coming =
      send({.url = url("/hook?a=b"), .headers = {{"Content-Type", "application/json"}}, .body = "{}"});
  auto peer = listener.accept();
  const auto request = peer.read_request();
  EXPECT_TRUE(request.starts_with("POST /hook?a=b HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("\r\nContent-Type: application/json\r\n"), std::string::npos) << request;
  EXPECT_EQ(request.find("Expect:"), std::string::npos) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\n{}")) << request;
  peer.send(answer_of("thanks", "Retry-After: 7\r\n", "503 Busy"));
  const auto got = wait_for(coming);
  EXPECT_EQ(got.outcome, egress_outcome::answered);
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.body, "thanks");
  EXPECT_FALSE(got.is_cut);
  EXPECT_EQ(got.retry_after, 7s);
}

TEST_F(egress, gets_without_a_body) {
  start_open();
  auto coming = send({.method = net::egress_method::get, .url = url("/picture")});
  auto peer = listener.accept();
  EXPECT_TRUE(peer.read_request().starts_with("GET /picture HTTP/1.1\r\n"));
  peer.send(answer_of("bytes"));
  EXPECT_EQ(wait_for(coming).body, "bytes");
}

TEST_F(egress, refuses_a_name_that_resolves_to_this_machine) {
  start({.allow_http = true});
  EXPECT_EQ(ask({.url = url("/", "localhost")}).outcome, egress_outcome::refused);
  EXPECT_FALSE(was_called());
}

TEST_F(egress, refuses_this_machine_however_it_is_written) {
  start({.allow_http = true});
  for (const char* host :
       {"127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"})
    EXPECT_EQ(ask({.url = url("/", host)}).outcome, egress_outcome::refused) << host;
  EXPECT_FALSE(was_called());
}

TEST_F(egress, refuses_plain_http_unless_it_is_allowed) {
  start({.allow_private = {"127.0.0.0/8"}});
  EXPECT_EQ(ask({.url = url()}).outcome, egress_outcome::refused);
  EXPECT_FALSE(was_called());
}

TEST_F(egress, refuses_fields_and_bodies_that_are_none) {
  start_open();
  EXPECT_EQ(ask({.url = url(), .headers = {{"X", "a\r\nY: b"}}}).outcome, egress_outcome::refused);
  EXPECT_EQ(ask({.url = url(), .headers = {{"X: y", "a"}}}).outcome, egress_outcome::refused);
  EXPECT_EQ(ask({.url = url(), .body = std::string(net::largest_egress_body + 1, 'a')}).outcome,
            egress_outcome::refused);
  EXPECT_FALSE(was_called());
}

TEST_F(egress, follows_no_redirect) {
  start_open();
  auto coming = send({.url = url()});
  auto peer = listener.accept();
  (void)peer.read_request();
  peer.send(answer_of("", "Location: " + url("/elsewhere") + "\r\n", "307 Moved"));
  const auto got = wait_for(coming);
  EXPECT_EQ(got.outcome, egress_outcome::answered);
  EXPECT_EQ(got.status, 307);
  EXPECT_FALSE(was_called());
}

TEST_F(egress, uses_no_proxy_of_the_environment) {
  start_open();
  raw_listener proxy;
  const auto address = "http://127.0.0.1:" + std::to_string(proxy.port());
  for (const char* name : {"http_proxy", "all_proxy"}) ::setenv(name, address.c_str(), 1);
  auto coming = send({.url = url()});
  auto peer = listener.accept();
  EXPECT_TRUE(peer.read_request().starts_with("POST / HTTP/1.1\r\n"));
  peer.send(answer_of("direct"));
  EXPECT_EQ(wait_for(coming).body, "direct");
  for (const char* name : {"http_proxy", "all_proxy"}) ::unsetenv(name);
}

TEST_F(egress, keeps_as_much_of_an_answer_as_was_wanted_and_hangs_up) {
  start_open();
  auto coming = send({.url = url(), .largest_answer = 1'000});
  auto peer = listener.accept();
  (void)peer.read_request();
  peer.send("HTTP/1.1 200 OK\r\n\r\n");
  const std::string piece(65'536, 'x');
  std::thread flood{[&] {
    for (int i = 0; i < 1'000; ++i) peer.send(piece);  // ends when nobody reads: send fails
  }};
  const auto got = wait_for(coming);
  flood.join();
  EXPECT_EQ(got.outcome, egress_outcome::answered);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, std::string(1'000, 'x'));
  EXPECT_TRUE(got.is_cut);
}

TEST_F(egress, an_answer_of_just_the_wanted_size_is_whole) {
  start_open();
  auto coming = send({.url = url(), .largest_answer = 5});
  auto peer = listener.accept();
  (void)peer.read_request();
  peer.send(answer_of("12345"));
  const auto got = wait_for(coming);
  EXPECT_EQ(got.body, "12345");
  EXPECT_FALSE(got.is_cut);
}

TEST_F(egress, endless_headers_are_no_answer) {
  start_open();
  auto coming = send({.url = url()});
  auto peer = listener.accept();
  (void)peer.read_request();
  peer.send("HTTP/1.1 200 OK\r\n");
  const std::string line = "X-More: " + std::string(1'000, 'x') + "\r\n";
  std::thread flood{[&] {
    for (int i = 0; i < 10'000; ++i) peer.send(line);
  }};
  EXPECT_EQ(wait_for(coming).outcome, egress_outcome::lost);
  flood.join();
}

TEST_F(egress, a_server_that_says_nothing_is_left_in_time) {
  start_open();
  const auto before = std::chrono::steady_clock::now();
  auto coming = send({.url = url(), .timeout = 300ms});
  auto peer = listener.accept();
  EXPECT_EQ(wait_for(coming).outcome, egress_outcome::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

TEST_F(egress, a_server_that_drips_is_left_in_time) {
  start_open();
  auto coming = send({.url = url(), .timeout = 500ms});
  auto peer = listener.accept();
  (void)peer.read_request();
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  std::thread drip{[&] {
    for (int i = 0; i < 100 && coming.wait_for(0s) != std::future_status::ready; ++i) {
      peer.send("x");
      std::this_thread::sleep_for(20ms);
    }
  }};
  EXPECT_EQ(coming.wait_for(patience), std::future_status::ready);
  drip.join();
  EXPECT_EQ(coming.get().outcome, egress_outcome::timed_out);
}

TEST_F(egress, a_connection_that_is_cut_is_lost_and_one_that_is_refused_is_unreachable) {
  start_open();
  auto coming = send({.url = url()});
  {
    auto peer = listener.accept();
    (void)peer.read_request();
  }
  EXPECT_EQ(wait_for(coming).outcome, egress_outcome::lost);
  listener.close();
  EXPECT_EQ(ask({.url = url()}).outcome, egress_outcome::unreachable);
}

TEST_F(egress, an_answer_that_is_no_http_is_lost_because_the_request_was_sent) {
  start_open();
  auto coming = send({.url = url()});
  {
    auto peer = listener.accept();
    (void)peer.read_request();
    peer.send("SSH-2.0-OpenSSH\r\n");
  }
  EXPECT_EQ(wait_for(coming).outcome, egress_outcome::lost);
}

TEST_F(egress, a_name_that_is_nobodys_is_unreachable) {
  start_open();
  EXPECT_EQ(ask({.url = url("/", "nobody.invalid"), .timeout = 5s}).outcome, egress_outcome::unreachable);
}

TEST_F(egress, what_does_not_fit_is_refused_at_once) {
  start_open(2, 8);
  // One lane: one thread of the two, two places of the eight.
  std::vector<std::future<egress_answer>> own;
  own.push_back(send({.url = url(), .lane = "ada"}));
  auto busy = listener.accept();
  (void)busy.read_request();
  for (int i = 0; i < 2; ++i) own.push_back(send({.url = url(), .lane = "ada"}));
  auto surplus = send({.url = url(), .lane = "ada"});
  ASSERT_EQ(surplus.wait_for(0s), std::future_status::ready);
  EXPECT_EQ(surplus.get().outcome, egress_outcome::overloaded);
  // Another lane is served meanwhile, before those who waited longer.
  auto other = send({.url = url("/kofi"), .lane = "kofi"});
  auto second = listener.accept();
  EXPECT_TRUE(second.read_request().starts_with("POST /kofi "));
  second.send(answer_of("kofi's"));
  EXPECT_EQ(wait_for(other).body, "kofi's");
  EXPECT_FALSE(was_called()) << "ada has her thread already";
  busy.send(answer_of("first"));
  for (int i = 0; i < 2; ++i) {
    auto next = listener.accept();
    (void)next.read_request();
    next.send(answer_of("next"));
  }
  for (auto& one : own) EXPECT_EQ(wait_for(one).outcome, egress_outcome::answered);
}

TEST_F(egress, who_has_nothing_on_the_way_goes_before_who_waited_longer) {
  start_open(4);
  std::vector<std::future<egress_answer>> coming;
  std::vector<raw_peer> busy;
  for (const char* lane : {"ada", "ada", "bola", "kofi"}) {
    coming.push_back(send({.url = url(), .lane = lane}));
    busy.push_back(listener.accept());
    (void)busy.back().read_request();
  }
  coming.push_back(send({.url = url("/bola"), .lane = "bola"}));
  coming.push_back(send({.url = url("/efe"), .lane = "efe"}));
  busy.front().send(answer_of("first"));
  for (const char* next : {"/efe", "/bola"}) {
    auto peer = listener.accept();
    EXPECT_TRUE(peer.read_request().starts_with("POST " + std::string{next} + " "));
    peer.send(answer_of("next"));
  }
  for (std::size_t i = 1; i < busy.size(); ++i) busy[i].send(answer_of("first"));
  for (auto& one : coming) EXPECT_EQ(wait_for(one).outcome, egress_outcome::answered);
}

TEST_F(egress, what_depends_on_the_moment_is_added_when_the_turn_has_come) {
  start_open(2);
  auto running = send({.url = url(), .lane = "ada"});
  auto busy = listener.accept();
  (void)busy.read_request();
  std::atomic<bool> is_its_turn = false;
  auto waiting = send({.url = url(), .lane = "ada", .when_begun = [&](egress_request& begun) {
                         EXPECT_TRUE(is_its_turn);
                         begun.headers.emplace_back("X-Moment", "now");
                         return true;
                       }});
  EXPECT_FALSE(was_called());
  is_its_turn = true;
  busy.send(answer_of("first"));
  auto peer = listener.accept();
  EXPECT_NE(peer.read_request().find("\r\nX-Moment: now\r\n"), std::string::npos);
  peer.send(answer_of("next"));
  EXPECT_EQ(wait_for(waiting).outcome, egress_outcome::answered);
  EXPECT_EQ(wait_for(running).outcome, egress_outcome::answered);
  EXPECT_EQ(ask({.url = url(), .when_begun = [](egress_request&) { return false; }}).outcome,
            egress_outcome::refused);
  EXPECT_FALSE(was_called());
}

TEST_F(egress, stopping_ends_what_runs_and_what_waits_within_moments) {
  start_open(2, 64);
  auto runs = send({.url = url(), .timeout = 60s, .lane = "ada"});
  auto peer = listener.accept();
  (void)peer.read_request();
  auto waits = send({.url = url(), .timeout = 60s, .lane = "ada"});
  const auto before = std::chrono::steady_clock::now();
  client->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_EQ(wait_for(runs).outcome, egress_outcome::stopped);
  EXPECT_EQ(wait_for(waits).outcome, egress_outcome::stopped);
  EXPECT_EQ(ask({.url = url()}).outcome, egress_outcome::stopped);
}

class egress_tls : public egress {
 protected:
  egress_tls() {
    authority = std::make_unique<test_authority>();
    localhost = make_certificate("localhost", "DNS:localhost", &authority->root());
    start({.allow_private = {"127.0.0.0/8", "::1"}});
  }

  [[nodiscard]] std::string secure_url() const { return "https" + url("/x", "localhost").substr(4); }

  void expect_refused(const key_and_certificate& identity, int version = TLS1_3_VERSION) {
    auto coming = send({.url = secure_url()});
    std::thread server{[&] {
      for (auto socket = listener.accept(); socket.is_open(); socket = listener.accept()) {
        tls_peer peer{std::move(socket), identity, version};
        if (!peer.is_accepted()) continue;
        EXPECT_EQ(peer.read(), "") << "the request was sent to a stranger";
      }
    }};
    EXPECT_EQ(wait_for(coming).outcome, egress_outcome::unreachable);
    listener.stop();
    server.join();
  }

  key_and_certificate localhost;
};

TEST_F(egress_tls, speaks_to_the_named_server) {
  auto coming = send({.url = secure_url(), .body = "question"});
  tls_peer peer{listener.accept(), localhost};
  ASSERT_TRUE(peer.is_accepted());
  EXPECT_TRUE(peer.read().starts_with("POST /x HTTP/1.1\r\n"));
  peer.send(answer_of("secret"));
  EXPECT_EQ(wait_for(coming).body, "secret");
}

TEST_F(egress_tls, refuses_another_hosts_certificate) {
  expect_refused(make_certificate("localhost", "DNS:example.org", &authority->root()));
}

TEST_F(egress_tls, refuses_an_unknown_authority) {
  const auto stranger = make_certificate("Other CA", "", nullptr);
  expect_refused(make_certificate("localhost", "DNS:localhost", &stranger));
}

TEST_F(egress_tls, refuses_an_expired_certificate) {
  expect_refused(make_certificate("localhost", "DNS:localhost", &authority->root(), -3600));
}

}  // namespace
}  // namespace sellavie::test
