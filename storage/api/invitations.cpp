#include "storage/api/invitations.hpp"

#include "protocol/crypto/encoding.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_work.hpp"
#include "storage/api/team_work.hpp"
#include "storage/mail_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

#define INVITATION_COLUMNS \
  "SELECT id, email, role, invited_by, created_at, sent_at, expires_at FROM invitations WHERE business_id = $1::uuid "

const two_ends select_page{INVITATION_COLUMNS
                           "AND id {<} $2::uuid AND $4 IN ('', role) "
                           "ORDER BY business_id{desc}, id{desc} LIMIT $3::integer"};
constexpr const char* select_one = INVITATION_COLUMNS "AND id = $2::uuid";
#undef INVITATION_COLUMNS

constexpr const char* is_a_member = R"(
SELECT EXISTS (SELECT FROM memberships m JOIN accounts a ON a.id = m.account_id
               WHERE m.business_id = $1::uuid AND lower(a.email) = lower($2)))";
constexpr const char* is_invited =
    "SELECT EXISTS (SELECT FROM invitations WHERE business_id = $1::uuid AND lower(email) = lower($2))";
constexpr const char* count_waiting = "SELECT count(*) FROM invitations WHERE business_id = $1::uuid";

constexpr const char* insert_invitation = R"(
INSERT INTO invitations (business_id, id, email, role, token_hash, invited_by, created_at, sent_at, expires_at)
VALUES ($1::uuid, $2::uuid, $3, $4, decode($5, 'hex'), $6::uuid, $7::bigint, $7::bigint, $8::bigint))";
constexpr const char* replace_token = R"(
UPDATE invitations SET token_hash = decode($3, 'hex'), invited_by = $4::uuid, sent_at = $5::bigint, expires_at = $6::bigint
WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr const char* delete_invitation =
    "DELETE FROM invitations WHERE business_id = $1::uuid AND id = $2::uuid";

invitation invitation_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<invitation_id>(),
          row.text(),
          api::parse_role(row.text()).value_or(api::role::owner),
          row.id<api::account_id>(),
          row.at(),
          row.at(),
          row.at()};
}

std::optional<invitation> find(pqxx::work& work, const business_id& business, const invitation_id& id) {
  const auto rows = work.exec_params(select_one, to_string(business), to_string(id));
  return rows.empty() ? std::optional<invitation>{} : invitation_in(rows[0]);
}

json logged(const invitation& one) { return {{"email", one.email}, {"role", to_string(one.role)}}; }

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const invitation& which, bool is_gone = false) {
  record_activity(work, &business, by,
                  {action, "invitation", which.id.value, is_gone ? logged(which) : json{},
                   is_gone ? json{} : logged(which)});
}

team_outcome room_for_invitation(pqxx::work& work, const business_id& business, const change_origin& by,
                                 const invitation& wanted) {
  const auto whose = to_string(business);
  if (!may_give_now(work, business, by, wanted.role)) return team_outcome::above_own_role;
  if (work.exec_params1(is_a_member, whose, wanted.email)[0].as<bool>()) return team_outcome::already_member;
  if (work.exec_params1(is_invited, whose, wanted.email)[0].as<bool>()) return team_outcome::already_invited;
  const bool is_full = work.exec_params1(count_waiting, whose)[0].as<int>() >= api::most_invitations;
  return is_full ? team_outcome::full : team_outcome::done;
}

void send(pqxx::work& work, const invitation_mail& sent, const std::string& recipient) {
  auto mail = sent.mail;
  mail.recipient = recipient;
  queue_mail(work, mail);
}

}  // namespace

result<std::vector<invitation>> list_invitations(api_session& session, const business_id& business,
                                                 const std::string& role, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return page_by_id(work, select_page, business, wish, invitation_in, role);
  });
}

result<std::optional<invitation>> find_invitation(api_session& session, const business_id& business,
                                                  const invitation_id& id) {
  return for_business(session, business, [&](pqxx::work& work) { return find(work, business, id); });
}

result<team_outcome> add_invitation(api_session& session, const business_id& business,
                                    const change_origin& by, const invitation& wanted,
                                    const invitation_mail& sent) {
  return for_accounts(session, [&](pqxx::work& work) {
    hold_team(work, business);
    const auto room = room_for_invitation(work, business, by, wanted);
    if (room != team_outcome::done) return room;
    work.exec_params(insert_invitation, to_string(business), to_string(wanted.id), wanted.email,
                     std::string{to_string(wanted.role)}, crypto::hex_encode(sent.token_hash),
                     to_string(by.account), to_unix_ms(by.at), to_unix_ms(sent.expires_at));
    record(work, business, by, "invitation.sent", wanted);
    send(work, sent, wanted.email);
    return team_outcome::done;
  });
}

result<team_outcome> send_invitation_again(api_session& session, const business_id& business,
                                           const change_origin& by, const invitation_id& id,
                                           const invitation_mail& sent) {
  return for_accounts(session, [&](pqxx::work& work) {
    hold_team(work, business);
    const auto found = find(work, business, id);
    if (!found) return team_outcome::not_found;
    if (!may_give_now(work, business, by, found->role)) return team_outcome::above_own_role;
    work.exec_params(replace_token, to_string(business), to_string(id), crypto::hex_encode(sent.token_hash),
                     to_string(by.account), to_unix_ms(by.at), to_unix_ms(sent.expires_at));
    record(work, business, by, "invitation.sent_again", *found);
    send(work, sent, found->email);
    return team_outcome::done;
  });
}

result<team_outcome> revoke_invitation(api_session& session, const business_id& business,
                                       const change_origin& by, const invitation_id& id) {
  return for_accounts(session, [&](pqxx::work& work) {
    hold_team(work, business);
    const auto found = find(work, business, id);
    if (!found) return team_outcome::not_found;
    if (!may_give_now(work, business, by, found->role)) return team_outcome::above_own_role;
    work.exec_params(delete_invitation, to_string(business), to_string(id));
    record(work, business, by, "invitation.revoked", *found, true);
    return team_outcome::done;
  });
}

}  // namespace sellavie::storage
