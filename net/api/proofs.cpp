#include "net/api/proofs.hpp"

#include <algorithm>

#include "monitoring/metrics.hpp"
#include "net/mail/outgoing_mail.hpp"
#include "protocol/api/account_rules.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/password.hpp"
#include "protocol/crypto/totp.hpp"
#include "protocol/mail/letters.hpp"
#include "storage/api/second_factors.hpp"
#include "storage/api/sessions.hpp"

namespace sellavie::net {

using api::problem;
using api::schema;
namespace problems = api::problems;

namespace {

problem blocked(instant until, instant now) {
  const auto wait = std::chrono::ceil<std::chrono::seconds>(until - now);
  return {.kind = problems::too_many,
          .detail = "Too many wrong passwords or codes.",
          .retry_after = static_cast<int>(std::max<std::int64_t>(1, wait.count()))};
}

/// Whether `code` is a living code of this account's second factor; it is used up.
result<bool> use_code(workplace& place, const api_call& call, const api::account_id& account,
                      std::string_view code) {
  if (const auto recovery = api::read_recovery_code(code)) {
    const auto factor = storage::find_second_factor(place.store, account);
    if (!factor) return factor.error();
    const int left = factor.value() ? std::max(0, factor.value()->recovery_codes_left - 1) : 0;
    auto by = origin_of(call);
    by.account = account;
    return storage::use_recovery_code(
        place.store, crypto::sha256(*recovery),
        outgoing_mail(place.with, mail::recovery_code_used(left), {}, call.now, api::notice_life), by);
  }
  const auto digits = api::read_app_code(code);
  if (!digits) return false;
  const auto factor = storage::find_second_factor(place.store, account);
  if (!factor) return factor.error();
  if (!factor.value() || !factor.value()->is_on) return false;
  const auto secret = place.with.secrets->decrypt(factor.value()->sealed_secret);
  if (!secret) return secret.error();
  const auto step = crypto::accept_totp(crypto::as_bytes(secret.value().plaintext), *digits, call.now,
                                        factor.value()->last_step);
  if (!step) return false;
  return storage::use_app_code(place.store, account, *step);
}

}  // namespace

schema chosen_password() {
  return schema::text({crypto::shortest_password, crypto::longest_password, api::text_format::lines})
      .example("a long new password")
      .described("At most 72 bytes in UTF-8.");
}
schema known_password() {
  return schema::text({1, crypto::longest_password, api::text_format::lines}).example("a long new password");
}
schema second_factor_code() {
  return schema::text({6, 30, api::text_format::line})
      .example("123456")
      .described("Six digits of the app, or a recovery code.");
}
schema mail_token() {
  return schema::text({20, 200, api::text_format::token})
      .example("q9uVbM3Yw0c5o1mJx8T2n7RkZ4sLd6HfGpAeBtCvXiE")
      .described("From the mail.");
}

problem wrong_field(std::string field, std::string detail) {
  return {problems::invalid, {}, {{std::move(field), std::move(detail)}}};
}

std::optional<problem> unfit_password(std::string_view password, const std::string& field) {
  const auto checked = crypto::check_password(password);
  if (checked) return std::nullopt;
  return wrong_field(field, "must be 8 to 72 bytes long");
}

result<std::string> hash_new_password(const api_services& with, std::string_view password) {
  crypto::password_salt salt{};
  with.random(salt);
  with.metrics->password_hashes().increment();
  return crypto::hash_password(password, salt);
}

bool is_password(const api_services& with, std::string_view password, const std::string& hash) {
  with.metrics->password_hashes().increment();
  return crypto::verify_password(password, hash);
}

std::variant<storage::stored_account, problem> prove_password(workplace& place, const api_call& call,
                                                              const std::string& member) {
  const auto found = storage::find_account(place.store, call.by.account);
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::unauthenticated};
  // Before it is tried, so that a crowd of guesses gets no more than one after the other.
  const auto until = storage::count_password_guess(place.store, call.by.session, call.now);
  if (!until) return api::problem_of(until.error());
  if (until.value()) return blocked(*until.value(), call.now);
  const auto& account = *found.value();
  if (!is_password(place.with, call.body[member].get_ref<const std::string&>(), account.password_hash)) {
    auto wrong = wrong_field('/' + member, "is wrong");
    wrong.is_wrong_password = true;
    return wrong;
  }
  const auto forgotten = storage::forget_password_guesses(place.store, call.by.session);
  if (!forgotten) return api::problem_of(forgotten.error());
  return account;
}

std::optional<problem> prove_again(workplace& place, const api_call& call) {
  const auto proven = prove_password(place, call, "password");
  if (const auto* why = std::get_if<problem>(&proven)) return *why;
  const auto factor = storage::find_second_factor(place.store, call.by.account);
  if (!factor) return api::problem_of(factor.error());
  if (!factor.value() || !factor.value()->is_on) return std::nullopt;
  const auto code = call.body.find("code");
  if (code == call.body.end()) return wrong_field("/code", "is needed: a second factor is on");
  return prove_code(place, call, call.by.account, code->get_ref<const std::string&>(),
                    wrong_field("/code", "is wrong, or was used before"));
}

std::optional<problem> prove_code(workplace& place, const api_call& call, const api::account_id& account,
                                  std::string_view code, problem wrong) {
  const auto until = storage::count_code_guess(place.store, account, call.now);
  if (!until) return api::problem_of(until.error());
  if (until.value()) return blocked(*until.value(), call.now);
  const auto used = use_code(place, call, account, code);
  if (!used) return api::problem_of(used.error());
  if (used.value()) return std::nullopt;
  return wrong;
}

}  // namespace sellavie::net
