#include "net/connect/platform.hpp"

#include <algorithm>
#include <future>
#include <iterator>

#include "net/connect/callback.hpp"

namespace sellavie::net {
namespace {

using connect::refusal;
using connect::refusal_kind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace problems = api::problems;

/// Answers of this many pages are read of one list.
constexpr int most_pages = 5;

std::string code_of(const refusal& refused) {
  if (refused.code == 0) return {};
  std::string code = " (code " + std::to_string(refused.code);
  if (refused.subcode != 0) code += "/" + std::to_string(refused.subcode);
  return code + ")";
}

template <class Value>
platform_answer<Value> answer_of(connect::graph_answer<Value> decoded) {
  if (decoded) {
    if constexpr (std::is_void_v<Value>) return {};
    else return std::move(*decoded);
  }
  const auto& refused = decoded.error();
  return platform_failure{refused, false, "refused with code " + std::to_string(refused.code)};
}

template <class Decode>
auto decoded(const platform_answer<actors::outbound_response>& response, Decode decode) {
  using answer = decltype(answer_of(decode(0, std::string_view{})));
  if (!response) return answer{response.error()};
  return answer_of(decode(response->status, std::string_view{response->body}));
}

/// All items of a list: `ask(after)` gives one answer of it.
template <class Item, class Ask>
platform_answer<std::vector<Item>> whole_list(Ask ask) {
  std::vector<Item> all;
  std::string after;
  for (int i = 0; i < most_pages; ++i) {
    platform_answer<connect::listed<Item>> part = ask(after);
    if (!part) return part.error();
    std::move(part->items.begin(), part->items.end(), std::back_inserter(all));
    after = std::move(part->after);
    if (after.empty()) break;
  }
  return all;
}

}  // namespace

// --- outside_line --------------------------------------------------------------------------------

outside_line::outside_line(std::shared_ptr<actors::transport> outside, milliseconds total)
    : outside_{std::move(outside)}, deadline_{steady_clock::now() + total} {}

bool outside_line::is_over() const noexcept { return steady_clock::now() >= deadline_; }

actors::outbound_response outside_line::ask(actors::outbound_request request) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now());
  actors::outbound_response late;
  late.reason = "deadline";
  if (left.count() <= 0) return late;
  request.timeout = left;
  // The transport may answer after we have gone.
  const auto answered = std::make_shared<std::promise<actors::outbound_response>>();
  auto answer = answered->get_future();
  outside_->send(std::move(request), [answered](actors::outbound_response response) {
    answered->set_value(std::move(response));
  });
  constexpr milliseconds grace{500};
  if (answer.wait_for(left + grace) != std::future_status::ready) return late;
  return answer.get();
}

// --- failures ------------------------------------------------------------------------------------

api::problem problem_of(const platform_failure& failure) {
  const auto cause = make_failure(failure.is_late ? errc::timed_out : errc::unavailable, failure.reason);
  if (!failure.refused)
    return {.kind = failure.is_late ? problems::provider_silent : problems::provider_refused,
            .detail = sentence_of(failure) + " Try again.",
            .cause = cause};
  switch (failure.refused->kind) {
    case refusal_kind::login_over:
      return {problems::connect_expired, "Meta takes this login no more. Start again and log in once more."};
    case refusal_kind::not_permitted:
      return {problems::connect_permissions, "Meta says that the login lacks a permission" +
                                                 code_of(*failure.refused) +
                                                 ". Start again and grant everything that is asked for."};
    case refusal_kind::wrong_pin:
      return {problems::connect_pin,
              "This number has a two-step PIN. Choose it again with its PIN, or turn the PIN off in WhatsApp "
              "Manager."};
    case refusal_kind::busy:
    case refusal_kind::refused:
    case refusal_kind::unreadable: break;
  }
  return {.kind = problems::provider_refused,
          .detail = sentence_of(failure) + " Try again later.",
          .cause = cause};
}

std::string sentence_of(const platform_failure& failure) {
  if (!failure.refused)
    return failure.is_late ? "Meta did not answer in time." : "Meta could not be reached.";
  const auto code = code_of(*failure.refused);
  switch (failure.refused->kind) {
    case refusal_kind::login_over: return "Meta refuses the token" + code + ".";
    case refusal_kind::not_permitted: return "Meta says that a permission is missing" + code + ".";
    case refusal_kind::busy: return "Meta is busy" + code + ".";
    case refusal_kind::wrong_pin: return "The number has another PIN" + code + ".";
    case refusal_kind::refused: return "Meta refused" + code + ".";
    case refusal_kind::unreadable: break;
  }
  return "Meta's answer could not be read.";
}

// --- platform ------------------------------------------------------------------------------------

platform_answer<actors::outbound_response> platform::ask(const connect::graph_call& call) {
  actors::outbound_request request;
  request.method = call.method;
  request.url = call.url;
  request.headers = {{"Accept", "application/json"}};
  if (!call.bearer.empty()) request.headers.emplace_back("Authorization", "Bearer " + call.bearer);
  if (!call.form.empty()) request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body = call.form;
  auto response = line_.ask(std::move(request));
  if (response.outcome == actors::transport_outcome::answered) return response;
  return platform_failure{std::nullopt, line_.is_over() || response.reason == "deadline",
                          std::move(response.reason)};
}

platform_answer<connect::granted_token> platform::exchange_code(connect::flow_kind kind,
                                                                const std::string& code) {
  return decoded(ask(connect::exchange_code(app_, kind, code)), connect::decode_token);
}

platform_answer<connect::granted_token> platform::lengthen_token(connect::flow_kind kind,
                                                                 const std::string& token) {
  return decoded(ask(connect::lengthen_token(app_, kind, token)), connect::decode_token);
}

platform_answer<connect::granted_token> platform::refresh_instagram_token(const std::string& token) {
  return decoded(ask(connect::refresh_instagram_token(app_, token)), connect::decode_token);
}

platform_answer<connect::token_state> platform::inspect_token(const std::string& token) {
  return decoded(ask(connect::inspect_token(app_, token)), connect::decode_token_state);
}

platform_answer<std::vector<connect::page>> platform::pages(const std::string& token) {
  return whole_list<connect::page>([&](const std::string& after) {
    return decoded(ask(connect::list_pages(app_, token, after)), connect::decode_pages);
  });
}

platform_answer<std::vector<connect::phone_number>> platform::phone_numbers(
    const std::string& business_account, const std::string& token) {
  return whole_list<connect::phone_number>([&](const std::string& after) {
    return decoded(ask(connect::list_phone_numbers(app_, business_account, token, after)),
                   connect::decode_phone_numbers);
  });
}

platform_answer<connect::instagram_account> platform::instagram_account(const std::string& token) {
  return decoded(ask(connect::read_instagram_account(app_, token)), connect::decode_instagram_account);
}

platform_answer<void> platform::subscribe(const connect::subscription& to, const std::string& token) {
  return decoded(ask(connect::subscribe(app_, to, token)), connect::decode_done);
}

platform_answer<void> platform::unsubscribe(const connect::subscription& from, const std::string& token) {
  return decoded(ask(connect::unsubscribe(app_, from, token)), connect::decode_done);
}

platform_answer<bool> platform::is_subscribed(const connect::subscription& to, const std::string& token) {
  // An Instagram login is of its own app.
  const bool is_instagram = to.channel == channel_kind::instagram && to.login == "instagram";
  const auto& app_id = is_instagram ? app_.instagram_app_id : app_.app_id;
  return decoded(ask(connect::read_subscription(app_, to, token)), [&](int status, std::string_view body) {
    return connect::decode_subscription(status, body, app_id);
  });
}

platform_answer<void> platform::register_phone(const std::string& phone, const std::string& pin,
                                               const std::string& token) {
  return decoded(ask(connect::register_phone(app_, phone, pin, token)), connect::decode_done);
}

connect::app_registration registration_of(const config::settings& settings) {
  const auto& meta = settings.meta;
  connect::app_registration app;
  app.app_id = meta.app_id;
  // The first secret is the one in use.
  if (!meta.app_secrets.empty()) app.app_secret = meta.app_secrets.front().reveal();
  app.login_config_id = meta.login_config_id;
  app.whatsapp_config_id = meta.whatsapp_config_id;
  app.instagram_app_id = meta.instagram_app_id;
  app.instagram_app_secret = meta.instagram_app_secret.reveal();
  app.version = meta.version;
  app.graph_url = meta.graph_url;
  app.instagram_url = meta.instagram_url;
  app.login_url = meta.login_url;
  app.instagram_login_url = meta.instagram_login_url;
  app.instagram_code_url = meta.instagram_code_url;
  if (!settings.http.public_url.empty()) app.redirect_uri = settings.http.public_url + connect_callback_path;
  return app;
}

}  // namespace sellavie::net
