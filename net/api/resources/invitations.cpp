#include "net/api/resources/invitations.hpp"

#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/resources/team_view.hpp"
#include "net/api/shapes.hpp"
#include "net/api/tokens.hpp"
#include "net/mail/outgoing_mail.hpp"
#include "protocol/mail/letters.hpp"
#include "storage/api/invitations.hpp"

namespace sellavie::net {
namespace invitations_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::team_outcome;

schema invitation_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"email", email_text()},
                         {"role", role_word()},
                         {"invited_by", schema::uuid().described("The account that sent the last mail.")},
                         {"created_at", schema::timestamp()},
                         {"sent_at", schema::timestamp()},
                         {"expires_at", schema::timestamp()},
                         {"is_expired", schema::boolean().described("Send it again.")}})
      .named("Invitation");
}

json shown(const storage::invitation& one, instant now) {
  return {{"id", to_string(one.id)},
          {"email", one.email},
          {"role", api::to_string(one.role)},
          {"invited_by", to_string(one.invited_by)},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))},
          {"sent_at", api::timestamp(to_unix_ms(one.sent_at))},
          {"expires_at", api::timestamp(to_unix_ms(one.expires_at))},
          {"is_expired", one.expires_at <= now}};
}

storage::invitation_mail mail_with_token(const workplace& place, const api_call& call) {
  const auto token = make_secret_token(place.with);
  const auto letter = mail::invitation(place.with.settings->http.public_url, token.text);
  return {token.hash, call.now + api::invitation_life,
          outgoing_mail(place.with, letter, {}, call.now, api::invitation_life)};
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_invitations(place.store, call.by.business, call.query_value("role").value_or(""),
                                         oldest_first(call, wish));
      },
      [&](const auto& row) { return shown(row, call.now); });
}

api_outcome show(workplace& place, api_call& call) {
  return answer_with(storage::find_invitation(place.store, call.by.business,
                                              call.id<storage::invitation_id>("invitation_id")),
                     [&](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       return api_answer{200, shown(*found, call.now)};
                     });
}

api_outcome invite(workplace& place, api_call& call, mail_limits& limits) {
  storage::invitation wish;
  wish.id = place.with.ids->next_as<storage::invitation_id>();
  wish.email = call.body["email"].get<std::string>();
  wish.role = role_in(call.body);
  if (!api::may_grant(call.by.role, wish.role)) return refused(team_outcome::above_own_role);
  if (auto enough = limits.take(wish.email)) return *std::move(enough);
  const auto sent = mail_with_token(place, call);
  wish.invited_by = call.by.account;
  wish.created_at = wish.sent_at = call.now;
  wish.expires_at = sent.expires_at;
  const auto done = storage::add_invitation(place.store, call.by.business, origin_of(call), wish, sent);
  if (!done) return api::problem_of(done.error());
  if (done.value() != team_outcome::done) return refused(done.value());
  return api_answer{201, shown(wish, call.now)};
}

api_outcome send_again(workplace& place, api_call& call, mail_limits& limits) {
  const auto id = call.id<storage::invitation_id>("invitation_id");
  const auto found = storage::find_invitation(place.store, call.by.business, id);
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  if (auto enough = limits.take(found.value()->email)) return *std::move(enough);
  const auto sent = mail_with_token(place, call);
  const auto done = storage::send_invitation_again(place.store, call.by.business, origin_of(call), id, sent);
  if (!done) return api::problem_of(done.error());
  if (done.value() != team_outcome::done) return refused(done.value());
  auto now = *found.value();
  now.invited_by = call.by.account;
  now.sent_at = call.now;
  now.expires_at = sent.expires_at;
  return api_answer{200, shown(now, call.now)};
}

api_outcome revoke(workplace& place, api_call& call) {
  const auto done = storage::revoke_invitation(place.store, call.by.business, origin_of(call),
                                               call.id<storage::invitation_id>("invitation_id"));
  if (!done) return api::problem_of(done.error());
  if (done.value() != team_outcome::done) return refused(done.value());
  return api_answer{204, nullptr};
}

}  // namespace
}  // namespace invitations_resource

std::vector<api_endpoint> invitation_endpoints(const std::shared_ptr<mail_limits>& mails) {
  using namespace invitations_resource;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/invitations";
  const std::string one = all + "/{invitation_id}";
  const api::access administering{api::audience::member, api::permission::administer};
  return {
      {{.id = "list_invitations",
        .method = verb::get,
        .path = all,
        .tag = "Team",
        .summary = "Invitations that nobody has accepted yet; expired ones for 30 days.",
        .allowed = administering,
        .query = paged({{"role", role_word(), "Only those for this role."}, sort_by_time("oldest")}),
        .answers = {{200, "A page.", page_shape(invitation_shape(), "InvitationPage")}}},
       list},
      {{.id = "invite",
        .method = verb::post,
        .path = all,
        .tag = "Team",
        .summary =
            "Invites an address by mail, for 7 days, to a role not above your own. The answer is the same "
            "whether or not the address has an account; inviting it twice is refused.",
        .allowed = administering,
        .body = schema::object({{"email", email_text()}, {"role", role_word()}}),
        .answers = {{201, "The invitation; its mail is on its way.", invitation_shape()}},
        .problems = {409},
        .limit = api::throttle::mail},
       [mails](workplace& place, api_call& call) { return invite(place, call, *mails); }},
      {{.id = "show_invitation",
        .method = verb::get,
        .path = one,
        .tag = "Team",
        .summary = "One invitation that waits.",
        .allowed = administering,
        .answers = {{200, "The invitation.", invitation_shape()}}},
       show},
      {{.id = "send_invitation_again",
        .method = verb::post,
        .path = one + "/send-again",
        .tag = "Team",
        .summary = "Sends it again for another 7 days; the link of the earlier mail stops working.",
        .allowed = administering,
        .answers = {{200, "The invitation; its mail is on its way.", invitation_shape()}},
        .limit = api::throttle::mail},
       [mails](workplace& place, api_call& call) { return send_again(place, call, *mails); }},
      {{.id = "revoke_invitation",
        .method = verb::del,
        .path = one,
        .tag = "Team",
        .summary = "Takes an invitation back; its link stops working.",
        .allowed = administering,
        .answers = {{204, "It is gone.", std::nullopt}}},
       revoke},
  };
}

}  // namespace sellavie::net
