#pragma once
// The calls by which a shop's accounts are connected: one function a call, and one
// for its answer. Pure and total: any status and any bytes give a value.

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/channel.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::connect {

/// How a person logs in.
enum class flow_kind : std::uint8_t {
  /// Facebook Login for Business: pages, and the Instagram accounts that are linked to them.
  facebook,
  /// Instagram Login.
  instagram,
  /// WhatsApp Embedded Signup.
  whatsapp,
};
[[nodiscard]] std::string_view to_string(flow_kind kind) noexcept;
[[nodiscard]] std::optional<flow_kind> parse_flow_kind(std::string_view name) noexcept;

/// What the operator set up at Meta. Base URLs without a trailing slash.
struct app_registration {
  std::string app_id;
  /// Secret.
  std::string app_secret;
  std::string login_config_id;
  std::string whatsapp_config_id;
  std::string instagram_app_id;
  /// Secret.
  std::string instagram_app_secret;
  std::string version;
  std::string graph_url;
  std::string instagram_url;
  std::string login_url;
  std::string instagram_login_url;
  std::string instagram_code_url;
  /// Exactly as registered; empty: no redirect flow can begin.
  std::string redirect_uri;
};

/// Whether the operator set up all that this login needs.
[[nodiscard]] bool is_ready(const app_registration& app, flow_kind kind) noexcept;
/// Where the browser goes; empty for WhatsApp, whose dialog the page opens itself.
[[nodiscard]] std::string authorisation_url(const app_registration& app, flow_kind kind,
                                            std::string_view state);

// --- calls ---------------------------------------------------------------------------------------

struct graph_call {
  std::string method = "GET";
  std::string url;
  /// application/x-www-form-urlencoded; empty: no body.
  std::string form;
  /// Secret: goes into Authorization. Empty: none.
  std::string bearer;
};

/// On whose behalf Meta calls our webhook, and where it is told to.
struct subscription {
  channel_kind channel = channel_kind::messenger;
  /// "page" or "instagram".
  std::string login = "page";
  /// Page, Instagram account or WhatsApp business account.
  std::string id;
};

[[nodiscard]] graph_call exchange_code(const app_registration& app, flow_kind kind, std::string_view code);
/// A token of an hour becomes one of sixty days.
[[nodiscard]] graph_call lengthen_token(const app_registration& app, flow_kind kind, std::string_view token);
/// Another sixty days for a token of the Instagram login that is at least a day old.
[[nodiscard]] graph_call refresh_instagram_token(const app_registration& app, std::string_view token);
[[nodiscard]] graph_call inspect_token(const app_registration& app, std::string_view token);
[[nodiscard]] graph_call list_pages(const app_registration& app, std::string_view token,
                                    std::string_view after = {});
[[nodiscard]] graph_call read_instagram_account(const app_registration& app, std::string_view token);
[[nodiscard]] graph_call list_phone_numbers(const app_registration& app, std::string_view business_account,
                                            std::string_view token, std::string_view after = {});
[[nodiscard]] graph_call subscribe(const app_registration& app, const subscription& to,
                                   std::string_view token);
[[nodiscard]] graph_call unsubscribe(const app_registration& app, const subscription& from,
                                     std::string_view token);
[[nodiscard]] graph_call read_subscription(const app_registration& app, const subscription& of,
                                           std::string_view token);
[[nodiscard]] graph_call register_phone(const app_registration& app, std::string_view phone,
                                        std::string_view pin, std::string_view token);

/// appsecret_proof, as Graph documents it.
[[nodiscard]] std::string secret_proof(std::string_view app_secret, std::string_view token);

// --- answers -------------------------------------------------------------------------------------

enum class refusal_kind : std::uint8_t {
  /// The token or code is dead (190, 102, 100/36009 …).
  login_over,
  /// The person or the app may not do this.
  not_permitted,
  /// Busy, throttled, 5xx: later it may work.
  busy,
  /// The two-step PIN of a WhatsApp number is another one.
  wrong_pin,
  /// Anything else that was refused.
  refused,
  /// An answer that we cannot read: never taken for success.
  unreadable,
};

struct refusal {
  refusal_kind kind = refusal_kind::unreadable;
  /// Meta's code and subcode; never its text.
  int code = 0;
  int subcode = 0;
};

template <class Value>
using graph_answer = boost::system::result<Value, refusal>;

struct granted_token {
  /// Secret.
  std::string token;
  /// Seconds from now; none: not said, or never.
  std::optional<std::int64_t> expires_in;
  /// Of the Instagram login.
  std::vector<std::string> permissions;
};

struct token_state {
  std::string app_id;
  bool is_valid = false;
  /// None: never.
  std::optional<instant> expires_at;
  std::vector<std::string> scopes;
  std::string user_id;
  /// Scopes that hold for some objects only.
  struct granular {
    std::string scope;
    std::vector<std::string> targets;
  };
  std::vector<granular> granular_scopes;

  /// What the person chose for this scope.
  [[nodiscard]] std::vector<std::string> targets_of(std::string_view scope) const;
};

struct page {
  std::string id;
  std::string name;
  /// Secret.
  std::string token;
  /// The person may answer messages for it.
  bool may_message = false;
  /// Empty: none is linked.
  std::string instagram_id;
};

struct instagram_account {
  /// What webhooks carry.
  std::string user_id;
  /// The app's own name for it: an alias.
  std::string scoped_id;
  std::string name;
};

struct phone_number {
  std::string id;
  std::string name;
  /// Registered with the Cloud API already.
  bool is_registered = false;
};

template <class Item>
struct listed {
  std::vector<Item> items;
  /// Empty: the end.
  std::string after;
};

[[nodiscard]] graph_answer<granted_token> decode_token(int status, std::string_view body);
[[nodiscard]] graph_answer<token_state> decode_token_state(int status, std::string_view body);
[[nodiscard]] graph_answer<listed<page>> decode_pages(int status, std::string_view body);
[[nodiscard]] graph_answer<instagram_account> decode_instagram_account(int status, std::string_view body);
[[nodiscard]] graph_answer<listed<phone_number>> decode_phone_numbers(int status, std::string_view body);
/// Whether our app is among the subscribed.
[[nodiscard]] graph_answer<bool> decode_subscription(int status, std::string_view body,
                                                     std::string_view app_id);
/// {"success": true}
[[nodiscard]] graph_answer<void> decode_done(int status, std::string_view body);

/// Permissions that a login of this kind needs and `granted` lacks.
[[nodiscard]] std::vector<std::string> missing_permissions(flow_kind kind,
                                                           const std::vector<std::string>& granted);

}  // namespace sellavie::connect
