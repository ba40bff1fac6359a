#include "net/api/resources/sign_up.hpp"

#include "net/api/proofs.hpp"
#include "net/api/session_start.hpp"
#include "net/api/shapes.hpp"
#include "net/api/tokens.hpp"
#include "net/mail/outgoing_mail.hpp"
#include "protocol/api/account_rules.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/mail/letters.hpp"
#include "storage/api/sign_ups.hpp"

namespace sellavie::net {
namespace sign_up_resource {
namespace {

using api::problem;
using api::schema;

// What the answer says is the same for every address: only its mailbox learns whether it has an account.
api_answer mail_is_on_its_way() { return {202, nullptr}; }

// The password is hashed in either case, and the same number of rows is written.
api_outcome sign_up(workplace& place, api_call& call, mail_limits& limits) {
  const auto& password = call.body["password"].get_ref<const std::string&>();
  if (auto wrong = unfit_password(password, "/password")) return *std::move(wrong);
  const auto address = call.body["email"].get<std::string>();
  if (auto enough = limits.take(address)) return *std::move(enough);
  const auto hash = hash_new_password(place.with, password);
  if (!hash) return api::problem_of(hash.error());
  const auto token = make_secret_token(place.with);
  const auto& site = place.with.settings->http.public_url;
  storage::new_sign_up wanted;
  wanted.id = place.with.ids->next_as<storage::sign_up_id>();
  wanted.email = address;
  wanted.name = call.body["name"].get<std::string>();
  wanted.password_hash = hash.value();
  wanted.token_hash = token.hash;
  wanted.created_at = call.now;
  wanted.expires_at = call.now + api::sign_up_life;
  const storage::sign_up_mails mails{
      outgoing_mail(place.with, mail::confirm_address(site, token.text), address, call.now,
                    api::sign_up_life),
      outgoing_mail(place.with, mail::address_has_account(site), address, call.now, api::notice_life)};
  const auto added = storage::add_sign_up(place.store, wanted, mails);
  if (!added) return api::problem_of(added.error());
  return mail_is_on_its_way();
}

api_outcome resend(workplace& place, api_call& call, mail_limits& limits) {
  const auto address = call.body["email"].get<std::string>();
  if (auto enough = limits.take(address)) return *std::move(enough);
  const auto token = make_secret_token(place.with);
  const auto letter = mail::confirm_address(place.with.settings->http.public_url, token.text);
  const auto renewed =
      storage::renew_sign_up(place.store, address, {token.hash, call.now, call.now + api::sign_up_life},
                             outgoing_mail(place.with, letter, address, call.now, api::sign_up_life));
  if (!renewed) return api::problem_of(renewed.error());
  return mail_is_on_its_way();
}

// The token proves the address, the password that it is the same person who signed up (account_rules A1).
api_outcome verify_email(workplace& place, api_call& call) {
  const auto no_good = wrong_field("/token", "is not valid any more; sign up again, or ask for another mail");
  const auto hash = crypto::sha256(call.body["token"].get_ref<const std::string&>());
  const auto found = storage::find_sign_up(place.store, hash, call.now);
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return no_good;
  if (!is_password(place.with, call.body["password"].get_ref<const std::string&>(),
                   found.value()->password_hash))
    return wrong_field("/password", "is not the one that was chosen when signing up");
  auto by = origin_of(call);
  by.account = place.with.ids->next_as<api::account_id>();
  const auto made = storage::complete_sign_up(place.store, found.value()->id, by);
  if (!made) return api::problem_of(made.error());
  if (!made.value()) return no_good;
  auto started = start_session(place, call, by.account, found.value()->password_hash);
  return started ? *std::move(started) : no_good;
}

}  // namespace
}  // namespace sign_up_resource

std::vector<api_endpoint> sign_up_endpoints(const std::shared_ptr<mail_limits>& mails) {
  using namespace sign_up_resource;
  using api::audience;
  using api::verb;
  const std::string sent =
      "A mail is on its way. The answer is the same whether or not the address has an account.";
  return {
      {{.id = "sign_up",
        .method = verb::post,
        .path = "/api/v1/auth/sign-up",
        .tag = "Sign-up",
        .summary = "Ask for an account; a mail proves the address.",
        .allowed = {audience::anyone},
        .body = schema::object(
            {{"email", email_text()}, {"password", chosen_password()}, {"name", chosen_name_text()}}),
        .answers = {{202, sent}},
        .limit = api::throttle::mail},
       [mails](workplace& place, api_call& call) { return sign_up(place, call, *mails); },
       api_pool::password},
      {{.id = "resend_verification",
        .method = verb::post,
        .path = "/api/v1/auth/resend-verification",
        .tag = "Sign-up",
        .summary = "Send the mail of a sign-up again; the earlier one stops working.",
        .allowed = {audience::anyone},
        .body = schema::object({{"email", email_text()}}),
        .answers = {{202, sent}},
        .limit = api::throttle::mail},
       [mails](workplace& place, api_call& call) { return resend(place, call, *mails); }},
      {{.id = "verify_email",
        .method = verb::post,
        .path = "/api/v1/auth/verify-email",
        .tag = "Sign-up",
        .summary =
            "Prove the address with the mail's token and the chosen password: the account begins, signed in.",
        .allowed = {audience::anyone},
        .body = schema::object({{"token", mail_token()},
                                {"password", known_password()},
                                {"keep_in", keep_in(), api::presence::optional}}),
        .answers = {tokens_answer("Signed in.")},
        .limit = api::throttle::sign_in},
       verify_email,
       api_pool::password},
  };
}

}  // namespace sellavie::net
