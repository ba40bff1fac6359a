// Which child has a customer who has two ids (tenant_supervisor.hpp; protocol/channel/customer_ids).

#include <algorithm>

#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {

std::optional<child_key> tenant_supervisor_state::child_of(const connection_id& connection,
                                                           const std::string& id) const {
  if (id.empty()) return std::nullopt;
  const child_key key{connection, id};
  if (const auto known = also_.find(key); known != also_.end()) return known->second;
  return children_.contains(key) ? std::optional{key} : std::nullopt;
}

// Nobody is asked about an id that is known here; what is not known, the child that it starts finds out.
child_key tenant_supervisor_state::customer_of(const connection_id& connection,
                                               const channel::channel_event& event) {
  if (event.channel != channel_kind::whatsapp) return {connection, event.customer_id};
  const auto who = channel::identity_of(event);
  if (auto by_user = child_of(connection, who.user)) {
    lead(connection, who.phone, *by_user);
    return *by_user;
  }
  if (auto by_phone = child_of(connection, who.phone)) {
    // Whose number it is now only the store can tell.
    return who.user.empty() ? *by_phone : child_key{connection, who.user};
  }
  const child_key fresh{connection, who.phone.empty() ? who.user : who.phone};
  find_or_spawn(fresh);
  lead(connection, who.user, fresh);
  return fresh;
}

void tenant_supervisor_state::lead(const connection_id& connection, const std::string& id,
                                   const child_key& to) {
  if (id.empty()) return;
  if (id == to.customer) {
    // It may have been taken for another one's, until the store said whose it is.
    also_.erase({connection, id});
    return;
  }
  const bool is_new = also_.insert_or_assign({connection, id}, to).second;
  auto& also = children_.at(to).also;
  if (is_new || std::find(also.begin(), also.end(), id) == also.end()) also.push_back(id);
}

void tenant_supervisor_state::forget(const child_key& key) {
  const auto found = children_.find(key);
  if (found == children_.end()) return;
  for (const std::string& id : found->second.also) {
    const auto known = also_.find({key.connection, id});
    if (known != also_.end() && known->second == key) also_.erase(known);
  }
  children_.erase(found);
}

// The child has done nothing. Should a person have asked for exactly this one, it comes back for that.
void tenant_supervisor_state::move_home(const lives_elsewhere& found,
                                        const caf::strong_actor_ptr& child_ptr) {
  const child_key* known = key_of(child_ptr);
  if (known == nullptr) return;
  const child_key from = *known;
  const child_key home{from.connection, found.customer};
  child& left = children_.at(from);
  const auto held = std::exchange(left.held, {});
  const auto ids = std::exchange(left.also, {});
  left.offered = 0;
  left.is_settled = true;
  left.phase = child_phase::stopping;
  self_->send_exit(left.door, caf::exit_reason::user_shutdown);
  const auto [at, is_new] = children_.try_emplace(home);
  if (is_new) {
    at->second.is_settled = true;
    spawn(home, at->second);
  }
  lead(home.connection, from.customer, home);
  for (const std::string& id : ids) lead(home.connection, id, home);
  for (const delivery& one : held) offer_to(home, one);
}

}  // namespace sellavie::actors
