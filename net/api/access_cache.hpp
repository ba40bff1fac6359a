#pragma once
// Remembers for one second which role a session has in a business, so that a busy client does not
// ask the database twice for each request. A revocation on this node is seen at once, one on another
// node within that second. Bounded; at the bound everything is forgotten. Thread-safe.

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "protocol/api/access_token.hpp"
#include "protocol/api/permission.hpp"

namespace sellavie::net {

class access_cache {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds life{1};
  static constexpr std::size_t bound = 20'000;

  /// nil business: whether the session lives at all (the role says nothing then).
  [[nodiscard]] std::optional<api::role> find(const api::session_id& session, const business_id& business,
                                              time_point now) const;
  /// `seen_at`: taken before the database was asked.
  void remember(const api::session_id& session, const business_id& business, api::role role,
                time_point seen_at);
  /// After any change of sessions or roles.
  void forget_all();
  /// Called at the end of each forget_all(), on its thread. Set before the first request.
  void when_forgotten(std::function<void()> tell) { tell_ = std::move(tell); }

 private:
  struct key {
    api::session_id session;
    business_id business;
    friend bool operator==(const key&, const key&) = default;
  };
  struct key_hash {
    std::size_t operator()(const key& one) const noexcept {
      return std::hash<api::session_id>{}(one.session) ^ (std::hash<business_id>{}(one.business) * 31);
    }
  };
  struct entry {
    api::role role;
    time_point seen_at;
  };
  mutable std::mutex mutex_;
  std::unordered_map<key, entry, key_hash> entries_;
  /// Answers asked for before this moment are not remembered: they may be older than a revocation.
  time_point forgotten_at_{};
  std::function<void()> tell_;
};

}  // namespace sellavie::net
