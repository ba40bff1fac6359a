#include "protocol/channel/route.hpp"

namespace sellavie::channel {

route_table::route_table(std::span<const route_entry> entries) {
  entries_.reserve(entries.size());
  for (const route_entry& entry : entries) {
    if (entry.key.id.empty()) continue;
    const auto [found, is_new] = entries_.try_emplace(entry.key, entry.ref);
    if (!is_new && found->second != entry.ref) found->second.reset();
  }
}

route_outcome route_table::find(route_space space, std::string_view id) const {
  const auto found = entries_.find(key_view{space, id});
  if (found == entries_.end()) return stranger{};
  if (!found->second) return route_conflict{};
  return routed{*found->second};
}

route_outcome route_table::route(const channel_event& event) const {
  const auto find_like = [this](const route_key& key) {
    auto outcome = find(key.space, key.id);
    if (key.space == route_space::page && std::holds_alternative<stranger>(outcome)) {
      outcome = find(route_space::instagram, key.id);
    }
    return outcome;
  };
  const auto primary = find_like(event.route);
  if (!event.entry_route) return primary;
  const auto entry = find_like(*event.entry_route);
  if (std::holds_alternative<stranger>(entry)) return primary;
  if (std::holds_alternative<stranger>(primary)) {
    return event.route.space == route_space::instagram ? entry : primary;
  }
  return primary == entry ? primary : route_outcome{route_conflict{}};
}

}  // namespace sellavie::channel
