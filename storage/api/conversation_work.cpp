#include "storage/api/conversation_work.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

constexpr const char* select_work = R"(
SELECT w.assignee_id, coalesce(w.snoozed_until, 0) FROM conversations c
LEFT JOIN conversation_work w ON w.conversation_id = c.id
WHERE c.business_id = $1::uuid AND c.id = $2::uuid)";

// The key to the membership says who is no member, also when it is ended at the same moment.
constexpr std::string_view no_such_member = "23503 conversation_work_assignee_is_member";
constexpr const char* set_assignee = R"(
INSERT INTO conversation_work (conversation_id, business_id, assignee_id) VALUES ($2::uuid, $1::uuid, $3::uuid)
ON CONFLICT (conversation_id) DO UPDATE SET assignee_id = excluded.assignee_id)";

// What the customer writes later ends it.
constexpr const char* set_snooze = R"(
INSERT INTO conversation_work (conversation_id, business_id, snoozed_until, snoozed_after)
SELECT id, business_id, $3::bigint, last_customer_at FROM conversations WHERE business_id = $1::uuid AND id = $2::uuid
ON CONFLICT (conversation_id) DO UPDATE
  SET snoozed_until = excluded.snoozed_until, snoozed_after = excluded.snoozed_after)";

// Messages are seen in the order in which they are shown; providers' clocks jitter.
constexpr const char* seen_at = R"(
SELECT coalesce(max(provider_time) FILTER (WHERE direction = 0), 0), count(*) FROM (
  SELECT provider_time, direction FROM messages
  WHERE conversation_id = $2::uuid AND (business_id = $1::uuid) IS TRUE AND id <= $3::uuid ORDER BY id DESC LIMIT 200) m)";

constexpr const char* set_read = R"(
INSERT INTO conversation_reads (account_id, conversation_id, business_id, read_up_to)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::bigint)
ON CONFLICT (account_id, conversation_id) DO UPDATE
  SET read_up_to = greatest(conversation_reads.read_up_to, excluded.read_up_to))";

constexpr const char* label_is_there = "SELECT FROM labels WHERE business_id = $1::uuid AND id = $2::uuid";
constexpr const char* attach_label = R"(
INSERT INTO conversation_labels (conversation_id, label_id, business_id) VALUES ($1::uuid, $2::uuid, $3::uuid)
ON CONFLICT DO NOTHING)";
constexpr const char* detach_label =
    "DELETE FROM conversation_labels WHERE conversation_id = $1::uuid AND label_id = $2::uuid AND business_id = $3::uuid";

struct standing {
  std::optional<std::string> assignee;
  instant snoozed_until{};
};

std::optional<standing> standing_of(pqxx::work& work, const business_id& business,
                                    const conversation_id& which) {
  const auto rows = work.exec_params(select_work, to_string(business), to_string(which));
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  standing found;
  if (row.is_null()) row.skip();
  else found.assignee = row.text();
  found.snoozed_until = row.at();
  return found;
}

json text_or_null(const std::optional<std::string>& text) { return text ? json(*text) : json(nullptr); }

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const conversation_id& which, json before, json after) {
  record_activity(work, &business, by,
                  {action, "conversation", which.value, std::move(before), std::move(after)});
}

}  // namespace

result<work_outcome> assign_conversation(api_session& session, const business_id& business,
                                         const change_origin& by, const conversation_id& which,
                                         const std::optional<api::account_id>& to) {
  const auto done = for_business(session, business, [&](pqxx::work& work) {
    const auto before = standing_of(work, business, which);
    if (!before) return work_outcome::not_found;
    const auto wanted = to ? std::optional{to_string(*to)} : std::nullopt;
    if (before->assignee == wanted) return work_outcome::done;
    work.exec_params(set_assignee, to_string(business), to_string(which), wanted ? wanted->c_str() : nullptr);
    record(work, business, by, "conversation.assigned", which,
           {{"assignee_id", text_or_null(before->assignee)}}, {{"assignee_id", text_or_null(wanted)}});
    return work_outcome::done;
  });
  if (!done && done.error().detail == no_such_member) return work_outcome::no_member;
  return done;
}

result<work_outcome> snooze_conversation(api_session& session, const business_id& business,
                                         const change_origin& by, const conversation_id& which,
                                         const std::optional<instant>& until) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto before = standing_of(work, business, which);
    if (!before) return work_outcome::not_found;
    const instant wanted = until.value_or(instant{});
    work.exec_params(set_snooze, to_string(business), to_string(which), to_unix_ms(wanted));
    record(work, business, by, until ? "conversation.snoozed" : "conversation.unsnoozed", which,
           {{"snoozed_until", to_unix_ms(before->snoozed_until)}}, {{"snoozed_until", to_unix_ms(wanted)}});
    return work_outcome::done;
  });
}

result<work_outcome> mark_conversation_read(api_session& session, const business_id& business,
                                            const api::account_id& account, const conversation_id& which,
                                            const message_id& up_to) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto seen = work.exec_params(seen_at, to_string(business), to_string(which), to_string(up_to));
    if (seen[0][1].as<int>() == 0) return work_outcome::not_found;
    work.exec_params(set_read, to_string(account), to_string(which), to_string(business),
                     seen[0][0].as<std::int64_t>());
    return work_outcome::done;
  });
}

result<work_outcome> change_conversation_label(api_session& session, const business_id& business,
                                               const change_origin& by, const conversation_id& which,
                                               const uuid& label, label_change change) {
  return for_business(session, business, [&](pqxx::work& work) {
    if (!standing_of(work, business, which)) return work_outcome::not_found;
    if (work.exec_params(label_is_there, to_string(business), to_string(label)).empty())
      return work_outcome::not_found;
    const bool attaches = change == label_change::attach;
    const auto changed = work.exec_params(attaches ? attach_label : detach_label, to_string(which),
                                          to_string(label), to_string(business));
    if (changed.affected_rows() == 0) return work_outcome::done;
    const json named = {{"label_id", to_string(label)}};
    record(work, business, by, attaches ? "conversation.labelled" : "conversation.unlabelled", which,
           attaches ? json(nullptr) : named, attaches ? named : json(nullptr));
    return work_outcome::done;
  });
}

}  // namespace sellavie::storage
