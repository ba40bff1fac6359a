// Jobs that call URLs of strangers, from the commit that queues them to the program or the browser that hears of it.
#include "outgoing_work.hpp"

#include <atomic>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>

#include "net/push/push_key.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/outgoing/signature.hpp"
#include "protocol/push/vapid.hpp"
#include "storage/api/push_subscriptions.hpp"
#include "storage/api/webhook_endpoints.hpp"
#include "system_ports.hpp"
#include "tests/net/raw_peer.hpp"
#include "tests/protocol/push/receiving_browser.hpp"
#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using storage::noon;
namespace ends = actors::job_ends;

/// Stands still, at noon first.
class still_clock final : public actors::clock {
 public:
  [[nodiscard]] instant now() const override { return now_; }
  void set(instant now) { now_ = now; }

 private:
  std::atomic<instant> now_{noon};
};

class outgoing_work_test : public storage::unit_of_work_test {
 protected:
  void SetUp() override {
    unit_of_work_test::SetUp();
    auto settings = std::make_shared<config::settings>();
    settings->egress = {{"127.0.0.0/8"}, {receiver.port()}, true};
    settings->smtp.from.address = "mail@shop.example";
    node.settings = settings;
    node.time = clock;
    node.ids = make_system_ids();
    node.metrics = std::make_shared<monitoring::metrics>(std::vector<std::string>{}, "test");
    node.log = std::make_shared<monitoring::logger>(
        monitoring::log_options{.queue = 0, .write = [this](std::string_view line) {
                                  const std::lock_guard hold{lines_mutex};
                                  lines.append(line).append("\n");
                                }});
    node.secrets = secrets;
    node.jitter = [] { return 0.0; };
    work = std::make_unique<outgoing_work>(node, database.access(), server_key);
    work->add_to(kinds);
  }

  [[nodiscard]] std::string url(const std::string& path = "/hook") const {
    return "http://127.0.0.1:" + std::to_string(receiver.port()) + path;
  }
  [[nodiscard]] std::string sealed(const std::string& text) const { return secrets->encrypt(text, {}, noon); }

  storage::stored_webhook_endpoint listen() {
    const storage::webhook_endpoint_wish wish{
        .id = ids.next_as<storage::webhook_endpoint_id>(), .url = url(), .events = {{"order.placed"}}};
    return storage::add_webhook_endpoint(session, ada, by, wish, {sealed(secret), "hint"}).value().row;
  }
  void place_an_order() {
    ASSERT_EQ(apply({.orders = {an_order(10, 1042)}}).outcome, storage::commit_outcome::committed);
  }

  /// Begins the job that the commit queued.
  std::future<actors::job_end> begin(const std::string& kind, const std::string& payload,
                                     const business_id& business = ada) {
    storage::claimed_job job;
    job.hold.business = business;
    job.kind = kind;
    job.payload = payload;
    auto promised = std::make_shared<std::promise<actors::job_end>>();
    kinds.at(kind).run(job, [promised](actors::job_end end) { promised->set_value(std::move(end)); });
    return promised->get_future();
  }
  std::future<actors::job_end> begin_webhook() { return std::move(begin_webhooks(1).front()); }
  /// Of one order and as many endpoints.
  std::vector<std::future<actors::job_end>> begin_webhooks(int how_many) {
    std::vector<std::future<actors::job_end>> coming;
    for (int i = 0; i < how_many; ++i)
      coming.push_back(begin("webhook.out",
                             text("SELECT payload FROM jobs WHERE kind = 'webhook.out' ORDER BY id OFFSET " +
                                  std::to_string(i) + " LIMIT 1")));
    return coming;
  }
  /// Returns when all that was begun before has been looked up.
  void look_up_a_stranger(const business_id& business = ada) {
    auto coming = begin("webhook.out",
                        storage::write_webhook_job({storage::id_of<storage::webhook_endpoint_id>(90),
                                                    storage::id_of<outgoing::event_id>(91)}),
                        business);
    (void)ended<ends::done>(coming);
  }
  [[nodiscard]] std::string logged() {
    const std::lock_guard hold{lines_mutex};
    return lines;
  }
  template <class End>
  End ended(std::future<actors::job_end>& coming) {
    if (coming.wait_for(test::patience) != std::future_status::ready) {
      ADD_FAILURE() << "the job was not answered";
      return {};
    }
    const auto end = coming.get();
    EXPECT_TRUE(std::holds_alternative<End>(end)) << end.index();
    return std::holds_alternative<End>(end) ? std::get<End>(end) : End{};
  }
  std::string answer_with(const char* status) {
    auto peer = receiver.accept();
    auto request = peer.read_request();
    peer.send("HTTP/1.1 " + std::string{status} + "\r\nContent-Length: 0\r\n\r\n");
    return request;
  }
  static std::string field_of(const std::string& request, const std::string& name) {
    const auto at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
  }
  static std::string body_of(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
  }

  /// As the receiver makes it.
  std::string signature_of(const std::string& request, instant at) const {
    return outgoing::sign(std::array{secret}, {field_of(request, "webhook-id"), at, body_of(request)})
        .value();
  }

  std::mutex lines_mutex;
  std::string lines;
  std::shared_ptr<still_clock> clock = std::make_shared<still_clock>();
  test::raw_listener receiver;
  const std::string secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  std::shared_ptr<const crypto::fernet_ring> secrets =
      std::make_shared<const crypto::fernet_ring>(crypto::fernet_key{{7}});
  const crypto::p256_key server_key = crypto::p256_key::from({1, 2, 3}).value();
  const storage::change_origin by{storage::id_of<api::account_id>(8), storage::id_of<api::session_id>(9),
                                  "::1", "r", noon};
  storage::api_session session{database.access(), "outgoing"};
  actors::services node;
  actors::job_kinds kinds;
  std::unique_ptr<outgoing_work> work;
};

// --- webhooks ------------------------------------------------------------------------------------

TEST_F(outgoing_work_test, an_order_reaches_the_program_that_listens_signed_and_once) {
  const auto to = listen();
  place_an_order();
  auto coming = begin_webhook();
  const auto request = answer_with("204 No Content");
  (void)ended<ends::done>(coming);
  EXPECT_TRUE(request.starts_with("POST /hook HTTP/1.1\r\n")) << request;
  EXPECT_EQ(field_of(request, "Content-Type"), "application/json");
  const auto body = body_of(request);
  const auto event = nlohmann::json::parse(body);
  EXPECT_EQ(event["type"], "order.placed");
  EXPECT_EQ(event["data"]["number"], 1042);
  EXPECT_EQ(event["id"], field_of(request, "webhook-id"));
  EXPECT_EQ(field_of(request, "webhook-timestamp"), outgoing::timestamp_of(noon));
  EXPECT_EQ(field_of(request, "webhook-signature"), signature_of(request, noon));
  EXPECT_EQ(text("SELECT state FROM webhook_deliveries"), "delivered");
  // The job is begun again, as after a death: nothing is sent.
  auto again = begin_webhook();
  (void)ended<ends::done>(again);
  EXPECT_EQ(number("SELECT attempts FROM webhook_deliveries"), 1);
}

TEST_F(outgoing_work_test, a_program_that_fails_is_asked_again_later) {
  (void)listen();
  place_an_order();
  auto coming = begin_webhook();
  (void)answer_with("500 Oops");
  EXPECT_EQ(ended<ends::again_at>(coming).at, noon + 10s);
  EXPECT_EQ(text("SELECT state || ' ' || last_status || ' ' || last_problem FROM webhook_deliveries"),
            "waiting 500 ");
  receiver.close();
  auto again = begin_webhook();
  EXPECT_EQ(ended<ends::again_at>(again).at, noon + 20s);
  EXPECT_EQ(text("SELECT attempts || ' ' || last_status || ' ' || last_problem FROM webhook_deliveries"),
            "2 0 unreachable");
}

TEST_F(outgoing_work_test, a_program_that_is_gone_is_turned_off_and_people_are_told) {
  (void)listen();
  place_an_order();
  auto coming = begin_webhook();
  (void)answer_with("410 Gone");
  (void)ended<ends::done>(coming);
  EXPECT_EQ(text("SELECT off_reason FROM webhook_endpoints"), "gone");
  EXPECT_EQ(text("SELECT kind FROM person_tasks"), "webhook");
}

TEST_F(outgoing_work_test, an_endpoint_that_was_removed_hears_nothing) {
  const auto to = listen();
  place_an_order();
  ASSERT_TRUE(storage::remove_webhook_endpoint(session, ada, by, to.id, 1));
  auto coming = begin_webhook();
  (void)ended<ends::done>(coming);
}

TEST_F(outgoing_work_test, a_secret_that_no_key_opens_sends_nothing_unsigned) {
  (void)listen();
  place_an_order();
  sql("UPDATE webhook_endpoints SET secret = 'broken'");
  auto coming = begin_webhook();
  EXPECT_EQ(ended<ends::again_at>(coming).at, noon + 10s);
  EXPECT_EQ(text("SELECT last_problem FROM webhook_deliveries"), "refused");
}

TEST_F(outgoing_work_test, a_job_that_is_none_is_over) {
  for (const char* payload : {"{}", "x", R"({"endpoint":"1","event":"2"})"}) {
    auto coming = begin("webhook.out", payload);
    (void)ended<ends::done>(coming);
  }
}

TEST_F(outgoing_work_test, a_call_that_waited_is_signed_when_its_turn_has_come) {
  for (int i = 0; i < 3; ++i) (void)listen();
  place_an_order();
  auto coming = begin_webhooks(3);
  look_up_a_stranger();
  auto first = receiver.accept();
  auto second = receiver.accept();  // a business has two threads
  (void)first.read_request();
  (void)second.read_request();
  clock->set(noon + 10min);
  first.send("HTTP/1.1 204 No Content\r\n\r\n");
  const auto request = answer_with("204 No Content");
  EXPECT_EQ(field_of(request, "webhook-timestamp"), outgoing::timestamp_of(noon + 10min));
  EXPECT_EQ(field_of(request, "webhook-signature"), signature_of(request, noon + 10min));
  second.send("HTTP/1.1 204 No Content\r\n\r\n");
  for (auto& one : coming) (void)ended<ends::done>(one);
}

TEST_F(outgoing_work_test, a_business_has_eight_on_the_way_and_the_rest_comes_back_later) {
  for (int i = 0; i < 9; ++i) (void)listen();
  place_an_order();
  auto coming = begin_webhooks(9);
  EXPECT_EQ(ended<ends::again_at>(coming.back()).at, noon + 20s);
  look_up_a_stranger(storage::id_of<business_id>(21));
  work->stop();
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(ended<ends::again_at>(coming[i]).at, noon + 5s);
}

TEST_F(outgoing_work_test, a_job_has_time_for_all_that_may_wait_before_it) {
  const auto slowest = 64 / 4 * 10s;  // places, threads, a call
  for (const auto& [name, kind] : kinds) EXPECT_GT(kind.policy.limit, slowest) << name;
}

TEST_F(outgoing_work_test, stopping_puts_off_what_is_on_the_way) {
  (void)listen();
  place_an_order();
  auto coming = begin_webhook();
  auto peer = receiver.accept();
  (void)peer.read_request();
  work->stop();
  EXPECT_EQ(ended<ends::again_at>(coming).at, noon + 5s);
  EXPECT_EQ(number("SELECT attempts FROM webhook_deliveries"), 0) << "it counts as no attempt";
}

// --- browsers ------------------------------------------------------------------------------------

class push_work_test : public outgoing_work_test {
 protected:
  void SetUp() override {
    outgoing_work_test::SetUp();
    sql("INSERT INTO accounts (id, email, password_hash, created_at) VALUES (" + quote(by.account) +
        ", 'a@b.example', 'x', 0); INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at) VALUES (" +
        quote(by.session) + ", " + quote(by.account) + ", 0, 0, " + std::to_string(to_unix_ms(noon) + 1) +
        ")");
    const nlohmann::json told{{"endpoint", url("/push/abc")},
                              {"p256dh", crypto::base64url_encode(browser.public_point())},
                              {"auth", crypto::base64url_encode(auth)},
                              {"key", push::public_key_text(server_key)}};
    one = storage::add_push_subscription(
              session, by, {ids.next_as<storage::push_subscription_id>(), {}, sealed(told.dump()), ""})
              .value()
              .id;
    subscribed_under_another_key = told;
    subscribed_under_another_key["key"] = push::public_key_text(browser);
  }
  std::future<actors::job_end> push(instant until = noon + 1h) {
    return begin("push", storage::write_push_job({one, R"({"title":"A chat waits for you."})", until}));
  }

  const crypto::p256_key browser = crypto::p256_key::from({9, 9}).value();
  const std::array<std::uint8_t, 16> auth{5};
  storage::push_subscription_id one;
  nlohmann::json subscribed_under_another_key;
};

TEST_F(push_work_test, a_message_reaches_the_browser_encrypted_for_it_and_signed_by_us) {
  auto coming = push();
  const auto request = answer_with("201 Created");
  (void)ended<ends::done>(coming);
  EXPECT_TRUE(request.starts_with("POST /push/abc HTTP/1.1\r\n"));
  EXPECT_EQ(field_of(request, "Content-Encoding"), "aes128gcm");
  EXPECT_EQ(field_of(request, "TTL"), "3600");
  EXPECT_TRUE(field_of(request, "Authorization").ends_with(", k=" + push::public_key_text(server_key)));
  EXPECT_EQ(push::decrypt(browser, auth, body_of(request)), R"({"title":"A chat waits for you."})");
  EXPECT_EQ(number("SELECT last_success_at FROM push_subscriptions"), to_unix_ms(noon));
}

TEST_F(push_work_test, a_browser_that_unsubscribed_is_forgotten) {
  auto coming = push();
  (void)answer_with("410 Gone");
  (void)ended<ends::done>(coming);
  EXPECT_EQ(count("push_subscriptions"), 0);
  auto again = push();
  (void)ended<ends::done>(again);
}

TEST_F(push_work_test, a_busy_service_is_a_failure_and_a_refusal_is_final) {
  auto busy = push();
  (void)answer_with("503 Busy");
  EXPECT_EQ(ended<ends::failed>(busy).code, "status_503");
  auto refused = push();
  (void)answer_with("403 Forbidden");
  EXPECT_EQ(ended<ends::hopeless>(refused).code, "status_403");
  EXPECT_EQ(count("push_subscriptions"), 1);
}

TEST_F(push_work_test, a_browser_that_subscribed_under_another_key_is_forgotten_when_its_service_says_so) {
  sql("UPDATE push_subscriptions SET sealed = '" + sealed(subscribed_under_another_key.dump()) + "'");
  auto busy = push();
  (void)answer_with("503 Busy");
  (void)ended<ends::failed>(busy);
  EXPECT_EQ(count("push_subscriptions"), 1);
  auto refused = push();
  (void)answer_with("403 Forbidden");
  (void)ended<ends::done>(refused);
  EXPECT_EQ(count("push_subscriptions"), 0);
}

TEST_F(push_work_test, a_database_that_fails_is_told_and_the_message_waits) {
  sql("ALTER TABLE push_subscriptions RENAME TO elsewhere");
  auto coming = push();
  EXPECT_EQ(ended<ends::again_at>(coming).at, noon + 5s);
  EXPECT_THAT(logged(), testing::HasSubstr("push_not_found"));
}

TEST_F(push_work_test, nothing_is_sent_too_late_or_to_who_signed_out) {
  auto late = push(noon);
  (void)ended<ends::done>(late);
  sql("UPDATE sessions SET revoked_at = 1");
  auto gone = push();
  (void)ended<ends::done>(gone);
}

TEST_F(push_work_test, a_payload_that_is_none_is_hopeless) {
  for (const char* payload : {"{}", "x", R"({"subscription":"x","message":"y","until":1})",
                              R"({"subscription":1,"message":2,"until":3})"}) {
    auto coming = begin("push", payload);
    EXPECT_EQ(ended<ends::hopeless>(coming).code, "unreadable_payload") << payload;
  }
}

TEST(push_key, is_a_number_of_the_curve) {
  config::security_settings security;
  EXPECT_FALSE(net::push_key_of(security));
  security.push_key = config::secret{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
  EXPECT_FALSE(net::push_key_of(security)) << "zero";
  security.push_key = config::secret{"yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"};
  EXPECT_EQ(push::public_key_text(net::push_key_of(security).value()),
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
}

TEST(push_lane, is_of_a_service_that_we_know_and_one_for_all_others) {
  EXPECT_EQ(net::push_lane("https://fcm.googleapis.com"), "fcm.googleapis.com");
  EXPECT_EQ(net::push_lane("https://wns2-par02p.notify.windows.com"), "notify.windows.com");
  for (const char* other :
       {"", "https://", "https://push.example", "https://other.example:8443", "https://notfcm.googleapis.com",
        "https://fcm.googleapis.com.push.example", "http://fcm.googleapis.com"})
    EXPECT_EQ(net::push_lane(other), "push") << other;
}

TEST(push_contact, is_the_public_address_or_the_sender_of_mails) {
  config::settings settings;
  EXPECT_EQ(net::push_contact(settings), "");
  settings.smtp.from.address = "mail@shop.example";
  EXPECT_EQ(net::push_contact(settings), "mailto:mail@shop.example");
  settings.http.public_url = "http://127.0.0.1:1";
  EXPECT_EQ(net::push_contact(settings), "mailto:mail@shop.example");
  settings.http.public_url = "https://shop.example";
  EXPECT_EQ(net::push_contact(settings), "https://shop.example");
}

}  // namespace
}  // namespace sellavie
