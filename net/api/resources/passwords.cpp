#include "net/api/resources/passwords.hpp"

#include "net/api/access_cache.hpp"
#include "net/api/proofs.hpp"
#include "net/api/shapes.hpp"
#include "net/api/tokens.hpp"
#include "net/mail/outgoing_mail.hpp"
#include "protocol/api/account_rules.hpp"
#include "protocol/mail/letters.hpp"
#include "storage/api/passwords.hpp"

namespace sellavie::net {
namespace passwords_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;

// Written the same whether or not there is an account: its mailbox alone learns it.
api_outcome request_reset(workplace& place, api_call& call, mail_limits& limits) {
  const auto address = call.body["email"].get<std::string>();
  if (auto enough = limits.take(address)) return *std::move(enough);
  const auto token = make_secret_token(place.with);
  const auto letter = mail::reset_password(place.with.settings->http.public_url, token.text);
  const storage::new_password_reset wanted{
      address, token.hash, call.now + api::password_reset_life,
      outgoing_mail(place.with, letter, address, call.now, api::password_reset_life)};
  const auto asked = storage::request_password_reset(place.store, wanted, origin_of(call));
  if (!asked) return api::problem_of(asked.error());
  return api_answer{202, nullptr};
}

storage::new_password with_notice(const workplace& place, const api_call& call, std::string hash) {
  const auto letter = mail::password_changed(place.with.settings->http.public_url);
  return {std::move(hash), outgoing_mail(place.with, letter, {}, call.now, api::notice_life)};
}

api_outcome reset(workplace& place, api_call& call, access_cache& access) {
  const auto no_good = wrong_field("/token", "is not valid any more; ask for another mail");
  const auto& password = call.body["password"].get_ref<const std::string&>();
  if (auto wrong = unfit_password(password, "/password")) return *std::move(wrong);
  const auto token = crypto::sha256(call.body["token"].get_ref<const std::string&>());
  // Looked up before the password is hashed: guessing tokens must not cost us a fifth of a second each.
  const auto is_good = storage::can_reset_password(place.store, token, call.now);
  if (!is_good) return api::problem_of(is_good.error());
  if (!is_good.value()) return no_good;
  const auto hash = hash_new_password(place.with, password);
  if (!hash) return api::problem_of(hash.error());
  const auto done =
      storage::reset_password(place.store, token, with_notice(place, call, hash.value()), origin_of(call));
  access.forget_all();
  if (!done) return api::problem_of(done.error());
  if (!done.value()) return no_good;
  return api_answer{204, nullptr};
}

api_outcome change(workplace& place, api_call& call, access_cache& access) {
  const auto& password = call.body["new_password"].get_ref<const std::string&>();
  if (auto wrong = unfit_password(password, "/new_password")) return *std::move(wrong);
  const auto proven = prove_password(place, call, "current_password");
  if (const auto* why = std::get_if<problem>(&proven)) return *why;
  const auto hash = hash_new_password(place.with, password);
  if (!hash) return api::problem_of(hash.error());
  const auto done =
      storage::change_password(place.store, std::get<storage::stored_account>(proven).password_hash,
                               with_notice(place, call, hash.value()), origin_of(call));
  access.forget_all();
  if (!done) return api::problem_of(done.error());
  if (!done.value())
    return problem{problems::conflict, "The password was changed by another session just now."};
  return api_answer{204, nullptr};
}

}  // namespace
}  // namespace passwords_resource

std::vector<api_endpoint> password_endpoints(const std::shared_ptr<access_cache>& access,
                                             const std::shared_ptr<mail_limits>& mails) {
  using namespace passwords_resource;
  using api::audience;
  using api::verb;
  return {
      {{.id = "request_password_reset",
        .method = verb::post,
        .path = "/api/v1/auth/request-password-reset",
        .tag = "Sign-in",
        .summary = "Get a mail with which a new password can be set.",
        .allowed = {audience::anyone},
        .body = schema::object({{"email", email_text()}}),
        .answers = {{202, "If the address has an account, a mail is on its way."}},
        .limit = api::throttle::mail},
       [mails](workplace& place, api_call& call) { return request_reset(place, call, *mails); }},
      {{.id = "reset_password",
        .method = verb::post,
        .path = "/api/v1/auth/reset-password",
        .tag = "Sign-in",
        .summary = "Set a new password with the mail's token; ends all sessions. A second factor stays on.",
        .allowed = {audience::anyone},
        .body = schema::object({{"token", mail_token()}, {"password", chosen_password()}}),
        .answers = {{204, "Set; sign in with it."}},
        .limit = api::throttle::sign_in},
       [access](workplace& place, api_call& call) { return reset(place, call, *access); },
       api_pool::password},
      {{.id = "change_password",
        .method = verb::post,
        .path = "/api/v1/me/password",
        .tag = "Account",
        .summary = "Change your password; ends your other sessions.",
        .body = schema::object({{"current_password", known_password()}, {"new_password", chosen_password()}}),
        .answers = {{204, "Changed."}},
        .problems = {409},
        .limit = api::throttle::password},
       [access](workplace& place, api_call& call) { return change(place, call, *access); },
       api_pool::password},
  };
}

}  // namespace sellavie::net
