#pragma once
// Finding messages by their words. The index is made by those who search: each search first reads what was
// written since the last one, at most `most_read_at_once` messages, and says whether it has read all.
// A shop that never searches pays nothing, and no message pays for it.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/change_origin.hpp"
#include "storage/api/conversations.hpp"

namespace sellavie::storage {

inline constexpr int most_read_at_once = 2000;

struct found_message {
  conversation_id conversation;
  listed_message message;
};

struct message_hits {
  /// Newest first, `limit` + 1 at most.
  std::vector<found_message> rows;
  /// False: there are messages that were not read yet; the next search reads on.
  bool is_complete = false;
};

/// Messages that hold each of the words, or words that begin so, whatever the case. Who searched stands in the activity
/// log, each page of it and without the words: they may be a customer's.
[[nodiscard]] result<message_hits> search_messages(api_session& session, const business_id& business,
                                                   const std::string& words,
                                                   const std::optional<api::page_position>& after, int limit,
                                                   const change_origin& by);

}  // namespace sellavie::storage
