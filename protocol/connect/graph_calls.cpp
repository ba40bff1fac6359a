#include "protocol/connect/graph_calls.hpp"

#include <utility>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::connect {
namespace {

/// What the server wants to hear, and the outbox needs as evidence.
constexpr std::string_view page_fields =
    "messages,messaging_postbacks,message_echoes,message_reads,message_deliveries,message_reactions,"
    "message_edits,messaging_referrals,messaging_optins,messaging_handovers,standby";
constexpr std::string_view instagram_fields =
    "messages,messaging_postbacks,message_echoes,message_reactions,messaging_seen,messaging_referral";
constexpr std::string_view instagram_scopes = "instagram_business_basic,instagram_business_manage_messages";

using parameters = std::vector<std::pair<std::string_view, std::string>>;

std::string joined(const parameters& all) {
  std::string out;
  for (const auto& [name, value] : all) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(crypto::percent_encode(value));
  }
  return out;
}

std::string graph(const app_registration& app, std::string_view path) {
  return app.graph_url + '/' + crypto::percent_encode(app.version) + '/' + std::string{path};
}

graph_call get(std::string url, const parameters& query, std::string_view bearer = {}) {
  if (!query.empty()) url += '?' + joined(query);
  return {"GET", std::move(url), {}, std::string{bearer}};
}

/// A token of graph.facebook.com travels with its proof; of Instagram's tokens Meta says nothing about one.
parameters proven(const app_registration& app, std::string_view token, parameters more) {
  more.emplace_back("appsecret_proof", secret_proof(app.app_secret, token));
  return more;
}

bool is_instagram_login(const subscription& one) noexcept {
  return one.channel == channel_kind::instagram && one.login == "instagram";
}

std::string subscription_url(const app_registration& app, const subscription& of) {
  const auto path = crypto::percent_encode(of.id) + "/subscribed_apps";
  if (!is_instagram_login(of)) return graph(app, path);
  return app.instagram_url + '/' + crypto::percent_encode(app.version) + '/' + path;
}

parameters with_proof(const app_registration& app, const subscription& of, std::string_view token,
                      parameters more = {}) {
  return is_instagram_login(of) ? more : proven(app, token, std::move(more));
}

}  // namespace

std::string_view to_string(flow_kind kind) noexcept {
  switch (kind) {
    case flow_kind::facebook: return "facebook";
    case flow_kind::instagram: return "instagram";
    case flow_kind::whatsapp: return "whatsapp";
  }
  return "unknown";
}

std::optional<flow_kind> parse_flow_kind(std::string_view name) noexcept {
  if (name == "facebook") return flow_kind::facebook;
  if (name == "instagram") return flow_kind::instagram;
  if (name == "whatsapp") return flow_kind::whatsapp;
  return std::nullopt;
}

bool is_ready(const app_registration& app, flow_kind kind) noexcept {
  const bool has_app = !app.app_id.empty() && !app.app_secret.empty();
  switch (kind) {
    case flow_kind::facebook: return has_app && !app.login_config_id.empty() && !app.redirect_uri.empty();
    case flow_kind::instagram:
      return !app.instagram_app_id.empty() && !app.instagram_app_secret.empty() && !app.redirect_uri.empty();
    case flow_kind::whatsapp: return has_app && !app.whatsapp_config_id.empty();
  }
  return false;
}

std::string authorisation_url(const app_registration& app, flow_kind kind, std::string_view state) {
  switch (kind) {
    case flow_kind::facebook:
      return app.login_url + '/' + crypto::percent_encode(app.version) + "/dialog/oauth?" +
             joined({{"client_id", app.app_id},
                     {"redirect_uri", app.redirect_uri},
                     {"state", std::string{state}},
                     {"response_type", "code"},
                     {"config_id", app.login_config_id}});
    case flow_kind::instagram:
      return app.instagram_login_url + "/oauth/authorize?" +
             joined({{"client_id", app.instagram_app_id},
                     {"redirect_uri", app.redirect_uri},
                     {"response_type", "code"},
                     {"scope", std::string{instagram_scopes}},
                     {"state", std::string{state}}});
    case flow_kind::whatsapp: break;
  }
  return {};
}

graph_call exchange_code(const app_registration& app, flow_kind kind, std::string_view code) {
  const std::string given{code};
  if (kind == flow_kind::instagram)
    return {"POST",
            app.instagram_code_url + "/oauth/access_token",
            joined({{"client_id", app.instagram_app_id},
                    {"client_secret", app.instagram_app_secret},
                    {"grant_type", "authorization_code"},
                    {"redirect_uri", app.redirect_uri},
                    {"code", given}}),
            {}};
  parameters query{{"client_id", app.app_id}, {"client_secret", app.app_secret}, {"code", given}};
  if (kind == flow_kind::facebook) query.emplace_back("redirect_uri", app.redirect_uri);
  return get(graph(app, "oauth/access_token"), query);
}

graph_call lengthen_token(const app_registration& app, flow_kind kind, std::string_view token) {
  const std::string given{token};
  if (kind == flow_kind::instagram)
    return get(app.instagram_url + "/access_token", {{"grant_type", "ig_exchange_token"},
                                                     {"client_secret", app.instagram_app_secret},
                                                     {"access_token", given}});
  return get(graph(app, "oauth/access_token"), {{"grant_type", "fb_exchange_token"},
                                                {"client_id", app.app_id},
                                                {"client_secret", app.app_secret},
                                                {"fb_exchange_token", given}});
}

graph_call refresh_instagram_token(const app_registration& app, std::string_view token) {
  return get(app.instagram_url + "/refresh_access_token",
             {{"grant_type", "ig_refresh_token"}, {"access_token", std::string{token}}});
}

graph_call inspect_token(const app_registration& app, std::string_view token) {
  return get(graph(app, "debug_token"), {{"input_token", std::string{token}}},
             app.app_id + '|' + app.app_secret);
}

graph_call list_pages(const app_registration& app, std::string_view token, std::string_view after) {
  parameters query{{"fields", "id,name,access_token,tasks,instagram_business_account"}, {"limit", "100"}};
  if (!after.empty()) query.emplace_back("after", std::string{after});
  return get(graph(app, "me/accounts"), proven(app, token, std::move(query)), token);
}

graph_call read_instagram_account(const app_registration& app, std::string_view token) {
  return get(app.instagram_url + '/' + crypto::percent_encode(app.version) + "/me",
             {{"fields", "id,user_id,username"}}, token);
}

graph_call list_phone_numbers(const app_registration& app, std::string_view business_account,
                              std::string_view token, std::string_view after) {
  parameters query{{"fields", "id,display_phone_number,verified_name,platform_type"}, {"limit", "100"}};
  if (!after.empty()) query.emplace_back("after", std::string{after});
  return get(graph(app, crypto::percent_encode(business_account) + "/phone_numbers"),
             proven(app, token, std::move(query)), token);
}

graph_call subscribe(const app_registration& app, const subscription& to, std::string_view token) {
  parameters form;
  if (to.channel != channel_kind::whatsapp)
    form.emplace_back("subscribed_fields",
                      std::string{is_instagram_login(to) ? instagram_fields : page_fields});
  auto body = joined(with_proof(app, to, token, std::move(form)));
  return {"POST", subscription_url(app, to), std::move(body), std::string{token}};
}

graph_call unsubscribe(const app_registration& app, const subscription& from, std::string_view token) {
  auto call = get(subscription_url(app, from), with_proof(app, from, token), token);
  call.method = "DELETE";
  return call;
}

graph_call read_subscription(const app_registration& app, const subscription& of, std::string_view token) {
  return get(subscription_url(app, of), with_proof(app, of, token), token);
}

graph_call register_phone(const app_registration& app, std::string_view phone, std::string_view pin,
                          std::string_view token) {
  return {"POST", graph(app, crypto::percent_encode(phone) + "/register"),
          joined(proven(app, token, {{"messaging_product", "whatsapp"}, {"pin", std::string{pin}}})),
          std::string{token}};
}

std::string secret_proof(std::string_view app_secret, std::string_view token) {
  return crypto::hex_encode(crypto::hmac_sha256(app_secret, token));
}

}  // namespace sellavie::connect
