#include "storage/api/attachments.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_room.hpp"

namespace sellavie::storage {
namespace {

#define ATTACHMENT_COLUMNS \
  "SELECT id, token, kind, content_type, file_name, size, used_at > 0, created_at FROM attachments "

constexpr const char* select_same = ATTACHMENT_COLUMNS
    "WHERE business_id = $1::uuid AND account_id = $2::uuid AND upload_hash = $3 AND file_name = $4 AND used_at = 0 LIMIT 1";
constexpr const char* select_one = ATTACHMENT_COLUMNS "WHERE business_id = $1::uuid AND id = $2::uuid";
#undef ATTACHMENT_COLUMNS

constexpr const char* count_stored = R"(
SELECT count(*) FILTER (WHERE used_at = 0), coalesce(sum(size), 0)::bigint FROM attachments
WHERE business_id = $1::uuid)";
constexpr const char* insert_one = R"(
INSERT INTO attachments (business_id, id, account_id, token, kind, content_type, file_name, upload_hash, size, bytes, created_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6, $7, $8, $9::bigint, $10, $11::bigint))";
// The condition once more: a message may take it into use in between.
constexpr const char* delete_one =
    "DELETE FROM attachments WHERE business_id = $1::uuid AND id = $2::uuid AND used_at = 0";
constexpr const char* select_media =
    "SELECT kind, content_type, file_name, bytes FROM attachments WHERE token = $1::uuid";

pqxx::binarystring binary(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
pqxx::binarystring binary(const crypto::sha256_digest& hash) { return {hash.data(), hash.size()}; }

attachment attachment_in(const pqxx::row& one) {
  fields row{one};
  attachment found;
  found.id = row.id<attachment_id>();
  found.token = row.id<attachment_id>().value;
  found.kind = row.text();
  found.content_type = row.text();
  found.file_name = row.text();
  found.size = row.integer();
  found.is_used = row.flag();
  found.created_at = row.at();
  return found;
}

std::optional<attachment> find(pqxx::work& work, const business_id& business, const attachment_id& id) {
  const auto rows = work.exec_params(select_one, to_string(business), to_string(id));
  return rows.empty() ? std::nullopt : std::optional{attachment_in(rows[0])};
}

// Not its name: people name files after customers.
nlohmann::json shown(const attachment& one) {
  return {{"kind", one.kind}, {"content_type", one.content_type}, {"size", one.size}};
}

}  // namespace

result<std::optional<attachment>> find_same_upload(api_session& session, const business_id& business,
                                                   const api::account_id& account,
                                                   const crypto::sha256_digest& upload_hash,
                                                   const std::string& file_name) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_same, to_string(business), to_string(account),
                                       binary(upload_hash), file_name);
    return rows.empty() ? std::nullopt : std::optional{attachment_in(rows[0])};
  });
}

result<bool> has_room_for_attachments(api_session& session, const business_id& business) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto stored = work.exec_params1(count_stored, to_string(business));
    return stored[0].as<int>() < max_unused_attachments &&
           stored[1].as<std::int64_t>() < max_attachment_bytes;
  });
}

result<edit_outcome> add_attachment(api_session& session, const business_id& business,
                                    const change_origin& by, const new_attachment& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto whose = to_string(business);
    const auto& about = wanted.about;
    hold_list(work, "attachments", whose);
    const auto stored = work.exec_params1(count_stored, whose);
    if (stored[0].as<int>() >= max_unused_attachments) return edit_outcome::full;
    if (stored[1].as<std::int64_t>() + about.size > max_attachment_bytes) return edit_outcome::full;
    work.exec_params(insert_one, whose, to_string(about.id), to_string(by.account), to_string(about.token),
                     about.kind, about.content_type, about.file_name, binary(wanted.upload_hash), about.size,
                     binary(wanted.bytes), to_unix_ms(about.created_at));
    record_activity(work, &business, by,
                    {"attachment.uploaded", "attachment", about.id.value, nullptr, shown(about)});
    return edit_outcome::done;
  });
}

result<std::vector<std::optional<attachment>>> find_attachments(api_session& session,
                                                                const business_id& business,
                                                                std::span<const attachment_id> ids) {
  return for_business(session, business, [&](pqxx::work& work) {
    std::vector<std::optional<attachment>> found;
    for (const auto& id : ids) found.push_back(find(work, business, id));
    return found;
  });
}

result<edit_outcome> discard_attachment(api_session& session, const business_id& business,
                                        const change_origin& by, const attachment_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, business, id);
    if (!was) return edit_outcome::not_found;
    if (work.exec_params(delete_one, to_string(business), to_string(id)).affected_rows() == 0)
      return edit_outcome::taken;
    record_activity(work, &business, by,
                    {"attachment.discarded", "attachment", id.value, shown(*was), nullptr});
    return edit_outcome::done;
  });
}

// As the engine: nobody's business is named by a link.
result<std::optional<media>> read_media(api_session& session, const uuid& token) {
  return for_accounts(session, [&](pqxx::work& work) -> std::optional<media> {
    const auto rows = work.exec_params(select_media, to_string(token));
    if (rows.empty()) return std::nullopt;
    const pqxx::row first = rows[0];
    fields row{first};
    media found;
    found.kind = row.text();
    found.content_type = row.text();
    found.file_name = row.text();
    found.bytes = row.bytes();
    return found;
  });
}

}  // namespace sellavie::storage
