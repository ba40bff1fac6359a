#include "actors/tenant_snapshot.hpp"

#include <nlohmann/json.hpp>

#include "protocol/training/content_codec.hpp"

namespace sellavie::actors {
namespace {

taught open_training(const storage::tenant_record& record) {
  taught opened{record.training_version, training::decode(record.training), {}};
  opened.keywords = training::hand_over_keywords{opened.content.hand_over_keywords};
  return opened;
}

std::shared_ptr<const std::vector<std::string>> preferred_models_in(const std::string& settings) {
  const auto parsed = nlohmann::json::parse(settings, nullptr, false);
  const auto list = parsed.is_object() ? parsed.find("models") : parsed.end();
  std::vector<std::string> names;
  if (list != parsed.end() && list->is_array())
    for (const auto& one : *list)
      if (one.is_string()) names.push_back(one.get<std::string>());
  return names.empty() ? nullptr : std::make_shared<const std::vector<std::string>>(std::move(names));
}

}  // namespace

tenant_ptr open_tenant(const storage::tenant_record& record, const config::plans_settings& plans,
                       const crypto::fernet_ring& secrets, monitoring::logger& log) {
  auto opened = std::make_shared<tenant>();
  opened->id = record.id;
  opened->name = record.name;
  opened->currency = record.currency;
  opened->timezone = record.timezone;
  opened->locale = record.locale;
  opened->utc_offset_minutes = record.utc_offset_minutes;
  const auto plan = plans.of(record.plan);
  opened->ai_replies_per_month = plan.limits.ai_replies_per_month;
  opened->refund_limit_minor = record.refund_limit_minor;
  opened->reminders = {record.checkout_reminders, record.checkout_reminder_minutes};
  if (!record.plan.empty() && plan.name != record.plan) log.warning("plan_unknown", {{}, record.id, {}});
  opened->version = record.version;
  opened->knowledge = open_training(record);
  opened->preferred_models = preferred_models_in(record.settings);
  for (const auto& one : record.connections) {
    channel_account account{one.id, one.channel, one.login, one.external_id, {}, true};
    account.notices = {one.notice_template, one.notice_template_language};
    if (one.sealed_token.empty()) {  // disconnected: its chats stay
      account.usable = false;
    } else if (auto token = secrets.decrypt(one.sealed_token)) {
      account.access_token = std::move(token.value().plaintext);
    } else {
      account.usable = false;
      log.error("access_token_unreadable", {{}, record.id, {}}, {{"connection", one.id}});
    }
    opened->accounts.push_back(std::move(account));
  }
  for (const auto& one : record.payments) {
    const auto provider = payment::parse_provider(one.provider);
    const auto mode = parse_payment_mode(one.mode);
    auto key = secrets.decrypt(one.sealed_secret_key);
    if (provider && mode && key)
      opened->payments.push_back({*provider, *mode, std::move(key.value().plaintext), one.id, one.is_broken,
                                  one.checked_at, one.sealed_secret_key});
    else log.error("payment_key_unreadable", {{}, record.id, {}}, {{"connection", one.id}});
  }
  return opened;
}

}  // namespace sellavie::actors
