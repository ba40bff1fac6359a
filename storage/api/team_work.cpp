#include "storage/api/team_work.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/postgres_fields.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* lock_business = "SELECT FROM businesses WHERE id = $1::uuid FOR NO KEY UPDATE";
constexpr const char* select_member = R"(
SELECT m.role, m.version, a.email FROM memberships m JOIN accounts a ON a.id = m.account_id
WHERE m.business_id = $1::uuid AND m.account_id = $2::uuid)";
constexpr const char* count_owners =
    "SELECT count(*) FROM memberships WHERE business_id = $1::uuid AND role = 'owner'";
constexpr const char* count_members = "SELECT count(*) FROM memberships WHERE business_id = $1::uuid";
constexpr const char* count_memberships = "SELECT count(*) FROM memberships WHERE account_id = $1::uuid";
constexpr const char* delete_invitations = R"(
DELETE FROM invitations WHERE business_id = $1::uuid AND invited_by = $2::uuid AND role = ANY ($3::text[])
RETURNING id, email, role)";

std::int64_t number(pqxx::work& work, const char* sql, const std::string& of) {
  return work.exec_params1(sql, of)[0].as<std::int64_t>();
}

}  // namespace

void hold_team(pqxx::work& work, const business_id& business) {
  work.exec_params(lock_business, to_string(business));
}

std::optional<held_member> find_held_member(pqxx::work& work, const business_id& business,
                                            const api::account_id& account) {
  const auto rows = work.exec_params(select_member, to_string(business), to_string(account));
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  return held_member{api::parse_role(row.text()).value_or(api::role::viewer), row.integer(), row.text()};
}

team_outcome judge_held(pqxx::work& work, const business_id& business, const change_origin& by,
                        const api::account_id& whom, std::optional<api::role> to) {
  const auto asks = find_held_member(work, business, by.account);
  const auto subject = find_held_member(work, business, whom);
  if (!asks || !subject) return team_outcome::not_found;
  return outcome_of(api::judge({.by = asks->role,
                                .from = subject->role,
                                .to = to,
                                .is_own = by.account == whom,
                                .owners = number(work, count_owners, to_string(business))}));
}

bool may_give_now(pqxx::work& work, const business_id& business, const change_origin& by, api::role wanted) {
  const auto asks = find_held_member(work, business, by.account);
  return asks && api::may_grant(asks->role, wanted);
}

void end_invitations_of(pqxx::work& work, const business_id& business, const change_origin& by,
                        const api::account_id& sender, std::optional<api::role> now) {
  const auto roles =
      array_text(api::beyond_grant(now), [](api::role one) { return std::string{to_string(one)}; });
  std::vector<activity> ended;
  for (const auto& one :
       work.exec_params(delete_invitations, to_string(business), to_string(sender), roles)) {
    fields row{one};
    const auto id = row.id<business_id>().value;
    nlohmann::json was{{"email", row.text()}};
    was["role"] = row.text();
    ended.push_back({"invitation.ended_with_its_sender", "invitation", id, std::move(was), nullptr});
  }
  record_activities(work, &business, by, ended);
}

team_outcome room_for(pqxx::work& work, const business_id& business, const api::account_id& account) {
  if (number(work, count_members, to_string(business)) >= api::most_members) return team_outcome::full;
  if (number(work, count_memberships, to_string(account)) >= api::most_memberships)
    return team_outcome::too_many_memberships;
  return team_outcome::done;
}

}  // namespace sellavie::storage
