#include "storage/api/invitation_acceptance.hpp"

#include "protocol/crypto/encoding.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/plan_room.hpp"
#include "storage/api/team_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_offer = R"(
SELECT b.name, i.email, i.role, i.expires_at FROM invitations i JOIN businesses b ON b.id = i.business_id
WHERE i.token_hash = decode($1, 'hex') AND i.expires_at > $2::bigint)";
constexpr const char* select_business =
    "SELECT business_id FROM invitations WHERE token_hash = decode($1, 'hex') AND expires_at > $2::bigint";
// Found again once the team is held: two may come with the same token.
constexpr const char* lock_invitation = R"(
SELECT id, email, role FROM invitations
WHERE token_hash = decode($1, 'hex') AND expires_at > $2::bigint FOR UPDATE)";
constexpr const char* delete_invitation = "DELETE FROM invitations WHERE id = $1::uuid";

constexpr const char* is_of_account =
    "SELECT EXISTS (SELECT FROM accounts WHERE id = $1::uuid AND lower(email) = lower($2))";
constexpr const char* insert_member = R"(
INSERT INTO memberships (account_id, business_id, role, created_at) VALUES ($1::uuid, $2::uuid, $3, $4::bigint)
ON CONFLICT (business_id, account_id) DO NOTHING)";

constexpr const char* insert_account = R"(
INSERT INTO accounts (id, email, name, password_hash, created_at) VALUES ($1::uuid, $2, $3, $4, $5::bigint)
ON CONFLICT ((lower(email))) DO NOTHING)";
// Somebody's wishes for an account with this address: there is one now.
constexpr const char* forget_sign_ups = "DELETE FROM sign_ups WHERE lower(email) = lower($1)";

struct held_invitation {
  business_id business;
  uuid id;
  std::string email;
  std::string role;
};

/// With its team held.
std::optional<held_invitation> hold(pqxx::work& work, const crypto::sha256_digest& token_hash, instant now) {
  const auto token = crypto::hex_encode(token_hash);
  const auto of = work.exec_params(select_business, token, to_unix_ms(now));
  if (of.empty()) return std::nullopt;
  held_invitation held;
  held.business = business_id{parse_uuid(of[0][0].c_str()).value()};
  hold_team(work, held.business);
  const auto rows = work.exec_params(lock_invitation, token, to_unix_ms(now));
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  held.id = row.id<business_id>().value;
  held.email = row.text();
  held.role = row.text();
  return held;
}

/// Whether another member fits: what the team allows first, then its plan.
team_outcome place_for(pqxx::work& work, const business_id& business, const api::account_id& account,
                       const config::plans_settings& plans) {
  const auto room = room_for(work, business, account);
  if (room != team_outcome::done) return room;
  return plan_room(work, business, plan_resource::members, plans) == 0 ? team_outcome::plan_full
                                                                       : team_outcome::done;
}

void join(pqxx::work& work, const held_invitation& held, const change_origin& by) {
  work.exec_params(delete_invitation, to_string(held.id));
  const bool is_new = work.exec_params(insert_member, to_string(by.account), to_string(held.business),
                                       held.role, to_unix_ms(by.at))
                          .affected_rows() == 1;
  record_activity(
      work, &held.business, by,
      {"invitation.accepted", "invitation", held.id, {{"email", held.email}, {"role", held.role}}, nullptr});
  if (is_new)
    record_activity(work, &held.business, by,
                    {"member.joined", "account", by.account.value, nullptr, {{"role", held.role}}});
}

}  // namespace

result<std::optional<invitation_offer>> find_offer(api_session& session,
                                                   const crypto::sha256_digest& token_hash, instant now) {
  return for_accounts(session, [&](pqxx::work& work) -> std::optional<invitation_offer> {
    const auto rows = work.exec_params(select_offer, crypto::hex_encode(token_hash), to_unix_ms(now));
    if (rows.empty()) return std::nullopt;
    const pqxx::row first = rows[0];
    fields row{first};
    return invitation_offer{row.text(), row.text(), api::parse_role(row.text()).value_or(api::role::viewer),
                            row.at()};
  });
}

result<acceptance> accept_invitation(api_session& session, const crypto::sha256_digest& token_hash,
                                     const change_origin& by, const config::plans_settings& plans) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto held = hold(work, token_hash, by.at);
    if (!held) return acceptance{};
    acceptance done{team_outcome::done, held->business};
    const bool is_own = work.exec_params1(is_of_account, to_string(by.account), held->email)[0].as<bool>();
    if (!is_own) done.outcome = team_outcome::other_address;
    else if (!find_held_member(work, held->business, by.account))
      done.outcome = place_for(work, held->business, by.account, plans);
    if (done.outcome == team_outcome::done) join(work, *held, by);
    return done;
  });
}

result<acceptance> accept_with_new_account(api_session& session, const crypto::sha256_digest& token_hash,
                                           const invited_account& wanted, const change_origin& by,
                                           const config::plans_settings& plans) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto held = hold(work, token_hash, by.at);
    if (!held) return acceptance{};
    acceptance done{place_for(work, held->business, by.account, plans), held->business};
    if (done.outcome != team_outcome::done) return done;
    const bool is_new = work.exec_params(insert_account, to_string(by.account), held->email, wanted.name,
                                         wanted.password_hash, to_unix_ms(by.at))
                            .affected_rows() == 1;
    if (!is_new) return acceptance{team_outcome::has_account, held->business};
    work.exec_params(forget_sign_ups, held->email);
    record_activity(work, nullptr, by,
                    {"account.created",
                     "account",
                     by.account.value,
                     nullptr,
                     {{"email", held->email}, {"name", wanted.name}}});
    join(work, *held, by);
    return done;
  });
}

}  // namespace sellavie::storage
