#include "net/api/resources/sign_in.hpp"

#include "net/api/access_cache.hpp"
#include "net/api/tokens.hpp"
#include "protocol/crypto/password.hpp"
#include "storage/api/accounts.hpp"
#include "storage/api/sessions.hpp"

namespace sellavie::net {
namespace {

using api::operation;
using api::problem;
using api::schema;
namespace problems = api::problems;

// --- shapes --------------------------------------------------------------------------------------

schema secret_text() { return schema::text({1, 72, api::text_format::lines}); }

schema tokens_shape() {
  return schema::object({{"access_token",
                          schema::text({1, 1024, api::text_format::token}).described("Send it as Bearer.")},
                         {"expires_in", schema::integer(0, 3600).described("Seconds.")},
                         {"refresh_token", schema::text({1, 200, api::text_format::token})
                                               .or_null()
                                               .described("Null when it was set as a cookie.")}})
      .named("Tokens");
}

schema keep_in() {
  return schema::word({"body", "cookie"})
      .described("Where the refresh token goes: browsers use an HttpOnly cookie, other clients the body.");
}

schema session_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"device", schema::text({0, 200})},
                         {"address", schema::text({0, 60})},
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

problem wrong_credentials() {
  return {problems::wrong_credentials, "Check the e-mail address and the password."};
}

api_outcome fail(workplace& place, const api_call& call, const storage::stored_account& account) {
  const auto counted = storage::count_failed_sign_in(place.store, account.id, call.now);
  if (!counted) return api::problem_of(counted.error());
  return wrong_credentials();
}

api_outcome sign_in(workplace& place, api_call& call) {
  const auto found = storage::find_account(place.store, call.body["email"].get<std::string>());
  if (!found) return api::problem_of(found.error());
  const auto password = call.body["password"].get<std::string>();
  const auto& account = found.value();
  const bool is_right = crypto::verify_password(password, account ? account->password_hash : nobodys_hash());
  if (!account || account->blocked_until > call.now) return wrong_credentials();
  if (!is_right) return fail(place, call, *account);
  const auto refresh = make_secret_token(place.with);
  storage::new_session wanted;
  wanted.id = place.with.ids->next_as<api::session_id>();
  wanted.account = account->id;
  wanted.device = device_name(call.user_agent);
  wanted.address = call.address;
  wanted.first = {refresh.hash, call.now, call.now + api::refresh_token_life};
  if (const auto opened = storage::open_session(place.store, wanted, call.request_id); !opened)
    return api::problem_of(opened.error());
  return give_tokens(place, call, {account->id, wanted.id}, refresh.text);
}

// --- refreshing ----------------------------------------------------------------------------------

api_outcome refresh(workplace& place, api_call& call, access_cache& access) {
  const auto presented = presented_refresh_token(call);
  if (!presented) return problem{problems::unauthenticated, "Sign in again."};
  const auto successor = make_secret_token(place.with);
  storage::refresh_wish wish;
  wish.presented = crypto::sha256(*presented);
  wish.successor = {successor.hash, call.now, call.now + api::refresh_token_life};
  wish.sealed_successor = place.with.secrets->encrypt(successor.text, make_iv(place.with), call.now);
  wish.address = call.address;
  wish.request_id = call.request_id;
  wish.now = call.now;
  const auto done = storage::refresh_session(place.store, wish);
  if (!done) return api::problem_of(done.error());
  const session_of whose{done.value().account, done.value().session};
  switch (done.value().decision) {
    case api::refresh_decision::rotate: return give_tokens(place, call, whose, successor.text);
    case api::refresh_decision::repeat_successor: {
      const auto same = place.with.secrets->decrypt(done.value().sealed_successor);
      if (!same) return problem{problems::internal};
      return give_tokens(place, call, whose, same.value().plaintext);
    }
    case api::refresh_decision::end_session:
      access.forget_all();
      place.with.log->warning("refresh_token_reused",
                              monitoring::log_context{monitoring::code{call.request_id}, {}, {}});
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

std::vector<api_endpoint> sign_in_endpoints(const std::shared_ptr<access_cache>& access) {
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
        .summary = "Sign in with e-mail and password.",
        .allowed = {audience::anyone},
        .body = schema::object({{"email", schema::text({3, 254, api::text_format::email})},
                                {"password", secret_text()},
                                {"keep_in", keep_in(), api::presence::optional}}),
        .answers = {{200, "Signed in.", tokens_shape()}},
        .problems = {401},
        .limit = api::throttle::sign_in},
       sign_in,
       api_pool::password},
      {{.id = "refresh_tokens",
        .method = verb::post,
        .path = "/api/v1/auth/refresh",
        .tag = "Sign-in",
        .summary = "Exchange a refresh token for new tokens; each is used once.",
        .allowed = {audience::anyone},
        .body = schema::object(
            {{"refresh_token", schema::text({1, 200, api::text_format::token}), api::presence::optional},
             {"keep_in", keep_in(), api::presence::optional}}),
        .answers = {{200, "New tokens.", tokens_shape()}},
        .problems = {401},
        .limit = api::throttle::sign_in},
       [access](workplace& place, api_call& call) { return refresh(place, call, *access); }},
      {{.id = "sign_out",
        .method = verb::post,
        .path = "/api/v1/auth/sign-out",
        .tag = "Sign-in",
        .summary = "End this session.",
        .answers = {{204, "Signed out."}}},
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
