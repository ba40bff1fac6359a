#include "actors/tenant_snapshot.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::actors {
namespace {

using json = nlohmann::json;

std::vector<std::string> strings_of(const json& object, const char* key) {
  std::vector<std::string> found;
  const auto list = object.find(key);
  if (list == object.end() || !list->is_array()) return found;
  for (const json& one : *list)
    if (one.is_string()) found.push_back(one.get<std::string>());
  return found;
}

std::string string_of(const json& object, const char* key) {
  const auto value = object.find(key);
  return value != object.end() && value->is_string() ? value->get<std::string>() : std::string{};
}

std::shared_ptr<const std::vector<std::string>> preferred_models_in(const std::string& settings) {
  const json parsed = json::parse(settings, nullptr, false);
  if (!parsed.is_object()) return nullptr;
  auto names = strings_of(parsed, "models");
  return names.empty() ? nullptr : std::make_shared<const std::vector<std::string>>(std::move(names));
}

}  // namespace

training parse_training(const std::string& text) {
  training knowledge;
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return knowledge;
  knowledge.tone = string_of(parsed, "tone");
  knowledge.facts = strings_of(parsed, "facts");
  knowledge.rules = strings_of(parsed, "rules");
  if (const auto faqs = parsed.find("faqs"); faqs != parsed.end() && faqs->is_array())
    for (const json& one : *faqs)
      if (one.is_object()) knowledge.faqs.emplace_back(string_of(one, "question"), string_of(one, "answer"));
  return knowledge;
}

tenant_ptr open_tenant(const storage::tenant_record& record, const crypto::fernet_ring& secrets,
                       monitoring::logger& log) {
  auto opened = std::make_shared<tenant>();
  opened->id = record.id;
  opened->name = record.name;
  opened->currency = record.currency;
  opened->timezone = record.timezone;
  opened->locale = record.locale;
  opened->utc_offset_minutes = record.utc_offset_minutes;
  opened->version = record.version;
  opened->knowledge = parse_training(record.training);
  opened->preferred_models = preferred_models_in(record.settings);
  for (const auto& one : record.connections) {
    channel_account account{one.id, one.channel, one.login, one.external_id, {}, true};
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
  if (record.payment) {
    if (auto key = secrets.decrypt(record.payment->sealed_secret_key))
      opened->payments =
          payment_account{record.payment->provider, record.payment->mode, std::move(key.value().plaintext)};
    else log.error("payment_key_unreadable", {{}, record.id, {}});
  }
  return opened;
}

}  // namespace sellavie::actors
