#include "net/api/resources/sign_in.hpp"

#include "net/api/access_cache.hpp"
#include "net/api/proofs.hpp"
#include "net/api/session_start.hpp"
#include "net/api/shapes.hpp"
#include "net/api/tokens.hpp"
#include "protocol/crypto/password.hpp"
#include "storage/api/accounts.hpp"
#include "storage/api/passwords.hpp"
#include "storage/api/second_factors.hpp"
#include "storage/api/sessions.hpp"

namespace sellavie::net {
namespace sign_in_resource {
namespace {

using api::operation;
using api::problem;
using api::schema;
namespace problems = api::problems;

// --- shapes --------------------------------------------------------------------------------------

schema session_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"device", schema::text({0, 200}).example("Firefox on Android")},
                         {"address", schema::text({0, 60}).example("203.0.113.7")},
                         {"created_at", schema::timestamp()},
                         {"last_used_at", schema::timestamp()},
                         {"is_current", schema::boolean()}})
      .named("Session");
}

// --- signing in ----------------------------------------------------------------------------------

/// Of nobody: an unknown account costs the same time as a known one.
const std::string& nobodys_hash() {
  static const std::string hash =
      crypto::hash_password("nobody's password", crypto::password_salt{1}).value();
  return hash;
}

/// The same, and counted the same, whether the password was wrong, the account is blocked, or there is none: a
/// difference would tell which.
problem wrong_credentials() {
  return {
      .kind = problems::wrong_credentials,
      .detail = "Check the e-mail address and the password. A new account begins with the link in its mail.",
      .is_wrong_password = true};
}

// A password that is right is hashed anew when its hash is cheaper than today's.
// -> the hash that this sign-in has proven
result<std::string> keep_hash_expensive(workplace& place, const storage::stored_account& account,
                                        const std::string& password) {
  if (!crypto::needs_new_hash(account.password_hash)) return account.password_hash;
  const auto hash = hash_new_password(place.with, password);
  if (!hash) return hash.error();
  const auto replaced =
      storage::replace_password_hash(place.store, account.id, account.password_hash, hash.value());
  if (!replaced) return replaced.error();
  return replaced.value() ? hash.value() : account.password_hash;
}

/// What is still missing after the right password; nothing when it is complete.
std::optional<problem> ask_second_factor(workplace& place, const api_call& call,
                                         const storage::stored_account& account) {
  const auto factor = storage::find_second_factor(place.store, account.id);
  if (!factor) return api::problem_of(factor.error());
  if (!factor.value() || !factor.value()->is_on) return std::nullopt;
  const auto code = call.body.find("code");
  if (code == call.body.end()) return problem{problems::second_factor_needed};
  return prove_code(place, call, account.id, code->get_ref<const std::string&>(),
                    {problems::second_factor_needed, "This code is wrong, or was used before."});
}

// A wish for an account is none: a stranger may have signed up with this address and a password of their
// own, and an answer of its own would tell them that it has no account.
// Nobody's account is tried and counted as anybody's is.
api_outcome sign_in_without_account(workplace& place, const api_call& call, const std::string& password,
                                    const std::string& hash_of_nobody) {
  (void)is_password(place.with, password, hash_of_nobody);
  const auto counted = storage::count_failed_sign_in(place.store, api::account_id{}, call.now);
  if (!counted) return api::problem_of(counted.error());
  return wrong_credentials();
}

api_outcome sign_in(workplace& place, api_call& call) {
  const auto email = call.body["email"].get<std::string>();
  const auto password = call.body["password"].get<std::string>();
  // Made by the first who signs in, whoever it is: its time says nothing about the account.
  const auto& hash_of_nobody = nobodys_hash();
  const auto found = storage::find_account(place.store, email);
  if (!found) return api::problem_of(found.error());
  const auto& account = found.value();
  if (!account) return sign_in_without_account(place, call, password, hash_of_nobody);
  const bool is_right = is_password(place.with, password, account->password_hash);
  // After the hash, which takes its time: of a crowd of guesses those behind the one that blocks get nowhere.
  if (!is_right) {
    const auto counted = storage::count_failed_sign_in(place.store, account->id, call.now);
    if (!counted) return api::problem_of(counted.error());
    return wrong_credentials();
  }
  const auto is_blocked = storage::is_sign_in_blocked(place.store, account->id, call.now);
  if (!is_blocked) return api::problem_of(is_blocked.error());
  if (is_blocked.value()) return wrong_credentials();
  if (auto missing = ask_second_factor(place, call, *account)) return *std::move(missing);
  const auto proven = keep_hash_expensive(place, *account, password);
  if (!proven) return api::problem_of(proven.error());
  auto started = start_session(place, call, account->id, proven.value());
  return started ? *std::move(started) : wrong_credentials();
}

// --- refreshing ----------------------------------------------------------------------------------

api_outcome refresh(workplace& place, api_call& call, access_cache& access) {
  const auto presented = presented_refresh_token(call);
  if (!presented) return problem{problems::unauthenticated, "Sign in again."};
  // What came in a cookie goes back in one: no script turns it into a text that it can read.
  const auto place_of_next = presented->in == token_place::cookie ? token_place::cookie : wished_place(call);
  const auto successor = make_secret_token(place.with);
  storage::refresh_wish wish;
  wish.presented = crypto::sha256(presented->text);
  wish.successor = {successor.hash, call.now, call.now + api::refresh_token_life};
  wish.sealed_successor = place.with.secrets->encrypt(successor.text, make_iv(place.with), call.now);
  wish.address = call.address;
  wish.request_id = call.request_id;
  wish.now = call.now;
  const auto done = storage::refresh_session(place.store, wish);
  if (!done) return api::problem_of(done.error());
  const session_of whose{done.value().account, done.value().session};
  switch (done.value().decision) {
    case api::refresh_decision::rotate:
      return give_tokens(place, call, whose, {successor.text, place_of_next});
    case api::refresh_decision::repeat_successor: {
      const auto same = place.with.secrets->decrypt(done.value().sealed_successor);
      if (!same) return problem{problems::internal};
      return give_tokens(place, call, whose, {same.value().plaintext, place_of_next});
    }
    case api::refresh_decision::end_session:
      access.forget_all();
      place.with.log->warning("refresh_token_reused", context_of(call));
      return problem{problems::unauthenticated, "Sign in again."};
    case api::refresh_decision::refuse: return problem{problems::unauthenticated, "Sign in again."};
  }
  return problem{problems::internal};
}

// --- sessions ------------------------------------------------------------------------------------

api_outcome list_sessions(workplace& place, api_call& call) {
  return answer_with(storage::sessions_of(place.store, call.by.account, call.now), [&](const auto& found) {
    auto items = nlohmann::json::array();
    for (const auto& one : found)
      items.push_back({{"id", to_string(one.id)},
                       {"device", one.device},
                       {"address", one.address},
                       {"created_at", api::timestamp(to_unix_ms(one.created_at))},
                       {"last_used_at", api::timestamp(to_unix_ms(one.last_used_at))},
                       {"is_current", one.id == call.by.session}});
    return api_answer{200, {{"items", std::move(items)}}};
  });
}

}  // namespace
}  // namespace sign_in_resource

std::vector<api_endpoint> sign_in_endpoints(const std::shared_ptr<access_cache>& access) {
  using namespace sign_in_resource;
  using api::audience;
  using api::verb;
  const auto end = [access](workplace& place, api_call& call) -> api_outcome {
    const auto done = storage::end_session(place.store, call.id<api::session_id>("session_id"),
                                           storage::session_end::ended_by_owner, origin_of(call));
    access->forget_all();
    if (!done) return api::problem_of(done.error());
    if (!done.value()) return problem{problems::not_found};
    return api_answer{204, nullptr};
  };
  const auto end_others = [access](workplace& place, api_call& call) -> api_outcome {
    const auto done = storage::end_other_sessions(place.store, origin_of(call));
    access->forget_all();
    return answer_with(done, [](std::int64_t count) { return api_answer{200, {{"ended", count}}}; });
  };
  const auto sign_out = [access](workplace& place, api_call& call) -> api_outcome {
    const auto done =
        storage::end_session(place.store, call.by.session, storage::session_end::signed_out, origin_of(call));
    access->forget_all();
    if (!done) return api::problem_of(done.error());
    return api_answer{204, nullptr, {{"Set-Cookie", forgotten_cookie()}}};
  };
  return {
      {{.id = "sign_in",
        .method = verb::post,
        .path = "/api/v1/auth/sign-in",
        .tag = "Sign-in",
        .summary = "Sign in with e-mail and password, and a code where a second factor is on.",
        .allowed = {audience::anyone},
        .body = schema::object({{"email", email_text()},
                                {"password", known_password()},
                                {"code", second_factor_code(), api::presence::optional},
                                {"keep_in", keep_in(), api::presence::optional}}),
        .answers = {tokens_answer("Signed in.")},
        .problems = {401, 403},
        .limit = api::throttle::password},
       sign_in,
       api_pool::password},
      {{.id = "refresh_tokens",
        .method = verb::post,
        .path = "/api/v1/auth/refresh",
        .tag = "Sign-in",
        .summary = "Exchange a refresh token for new tokens; each is used once.",
        .allowed = {audience::anyone},
        .headers =
            {{"X-Sellavie-Client", schema::text({1, 100}).example("dashboard"),
              "Of your choice. Without it the cookie is not taken: no page of another site can send it."}},
        .body = schema::object(
            {{"refresh_token", schema::text({1, 200, api::text_format::token}), api::presence::optional},
             {"keep_in", keep_in(), api::presence::optional}}),
        .answers = {tokens_answer("New tokens.")},
        .problems = {401},
        .limit = api::throttle::sign_in,
        .takes_refresh_cookie = true},
       [access](workplace& place, api_call& call) { return refresh(place, call, *access); }},
      {{.id = "sign_out",
        .method = verb::post,
        .path = "/api/v1/auth/sign-out",
        .tag = "Sign-in",
        .summary = "End this session.",
        .answers = {{.status = 204,
                     .description = "Signed out.",
                     .headers = {refresh_cookie_header(api::presence::required)}}}},
       sign_out},
      {{.id = "list_sessions",
        .method = verb::get,
        .path = "/api/v1/sessions",
        .tag = "Sign-in",
        .summary = "Where you are signed in.",
        .answers = {{200, "Newest first.", schema::object({{"items", schema::list(session_shape(), 100)}})}}},
       list_sessions},
      {{.id = "end_session",
        .method = verb::del,
        .path = "/api/v1/sessions/{session_id}",
        .tag = "Sign-in",
        .summary = "End one of your sessions.",
        .answers = {{204, "Ended."}}},
       end},
      {{.id = "end_other_sessions",
        .method = verb::post,
        .path = "/api/v1/sessions/end-others",
        .tag = "Sign-in",
        .summary = "End all of your sessions but this one.",
        .answers = {{200, "How many were ended.", schema::object({{"ended", schema::integer(0)}})}}},
       end_others},
  };
}

}  // namespace sellavie::net
