#include "net/api/access_cache.hpp"

namespace sellavie::net {

std::optional<api::role> access_cache::find(const api::session_id& session, const business_id& business,
                                            time_point now) const {
  const std::lock_guard hold{mutex_};
  const auto found = entries_.find({session, business});
  if (found == entries_.end() || now - found->second.seen_at >= life) return std::nullopt;
  return found->second.role;
}

void access_cache::remember(const api::session_id& session, const business_id& business, api::role role,
                            time_point seen_at) {
  const std::lock_guard hold{mutex_};
  if (seen_at <= forgotten_at_) return;
  if (entries_.size() >= bound) entries_.clear();
  entries_.insert_or_assign(key{session, business}, entry{role, seen_at});
}

void access_cache::forget_all() {
  {
    const std::lock_guard hold{mutex_};
    entries_.clear();
    forgotten_at_ = std::chrono::steady_clock::now();
  }
  if (tell_) tell_();
}

}  // namespace sellavie::net
