#pragma once
// Messages to browsers that wait to be sent: the job "push" has the subscription and the words; the subscription is
// looked up when its time comes.

#include <optional>
#include <string>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

using push_subscription_id = basic_id<struct push_subscription_tag>;

inline constexpr const char* push_job_kind = "push";

struct push_job {
  push_subscription_id subscription;
  /// JSON for the browser; no word of a customer.
  std::string message;
  /// Worthless afterwards.
  instant until{};
};
[[nodiscard]] std::string write_push_job(const push_job& job);
[[nodiscard]] std::optional<push_job> read_push_job(std::string_view payload);

/// Fernet of {"endpoint", "p256dh", "auth", "key"}; nothing when it is gone, or its session has ended.
[[nodiscard]] result<std::optional<std::string>> find_push_target(api_session& session,
                                                                  const push_subscription_id& id,
                                                                  instant now);
/// It was taken.
[[nodiscard]] result<void> note_push(api_session& session, const push_subscription_id& id, instant at);
/// The push service does not know it any more.
[[nodiscard]] result<void> drop_push_subscription(api_session& session, const push_subscription_id& id);

}  // namespace sellavie::storage
