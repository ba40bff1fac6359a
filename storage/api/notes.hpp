#pragma once
// Internal notes on a conversation: the customer never sees them. Who is mentioned finds them in a list of
// their own.

#include <optional>
#include <string>
#include <vector>

#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {

struct note {
  uuid id;
  conversation_id conversation;
  api::account_id author;
  std::string text;
  std::vector<api::account_id> mentions;
  instant created_at{};
};

/// Of a conversation, by anybody or by `author`; or (without one) those that mention `mentioned`.
struct note_filter {
  std::optional<conversation_id> conversation;
  api::account_id mentioned;
  std::optional<api::account_id> author;
};
[[nodiscard]] result<std::vector<note>> list_notes(api_session& session, const business_id& business,
                                                   const note_filter& filter, const list_wish& wish);
[[nodiscard]] result<std::optional<note>> find_note(api_session& session, const business_id& business,
                                                    const conversation_id& conversation, const uuid& id);

/// Of a conversation.
inline constexpr int most_notes = 1'000;

enum class note_outcome : std::uint8_t {
  done,
  not_found,
  /// Somebody who is mentioned is no member.
  no_member,
  /// Somebody else wrote it.
  not_yours,
  /// The conversation has most_notes.
  full,
};
[[nodiscard]] result<note_outcome> add_note(api_session& session, const business_id& business,
                                            const change_origin& by, const note& wanted);
/// Its author's, or anybody's for those who may remove them all.
[[nodiscard]] result<note_outcome> remove_note(api_session& session, const business_id& business,
                                               const change_origin& by, const conversation_id& conversation,
                                               const uuid& id, bool of_anybody);

}  // namespace sellavie::storage
