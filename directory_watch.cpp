#include "directory_watch.hpp"

namespace sellavie {

result<std::vector<business_id>> directory_watch::load() {
  const auto loaded = reads_.load_directory();
  if (!loaded) return loaded.error();
  std::vector<channel::route_entry> entries;
  for (const auto& one : loaded.value().entries)
    entries.push_back({one.route, {one.business, one.connection, one.channel}});
  directories_.routes->replace(std::make_shared<const channel::route_table>(entries));
  directories_.payments->replace(std::make_shared<const net::payment_table>(
      loaded.value().payments, *secrets_, *directories_.payments->current(), *log_));
  version_ = loaded.value().version;
  std::vector<business_id> changed;
  for (const auto& [business, version] : loaded.value().business_versions)
    if (const auto before = business_versions_.find(business);
        before == business_versions_.end() || before->second != version)
      changed.push_back(business);
  business_versions_ = loaded.value().business_versions;
  return changed;
}

result<std::optional<std::vector<business_id>>> directory_watch::load_changes() {
  const auto version = reads_.directory_version();
  if (!version) return version.error();
  if (version.value() == version_) return std::nullopt;
  auto changed = load();
  if (!changed) return changed.error();
  return std::optional{std::move(changed.value())};
}

}  // namespace sellavie
