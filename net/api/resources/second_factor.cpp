#include "net/api/resources/second_factor.hpp"

#include <array>

#include "net/api/proofs.hpp"
#include "net/api/qr_code.hpp"
#include "net/api/tokens.hpp"
#include "net/mail/outgoing_mail.hpp"
#include "protocol/api/account_rules.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/totp.hpp"
#include "protocol/mail/letters.hpp"
#include "storage/api/second_factors.hpp"

namespace sellavie::net {
namespace second_factor_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;

constexpr std::string_view issuer = "Sellavie";

schema enrolment_shape() {
  return schema::object({{"secret", schema::text({16, 64, api::text_format::token})
                                        .example("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
                                        .described("Base32, to type into the app. Shown this once.")},
                         {"otpauth_uri",
                          schema::text({1, 600, api::text_format::token})
                              .example("otpauth://totp/Sellavie:ada%40example.com?secret=JBSWY3DPEHPK3PXP")},
                         {"qr_svg", schema::text({1, 100'000, api::text_format::lines})
                                        .example("<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
                                        .described("The same as a picture.")}})
      .named("SecondFactorEnrolment");
}

schema recovery_codes_shape() {
  return schema::object(
             {{"recovery_codes",
               schema::list(schema::text({19, 19, api::text_format::token}).example("7kq2-m9xd-4tvn-p3ra"),
                            10)}})
      .named("RecoveryCodes");
}

struct made_codes {
  nlohmann::json shown = nlohmann::json::array();
  std::vector<crypto::sha256_digest> hashes;
};

made_codes make_recovery_codes(const api_services& with) {
  made_codes made;
  for (int i = 0; i < api::recovery_codes; ++i) {
    std::array<std::uint8_t, api::recovery_code_size> random{};
    with.random(random);
    auto text = api::write_recovery_code(random);
    made.hashes.push_back(crypto::sha256(text));
    made.shown.push_back(std::move(text));
  }
  return made;
}

api_outcome begin(workplace& place, api_call& call) {
  const auto proven = prove_password(place, call, "password");
  if (const auto* why = std::get_if<problem>(&proven)) return *why;
  std::array<std::uint8_t, crypto::totp_secret_size> secret{};
  place.with.random(secret);
  const auto uri = crypto::otpauth_uri(issuer, std::get<storage::stored_account>(proven).email, secret);
  const auto picture = qr_code_svg(uri);
  if (!picture) return api::problem_of(picture.error());
  const auto sealed = place.with.secrets->encrypt(crypto::as_text(secret), make_iv(place.with), call.now);
  const auto begun = storage::begin_second_factor(place.store, sealed, origin_of(call));
  if (!begun) return api::problem_of(begun.error());
  if (!begun.value()) return problem{problems::conflict, "A second factor is on. Turn it off first."};
  return api_answer{
      200, {{"secret", crypto::base32_encode(secret)}, {"otpauth_uri", uri}, {"qr_svg", picture.value()}}};
}

api_outcome confirm(workplace& place, api_call& call) {
  const problem nothing_begun{problems::conflict, "No second factor waits for its first code."};
  const auto wrong_code = wrong_field("/code", "is not the present code of the app");
  const auto found = storage::find_second_factor(place.store, call.by.account);
  if (!found) return api::problem_of(found.error());
  if (!found.value() || found.value()->is_on) return nothing_begun;
  const auto secret = place.with.secrets->decrypt(found.value()->sealed_secret);
  if (!secret) return api::problem_of(secret.error());
  const auto digits = api::read_app_code(call.body["code"].get_ref<const std::string&>());
  if (!digits) return wrong_code;
  const auto step = crypto::accept_totp(crypto::as_bytes(secret.value().plaintext), *digits, call.now, 0);
  if (!step) return wrong_code;
  auto codes = make_recovery_codes(place.with);
  const storage::second_factor_start start{
      found.value()->sealed_secret, *step, codes.hashes,
      outgoing_mail(place.with, mail::second_factor_on(), {}, call.now, api::notice_life)};
  const auto done = storage::confirm_second_factor(place.store, start, origin_of(call));
  if (!done) return api::problem_of(done.error());
  if (!done.value()) return nothing_begun;
  return api_answer{200, {{"recovery_codes", std::move(codes.shown)}}};
}

/// Password and code of a second factor that is on; nothing when they are right.
std::optional<problem> prove_both(workplace& place, api_call& call) {
  const auto proven = prove_password(place, call, "password");
  if (const auto* why = std::get_if<problem>(&proven)) return *why;
  const auto found = storage::find_second_factor(place.store, call.by.account);
  if (!found) return api::problem_of(found.error());
  if (!found.value() || !found.value()->is_on) return problem{problems::conflict, "No second factor is on."};
  return prove_code(place, call, call.by.account, call.body["code"].get_ref<const std::string&>(),
                    wrong_field("/code", "is wrong, or was used before"));
}

api_outcome turn_off(workplace& place, api_call& call) {
  if (auto why = prove_both(place, call)) return *std::move(why);
  const auto done = storage::end_second_factor(
      place.store, outgoing_mail(place.with, mail::second_factor_off(), {}, call.now, api::notice_life),
      origin_of(call));
  return answer_with(done, [](bool) { return api_answer{204, nullptr}; });
}

api_outcome replace_codes(workplace& place, api_call& call) {
  if (auto why = prove_both(place, call)) return *std::move(why);
  auto codes = make_recovery_codes(place.with);
  const auto done = storage::replace_recovery_codes(place.store, codes.hashes, origin_of(call));
  if (!done) return api::problem_of(done.error());
  if (!done.value()) return problem{problems::conflict, "No second factor is on."};
  return api_answer{200, {{"recovery_codes", std::move(codes.shown)}}};
}

}  // namespace
}  // namespace second_factor_resource

std::vector<api_endpoint> second_factor_endpoints() {
  using namespace second_factor_resource;
  using api::verb;
  const std::string base = "/api/v1/me/second-factor";
  const auto password_and_code =
      schema::object({{"password", known_password()}, {"code", second_factor_code()}});
  return {
      {{.id = "begin_second_factor",
        .method = verb::post,
        .path = base,
        .tag = "Account",
        .summary = "First step: a secret for your authenticator app. Nothing is on before it was confirmed.",
        .body = schema::object({{"password", known_password()}}),
        .answers = {{200, "To be scanned or typed.", enrolment_shape()}},
        .problems = {409},
        .limit = api::throttle::password},
       begin,
       api_pool::password},
      {{.id = "confirm_second_factor",
        .method = verb::post,
        .path = base + "/confirm",
        .tag = "Account",
        .summary = "Second step: a code of the app turns it on and gives the recovery codes, this once.",
        .body = schema::object({{"code", schema::text({6, 30, api::text_format::line}).example("123456")}}),
        .answers = {{200, "It is on.", recovery_codes_shape()}},
        .problems = {409},
        .limit = api::throttle::sign_in},
       confirm},
      {{.id = "turn_off_second_factor",
        .method = verb::post,
        .path = base + "/turn-off",
        .tag = "Account",
        .summary = "Sign in without codes from now on.",
        .body = password_and_code,
        .answers = {{204, "It is off."}},
        .problems = {409},
        .limit = api::throttle::password},
       turn_off,
       api_pool::password},
      {{.id = "replace_recovery_codes",
        .method = verb::post,
        .path = base + "/recovery-codes",
        .tag = "Account",
        .summary = "New recovery codes; the old ones stop working.",
        .body = password_and_code,
        .answers = {{200, "Shown this once.", recovery_codes_shape()}},
        .problems = {409},
        .limit = api::throttle::password},
       replace_codes,
       api_pool::password},
  };
}

}  // namespace sellavie::net
