// What each event of a payment provider is answered, what is handed on to be stored, and what the log says.
#include "net/webhooks/payment_webhook.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "actors/payment_check.hpp"
#include "protocol/crypto/encoding.hpp"
#include "tests/net/http_fixture.hpp"
#include "tests/net/still_clock.hpp"

namespace sellavie::test {
namespace {

using actors::event_fate;
using monitoring::payment_event_result;
using monitoring::webhook_rejection;
using nlohmann::json;
using payment::provider;
using testing::IsEmpty;
using testing::SizeIs;

class rising_ids final : public id_source {
 public:
  uuid next() override {
    uuid made;
    made.bytes[15] = ++last_;
    return made;
  }

 private:
  std::uint8_t last_ = 0;
};

/// The routes on a socket, before a writer that keeps what it gets and answers as the test says.
class payment_webhook : public ::testing::Test {
 protected:
  payment_webhook() {
    writer = system.spawn([this](actors::payment_event_writer_actor::pointer) {
      return actors::payment_event_writer_actor::behavior_type{
          [this](const actors::accept_payment_event& incoming) {
            received.push_back(incoming.event->row);
            incoming.event->settle(fate);
          }};
    });
    directory->replace(std::make_shared<const net::payment_table>(
        std::vector<storage::payment_entry>{entry(paystack_id, "paystack", {"sk_former"}),
                                            entry(stripe_id, "stripe", {"whsec_new", "whsec_old"}),
                                            entry(flutterwave_id, "flutterwave", {"the hash"}),
                                            entry(silent_id, "stripe", {})},
        ring, net::payment_table{}, *log));
    net::router routes;
    net::payment_webhook_dependencies with;
    with.directory = directory;
    with.writer = writer;
    with.time = time;
    with.ids = std::make_shared<rising_ids>();
    with.metrics = numbers;
    with.log = log;
    with.forgeries = forgeries;
    net::add_payment_webhooks(routes, std::move(with));
    for (const auto& [method, one] : routes.all()) all_options.push_back(one->options);
    server = std::make_unique<net::http_server>(threads.contexts(), std::move(routes), small_limits());
    port = server->listen("127.0.0.1", 0).value();
  }
  ~payment_webhook() override {
    server->drain(std::chrono::milliseconds{0});
    threads.stop();
    caf::anon_send_exit(writer, caf::exit_reason::kill);
    writer = nullptr;
  }

  static constexpr const char* paystack_id = "00000000-0000-7000-8000-000000000001";
  static constexpr const char* stripe_id = "00000000-0000-7000-8000-000000000002";
  static constexpr const char* flutterwave_id = "00000000-0000-7000-8000-000000000003";
  static constexpr const char* silent_id = "00000000-0000-7000-8000-000000000004";
  static constexpr const char* nobodys_id = "00000000-0000-7000-8000-0000000000ff";

  storage::payment_entry entry(const char* id, const char* name,
                               const std::vector<std::string>& secrets) const {
    return {business_id{*parse_uuid("00000000-0000-7000-8000-000000000063")},
            payment_connection_id{*parse_uuid(id)},
            name,
            ring.encrypt("sk_test", {}, instant{}),
            ring.encrypt(json(secrets).dump(), {}, instant{}),
            1};
  }
  static crypto::fernet_ring some_ring() {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(7);
    return crypto::fernet_ring{crypto::fernet_key{bytes}};
  }

  raw_answer post(const std::string& path, std::string_view body, const std::string& headers,
                  const std::string& id = "r-1") {
    auto peer = raw_peer::connect_to(port);
    return peer
        .send("POST /webhooks/payments/" + path + " HTTP/1.1\r\nHost: t\r\n" + headers + "X-Request-Id: " +
              id + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body})
        .read_answer();
  }
  static std::string paystack_signature(std::string_view body, std::string_view key = "sk_test") {
    return "x-paystack-signature: " + crypto::hex_encode(crypto::hmac_sha512(key, body)) + "\r\n";
  }
  std::string stripe_signature(std::string_view body, std::string_view secret = "whsec_new",
                               std::chrono::seconds off = {}) const {
    const auto at = std::to_string(to_unix_ms(time->at + off) / 1000);
    return "Stripe-Signature: t=" + at +
           ",v1=" + crypto::hex_encode(crypto::hmac_sha256(secret, at + "." + std::string{body})) + "\r\n";
  }
  raw_answer post_paystack(std::string_view body, const std::string& id = "r-1") {
    return post(std::string{"paystack/"} + paystack_id, body, paystack_signature(body), id);
  }
  raw_answer post_stripe(std::string_view body, const std::string& headers) {
    return post(std::string{"stripe/"} + stripe_id, body, headers);
  }
  [[nodiscard]] double counted(provider from, payment_event_result result) const {
    return numbers->payment_events(static_cast<std::size_t>(from), result).value();
  }
  [[nodiscard]] double rejected(webhook_rejection why) const {
    return numbers->rejected_webhooks(why).value();
  }

  static constexpr const char* charge =
      R"({"event":"charge.success","data":{"id":5099,"domain":"test","status":"success","amount":100,"reference":"elsewhere-1"}})";
  static constexpr const char* session =
      R"({"id":"evt_1","object":"event","created":1789999990,"livemode":false,"type":"checkout.session.completed","data":{"object":{"id":"cs_1","payment_intent":"pi_1"}}})";

  caf::actor_system_config config;
  caf::actor_system system{config};
  crypto::fernet_ring ring = some_ring();
  actors::payment_event_writer_actor writer;
  std::vector<storage::payment_event_row> received;
  std::atomic<event_fate> fate{event_fate::stored};
  std::shared_ptr<still_clock> time = std::make_shared<still_clock>();
  std::shared_ptr<monitoring::metrics> numbers = std::make_shared<monitoring::metrics>();
  std::vector<json> lines;
  std::shared_ptr<monitoring::logger> log = std::make_shared<monitoring::logger>(monitoring::log_options{
      .queue = 0,
      .now = [this] { return time->at; },
      .write = [this](std::string_view line) { lines.push_back(json::parse(line)); }});
  std::shared_ptr<net::payment_directory> directory = std::make_shared<net::payment_directory>();
  std::shared_ptr<net::rate_limiter> forgeries =
      std::make_shared<net::rate_limiter>(net::payment_webhook_dependencies::forgeries_per_minute);
  std::vector<net::route_options> all_options;
  net::io_threads threads{1};
  std::unique_ptr<net::http_server> server;
  std::uint16_t port = 0;
};

// ---- accepted ----------------------------------------------------------------------------------------

TEST_F(payment_webhook, hands_on_what_an_event_hints_at_with_the_question_to_ask) {
  EXPECT_EQ(post_stripe(session, stripe_signature(session)).status(), 200);
  ASSERT_THAT(received, SizeIs(1));
  const auto& row = received.front();
  EXPECT_EQ(to_string(row.business), "00000000-0000-7000-8000-000000000063");
  EXPECT_EQ(to_string(row.connection), stripe_id);
  EXPECT_EQ(row.dedupe_key, "evt_1");
  EXPECT_EQ(row.kind, "payment");
  EXPECT_EQ(row.object, "cs_1");
  EXPECT_EQ(row.transaction, "pi_1");
  EXPECT_EQ(row.mode, "test");
  EXPECT_EQ(row.occurred_at, instant_from_ms(1'789'999'990'000));
  EXPECT_EQ(row.received_at, time->at);
  const auto question = actors::read_check(row.question);
  ASSERT_TRUE(question);
  EXPECT_EQ(question->reference, "");
  EXPECT_EQ(question->transaction, "pi_1");
  EXPECT_EQ(question->connection, row.connection);
  EXPECT_EQ(question->noticed_by, payment_hint::event);
  EXPECT_EQ(json::parse(row.question)["kind"], "payment");
  EXPECT_EQ(json::parse(row.question)["object"], "cs_1");
  EXPECT_EQ(counted(provider::stripe, payment_event_result::accepted), 1);
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(payment_webhook, takes_every_secret_of_a_connection_by_its_providers_scheme) {
  EXPECT_EQ(post_stripe(session, stripe_signature(session, "whsec_old")).status(), 200);
  EXPECT_EQ(post_paystack(charge).status(), 200);
  EXPECT_EQ(
      post(std::string{"paystack/"} + paystack_id, charge, paystack_signature(charge, "sk_former")).status(),
      200);
  const std::string completed =
      R"({"event":"charge.completed","data":{"id":1,"status":"successful","tx_ref":"x"}})";
  EXPECT_EQ(
      post(std::string{"flutterwave/"} + flutterwave_id, completed, "verif-hash: the hash\r\n").status(),
      200);
  EXPECT_EQ(post(std::string{"flutterwave/"} + flutterwave_id, completed,
                 "flutterwave-signature: " +
                     crypto::base64_encode(crypto::hmac_sha256("the hash", completed)) + "\r\n")
                .status(),
            200);
  EXPECT_THAT(received, SizeIs(5));
}

TEST_F(payment_webhook, answers_a_known_event_200_like_a_new_one) {
  fate = event_fate::known;
  EXPECT_EQ(post_paystack(charge).status(), 200);
  EXPECT_EQ(counted(provider::paystack, payment_event_result::duplicate), 1);
  EXPECT_EQ(counted(provider::paystack, payment_event_result::accepted), 0);
}

TEST_F(payment_webhook, keeps_an_event_of_a_kind_that_concerns_nobody_and_asks_nothing) {
  EXPECT_EQ(post_paystack(R"({"event":"subscription.create","data":{"id":1}})").status(), 200);
  ASSERT_THAT(received, SizeIs(1));
  EXPECT_EQ(received[0].kind, "unknown");
  EXPECT_EQ(received[0].question, "");
  EXPECT_EQ(counted(provider::paystack, payment_event_result::kept), 1);
}

TEST_F(payment_webhook, keeps_an_event_that_names_no_payment_and_asks_nothing) {
  EXPECT_EQ(
      post_paystack(R"({"event":"refund.processed","data":{"transaction_reference":"of another till"}})")
          .status(),
      200);
  ASSERT_THAT(received, SizeIs(1));
  EXPECT_EQ(received[0].kind, "refund");
  EXPECT_EQ(received[0].question, "");
  EXPECT_EQ(counted(provider::paystack, payment_event_result::kept), 1);
}

TEST_F(payment_webhook, answers_200_to_what_is_signed_and_unreadable_because_no_repetition_would_help) {
  for (const char* const body : {"", "not json 4111", "[]", R"({"data":{}})"})
    EXPECT_EQ(post_paystack(body, "odd-1").status(), 200) << body;
  EXPECT_THAT(received, IsEmpty());
  EXPECT_EQ(counted(provider::paystack, payment_event_result::unreadable), 4);
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_EQ(lines[1]["event"], "payment_event_unreadable");
  EXPECT_EQ(lines[1]["request_id"], "odd-1");
  EXPECT_EQ(lines[1]["reason"], "malformed");
  EXPECT_EQ(lines[1]["status"], 200);
  EXPECT_EQ(lines[1]["connection"], paystack_id);
  EXPECT_EQ(lines[1].dump().find("4111"), std::string::npos);
}

// ---- refused -----------------------------------------------------------------------------------------

TEST_F(payment_webhook, answers_alike_whatever_is_wrong_and_the_log_says_what) {
  const auto good = stripe_signature(session);
  struct wrong {
    std::string path, headers, reason;
  };
  const std::vector<wrong> all{
      {std::string{"stripe/"} + stripe_id, stripe_signature(session, "whsec_wrong"), "bad_signature"},
      {std::string{"stripe/"} + stripe_id, "", "bad_signature"},
      {std::string{"stripe/"} + stripe_id, good + good, "bad_signature"},
      {std::string{"stripe/"} + stripe_id, stripe_signature(session, "whsec_new", std::chrono::seconds{301}),
       "bad_signature"},
      {std::string{"stripe/"} + stripe_id, stripe_signature(session, "whsec_new", std::chrono::seconds{-301}),
       "bad_signature"},
      {std::string{"stripe/"} + nobodys_id, good, "unknown_connection"},
      {std::string{"stripe/"} + paystack_id, good, "unknown_connection"},
      {std::string{"stripe/x"}, good, "unknown_connection"},
      {std::string{"stripe/"} + silent_id, good, "no_secrets"},
      // Whoever knows our sources knows the dummy.
      {std::string{"stripe/"} + nobodys_id, stripe_signature(session, "no secret of anybody"),
       "unknown_connection"},
      {std::string{"stripe/"} + silent_id, stripe_signature(session, "no secret of anybody"), "no_secrets"},
  };
  std::set<std::string> bodies;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto answer = post(all[i].path, session, all[i].headers, "r-1");
    EXPECT_EQ(answer.status(), 403) << i;
    bodies.insert(answer.body);
    ASSERT_THAT(lines, SizeIs(i + 1));
    EXPECT_EQ(lines.back()["event"], "payment_event_refused");
    EXPECT_EQ(lines.back()["reason"], all[i].reason) << i;
  }
  EXPECT_THAT(bodies, SizeIs(1)) << "the same bytes for each";
  EXPECT_THAT(received, IsEmpty());
  EXPECT_EQ(counted(provider::stripe, payment_event_result::bad_signature), static_cast<double>(all.size()));
  EXPECT_EQ(rejected(webhook_rejection::bad_signature), static_cast<double>(all.size()));
  EXPECT_EQ(post_stripe(session, stripe_signature(session, "whsec_new", std::chrono::seconds{300})).status(),
            200);
}

TEST_F(payment_webhook, a_body_that_was_changed_is_refused) {
  const std::string changed = std::string{charge} + " ";
  EXPECT_EQ(post(std::string{"paystack/"} + paystack_id, changed, paystack_signature(charge)).status(), 403);
}

TEST_F(payment_webhook, wants_what_was_not_stored_again) {
  fate = event_fate::lost;
  const auto away = post_paystack(charge, "away-1");
  EXPECT_EQ(away.status(), 503);
  EXPECT_TRUE(away.has("Retry-After: 5"));
  EXPECT_EQ(counted(provider::paystack, payment_event_result::unavailable), 1);
  EXPECT_EQ(rejected(webhook_rejection::unavailable), 1);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["reason"], "unavailable");
  EXPECT_EQ(lines[0]["request_id"], "away-1");
}

TEST_F(payment_webhook, an_address_that_forges_is_told_to_wait_and_what_is_signed_still_passes) {
  // Emptied an hour ahead: however long this test takes, nothing flows into the bucket.
  const auto ahead = std::chrono::steady_clock::now() + std::chrono::hours{1};
  for (int i = 0; i < net::payment_webhook_dependencies::forgeries_per_minute; ++i)
    ASSERT_EQ(forgeries->take(net::client_key("127.0.0.1"), ahead), 0);
  for (const char* const id : {paystack_id, nobodys_id}) {
    const auto told = post(std::string{"paystack/"} + id, charge, paystack_signature(charge, "wrong"));
    EXPECT_EQ(told.status(), 429);
    EXPECT_TRUE(told.has("Retry-After: "));
  }
  EXPECT_THAT(lines, IsEmpty());
  EXPECT_EQ(counted(provider::paystack, payment_event_result::bad_signature), 2) << "counted all the same";
  EXPECT_EQ(post_paystack(charge).status(), 200);
  EXPECT_THAT(received, SizeIs(1));
}

TEST_F(payment_webhook, what_is_signed_takes_nothing_from_the_forgers_bucket) {
  EXPECT_EQ(post_paystack(charge).status(), 200);
  EXPECT_EQ(post_paystack("unreadable").status(), 200);
  EXPECT_EQ(forgeries->clients(), 0U);
}

TEST_F(payment_webhook, a_flood_of_forgeries_does_not_drown_the_log) {
  constexpr auto most = net::payment_webhook_dependencies::lines_per_second;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(post(std::string{"stripe/"} + nobodys_id, "{}", "").status(), 403);
  EXPECT_THAT(lines, SizeIs(most));
}

TEST_F(payment_webhook, an_oversize_body_is_refused_by_its_length_alone) {
  auto peer = raw_peer::connect_to(port);
  peer.send(std::string{"POST /webhooks/payments/stripe/"} + stripe_id +
            " HTTP/1.1\r\nHost: t\r\nContent-Length: 262145\r\n\r\n");
  EXPECT_EQ(peer.read_answer().status(), 413);
}

TEST_F(payment_webhook, other_methods_and_other_providers_have_no_route) {
  auto peer = raw_peer::connect_to(port);
  peer.send(std::string{"GET /webhooks/payments/stripe/"} + stripe_id + " HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(peer.read_answer().status(), 405);
  EXPECT_EQ(post(std::string{"paypal/"} + stripe_id, "{}", "").status(), 404);
}

TEST_F(payment_webhook, each_route_is_a_webhook_with_a_bound_of_its_own_and_503_when_it_is_late) {
  ASSERT_THAT(all_options, SizeIs(3));
  for (const auto& options : all_options) {
    EXPECT_TRUE(options.is_webhook);
    EXPECT_EQ(options.body_bytes, 262'144U);
    EXPECT_EQ(options.answer_deadline, std::chrono::seconds{5});
    EXPECT_EQ(options.late_status, 503);
  }
}

}  // namespace
}  // namespace sellavie::test
