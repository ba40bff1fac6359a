#pragma once
// What an operator can set: one struct per section of the configuration file. Fields carry the
// names of their keys and their defaults, so a default-constructed `settings` is a valid one.
// Filled by config/load; immutable afterwards (a change takes a restart). Documented keys that this
// version has no use for are not here: config/load refuses them or
// warns of them.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/secret.hpp"
#include "protocol/mail/message.hpp"
#include "protocol/payment/provider.hpp"

namespace sellavie::config {

/// An address to listen on. `host` is an IP literal without brackets; port 0 lets the system choose.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// "127.0.0.1:8080", "[::1]:8080".
[[nodiscard]] std::string to_string(const endpoint& address);

struct http_settings {
  endpoint listen{"127.0.0.1", 8080};
  /// Without a trailing slash. Empty: no payment links.
  std::string public_url;
  /// IP addresses or CIDR blocks whose X-Forwarded-For is believed, and that carry the requests of many:
  /// the bounds of one address do not hold for them.
  std::vector<std::string> trusted_proxies;
  /// "https://app.example.com": pages of these origins may use the API from a browser. Others may not; the
  /// dashboard needs none, it has the API's own origin.
  std::vector<std::string> cors_origins;
  /// The folder of the built dashboard, served on "/"; where there is none, nothing is, and the log says so. Empty: never.
  std::filesystem::path dashboard = "dashboard/dist";
};

struct ops_settings {
  /// /metrics /healthz /readyz; never public.
  endpoint listen{"127.0.0.1", 9464};
};

struct data_settings {
  /// "var"; as root "/var/lib/sellavie" (see default_data_dir).
  std::filesystem::path dir = "var";
};

struct database_settings {
  /// Empty: the embedded cluster below data.dir. Secret because a URL may hold a password.
  secret url;
  secret engine_url;
  secret tenant_url;

  [[nodiscard]] bool is_embedded() const noexcept { return url.empty(); }
};

/// One more Meta app whose webhooks arrive here.
struct meta_app {
  std::string id;
  std::vector<secret> secrets;
};

struct meta_settings {
  std::string app_id;
  /// Each is tried when a signature is verified, so that a secret can be rotated.
  std::vector<secret> app_secrets;
  std::vector<secret> verify_tokens;
  /// URLs without a trailing slash; "/<version>/<id>/messages" is added.
  std::string graph_url = "https://graph.facebook.com";
  std::string instagram_url = "https://graph.instagram.com";
  std::string version = "v25.0";
  /// Login configurations of the app, by which shops connect their accounts; empty: they cannot.
  std::string login_config_id;
  std::string whatsapp_config_id;
  /// Of the product "Instagram API with Instagram Login", which has an id and a secret of its own.
  std::string instagram_app_id;
  secret instagram_app_secret;
  /// Where a person logs in; URLs without a trailing slash.
  std::string login_url = "https://www.facebook.com";
  std::string instagram_login_url = "https://www.instagram.com";
  /// Where the code of an Instagram login becomes a token.
  std::string instagram_code_url = "https://api.instagram.com";
  std::vector<meta_app> apps;
};

struct llm_provider_settings {
  /// Without a trailing slash; "/chat/completions" or (Anthropic) "/v1/messages" is added.
  std::string base_url;
  secret api_key;
  std::string model;
  /// Requests in flight at once.
  int concurrency = 64;
  /// Requests that may wait for a slot.
  int queue = 1024;
  /// false: actions are asked for as control tags, not as tools.
  bool tools = true;
  /// "2023-06-01" or "2026-10-21"; sent to Anthropic only.
  std::string anthropic_version = "2023-06-01";
  int max_tokens = 1024;
};

struct llm_settings {
  /// Providers to try, in this order; each is a key of `providers` and ready for use.
  std::vector<std::string> order;
  std::chrono::milliseconds deadline_ms{20000};
  std::chrono::milliseconds attempt_ms{12000};
  /// Every [llm.<name>]. A name that starts with "anthropic" speaks Anthropic's protocol, any other
  /// OpenAI's.
  std::map<std::string, llm_provider_settings, std::less<>> providers;
};

/// Whether a provider of this name speaks Anthropic's protocol.
[[nodiscard]] constexpr bool speaks_anthropic(std::string_view provider) noexcept {
  return provider.starts_with("anthropic");
}

/// Without a trailing slash.
struct payments_settings {
  std::string paystack_url = "https://api.paystack.co";
  std::string flutterwave_url = "https://api.flutterwave.com/v3";
  std::string stripe_url = "https://api.stripe.com";

  [[nodiscard]] const std::string& url_of(payment::provider name) const noexcept {
    switch (name) {
      case payment::provider::paystack: return paystack_url;
      case payment::provider::flutterwave: return flutterwave_url;
      case payment::provider::stripe: break;
    }
    return stripe_url;
  }
};

/// Pacing, per channel account.
struct channels_settings {
  int messenger_per_second = 300;
  int instagram_per_second = 100;
  int whatsapp_per_second = 80;
};

struct outbox_settings {
  /// How long a lost send waits for an echo or a status before it is sent once more.
  std::chrono::seconds evidence_s{30};
};

struct smtp_settings {
  /// "smtp://user:password@host:587" (STARTTLS; only a server on this machine may do without) or "smtps://…". Empty: mails
  /// wait and nothing is sent. Secret because it may hold a password.
  secret url;
  /// "Shop <shop@example.com>" or the address alone.
  mail::mailbox from;
};

/// What a URL that a business supplied may reach (net/egress). Meant for tests and for receivers inside of one's own
/// network: whoever may set such a URL reaches what is allowed here.
struct egress_settings {
  /// IP addresses or CIDR blocks that are called although they are not public.
  std::vector<std::string> allow_private;
  /// Beside 443 and 8443.
  std::vector<std::uint16_t> extra_ports;
  /// http beside https.
  bool allow_http = false;
};

struct security_settings {
  /// "kid:key", key = base64url of 32 bytes. The first signs, all verify.
  std::vector<secret> jwt_keys;
  /// base64url of 32 bytes. The first encrypts, all decrypt.
  std::vector<secret> fernet_keys;
  /// base64url of 32 bytes, a number of the curve P-256: signs what is sent to browsers. Browsers remember its public half:
  /// with another one they have to subscribe again.
  secret push_key;
};

struct limits_settings {
  /// Requests to /api of one client address (IPv6: its /64). What is signed at /webhooks has none.
  int requests_per_minute = 100;
  /// Of these, those that could guess a password, code or token.
  int sign_ins_per_minute = 20;
  /// Requests that could make a mail, of one client.
  int mails_per_hour = 60;
  /// Of these, to one mailbox; and so many of an invoice desk's documents, and of news, to one customer.
  int mails_per_recipient_per_hour = 6;
  std::size_t body_bytes = 2'097'152;
  std::size_t webhook_bytes = 4'194'304;
  /// Of a payment provider; never more than this, which is all that is read of an event.
  std::size_t payment_webhook_bytes = 262'144;
  /// Requests over some KiB that are in memory at once, as far as they have arrived; one address may
  /// have an eighth (`buffered_share`) of it.
  std::size_t buffered_bytes = 268'435'456;
  static constexpr std::size_t buffered_share = 8;
  /// Of one IPv4 address or IPv6 /64. Loopback and http.trusted_proxies have no such bounds.
  std::size_t connections_per_address = 512;
};

struct conversation_settings {
  /// How long a turn waits for further messages of the same customer.
  std::chrono::milliseconds gather_ms{1200};
  std::chrono::seconds passivate_after_s{600};
  /// A turn older than this says that it is late.
  std::chrono::seconds late_after_s{1800};
  /// Messages of the past that the model sees.
  int history_messages = 20;
  /// Show "typing…" while the model thinks.
  bool typing = true;
};

/// What a business may use; none: as much as it likes.
struct plan_limits {
  std::optional<std::int64_t> ai_replies_per_month;
  std::optional<std::int64_t> members;
  std::optional<std::int64_t> connections;
  std::optional<std::int64_t> products;

  friend bool operator==(const plan_limits&, const plan_limits&) = default;
};

struct plans_settings {
  /// plans.default: of businesses without a plan, or with one that is not here any more. Empty: no limits.
  std::string default_plan;
  /// Every [plans.<name>].
  std::map<std::string, plan_limits, std::less<>> named;

  struct choice {
    /// Empty: none, without limits.
    std::string_view name;
    plan_limits limits;
  };
  /// Of a business that was given this one.
  [[nodiscard]] choice of(std::string_view given) const;
};

struct workers_settings {
  /// Threads that serve sockets.
  int io_threads = 1;
  /// Threads of the actor scheduler.
  int actor_threads = 1;
  /// Journal shards, one database connection each.
  int writers = 1;
  /// Threads that answer the API, two database connections each. As many as the machine has processors is best (ADR 18).
  int api_threads = 2;
  /// Threads that hash passwords: a fifth of a second of a processor each time.
  int password_threads = 1;
};

struct settings {
  http_settings http;
  ops_settings ops;
  data_settings data;
  database_settings database;
  meta_settings meta;
  llm_settings llm;
  payments_settings payments;
  channels_settings channels;
  outbox_settings outbox;
  smtp_settings smtp;
  egress_settings egress;
  security_settings security;
  limits_settings limits;
  conversation_settings conversation;
  plans_settings plans;
  workers_settings workers;
};

/// root's home is closed to the database's user, so root gets a folder of the system.
[[nodiscard]] std::filesystem::path default_data_dir(bool is_root);

}  // namespace sellavie::config
