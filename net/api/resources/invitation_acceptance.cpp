#include "net/api/resources/invitation_acceptance.hpp"

#include "net/api/proofs.hpp"
#include "net/api/resources/team_view.hpp"
#include "net/api/session_start.hpp"
#include "net/api/shapes.hpp"
#include "storage/api/businesses.hpp"
#include "storage/api/invitation_acceptance.hpp"

namespace sellavie::net {
namespace invitation_acceptance_resource {
namespace {

using api::presence;
using api::schema;
using storage::team_outcome;

schema offer_shape() {
  return schema::object({{"business_name", business_name_text()},
                         {"email", email_text().described("That it went to.")},
                         {"role", role_word()},
                         {"expires_at", schema::timestamp()}})
      .named("InvitationOffer");
}

crypto::sha256_digest token_hash(const api_call& call) {
  return crypto::sha256(call.body["token"].get_ref<const std::string&>());
}

api_outcome look_at(workplace& place, api_call& call) {
  return answer_with(storage::find_offer(place.store, token_hash(call), call.now),
                     [](const auto& offer) -> api_outcome {
                       if (!offer) return refused(team_outcome::invitation_over);
                       return api_answer{200,
                                         {{"business_name", offer->business_name},
                                          {"email", offer->email},
                                          {"role", api::to_string(offer->role)},
                                          {"expires_at", api::timestamp(to_unix_ms(offer->expires_at))}}};
                     });
}

api_outcome accept(workplace& place, api_call& call) {
  const auto done =
      storage::accept_invitation(place.store, token_hash(call), origin_of(call), place.with.settings->plans);
  if (!done) return api::problem_of(done.error());
  if (done.value().outcome != team_outcome::done) return refused(done.value().outcome);
  return answer_with(storage::find_own_business(place.store, call.by.account, done.value().business),
                     [](const auto& own) -> api_outcome {
                       if (!own) return refused(team_outcome::invitation_over);
                       return api_answer{200, shown({own->profile.id, own->profile.name, own->role})};
                     });
}

// The token proves the mailbox as the one of a sign-up does, and here the password is chosen with it.
api_outcome accept_as_new(workplace& place, api_call& call) {
  const auto& password = call.body["password"].get_ref<const std::string&>();
  if (auto wrong = unfit_password(password, "/password")) return *std::move(wrong);
  // Looked up before the password is hashed: guessing tokens must not cost us a fifth of a second each.
  const auto offer = storage::find_offer(place.store, token_hash(call), call.now);
  if (!offer) return api::problem_of(offer.error());
  if (!offer.value()) return refused(team_outcome::invitation_over);
  const auto hash = hash_new_password(place.with, password);
  if (!hash) return api::problem_of(hash.error());
  auto by = origin_of(call);
  by.account = place.with.ids->next_as<api::account_id>();
  const auto done = storage::accept_with_new_account(place.store, token_hash(call),
                                                     {call.body["name"].get<std::string>(), hash.value()}, by,
                                                     place.with.settings->plans);
  if (!done) return api::problem_of(done.error());
  if (done.value().outcome != team_outcome::done) return refused(done.value().outcome);
  auto started = start_session(place, call, by.account, hash.value());
  return started ? *std::move(started) : refused(team_outcome::has_account);
}

}  // namespace
}  // namespace invitation_acceptance_resource

std::vector<api_endpoint> invitation_acceptance_endpoints() {
  using namespace invitation_acceptance_resource;
  using api::audience;
  using api::verb;
  const std::string base = "/api/v1/invitations";
  return {
      {{.id = "look_at_invitation",
        .method = verb::post,
        .path = base + "/look-at",
        .tag = "Invitations",
        .summary = "What the mail's token invites to. Changes nothing.",
        .allowed = {audience::anyone},
        .body = schema::object({{"token", mail_token()}}),
        .answers = {{200, "The invitation.", offer_shape()}},
        .limit = api::throttle::sign_in},
       look_at},
      {{.id = "accept_invitation",
        .method = verb::post,
        .path = base + "/accept",
        .tag = "Invitations",
        .summary =
            "Join the team with the account that you are signed in to; its address must be the invited one.",
        .body = schema::object({{"token", mail_token()}}),
        .answers = {{200, "What you are there now.", membership_shape()}},
        .problems = {409},
        .limit = api::throttle::sign_in},
       accept},
      {{.id = "accept_invitation_as_new",
        .method = verb::post,
        .path = base + "/accept-as-new",
        .tag = "Invitations",
        .summary =
            "Open an account for the invited address, which the token proves, and join the team: signed in.",
        .allowed = {audience::anyone},
        .body = schema::object({{"token", mail_token()},
                                {"name", chosen_name_text()},
                                {"password", chosen_password()},
                                {"keep_in", keep_in(), presence::optional}}),
        .answers = {tokens_answer("Signed in.")},
        .problems = {409},
        .limit = api::throttle::sign_in},
       accept_as_new,
       api_pool::password},
  };
}

}  // namespace sellavie::net
