#pragma once
// The labels of a business, for conversations. Names are unique whatever their case; a conflict is
// errc::conflict.

#include <optional>
#include <string>
#include <vector>

#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {

struct label {
  uuid id;
  std::string name;
  /// A word of the palette.
  std::string colour;
  std::int64_t version = 1;
};

/// A page (api::largest_page), so that a screen holds them whole; also the most that a conversation has.
inline constexpr int most_labels = 100;

/// `words` are in the name; all when empty.
[[nodiscard]] result<std::vector<label>> list_labels(api_session& session, const business_id& business,
                                                     const std::string& words, const list_wish& wish);
[[nodiscard]] result<std::optional<label>> find_label(api_session& session, const business_id& business,
                                                      const uuid& id);
/// `full` at most_labels.
[[nodiscard]] result<edited<label>> add_label(api_session& session, const business_id& business,
                                              const change_origin& by, const label& wanted);
/// `wanted.version` is the one that was read.
[[nodiscard]] result<edited<label>> change_label(api_session& session, const business_id& business,
                                                 const change_origin& by, const label& wanted);
/// Conversations lose it.
[[nodiscard]] result<bool> remove_label(api_session& session, const business_id& business,
                                        const change_origin& by, const uuid& id);

}  // namespace sellavie::storage
