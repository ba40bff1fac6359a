#pragma once
// The browsers of an account that take messages.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/api/cursor.hpp"
#include "protocol/crypto/digest.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/push_queue.hpp"

namespace sellavie::storage {

/// Of one account; another one takes the place of the oldest.
inline constexpr int most_push_subscriptions = 20;

struct new_push_subscription {
  push_subscription_id id;
  /// SHA-256 of the endpoint: a browser that subscribes again, for whomever, has one.
  crypto::sha256_digest endpoint_hash{};
  /// Fernet.
  std::string sealed;
  /// The endpoint's origin.
  std::string service;
};

struct stored_push_subscription {
  push_subscription_id id;
  std::string service;
  /// Of its session, as it named itself.
  std::string device;
  bool is_of_this_session = false;
  instant created_at{};
  std::optional<instant> last_success_at;
};

/// Of sessions that have not ended; by id, `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<stored_push_subscription>> list_push_subscriptions(
    api_session& session, const change_origin& by, const std::optional<api::page_position>& after, int limit);
[[nodiscard]] result<stored_push_subscription> add_push_subscription(api_session& session,
                                                                     const change_origin& by,
                                                                     const new_push_subscription& wanted);
/// False: it is not there, or somebody else's.
[[nodiscard]] result<bool> remove_push_subscription(api_session& session, const change_origin& by,
                                                    const push_subscription_id& id);

}  // namespace sellavie::storage
