#pragma once
// What people upload to show it to a customer: kept while a message uses it, else for a day. In the database like the
// pictures of products, and apart by the same row-level security; only its link is read by strangers.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/crypto/digest.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"
#include "storage/message_rows.hpp"

namespace sellavie::storage {

/// Of one business, those that no message uses yet.
inline constexpr int max_unused_attachments = 100;
/// Of one business, in all.
inline constexpr std::int64_t max_attachment_bytes = std::int64_t{5} << 30;

struct attachment {
  attachment_id id;
  /// The link's: whoever has it may read the bytes.
  uuid token;
  /// "image" or "file".
  std::string kind;
  std::string content_type;
  std::string file_name;
  std::int64_t size = 0;
  bool is_used = false;
  instant created_at{};
};

struct new_attachment {
  attachment about;
  /// Of the file as it came.
  crypto::sha256_digest upload_hash{};
  std::string bytes;
};

/// The same file of the same person that no message uses yet: a weak network sends it twice.
[[nodiscard]] result<std::optional<attachment>> find_same_upload(api_session& session,
                                                                 const business_id& business,
                                                                 const api::account_id& account,
                                                                 const crypto::sha256_digest& upload_hash,
                                                                 const std::string& file_name);
/// Before work is done on one; add_attachment has the last word.
[[nodiscard]] result<bool> has_room_for_attachments(api_session& session, const business_id& business);
/// `full` when the business has too many, or too much.
[[nodiscard]] result<edit_outcome> add_attachment(api_session& session, const business_id& business,
                                                  const change_origin& by, const new_attachment& wanted);
/// In the order of `ids`; those that are not of this business are missing.
[[nodiscard]] result<std::vector<std::optional<attachment>>> find_attachments(
    api_session& session, const business_id& business, std::span<const attachment_id> ids);
/// `taken`: a message shows it.
[[nodiscard]] result<edit_outcome> discard_attachment(api_session& session, const business_id& business,
                                                      const change_origin& by, const attachment_id& id);

struct media {
  std::string kind;
  std::string content_type;
  std::string file_name;
  std::string bytes;
};
/// For anybody who knows the token.
[[nodiscard]] result<std::optional<media>> read_media(api_session& session, const uuid& token);

}  // namespace sellavie::storage
