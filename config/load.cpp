#include "config/load.hpp"

#include <unistd.h>

#include <array>
#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

#include "config/contradictions.hpp"
#include "config/reader.hpp"

namespace sellavie::config {
namespace {

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t kibibyte = 1024;
constexpr std::int64_t mebibyte = 1024 * kibibyte;
constexpr std::int64_t day_s = 86'400;

parsed<std::filesystem::path> parse_path(std::string_view text) {
  if (auto plain = parse_plain(text); !plain) return plain.error();
  return std::filesystem::path{std::string{text}};
}

parsed<std::string> parse_name(std::string_view text, const char* of_what) {
  const auto is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (text.empty() || text.size() > 32 || !std::all_of(text.begin(), text.end(), is_allowed))
    return complaint{std::string{"is not a name of a "} + of_what, "use a to z, 0 to 9 and _"};
  return std::string{text};
}

parsed<std::string> parse_provider_name(std::string_view text) { return parse_name(text, "provider"); }
parsed<std::string> parse_plan_name(std::string_view text) { return parse_name(text, "plan"); }

// ---- sections, in the order of the documentation ------------------------------------------------

void read_http(reader& in, http_settings& http) {
  in.required("http.listen", http.listen, parse_endpoint);
  in.text("http.public_url", http.public_url, parse_base_url);
  in.list("http.trusted_proxies", http.trusted_proxies, parse_address_block);
  in.list("http.cors_origins", http.cors_origins, parse_origin);
  in.text("http.dashboard", http.dashboard, parse_path);
}

void read_database(reader& in, database_settings& database) {
  in.text("database.url", database.url, parse_database_url);
  in.text("database.engine_url", database.engine_url, parse_database_url);
  in.text("database.tenant_url", database.tenant_url, parse_database_url);
}

void read_meta(reader& in, meta_settings& meta) {
  in.text("meta.app_id", meta.app_id, parse_numeric_id);
  in.list("meta.app_secrets", meta.app_secrets, parse_secret);
  in.list("meta.verify_tokens", meta.verify_tokens, parse_secret);
  in.required("meta.graph_url", meta.graph_url, parse_base_url);
  in.required("meta.instagram_url", meta.instagram_url, parse_base_url);
  in.required("meta.version", meta.version, parse_graph_version);
  in.text("meta.login_config_id", meta.login_config_id, parse_numeric_id);
  in.text("meta.whatsapp_config_id", meta.whatsapp_config_id, parse_numeric_id);
  in.text("meta.instagram_app_id", meta.instagram_app_id, parse_numeric_id);
  in.text("meta.instagram_app_secret", meta.instagram_app_secret, parse_secret);
  in.required("meta.login_url", meta.login_url, parse_base_url);
  in.required("meta.instagram_login_url", meta.instagram_login_url, parse_base_url);
  in.required("meta.instagram_code_url", meta.instagram_code_url, parse_base_url);
  meta.apps.resize(in.count_tables("meta.apps"));
  for (std::size_t i = 0; i < meta.apps.size(); ++i) {
    const auto key = "meta.apps[" + std::to_string(i) + "]";
    in.text(key + ".id", meta.apps[i].id, parse_numeric_id);
    in.list(key + ".secrets", meta.apps[i].secrets, parse_secret);
  }
}

void read_provider(reader& in, const std::string& name, llm_provider_settings& provider) {
  const auto key = "llm." + name + ".";
  in.text(key + "base_url", provider.base_url, parse_base_url);
  in.text(key + "api_key", provider.api_key, parse_secret);
  in.text(key + "model", provider.model, parse_plain);
  in.integer(key + "concurrency", provider.concurrency, 1, 10'000);
  in.integer(key + "queue", provider.queue, 0, million);
  in.boolean(key + "tools", provider.tools);
  in.required(key + "anthropic_version", provider.anthropic_version, parse_anthropic_version);
  in.integer(key + "max_tokens", provider.max_tokens, 16, 128'000);
}

void read_llm(reader& in, llm_settings& llm) {
  static const std::vector<std::string> provider_keys{
      "base_url", "api_key", "model", "concurrency", "queue", "tools", "anthropic_version", "max_tokens"};
  in.list("llm.order", llm.order, parse_provider_name);
  in.duration("llm.deadline_ms", llm.deadline_ms, 100, 600'000);
  in.duration("llm.attempt_ms", llm.attempt_ms, 100, 600'000);
  auto names = in.names_below("llm", provider_keys);
  names.insert({"openai", "anthropic", "groq"});
  for (const auto& name : names) {
    if (const auto allowed = parse_provider_name(name); !allowed) {
      in.report("llm." + name, allowed.error().what, allowed.error().advice);
      continue;
    }
    auto& provider = llm.providers[name];
    if (name == "openai") provider.base_url = "https://api.openai.com/v1";
    if (name == "anthropic") provider.base_url = "https://api.anthropic.com";
    if (name == "groq") provider.base_url = "https://api.groq.com/openai/v1";
    read_provider(in, name, provider);
  }
}

void read_payments(reader& in, payments_settings& payments) {
  in.required("payments.paystack_url", payments.paystack_url, parse_base_url);
  in.required("payments.flutterwave_url", payments.flutterwave_url, parse_base_url);
  in.required("payments.stripe_url", payments.stripe_url, parse_base_url);
}

void read_channels(reader& in, channels_settings& channels) {
  in.integer("channels.messenger_per_second", channels.messenger_per_second, 1, 100'000);
  in.integer("channels.instagram_per_second", channels.instagram_per_second, 1, 100'000);
  in.integer("channels.whatsapp_per_second", channels.whatsapp_per_second, 1, 100'000);
}

void read_smtp(reader& in, smtp_settings& smtp) {
  in.text("smtp.url", smtp.url, parse_smtp_url);
  in.text("smtp.from", smtp.from, parse_sender);
}

void read_egress(reader& in, egress_settings& egress) {
  in.list("egress.allow_private", egress.allow_private, parse_address_block);
  in.list("egress.extra_ports", egress.extra_ports, parse_port);
  in.boolean("egress.allow_http", egress.allow_http);
}

void read_security(reader& in, security_settings& security) {
  in.list("security.jwt_keys", security.jwt_keys, parse_jwt_key);
  in.list("security.fernet_keys", security.fernet_keys, parse_fernet_key);
  in.text("security.push_key", security.push_key, parse_fernet_key);
}

void read_limits(reader& in, limits_settings& limits) {
  in.integer("limits.requests_per_minute", limits.requests_per_minute, 1, 60 * million);
  in.integer("limits.sign_ins_per_minute", limits.sign_ins_per_minute, 1, 60 * million);
  in.integer("limits.mails_per_hour", limits.mails_per_hour, 1, 60 * million);
  in.integer("limits.mails_per_recipient_per_hour", limits.mails_per_recipient_per_hour, 1, 60 * million);
  in.integer("limits.body_bytes", limits.body_bytes, kibibyte, 64 * mebibyte);
  in.integer("limits.webhook_bytes", limits.webhook_bytes, kibibyte, 64 * mebibyte);
  in.integer("limits.payment_webhook_bytes", limits.payment_webhook_bytes, kibibyte, 256 * kibibyte);
  in.integer("limits.buffered_bytes", limits.buffered_bytes, mebibyte, 65'536 * mebibyte);
  in.integer("limits.connections_per_address", limits.connections_per_address, 1, million);
}

void read_conversation(reader& in, conversation_settings& conversation) {
  in.duration("conversation.gather_ms", conversation.gather_ms, 0, 60'000);
  in.duration("conversation.passivate_after_s", conversation.passivate_after_s, 1, day_s);
  in.duration("conversation.late_after_s", conversation.late_after_s, 1, day_s);
  in.integer("conversation.history_messages", conversation.history_messages, 1, 500);
  in.boolean("conversation.typing", conversation.typing);
}

void read_limit(reader& in, const std::string& key, std::optional<std::int64_t>& limit) {
  std::int64_t written = 0;
  in.integer(key, written, 0, 1'000 * million);
  if (in.has(key)) limit = written;
}

void read_plans(reader& in, plans_settings& plans) {
  static const std::vector<std::string> plan_keys{"ai_replies_per_month", "members", "connections",
                                                  "products"};
  in.text("plans.default", plans.default_plan, parse_plan_name);
  for (const auto& name : in.names_below("plans", plan_keys)) {
    if (const auto allowed = parse_plan_name(name); !allowed) {
      in.report("plans." + name, allowed.error().what, allowed.error().advice);
      continue;
    }
    auto& plan = plans.named[name];
    const auto key = "plans." + name + ".";
    read_limit(in, key + "ai_replies_per_month", plan.ai_replies_per_month);
    read_limit(in, key + "members", plan.members);
    read_limit(in, key + "connections", plan.connections);
    read_limit(in, key + "products", plan.products);
  }
}

void read_workers(reader& in, workers_settings& workers) {
  in.integer("workers.io_threads", workers.io_threads, 1, 256);
  in.integer("workers.actor_threads", workers.actor_threads, 1, 256);
  in.integer("workers.writers", workers.writers, 1, 64);
  in.integer("workers.api_threads", workers.api_threads, 1, 64);
  in.integer("workers.password_threads", workers.password_threads, 1, 16);
}

void read_all(reader& in, settings& values) {
  read_http(in, values.http);
  in.required("ops.listen", values.ops.listen, parse_endpoint);
  in.required("data.dir", values.data.dir, parse_path);
  read_database(in, values.database);
  read_meta(in, values.meta);
  read_llm(in, values.llm);
  read_payments(in, values.payments);
  read_channels(in, values.channels);
  in.duration("outbox.evidence_s", values.outbox.evidence_s, 1, day_s);
  read_smtp(in, values.smtp);
  read_egress(in, values.egress);
  read_security(in, values.security);
  read_limits(in, values.limits);
  read_conversation(in, values.conversation);
  read_plans(in, values.plans);
  read_workers(in, values.workers);
}

// ---- documented keys that come with a later version ----------------------------------------------

/// Whoever relies on one of these must not start as if it were there.
void refuse_later_keys(reader& in) {
  const auto refuse = [&](const std::string& key, const std::string& advice) {
    in.report(key, "is not in this version", advice);
  };
  bool enabled = false;
  in.boolean("cluster.enabled", enabled);
  if (enabled)
    refuse("cluster.enabled", "run one server for each database; a second one would stop the first");
  std::string redis;
  in.text("redis.url", redis, parse_plain);
  if (!redis.empty()) refuse("redis.url", "leave it empty: limits and revocation are this server's own");
}

/// The rest of them changes nothing: said, so that nobody waits for its effect.
std::vector<std::string> warn_of_later_keys(reader& in) {
  constexpr std::array texts{"cluster.listen", "cluster.certificate", "cluster.key", "cluster.ca"};
  constexpr std::array numbers{std::pair{"limits.upload_bytes", ": uploads may have 10 MiB"}};
  std::vector<std::string> warnings;
  const auto warn = [&](std::string key, const char* instead = "") {
    warnings.push_back(std::move(key) + " is not used in this version" + instead);
  };
  for (const char* const key : texts) {
    std::string written;
    in.text(key, written, parse_plain);
    if (!written.empty()) warn(key);
  }
  for (const auto& [key, instead] : numbers) {
    std::int64_t written = 0;
    in.integer(key, written, 0, std::numeric_limits<std::int64_t>::max());
    if (in.has(key)) warn(key, instead);
  }
  return warnings;
}

loaded load_table(const toml::table& table, std::string_view origin, const environment& variables) {
  loaded outcome;
  outcome.values.data.dir = default_data_dir(geteuid() == 0);
  reader in{table, origin, variables};
  read_all(in, outcome.values);
  refuse_later_keys(in);
  outcome.warnings = warn_of_later_keys(in);
  in.report_unknown();
  const bool is_order_chosen = in.has("llm.order");
  outcome.problems = in.take_problems();
  choose_providers(outcome, is_order_chosen);
  find_contradictions(outcome);
  find_warnings(outcome);
  return outcome;
}

}  // namespace

plans_settings::choice plans_settings::of(std::string_view given) const {
  for (const auto wanted : {given, std::string_view{default_plan}})
    if (const auto found = named.find(wanted); found != named.end()) return {found->first, found->second};
  return {};
}

std::filesystem::path default_data_dir(bool is_root) { return is_root ? "/var/lib/sellavie" : "var"; }

std::string to_string(const endpoint& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

environment current_environment() {
  environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

loaded load_text(std::string_view toml, std::string_view origin, const environment& variables) {
  try {
    return load_table(toml::parse(toml), origin, variables);
  } catch (const toml::parse_error& failure) {
    // The parser's own text may quote the line, and with it a secret.
    loaded outcome;
    outcome.problems.push_back({std::string{origin},
                                "is not valid TOML at line " + std::to_string(failure.source().begin.line) +
                                    ", column " + std::to_string(failure.source().begin.column),
                                "check quotes, brackets and doubled keys there"});
    return outcome;
  }
}

loaded load(const std::filesystem::path& file, const environment& variables) {
  if (file.empty()) return load_text("", "no file", variables);
  std::error_code failure;
  std::ifstream in;
  if (std::filesystem::is_regular_file(file, failure)) in.open(file, std::ios::binary);
  if (!in.is_open()) {
    loaded outcome;
    outcome.problems.push_back(
        {file.string(), "cannot be read", "check the path and the permissions of --config"});
    return outcome;
  }
  std::ostringstream text;
  text << in.rdbuf();
  return load_text(text.str(), file.filename().string(), variables);
}

}  // namespace sellavie::config
