#include "net/api/session_start.hpp"

#include "net/api/tokens.hpp"
#include "storage/api/sessions.hpp"

namespace sellavie::net {

using api::schema;

namespace {

schema tokens_shape() {
  return schema::object({{"access_token",
                          schema::text({1, 1024, api::text_format::token}).described("Send it as Bearer.")},
                         {"expires_in", schema::integer(0, 3600).example(3600).described("Seconds.")},
                         {"refresh_token", schema::text({1, 200, api::text_format::token})
                                               .or_null()
                                               .described("Null when it was set as a cookie.")}})
      .named("Tokens");
}

}  // namespace

api::answer_shape tokens_answer(std::string description) {
  return {.status = 200,
          .description = std::move(description),
          .body = tokens_shape(),
          .headers = {refresh_cookie_header(api::presence::optional)}};
}

schema keep_in() {
  return schema::word({"body", "cookie"})
      .described("Where the refresh token goes: browsers use an HttpOnly cookie, other clients the body.");
}

std::optional<api_outcome> start_session(workplace& place, const api_call& call,
                                         const api::account_id& account, const std::string& proven_hash) {
  const auto refresh = make_secret_token(place.with);
  storage::new_session wanted;
  wanted.id = place.with.ids->next_as<api::session_id>();
  wanted.account = account;
  wanted.device = device_name(call.user_agent);
  wanted.address = call.address;
  wanted.first = {refresh.hash, call.now, call.now + api::refresh_token_life};
  wanted.proven_hash = proven_hash;
  const auto opened = storage::open_session(place.store, wanted, call.request_id);
  if (!opened) return api::problem_of(opened.error());
  if (!opened.value()) return std::nullopt;
  return give_tokens(place, call, {account, wanted.id}, {refresh.text, wished_place(call)});
}

}  // namespace sellavie::net
