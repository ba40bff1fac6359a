#include "net/api/tokens.hpp"

#include <array>
#include <utility>

#include "protocol/api/session_rules.hpp"

namespace sellavie::net {
namespace {

constexpr std::string_view cookie_rules = "; Path=/api/v1/auth; Secure; HttpOnly; SameSite=Strict; Max-Age=";

}  // namespace

token_place wished_place(const api_call& call) {
  const auto found = call.body.find("keep_in");
  return found != call.body.end() && *found == "cookie" ? token_place::cookie : token_place::body;
}

secret_token make_secret_token(const api_services& with) {
  std::array<std::uint8_t, 32> bytes{};
  with.random(bytes);
  auto text = crypto::base64url_encode(bytes);
  const auto hash = crypto::sha256(text);
  return {std::move(text), hash};
}

crypto::fernet_iv make_iv(const api_services& with) {
  crypto::fernet_iv iv{};
  with.random(iv);
  return iv;
}

api_outcome give_tokens(const workplace& place, const api_call& call, const session_of& whose,
                        const refresh_token& refresh) {
  const api::access_claims claims{whose.account, whose.session, call.now, call.now + api::access_token_life};
  api_answer given{200,
                   {{"access_token", place.with.tokens->sign(claims)},
                    {"expires_in", std::chrono::seconds{api::access_token_life}.count()},
                    {"refresh_token", nullptr}}};
  if (refresh.in == token_place::cookie) {
    const auto life = std::chrono::seconds{api::refresh_token_life}.count();
    given.headers.emplace_back("Set-Cookie", std::string{api::refresh_cookie} + '=' + refresh.text +
                                                 std::string{cookie_rules} + std::to_string(life));
  } else {
    given.body["refresh_token"] = refresh.text;
  }
  return given;
}

std::optional<refresh_token> presented_refresh_token(const api_call& call) {
  if (const auto given = call.body.find("refresh_token"); given != call.body.end())
    return refresh_token{given->get<std::string>(), token_place::body};
  if (!call.has_client_header) return std::nullopt;
  const std::string wanted = std::string{api::refresh_cookie} + '=';
  std::string_view rest = call.cookie;
  while (!rest.empty()) {
    const auto end = rest.find(';');
    auto one = rest.substr(0, end);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(wanted))
      return refresh_token{std::string{one.substr(wanted.size())}, token_place::cookie};
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return std::nullopt;
}

api::parameter refresh_cookie_header(api::presence when) {
  return {"Set-Cookie",
          api::schema::text({1, 400}).example(std::string{api::refresh_cookie} + "=JkQ0example" +
                                              std::string{cookie_rules} + "2592000"),
          "The refresh token, where `keep_in` is \"cookie\"; empty and over at once to take it away.", when};
}

std::string forgotten_cookie() {
  return std::string{api::refresh_cookie} + '=' + std::string{cookie_rules} + '0';
}

std::string device_name(std::string_view user_agent) {
  const auto names = [&](std::string_view part) { return user_agent.find(part) != std::string_view::npos; };
  const char* program = names("Edg/")       ? "Edge"
                        : names("OPR/")     ? "Opera"
                        : names("Firefox/") ? "Firefox"
                        : names("Chrome/")  ? "Chrome"
                        : names("Safari/")  ? "Safari"
                        : names("curl/")    ? "curl"
                                            : "A program";
  const char* system = names("Android")    ? "Android"
                       : names("iPhone")   ? "iPhone"
                       : names("iPad")     ? "iPad"
                       : names("Windows")  ? "Windows"
                       : names("Mac OS X") ? "macOS"
                       : names("Linux")    ? "Linux"
                                           : nullptr;
  return system == nullptr ? std::string{program} : std::string{program} + " on " + system;
}

}  // namespace sellavie::net
