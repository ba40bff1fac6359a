#include "storage/api/notes.hpp"

#include <sstream>

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_room.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

#define NOTE_COLUMNS                                                    \
  "SELECT t.id, t.conversation_id, t.author_id, t.body, t.created_at, " \
  "array_to_string(ARRAY(SELECT account_id FROM note_mentions WHERE note_id = t.id), ' ') "

// $1 business, $2 conversation or who is mentioned, $3 where the page begins, $4 rows, $5 who wrote those of a conversation.
const two_ends of_conversation{
    NOTE_COLUMNS
    "FROM notes t WHERE t.business_id = $1::uuid AND t.conversation_id = $2::uuid AND t.id {<} $3::uuid "
    "AND ($5 = '' OR t.author_id::text = $5) "
    "ORDER BY t.business_id{desc}, t.conversation_id{desc}, t.id{desc} LIMIT $4::integer"};
const two_ends mentions{
    NOTE_COLUMNS
    "FROM note_mentions m JOIN notes t ON t.business_id = $1::uuid AND t.id = m.note_id "
    "WHERE m.business_id = $1::uuid AND m.account_id = $2::uuid AND m.note_id {<} $3::uuid "
    "ORDER BY m.business_id{desc}, m.account_id{desc}, m.note_id{desc} LIMIT $4::integer"};
constexpr const char* select_one = NOTE_COLUMNS
    "FROM notes t WHERE t.business_id = $1::uuid AND t.conversation_id = $2::uuid AND t.id = $3::uuid";
#undef NOTE_COLUMNS

constexpr const char* look_before = R"(
SELECT (SELECT count(*) FROM conversations WHERE business_id = $1::uuid AND id = $2::uuid),
       (SELECT count(*) FROM memberships WHERE business_id = $1::uuid AND account_id = ANY ($3::uuid[])))";
constexpr bounded_list all_notes{
    "notes", "SELECT count(*) FROM notes WHERE business_id = $1::uuid AND conversation_id = $2::uuid",
    most_notes};
constexpr const char* insert_note = R"(
INSERT INTO notes (id, business_id, conversation_id, author_id, body, created_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6::bigint))";
constexpr const char* insert_mentions = R"(
INSERT INTO note_mentions (note_id, account_id, business_id)
SELECT $1::uuid, account_id, $2::uuid FROM unnest($3::uuid[]) account_id)";
constexpr const char* select_author =
    "SELECT author_id FROM notes WHERE business_id = $1::uuid AND conversation_id = $2::uuid AND id = $3::uuid";
constexpr const char* delete_note = "DELETE FROM notes WHERE business_id = $1::uuid AND id = $2::uuid";

note note_in(const pqxx::row& one) {
  fields row{one};
  note found;
  found.id = row.id<message_id>().value;
  found.conversation = row.id<conversation_id>();
  found.author = row.id<api::account_id>();
  found.text = row.text();
  found.created_at = row.at();
  std::istringstream words{row.text()};
  for (std::string word; words >> word;)
    if (const auto id = parse_uuid(word)) found.mentions.push_back(api::account_id{*id});
  return found;
}

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const conversation_id& conversation, const uuid& id) {
  record_activity(work, &business, by,
                  {.action = action,
                   .subject_kind = "note",
                   .subject = id,
                   .after = {{"conversation_id", to_string(conversation)}},
                   .shown_in = conversation});
}

}  // namespace

result<std::vector<note>> list_notes(api_session& session, const business_id& business,
                                     const note_filter& filter, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto from = first_id(wish);
    return all_of(
        filter.conversation
            ? work.exec_params(of_conversation.of(wish), to_string(business), to_string(*filter.conversation),
                               from, wish.limit + 1, filter.author ? to_string(*filter.author) : "")
            : work.exec_params(mentions.of(wish), to_string(business), to_string(filter.mentioned), from,
                               wish.limit + 1),
        note_in);
  });
}

result<std::optional<note>> find_note(api_session& session, const business_id& business,
                                      const conversation_id& conversation, const uuid& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows =
        work.exec_params(select_one, to_string(business), to_string(conversation), to_string(id));
    return rows.empty() ? std::nullopt : std::optional{note_in(rows[0])};
  });
}

result<note_outcome> add_note(api_session& session, const business_id& business, const change_origin& by,
                              const note& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto mentions = array_text(wanted.mentions, [](const auto& id) { return to_string(id); });
    const auto known =
        work.exec_params(look_before, to_string(business), to_string(wanted.conversation), mentions);
    if (known[0][0].as<int>() == 0) return note_outcome::not_found;
    if (known[0][1].as<std::size_t>() != wanted.mentions.size()) return note_outcome::no_member;
    if (!has_room(work, all_notes, business, wanted.conversation.value)) return note_outcome::full;
    work.exec_params(insert_note, to_string(wanted.id), to_string(business), to_string(wanted.conversation),
                     to_string(wanted.author), wanted.text, to_unix_ms(wanted.created_at));
    work.exec_params(insert_mentions, to_string(wanted.id), to_string(business), mentions);
    record(work, business, by, "note.added", wanted.conversation, wanted.id);
    return note_outcome::done;
  });
}

result<note_outcome> remove_note(api_session& session, const business_id& business, const change_origin& by,
                                 const conversation_id& conversation, const uuid& id, bool of_anybody) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto author =
        work.exec_params(select_author, to_string(business), to_string(conversation), to_string(id));
    if (author.empty()) return note_outcome::not_found;
    if (!of_anybody && author[0][0].as<std::string>() != to_string(by.account))
      return note_outcome::not_yours;
    work.exec_params(delete_note, to_string(business), to_string(id));
    record(work, business, by, "note.removed", conversation, id);
    return note_outcome::done;
  });
}

}  // namespace sellavie::storage
