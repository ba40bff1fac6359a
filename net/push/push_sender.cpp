#include "net/push/push_sender.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "protocol/push/message.hpp"
#include "protocol/push/vapid.hpp"

namespace sellavie::net {
namespace {

using namespace std::chrono_literals;
namespace ends = actors::job_ends;

constexpr std::chrono::milliseconds push_call_limit{10'000};
constexpr std::size_t largest_push_answer = 1'024;
/// While we are busy ourselves.
constexpr auto pause_when_busy = 5s;

constexpr std::array services{"fcm.googleapis.com", "updates.push.services.mozilla.com", "notify.windows.com",
                              "push.apple.com"};

struct opened_subscription {
  push::subscription to;
  /// Ours, under which the browser subscribed; empty: unknown.
  std::string key;
};

result<opened_subscription> opened(const crypto::fernet_ring& secrets, std::string_view sealed) {
  const auto text = secrets.decrypt(sealed);
  if (!text) return text.error();
  const auto read = nlohmann::json::parse(text.value().plaintext, nullptr, false);
  if (!read.is_object() || !read.contains("endpoint") || !read.contains("p256dh") || !read.contains("auth"))
    return make_failure(errc::malformed, "a stored push subscription has no keys");
  auto to = push::parse_subscription(read["endpoint"].get<std::string>(), read["p256dh"].get<std::string>(),
                                     read["auth"].get<std::string>());
  if (!to) return to.error();
  return opened_subscription{std::move(to.value()), read.value("key", "")};
}

/// One in 2^32 is none.
crypto::p256_key fresh_key(const std::function<void(std::span<std::uint8_t>)>& random) {
  for (;;) {
    crypto::p256_secret bytes{};
    random(bytes);
    if (auto key = crypto::p256_key::from(bytes)) return *std::move(key);
  }
}

}  // namespace

std::string push_contact(const config::settings& settings) {
  if (settings.http.public_url.starts_with("https://")) return settings.http.public_url;
  if (!settings.smtp.from.address.empty()) return "mailto:" + settings.smtp.from.address;
  return {};
}

std::string push_lane(std::string_view origin) {
  constexpr std::string_view scheme = "https://";
  const auto host = origin.starts_with(scheme) ? origin.substr(scheme.size()) : std::string_view{};
  for (const std::string_view service : services) {
    const bool is_below = host.ends_with(service) && host.size() > service.size() &&
                          host[host.size() - service.size() - 1] == '.';
    if (host == service || is_below) return std::string{service};
  }
  return "push";
}

struct push_sender::message {
  storage::push_job job;
  actors::job_answer answer;
  /// Whether the browser subscribed under the key that we have now.
  bool is_of_our_key = false;
};

push_sender::push_sender(push_sender_dependencies dependencies)
    : with_{std::move(dependencies)},
      contact_{push_contact(*with_.settings)},
      store_{with_.database, "sellavie/push"},
      desk_{1, with_.most_on_the_way, monitoring::gauge{}} {}

push_sender::~push_sender() { stop(); }

void push_sender::stop() { desk_.stop(); }

actors::job_end push_sender::put_off() const { return ends::again_at{with_.time->now() + pause_when_busy}; }

void push_sender::end(const message_ptr& one, actors::job_end how) {
  --on_the_way_;
  one->answer(std::move(how));
}

void push_sender::send(const storage::claimed_job& job, actors::job_answer answer) {
  auto read = storage::read_push_job(job.payload);
  if (!read) return answer(ends::hopeless{"unreadable_payload"});
  if (read->until <= with_.time->now()) return answer(ends::done{});
  if (on_the_way_.fetch_add(1) >= with_.most_on_the_way) {
    --on_the_way_;
    return answer(put_off());
  }
  const auto one = std::make_shared<message>(message{*std::move(read), std::move(answer)});
  if (!desk_.submit([this, one](std::size_t) { look_up(one); })) end(one, put_off());
}

void push_sender::look_up(const message_ptr& one) {
  const auto found = storage::find_push_target(store_, one->job.subscription, with_.time->now());
  if (!found) {
    warn("push_not_found", *one, found.error());
    return end(one, put_off());
  }
  if (!found.value()) return end(one, ends::done{});
  hand_over(one, *found.value());
}

void push_sender::warn(monitoring::name_literal event, const message& one, const error& why) const {
  with_.log->warning(event, {{"subscription", one.job.subscription}, {"why", why}});
}

result<egress_request> push_sender::request_of(message& one, std::string_view sealed) const {
  const auto found = opened(*with_.secrets, sealed);
  if (!found) return found.error();
  const auto& to = found.value().to;
  one.is_of_our_key = found.value().key == push::public_key_text(with_.own);
  push::message_keys keys{fresh_key(with_.random), {}};
  with_.random(keys.salt);
  auto body = push::encrypt(to, one.job.message, keys);
  if (!body) return body.error();
  const auto now = with_.time->now();
  const auto life = std::chrono::floor<std::chrono::seconds>(one.job.until - now).count();
  const auto origin = push::origin_of(to.endpoint);
  return egress_request{
      .url = to.endpoint,
      .headers = {{"Content-Type", "application/octet-stream"},
                  {"Content-Encoding", "aes128gcm"},
                  {"TTL", std::to_string(life)},
                  {"Urgency", "high"},
                  {"Authorization", push::vapid_authorization(with_.own, origin, contact_, now)}},
      .body = std::move(body.value()),
      .timeout = push_call_limit,
      .largest_answer = largest_push_answer,
      .lane = push_lane(origin)};
}

void push_sender::hand_over(const message_ptr& one, std::string_view sealed) {
  auto request = request_of(*one, sealed);
  if (!request) {
    warn("push_not_made", *one, request.error());
    return end(one, ends::hopeless{"unreadable_subscription"});
  }
  with_.outside->send(std::move(request.value()), [this, one](const egress_answer& got) {
    const bool was_sent = got.outcome != egress_outcome::overloaded && got.outcome != egress_outcome::stopped;
    if (!was_sent || !desk_.submit([this, one, got](std::size_t) { settle(one, got); })) end(one, put_off());
  });
}

void push_sender::settle(const message_ptr& one, const egress_answer& got) {
  const auto now = with_.time->now();
  const bool is_answered = got.outcome == egress_outcome::answered;
  if (is_answered && got.status >= 200 && got.status < 300) {
    if (const auto noted = storage::note_push(store_, one->job.subscription, now); !noted)
      warn("push_not_noted", *one, noted.error());
    return end(one, ends::done{});
  }
  const bool is_unsubscribed = got.status == 404 || got.status == 410;
  const bool is_of_another_key = (got.status == 401 || got.status == 403) && !one->is_of_our_key;
  if (is_answered && (is_unsubscribed || is_of_another_key)) {
    const auto dropped = storage::drop_push_subscription(store_, one->job.subscription);
    if (dropped) return end(one, ends::done{});
    warn("push_not_dropped", *one, dropped.error());
    return end(one, put_off());
  }
  const bool may_pass = !is_answered || got.status == 429 || got.status >= 500;
  const auto code =
      is_answered ? "status_" + std::to_string(got.status) : std::string{to_string(got.outcome)};
  if (!may_pass) {
    with_.log->warning("push_refused", {{"subscription", one->job.subscription}, {"status", got.status}});
    return end(one, ends::hopeless{code});
  }
  ends::failed failure{code, {}};
  if (got.retry_after) failure.not_before = now + *got.retry_after;
  end(one, std::move(failure));
}

}  // namespace sellavie::net
