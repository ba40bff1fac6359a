#include "net/webhooks/payment_directory.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::net {
namespace {

/// A JSON list of texts, sealed; never sealed it is the column's default, "[]".
result<std::vector<std::string>> open_list(const std::string& sealed, const crypto::fernet_ring& secrets) {
  if (sealed.empty() || sealed == "[]") return std::vector<std::string>{};
  const auto opened = secrets.decrypt(sealed);
  if (!opened) return opened.error();
  const auto list = nlohmann::json::parse(opened.value().plaintext, nullptr, false);
  if (!list.is_array()) return make_failure(errc::malformed, "webhook secrets");
  std::vector<std::string> texts;
  for (const auto& one : list)
    if (one.is_string() && !one.get_ref<const std::string&>().empty()) texts.push_back(one);
  return texts;
}

result<std::vector<std::string>> open_secrets(const storage::payment_entry& entry, payment::provider provider,
                                              const crypto::fernet_ring& secrets) {
  auto all = open_list(entry.sealed_webhook_secrets, secrets);
  if (!all) return all;
  if (provider == payment::provider::paystack) {
    const auto key = secrets.decrypt(entry.sealed_secret_key);
    if (!key) return key.error();
    all.value().insert(all.value().begin(), key.value().plaintext);
  }
  if (all.value().size() > payment_table::most_secrets) all.value().resize(payment_table::most_secrets);
  return all;
}

}  // namespace

payment_table::payment_table(std::span<const storage::payment_entry> entries,
                             const crypto::fernet_ring& secrets, const payment_table& before,
                             monitoring::logger& log) {
  endpoints_.reserve(entries.size());
  for (const auto& entry : entries) {
    const auto provider = payment::parse_provider(entry.provider);
    if (!provider) continue;
    const auto known = before.endpoints_.find(entry.connection);
    if (known != before.endpoints_.end() && known->second->version == entry.version) {
      endpoints_.insert(*known);
      continue;
    }
    auto opened = open_secrets(entry, *provider, secrets);
    if (!opened)
      log.error("payment_connection_unreadable", {.business_id = entry.business},
                {{"connection", entry.connection}, {"why", opened.error().code}});
    endpoints_.emplace(entry.connection,
                       std::make_shared<const payment_endpoint>(payment_endpoint{
                           entry.business, *provider,
                           opened ? std::move(opened.value()) : std::vector<std::string>{}, entry.version}));
  }
}

const payment_endpoint* payment_table::find(payment::provider provider,
                                            const payment_connection_id& id) const noexcept {
  const auto found = endpoints_.find(id);
  return found != endpoints_.end() && found->second->provider == provider ? found->second.get() : nullptr;
}

}  // namespace sellavie::net
