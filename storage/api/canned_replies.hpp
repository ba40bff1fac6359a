#pragma once
// Texts that people send often, found by their shortcut. Shortcuts are unique whatever their case; a
// conflict is errc::conflict.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"

namespace sellavie::storage {

struct canned_reply {
  uuid id;
  std::string shortcut;
  std::string text;
  std::int64_t version = 1;
};

/// By id, `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<canned_reply>> list_canned_replies(
    api_session& session, const business_id& business, const std::optional<api::page_position>& after,
    int limit);
[[nodiscard]] result<std::optional<canned_reply>> find_canned_reply(api_session& session,
                                                                    const business_id& business,
                                                                    const uuid& id);
[[nodiscard]] result<canned_reply> add_canned_reply(api_session& session, const business_id& business,
                                                    const change_origin& by, const canned_reply& wanted);
/// `wanted.version` is the one that was read.
[[nodiscard]] result<edited<canned_reply>> change_canned_reply(api_session& session,
                                                               const business_id& business,
                                                               const change_origin& by,
                                                               const canned_reply& wanted);
[[nodiscard]] result<bool> remove_canned_reply(api_session& session, const business_id& business,
                                               const change_origin& by, const uuid& id);

}  // namespace sellavie::storage
