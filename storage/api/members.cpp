#include "storage/api/members.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_work.hpp"
#include "storage/api/team_work.hpp"
#include "storage/mail_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

#define MEMBER_COLUMNS                                                                        \
  "SELECT m.account_id, a.name, a.email, m.role, m.created_at, m.version FROM memberships m " \
  "JOIN accounts a ON a.id = m.account_id WHERE m.business_id = $1::uuid "

// By when they joined. $2 $3 where the page begins, $4 rows.
const two_ends select_page{
    MEMBER_COLUMNS
    "AND (m.created_at, m.account_id) {<} ($2::bigint, $3::uuid) AND $5 IN ('', m.role) "
    "AND (position(lower($6) IN lower(a.name)) > 0 OR position(lower($6) IN lower(a.email)) > 0) "
    "ORDER BY m.created_at{desc}, m.account_id{desc} LIMIT $4::integer"};
constexpr const char* select_one = MEMBER_COLUMNS "AND m.account_id = $2::uuid";
#undef MEMBER_COLUMNS

constexpr const char* set_role = R"(
UPDATE memberships SET role = $3, version = version + 1 WHERE business_id = $1::uuid AND account_id = $2::uuid)";
// Waits for assignments under way, which hold the key of the membership (0029): those that come later are refused.
constexpr const char* hold_member =
    "SELECT FROM memberships WHERE business_id = $1::uuid AND account_id = $2::uuid FOR UPDATE";
constexpr const char* unassign = R"(
UPDATE conversation_work SET assignee_id = NULL WHERE business_id = $1::uuid AND assignee_id = $2::uuid
RETURNING conversation_id)";
constexpr const char* delete_member =
    "DELETE FROM memberships WHERE business_id = $1::uuid AND account_id = $2::uuid";

member member_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<api::account_id>(),
          row.text(),
          row.text(),
          api::parse_role(row.text()).value_or(api::role::viewer),
          row.at(),
          row.integer()};
}

json role_field(api::role role) { return {{"role", to_string(role)}}; }

/// Their conversations become nobody's.
void take_back_conversations(pqxx::work& work, const business_id& business, const change_origin& by,
                             const api::account_id& whom) {
  std::vector<activity> done;
  work.exec_params(hold_member, to_string(business), to_string(whom));
  for (const auto& row : work.exec_params(unassign, to_string(business), to_string(whom)))
    done.push_back({"conversation.assigned",
                    "conversation",
                    fields{row}.id<conversation_id>().value,
                    {{"assignee_id", to_string(whom)}},
                    {{"assignee_id", nullptr}}});
  if (!done.empty()) record_activities(work, &business, by, done);
}

/// Writes a role that the rules allow.
void give_role(pqxx::work& work, const business_id& business, const change_origin& by,
               const api::account_id& whom, const held_member& was, api::role now) {
  work.exec_params(set_role, to_string(business), to_string(whom), std::string{to_string(now)});
  record_activity(work, &business, by,
                  {"member.role_changed", "account", whom.value, role_field(was.role), role_field(now)});
  end_invitations_of(work, business, by, whom, now);
}

void tell(pqxx::work& work, queued_mail mail, const std::string& recipient) {
  mail.recipient = recipient;
  queue_mail(work, mail);
}

}  // namespace

result<std::vector<member>> list_members(api_session& session, const business_id& business,
                                         const member_filter& filter, const list_wish& wish) {
  return for_accounts(session, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_page.of(wish), to_string(business), first_position(wish).key,
                                   first_id(wish), wish.limit + 1, filter.role, filter.words),
                  member_in);
  });
}

result<std::optional<member>> find_member(api_session& session, const business_id& business,
                                          const api::account_id& account) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_one, to_string(business), to_string(account));
    return rows.empty() ? std::optional<member>{} : member_in(rows[0]);
  });
}

result<team_outcome> change_role(api_session& session, const business_id& business, const change_origin& by,
                                 const role_wish& wanted) {
  return for_accounts(session, [&](pqxx::work& work) {
    hold_team(work, business);
    const auto was = find_held_member(work, business, wanted.whom);
    if (!was) return team_outcome::not_found;
    if (was->version != wanted.expected_version) return team_outcome::stale;
    const auto verdict = judge_held(work, business, by, wanted.whom, wanted.role);
    if (verdict == team_outcome::done && was->role != wanted.role)
      give_role(work, business, by, wanted.whom, *was, wanted.role);
    return verdict;
  });
}

result<team_outcome> remove_member(api_session& session, const business_id& business, const change_origin& by,
                                   const api::account_id& whom) {
  return for_accounts(session, [&](pqxx::work& work) {
    hold_team(work, business);
    const auto was = find_held_member(work, business, whom);
    if (!was) return team_outcome::not_found;
    const auto verdict = judge_held(work, business, by, whom, std::nullopt);
    if (verdict != team_outcome::done) return verdict;
    take_back_conversations(work, business, by, whom);
    work.exec_params(delete_member, to_string(business), to_string(whom));
    record_activity(work, &business, by,
                    {by.account == whom ? "member.left" : "member.removed", "account", whom.value,
                     role_field(was->role), nullptr});
    end_invitations_of(work, business, by, whom, std::nullopt);
    return team_outcome::done;
  });
}

result<team_outcome> transfer_ownership(api_session& session, const business_id& business,
                                        const change_origin& by, const ownership_wish& wanted) {
  return for_accounts(session, [&](pqxx::work& work) {
    hold_team(work, business);
    const auto giver = find_held_member(work, business, by.account);
    const auto receiver = find_held_member(work, business, wanted.to);
    if (!giver || !receiver || by.account == wanted.to) return team_outcome::not_found;
    if (giver->role != api::role::owner) return team_outcome::above_own_role;
    if (receiver->role != api::role::owner)
      give_role(work, business, by, wanted.to, *receiver, api::role::owner);
    give_role(work, business, by, by.account, *giver, api::role::admin);
    record_activity(work, &business, by,
                    {"business.ownership_transferred",
                     "business",
                     business.value,
                     {{"owner_id", to_string(by.account)}},
                     {{"owner_id", to_string(wanted.to)}}});
    tell(work, wanted.received, receiver->email);
    tell(work, wanted.given, giver->email);
    return team_outcome::done;
  });
}

}  // namespace sellavie::storage
