// What each kind of webhook body is answered, what is handed on for quarantine, and what the log says.
#include "net/webhooks/meta_webhook.hpp"

#include <nlohmann/json.hpp>

#include "protocol/crypto/encoding.hpp"
#include "tests/net/http_fixture.hpp"
#include "tests/net/still_clock.hpp"

namespace sellavie::test {
namespace {

using monitoring::quarantine_reason;
using monitoring::webhook_oddity;
using monitoring::webhook_rejection;
using nlohmann::json;

/// The route on a socket, before a writer that keeps what it gets and answers as the test says.
class meta_webhook : public ::testing::Test {
 protected:
  meta_webhook() {
    writer = system.spawn([this](actors::inbox_writer_actor::pointer) {
      return actors::inbox_writer_actor::behavior_type{[this](const actors::accept_request& incoming) {
        const auto answered = std::exchange(incoming.request->answered, nullptr);
        received.push_back(incoming.request);
        answered(stores);
      }};
    });
    net::router routes;
    net::meta_webhook_dependencies with;
    with.app_secrets.emplace_back(secret);
    with.verify_tokens = {"token"};
    with.directory = std::make_shared<net::route_directory>();
    with.writer = writer;
    with.time = time;
    with.metrics = numbers;
    with.log = std::make_shared<monitoring::logger>(monitoring::log_options{
        .queue = 0,
        .now = [this] { return time->at; },
        .write = [this](std::string_view line) { lines.push_back(json::parse(line)); }});
    with.limits.events = 2;
    with.forgeries = forgeries;
    net::add_meta_webhook(routes, std::move(with));
    net::router::parameters none;
    options = routes.find(net::http_method::post, "/webhooks/meta", none).found->options;
    server = std::make_unique<net::http_server>(threads.contexts(), std::move(routes), small_limits());
    port = server->listen("127.0.0.1", 0).value();
  }
  ~meta_webhook() override {
    server->drain(std::chrono::milliseconds{0});
    threads.stop();
    caf::anon_send_exit(writer, caf::exit_reason::kill);
    writer = nullptr;
  }

  /// Signed as it should be unless `signature` is given.
  raw_answer post(std::string_view body, std::string_view id = "r-1",
                  std::optional<std::string> signature = std::nullopt) {
    if (!signature) signature = "sha256=" + crypto::hex_encode(crypto::hmac_sha256(secret, body));
    auto peer = raw_peer::connect_to(port);
    return peer
        .send("POST /webhooks/meta HTTP/1.1\r\nHost: t\r\nX-Hub-Signature-256: " + *signature +
              "\r\nX-Request-Id: " + std::string{id} + "\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + std::string{body})
        .read_answer();
  }
  [[nodiscard]] static std::string page(std::string_view items) {
    return R"({"object":"page","entry":[{"id":"111","time":1700000000000,"messaging":[)" +
           std::string{items} + "]}]}";
  }
  [[nodiscard]] double odd(webhook_oddity what) const { return numbers->odd_webhooks(what).value(); }
  [[nodiscard]] double rejected(webhook_rejection why) const {
    return numbers->rejected_webhooks(why).value();
  }
  void expect_refusal_logged(std::string_view id, std::string_view reason, int status) {
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0]["event"], "webhook_refused");
    EXPECT_EQ(lines[0]["request_id"], id);
    EXPECT_EQ(lines[0]["reason"], reason);
    EXPECT_EQ(lines[0]["status"], status);
    lines.clear();
  }

  static constexpr const char* secret = "s3cret";
  static constexpr const char* message =
      R"({"sender":{"id":"222"},"recipient":{"id":"111"},"timestamp":1700000001000,"message":{"mid":"m","text":"Hi"}})";

  caf::actor_system_config config;
  caf::actor_system system{config};
  actors::inbox_writer_actor writer;
  std::vector<std::shared_ptr<actors::accepted_request>> received;
  std::atomic<bool> stores{true};
  std::shared_ptr<still_clock> time = std::make_shared<still_clock>();
  std::shared_ptr<monitoring::metrics> numbers = std::make_shared<monitoring::metrics>();
  std::vector<json> lines;
  std::shared_ptr<net::rate_limiter> forgeries =
      std::make_shared<net::rate_limiter>(net::meta_webhook_dependencies::forgeries_per_minute);
  net::route_options options;
  net::io_threads threads{1};
  std::unique_ptr<net::http_server> server;
  std::uint16_t port = 0;
};

// ---- answered 200, because Meta must not repeat it ----------------------------------------------------

TEST_F(meta_webhook, that_is_not_stored_in_time_is_told_to_come_again_about_when_meta_stops_waiting) {
  EXPECT_EQ(options.answer_deadline, std::chrono::seconds{5});
  EXPECT_EQ(options.late_status, 503);
}

TEST_F(meta_webhook, is_counted_as_a_webhook_when_the_server_refuses_it) { EXPECT_TRUE(options.is_webhook); }

TEST_F(meta_webhook, an_unknown_object_is_answered_200_and_quarantined_whole) {
  EXPECT_EQ(post(R"({"object":"permissions","entry":[{"id":"9"}]})", "odd-1").status(), 200);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_TRUE(received[0]->events.empty());
  ASSERT_EQ(received[0]->strays.size(), 1U);
  EXPECT_EQ(received[0]->strays[0].reason, quarantine_reason::unknown_object);
  EXPECT_EQ(received[0]->strays[0].event.raw, R"({"object":"permissions","entry":[{"id":"9"}]})");
  EXPECT_EQ(odd(webhook_oddity::unknown_object), 1);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["event"], "webhook_odd");
  EXPECT_EQ(lines[0]["request_id"], "odd-1");
  EXPECT_EQ(lines[0]["unknown_object"], true);
}

TEST_F(meta_webhook, the_test_button_is_answered_200_and_counted) {
  EXPECT_EQ(post(R"({"field":"messages","value":{"message":{"mid":"m","text":"x"}}})").status(), 200);
  EXPECT_EQ(odd(webhook_oddity::test_button), 1);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_TRUE(received[0]->strays.empty());
}

TEST_F(meta_webhook, malformed_items_are_answered_200_and_quarantined_beside_the_good_ones) {
  EXPECT_EQ(post(page(std::string{"5,"} + message + R"(,"4111 1111 1111 1111")")).status(), 200);
  ASSERT_EQ(received.size(), 1U);
  ASSERT_EQ(received[0]->strays.size(), 3U) << "the good one's page is unknown here";
  EXPECT_EQ(received[0]->strays[0].reason, quarantine_reason::unknown_account);
  EXPECT_EQ(received[0]->strays[1].reason, quarantine_reason::malformed_item);
  EXPECT_EQ(received[0]->strays[1].event.raw, "5");
  EXPECT_EQ(received[0]->strays[2].event.raw.find("4111"), std::string::npos);
  EXPECT_EQ(odd(webhook_oddity::malformed_item), 2);
}

TEST_F(meta_webhook, repaired_bytes_are_answered_200_and_counted) {
  EXPECT_EQ(post(page("{\"sender\":{\"id\":\"2\"},\"recipient\":{\"id\":\"111\"},\"message\":"
                      "{\"mid\":\"m\",\"text\":\"a\xff\"}}"))
                .status(),
            200);
  EXPECT_EQ(odd(webhook_oddity::repaired), 1);
}

TEST_F(meta_webhook, an_ordinary_body_is_neither_odd_nor_logged) {
  EXPECT_EQ(post(page(message)).status(), 200);
  for (std::size_t i = 0; i < monitoring::webhook_oddities.size(); ++i)
    EXPECT_EQ(odd(static_cast<webhook_oddity>(i)), 0);
  EXPECT_TRUE(lines.empty());
}

// ---- refused -----------------------------------------------------------------------------------------

TEST_F(meta_webhook, each_refusal_writes_one_line_with_its_request_id_and_reason) {
  EXPECT_EQ(post("{}", "bad-1", "sha256=00").status(), 403);
  expect_refusal_logged("bad-1", "bad_signature", 403);
  EXPECT_EQ(post("{not json and my card is 4111", "bad-2").status(), 400);
  expect_refusal_logged("bad-2", "malformed", 400);
  EXPECT_EQ(post(page(std::string{message} + "," + message + "," + message), "bad-3").status(), 413);
  expect_refusal_logged("bad-3", "too_large", 413);
  stores = false;
  const auto away = post(page(message), "bad-4");
  EXPECT_EQ(away.status(), 503);
  EXPECT_TRUE(away.has("Retry-After: 5"));
  expect_refusal_logged("bad-4", "unavailable", 503);
  for (const auto why : {webhook_rejection::bad_signature, webhook_rejection::malformed,
                         webhook_rejection::too_large, webhook_rejection::unavailable})
    EXPECT_EQ(rejected(why), 1);
}

TEST_F(meta_webhook, a_refused_handshake_is_explained_too) {
  auto peer = raw_peer::connect_to(port);
  peer.send(
      "GET /webhooks/meta?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong HTTP/1.1\r\nHost: t\r\n"
      "X-Request-Id: shake\r\n\r\n");
  EXPECT_EQ(peer.read_answer().status(), 403);
  expect_refusal_logged("shake", "handshake", 403);
}

TEST_F(meta_webhook, a_flood_of_forgeries_does_not_drown_the_log) {
  constexpr auto most = net::meta_webhook_dependencies::lines_per_second;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(post("{}", "r", "sha256=00").status(), 403);
  EXPECT_EQ(lines.size(), most);
  EXPECT_EQ(rejected(webhook_rejection::bad_signature), 50);
  time->at += std::chrono::seconds{1};
  EXPECT_EQ(post("{}", "r", "sha256=00").status(), 403);
  ASSERT_EQ(lines.size(), most + 1);
  EXPECT_EQ(lines.back()["left_out_before"], 50 - most);
}

TEST_F(meta_webhook, an_address_that_forges_is_told_to_wait_and_what_is_signed_still_passes) {
  // Emptied an hour ahead: however long this test takes, nothing flows into the bucket.
  const auto ahead = std::chrono::steady_clock::now() + std::chrono::hours{1};
  for (int i = 0; i < net::meta_webhook_dependencies::forgeries_per_minute; ++i)
    ASSERT_EQ(forgeries->take(net::client_key("127.0.0.1"), ahead), 0);
  auto guesser = raw_peer::connect_to(port);
  guesser.send(
      "GET /webhooks/meta?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(guesser.read_answer().status(), 429);
  const auto told = post("{}", "r", "sha256=00");
  EXPECT_EQ(told.status(), 429);
  EXPECT_TRUE(told.has("Retry-After: "));
  EXPECT_EQ(rejected(webhook_rejection::bad_signature), 1) << "it is counted all the same";
  EXPECT_TRUE(lines.empty());
  EXPECT_EQ(post(page(message)).status(), 200);
  EXPECT_EQ(received.size(), 1U);
}

TEST_F(meta_webhook, what_is_signed_takes_nothing_from_the_forgers_bucket) {
  EXPECT_EQ(post(page(message)).status(), 200);
  EXPECT_EQ(forgeries->clients(), 0U);
}

}  // namespace
}  // namespace sellavie::test
