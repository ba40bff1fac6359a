#include "config/contradictions.hpp"

#include <algorithm>
#include <set>

#include "config/values.hpp"

namespace sellavie::config {
namespace {

void complain(loaded& outcome, std::string key, std::string what, std::string advice) {
  outcome.problems.push_back({std::move(key), std::move(what), std::move(advice)});
}

bool is_complained_about(const loaded& outcome, std::string_view key) {
  return std::any_of(outcome.problems.begin(), outcome.problems.end(),
                     [&](const problem& found) { return found.key == key; });
}

/// A key travels only encrypted, so an https provider is one that asks for a key.
bool needs_key(const llm_provider_settings& provider) { return provider.base_url.starts_with("https://"); }

void require(loaded& outcome, bool is_set, const std::string& key, const std::string& why,
             const std::string& advice) {
  if (!is_set && !is_complained_about(outcome, key)) complain(outcome, key, "is missing" + why, advice);
}

void check_provider(loaded& outcome, const std::string& name) {
  const auto key = "llm." + name;
  const auto found = outcome.values.llm.providers.find(name);
  if (found == outcome.values.llm.providers.end())
    return complain(outcome, "llm.order", "names \"" + name + "\", which is not set up",
                    "add [" + key + "] with base_url and model, or take the name out of llm.order");
  const auto& provider = found->second;
  const std::string why = ", but llm.order names " + name;
  require(outcome, !provider.model.empty(), key + ".model", why,
          "write the model's name, or change llm.order");
  if (needs_key(provider))
    require(outcome, !provider.api_key.empty(), key + ".api_key", why, "write the key, or change llm.order");
}

void check_listeners(loaded& outcome) {
  struct listener {
    std::string key;
    endpoint address;
  };
  const auto& values = outcome.values;
  const std::vector<listener> listeners{{"http.listen", values.http.listen},
                                        {"ops.listen", values.ops.listen}};
  const auto is_any = [](const std::string& host) { return host == "0.0.0.0" || host == "::"; };
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto& a = listeners[j].address;
      const auto& b = listeners[i].address;
      if (a.port == 0 || a.port != b.port || !(a.host == b.host || is_any(a.host) || is_any(b.host)))
        continue;
      complain(outcome, listeners[i].key, "is the same address as " + listeners[j].key,
               "choose another port");
    }
  }
}

void check_database(loaded& outcome) {
  const auto& database = outcome.values.database;
  const bool has_roles = !database.engine_url.empty() || !database.tenant_url.empty();
  if (has_roles && database.url.empty())
    complain(outcome, "database.url", "is empty, but a role's address is set",
             "set database.url (the owner's address) too, or remove engine_url and tenant_url");
  if (database.engine_url.empty() != database.tenant_url.empty())
    complain(outcome, database.engine_url.empty() ? "database.engine_url" : "database.tenant_url",
             "is empty, but the other role's address is set", "set both, or neither");
}

void check_meta(loaded& outcome) {
  const auto& meta = outcome.values.meta;
  std::set<std::string> ids{meta.app_id};
  for (std::size_t i = 0; i < meta.apps.size(); ++i) {
    const auto key = "meta.apps[" + std::to_string(i) + "]";
    require(outcome, !meta.apps[i].id.empty(), key + ".id", "", "copy the app's id from Meta's dashboard");
    require(outcome, !meta.apps[i].secrets.empty(), key + ".secrets", "",
            "copy the app's secret from Meta's dashboard");
    if (!meta.apps[i].id.empty() && !ids.insert(meta.apps[i].id).second)
      complain(outcome, key + ".id", "is an app that was named before", "put all its secrets into one list");
  }
}

void check_keys(loaded& outcome) {
  std::set<std::string> kids;
  for (const auto& key : outcome.values.security.jwt_keys) {
    const auto kid = key.reveal().substr(0, key.reveal().find(':'));
    if (!kids.insert(kid).second)
      complain(outcome, "security.jwt_keys", "has two keys with the same id",
               "give each key an id of its own");
  }
}

void check_plans(loaded& outcome) {
  const auto& plans = outcome.values.plans;
  if (!plans.default_plan.empty() && !plans.named.contains(plans.default_plan))
    complain(outcome, "plans.default", "names \"" + plans.default_plan + "\", which is not a plan",
             "add [plans." + plans.default_plan + "], or leave plans.default out: no limits without a plan");
}

/// Two of the largest bodies must fit into what one address may have.
void check_buffers(loaded& outcome) {
  const auto& limits = outcome.values.limits;
  const auto largest = std::max(limits.body_bytes, limits.webhook_bytes);
  const auto least = 2 * limits_settings::buffered_share * largest;
  if (limits.buffered_bytes < least)
    complain(outcome, "limits.buffered_bytes",
             "is too small for the largest body that [limits] allows (one address has an eighth)",
             "make it " + std::to_string(least) + " or more, or allow smaller bodies");
}

bool is_plain_http_to_others(const std::string& url) {
  if (!url.starts_with("http://")) return false;
  const std::string_view rest = std::string_view{url}.substr(7);
  auto host = rest.substr(0, rest.find('/'));
  if (host.starts_with('[')) host = host.substr(0, host.find(']') + 1);
  else host = host.substr(0, host.find(':'));
  return !is_loopback(host);
}

}  // namespace

void choose_providers(loaded& outcome, bool is_order_chosen) {
  auto& llm = outcome.values.llm;
  for (const auto& [name, provider] : llm.providers)
    require(outcome, !provider.base_url.empty(), "llm." + name + ".base_url", "",
            "write the provider's address, or check the spelling of \"" + name + "\"");
  if (!is_order_chosen) {
    for (const auto* const name : {"openai", "anthropic", "groq"})
      if (const auto& provider = llm.providers[name]; !provider.api_key.empty() || !provider.model.empty())
        llm.order.emplace_back(name);
    for (const auto& [name, provider] : llm.providers)
      if (!provider.model.empty() && std::find(llm.order.begin(), llm.order.end(), name) == llm.order.end())
        llm.order.push_back(name);
  }
  std::set<std::string> seen;
  for (const auto& name : llm.order) {
    if (!seen.insert(name).second)
      complain(outcome, "llm.order", "names \"" + name + "\" twice", "name each provider once");
    else check_provider(outcome, name);
  }
}

void find_contradictions(loaded& outcome) {
  const auto& values = outcome.values;
  check_listeners(outcome);
  std::error_code ignored;
  if (std::filesystem::exists(values.data.dir, ignored) &&
      !std::filesystem::is_directory(values.data.dir, ignored))
    complain(outcome, "data.dir", "is not a folder", "name a folder, or a path where one can be made");
  check_database(outcome);
  check_meta(outcome);
  if (values.llm.attempt_ms > values.llm.deadline_ms)
    complain(outcome, "llm.attempt_ms", "is longer than llm.deadline_ms",
             "make one attempt shorter than the whole");
  require(outcome, values.smtp.url.empty() || !values.smtp.from.address.empty(), "smtp.from",
          ", but smtp.url is set", "write for example Shop <shop@example.com>");
  check_keys(outcome);
  check_plans(outcome);
  check_buffers(outcome);
}

void find_warnings(loaded& outcome) {
  const auto& values = outcome.values;
  auto& warnings = outcome.warnings;
  const auto warn = [&](std::string text) { warnings.push_back(std::move(text)); };
  if (values.smtp.url.empty())
    warn("smtp.url is empty: no mail is sent, so nobody can sign up or set a forgotten password");
  if (values.http.public_url.empty()) warn("http.public_url is empty: customers get no payment links");
  else if (is_plain_http_to_others(values.http.public_url))
    warn("http.public_url is not https: Meta and the payment providers call https addresses only");
  if (!values.egress.allow_private.empty())
    warn("egress.allow_private is set: webhooks of any business may call these addresses");
  if (values.egress.allow_http) warn("egress.allow_http is set: what webhooks say may travel unencrypted");
  if (!is_loopback(values.ops.listen.host))
    warn("ops.listen is not a loopback address: keep /metrics away from the public");
  if (values.meta.app_secrets.empty() && values.meta.apps.empty())
    warn("meta.app_secrets is empty: no webhook can be verified, all are refused");
  if (values.meta.verify_tokens.empty())
    warn("meta.verify_tokens is empty: Meta cannot subscribe to this server");
  if (values.meta.app_id.empty()) warn("meta.app_id is empty: echoes are told apart by message id only");
  if (values.llm.order.empty()) warn("no model is set up: every message goes to a person");
  if (!values.plans.named.empty() && values.plans.default_plan.empty())
    warn("plans.default is empty: businesses without a plan have no limits");
  for (const auto& [name, plan] : values.plans.named)
    if (plan == plan_limits{}) warn("plans." + name + " has no limits");
  for (const auto& [name, provider] : values.llm.providers)
    if (!provider.api_key.empty() && is_plain_http_to_others(provider.base_url))
      warn("llm." + name + ".base_url is not https: the key travels unencrypted");
}

std::string to_line(const problem& found) { return found.key + ": " + found.what + "; " + found.advice; }

std::string render_report(const loaded& outcome) {
  std::string text;
  for (const auto& found : outcome.problems) text += "problem: " + to_line(found) + "\n";
  for (const auto& warning : outcome.warnings) text += "warning: " + warning + "\n";
  const auto count = outcome.problems.size();
  if (count == 0) return text + "configuration is valid\n";
  return text + std::to_string(count) + (count == 1 ? " problem" : " problems") + ", nothing was started\n";
}

}  // namespace sellavie::config
