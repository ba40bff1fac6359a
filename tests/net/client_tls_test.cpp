// TLS: the right server, and nobody else.
#include <csignal>

#include "tests/net/client_fixture.hpp"
#include "tests/net/tls_peer.hpp"

namespace sellavie::test {
namespace {

class client_tls : public client_test {
 protected:
  client_tls() {
    std::signal(SIGPIPE, SIG_IGN);  // for the test's own blocking server
    net::client_options options;
    options.extra_ca_file = authority.file();
    start(options);
  }

  void ask(std::string_view host, std::string body = "question") {
    client->send({.url = "https://" + std::string{host} + ":" + std::to_string(listener.port()) + "/x",
                  .body = std::move(body),
                  .timeout = patience},
                 results.collect());
  }

  /// Plays one handshake that the client must refuse.
  void expect_refused(const key_and_certificate& identity, std::string_view host,
                      int version = TLS1_3_VERSION) {
    ask(host);
    // The client may try each address of the name.
    std::thread server{[&] {
      for (auto socket = listener.accept(); socket.is_open(); socket = listener.accept()) {
        tls_peer peer{std::move(socket), identity, version};
        if (!peer.is_accepted()) continue;
        EXPECT_EQ(peer.read(), "") << "the request was sent to a stranger";
      }
    }};
    const auto got = results.wait_for();
    EXPECT_EQ(got.outcome, transport_outcome::not_sent);
    EXPECT_TRUE(got.reason.starts_with("TLS") || got.reason.starts_with("connect: ")) << got.reason;
    listener.stop();
    server.join();
  }

  test_authority authority;
  key_and_certificate localhost = make_certificate("localhost", "DNS:localhost", &authority.root());
};

TEST_F(client_tls, speaks_to_the_named_server_and_names_it) {
  ask("localhost");
  tls_peer peer{listener.accept(), localhost};
  ASSERT_TRUE(peer.is_accepted());
  EXPECT_EQ(peer.server_name(), "localhost");
  EXPECT_TRUE(peer.read().starts_with("POST /x HTTP/1.1\r\n"));
  peer.send(answer("secret"));
  EXPECT_EQ(results.wait_for().body, "secret");
}

TEST_F(client_tls, keeps_the_connection_for_the_next_request) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::size_t before = results.count();
    ask("localhost");
    tls_peer peer{listener.accept(), localhost, version};
    for (std::size_t i = 0; i < 4; ++i) {
      ASSERT_FALSE(peer.read().empty());
      peer.send(answer("again"));
      ASSERT_EQ(results.wait_for(before + i).body, "again");
      if (i < 3) ask("localhost");
    }
    peer.say_farewell();
    peer.close();
  }
}

TEST_F(client_tls, passes_large_bodies) {
  ask("localhost", std::string(1'000'000, 'q'));
  tls_peer peer{listener.accept(), localhost};
  std::size_t seen = 0;
  while (seen < 1'000'000) {
    const auto part = peer.read();
    ASSERT_FALSE(part.empty());
    seen += part.size();
  }
  peer.send(answer(std::string(1'000'000, 'a')));
  EXPECT_EQ(results.wait_for().body.size(), 1'000'000U);
}

TEST_F(client_tls, speaks_to_an_address_when_the_certificate_names_it) {
  const auto addressed = make_certificate("x", "IP:127.0.0.1", &authority.root());
  ask("127.0.0.1");
  tls_peer peer{listener.accept(), addressed};
  ASSERT_FALSE(peer.read().empty());
  EXPECT_EQ(peer.server_name(), "");
  peer.send(answer("yes"));
  EXPECT_EQ(results.wait_for().body, "yes");
}

TEST_F(client_tls, a_dropped_idle_connection_is_replaced) {
  ask("localhost");
  {
    tls_peer peer{listener.accept(), localhost};
    ASSERT_FALSE(peer.read().empty());
    peer.send(answer("one"));
    EXPECT_EQ(results.wait_for(0).body, "one");
    peer.say_farewell();
  }
  ask("localhost");
  tls_peer fresh{listener.accept(), localhost};
  ASSERT_FALSE(fresh.read().empty());
  fresh.send(answer("two"));
  EXPECT_EQ(results.wait_for(1).body, "two");
}

TEST_F(client_tls, a_body_cut_off_without_farewell_is_lost) {
  ask("localhost");
  tls_peer peer{listener.accept(), localhost};
  ASSERT_FALSE(peer.read().empty());
  peer.send("HTTP/1.1 200 OK\r\n\r\nhalf of it");
  peer.close();
  EXPECT_EQ(results.wait_for().outcome, transport_outcome::lost);
}

TEST_F(client_tls, a_body_ended_by_the_farewell_is_complete) {
  ask("localhost");
  tls_peer peer{listener.accept(), localhost};
  ASSERT_FALSE(peer.read().empty());
  peer.send("HTTP/1.1 200 OK\r\n\r\nall of it");
  peer.say_farewell();
  EXPECT_EQ(results.wait_for().body, "all of it");
}

TEST_F(client_tls, refuses_another_hosts_certificate) {
  expect_refused(make_certificate("localhost", "DNS:example.org", &authority.root()), "localhost");
}

TEST_F(client_tls, refuses_a_certificate_that_does_not_name_the_address) {
  expect_refused(localhost, "127.0.0.1");
}

TEST_F(client_tls, refuses_an_unknown_authority) {
  const auto stranger = make_certificate("Other CA", "", nullptr);
  expect_refused(make_certificate("localhost", "DNS:localhost", &stranger), "localhost");
}

TEST_F(client_tls, refuses_an_expired_certificate) {
  expect_refused(make_certificate("localhost", "DNS:localhost", &authority.root(), -3600), "localhost");
}

TEST_F(client_tls, refuses_old_protocol_versions) { expect_refused(localhost, "localhost", TLS1_1_VERSION); }

TEST_F(client_tls, a_server_that_speaks_no_tls_gets_no_request) {
  ask("127.0.0.1");
  auto peer = listener.accept();
  peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(results.wait_for().outcome, transport_outcome::not_sent);
}

TEST_F(client_tls, an_unreadable_authority_file_is_refused_at_start) {
  EXPECT_FALSE(net::client::make(threads.contexts(), {.limits = {}, .extra_ca_file = "/nowhere.pem"}));
}

}  // namespace
}  // namespace sellavie::test
