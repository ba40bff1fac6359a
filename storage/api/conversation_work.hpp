#pragma once
// Who works on a conversation, until when nobody needs to, how far a person has read, its labels. Each change
// is written to the activity log but reading, which is a person's own affair.

#include <optional>

#include "protocol/domain/ids.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

enum class work_outcome : std::uint8_t {
  done,
  /// No such conversation (or label) of this business.
  not_found,
  /// The account is no member.
  no_member,
};

/// Without an assignee: nobody's.
[[nodiscard]] result<work_outcome> assign_conversation(api_session& session, const business_id& business,
                                                       const change_origin& by, const conversation_id& which,
                                                       const std::optional<api::account_id>& to);
/// Until then, or until the customer writes. Without an instant: not any more.
[[nodiscard]] result<work_outcome> snooze_conversation(api_session& session, const business_id& business,
                                                       const change_origin& by, const conversation_id& which,
                                                       const std::optional<instant>& until);
/// The account has seen everything up to this message.
[[nodiscard]] result<work_outcome> mark_conversation_read(api_session& session, const business_id& business,
                                                          const api::account_id& account,
                                                          const conversation_id& which,
                                                          const message_id& up_to);
enum class label_change : std::uint8_t { attach, detach };
/// Attaching what is attached, or detaching what is not, changes nothing.
[[nodiscard]] result<work_outcome> change_conversation_label(api_session& session,
                                                             const business_id& business,
                                                             const change_origin& by,
                                                             const conversation_id& which, const uuid& label,
                                                             label_change change);

}  // namespace sellavie::storage
