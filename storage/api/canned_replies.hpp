#pragma once
// Texts that people send often, found by their shortcut. Shortcuts are unique whatever their case; a
// conflict is errc::conflict.

#include <optional>
#include <string>
#include <vector>

#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {

struct canned_reply {
  uuid id;
  std::string shortcut;
  std::string text;
  std::int64_t version = 1;
};

/// A page (api::largest_page), so that a composer offers them all.
inline constexpr int most_canned_replies = 100;

/// `words` are in the shortcut or the text; all when empty.
[[nodiscard]] result<std::vector<canned_reply>> list_canned_replies(api_session& session,
                                                                    const business_id& business,
                                                                    const std::string& words,
                                                                    const list_wish& wish);
[[nodiscard]] result<std::optional<canned_reply>> find_canned_reply(api_session& session,
                                                                    const business_id& business,
                                                                    const uuid& id);
/// `full` at most_canned_replies.
[[nodiscard]] result<edited<canned_reply>> add_canned_reply(api_session& session, const business_id& business,
                                                            const change_origin& by,
                                                            const canned_reply& wanted);
/// `wanted.version` is the one that was read.
[[nodiscard]] result<edited<canned_reply>> change_canned_reply(api_session& session,
                                                               const business_id& business,
                                                               const change_origin& by,
                                                               const canned_reply& wanted);
[[nodiscard]] result<bool> remove_canned_reply(api_session& session, const business_id& business,
                                               const change_origin& by, const uuid& id);

}  // namespace sellavie::storage
