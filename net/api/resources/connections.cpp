#include "net/api/resources/connections.hpp"

#include "net/api/edits.hpp"
#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/proofs.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "net/api/shapes.hpp"
#include "net/api/tokens.hpp"
#include "net/connect/check.hpp"
#include "net/feed/feed_hub.hpp"
#include "protocol/connect/secret_hint.hpp"
#include "storage/api/connections.hpp"

namespace sellavie::net {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::stored_connection;

constexpr auto check_deadline = std::chrono::seconds{15};
/// Nobody waits for it.
constexpr auto farewell_deadline = std::chrono::seconds{5};

schema template_shape() {
  return schema::object(
             {{"name", schema::text({1, channel::longest_template_name, api::text_format::token})
                           .example("order_news")},
              {"language", schema::text({2, channel::longest_template_language, api::text_format::token})
                               .example("en_US")
                               .described("As Meta writes it.")}})
      .or_null()
      .described(
          "Of a WhatsApp number: the approved utility template in which its customers are told of their orders outside the 24 hours. "
          "Its body has one variable, {{1}}, which the news takes. Null: none.");
}

schema state_word() { return schema::word({"active", "reconnect_needed", "disconnected"}); }

schema connection_shape() {
  const auto maybe_at = schema::timestamp().or_null();
  return schema::object(
             {{"id", schema::uuid()},
              {"channel", channel_word()},
              {"login", login_word()},
              {"external_id", meta_id_text().described("The page's, account's or number's id at Meta.")},
              {"name", schema::text({0, 200}).example("Ngozi Prints")},
              {"state", state_word()},
              {"token_hint",
               schema::text({0, 4}).example("Xy4Z").or_null().described("The token's last four characters.")},
              {"token_expires_at", maybe_at},
              {"connected_at", maybe_at},
              {"connected_by", schema::uuid().or_null().described("Null: set up by the operator.")},
              {"disconnected_at", maybe_at},
              {"last_event_at", schema::timestamp().or_null().described(
                                    "Of its newest message, when it is among the newest 2,000 chats.")},
              {"last_error", schema::text({0, 200}).example("Meta did not answer in time.").or_null()},
              {"last_error_at", maybe_at},
              {"subscribed",
               schema::boolean().or_null().described(
                   "Whether Meta sends us its messages, as of the last check; null: not known.")},
              {"checked_at", maybe_at},
              {"notice_template", template_shape()},
              {"version", schema::integer(1).described("Of the template.")}})
      .named("Connection");
}

json time_of(const std::optional<instant>& at) { return time_or_null(at.value_or(instant{})); }
json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

std::string_view state_of(const stored_connection& one, instant now) {
  if (one.is_disconnected()) return "disconnected";
  const bool has_ended = one.token_expires_at && *one.token_expires_at <= now;
  return one.broken_at || has_ended ? "reconnect_needed" : "active";
}

json shown(const stored_connection& one, instant now) {
  return {{"id", to_string(one.id)},
          {"channel", to_string(one.channel)},
          {"login", one.login},
          {"external_id", one.external_id},
          {"name", one.name},
          {"state", state_of(one, now)},
          {"token_hint", text_or_null(one.token_hint)},
          {"token_expires_at", time_of(one.token_expires_at)},
          {"connected_at", api::timestamp(to_unix_ms(one.connected_at.value_or(one.created_at)))},
          {"connected_by", one.connected_by ? json(to_string(*one.connected_by)) : json(nullptr)},
          {"disconnected_at", time_of(one.disconnected_at)},
          {"last_event_at", time_of(one.last_event_at)},
          {"last_error", text_or_null(one.last_error)},
          {"last_error_at", time_of(one.last_error_at)},
          {"subscribed", one.is_subscribed ? json(*one.is_subscribed) : json(nullptr)},
          {"checked_at", time_of(one.checked_at)},
          {"notice_template", one.notices.empty() ? json(nullptr)
                                                  : json::object({{"name", one.notices.name},
                                                                  {"language", one.notices.language}})},
          {"version", one.version}};
}

/// Of an operator's Instagram account the token knows the page; of a WhatsApp number we cannot know its account.
connect::subscription subscription_of(const stored_connection& one) {
  connect::subscription of{one.channel, one.login, one.heard_by()};
  if (of.id.empty() && one.channel != channel_kind::whatsapp) of.id = "me";
  return of;
}

api_outcome give(workplace& place, const api_call& call, const connection_id& id) {
  return answer_with(storage::find_connection(place.store, call.by.business, id),
                     [&](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       return with_version({200, shown(*found, call.now)}, found->version);
                     });
}

/// What a person sees of its health.
bool looks_the_same(const stored_connection& one, const stored_connection& other, instant now) {
  return state_of(one, now) == state_of(other, now) && one.is_subscribed == other.is_subscribed &&
         one.last_error == other.last_error;
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_connections(
            place.store, call.by.business,
            {call.query_value("channel").value_or(""), call.query_value("state").value_or(""), call.now},
            oldest_first(call, wish));
      },
      [&](const auto& row) { return shown(row, call.now); });
}

api_outcome read(workplace& place, api_call& call) {
  return give(place, call, call.id<connection_id>("connection_id"));
}

api_outcome change(workplace& place, api_call& call) {
  const auto id = call.id<connection_id>("connection_id");
  const auto& said = call.body["notice_template"];
  channel::approved_template wanted;
  if (!said.is_null()) {
    wanted = {said["name"].get<std::string>(), said["language"].get<std::string>()};
    if (!channel::is_template(wanted))
      return wrong_field("/notice_template",
                         "must be the name and language of a template as Meta shows them");
  }
  const auto found = storage::find_connection(place.store, call.by.business, id);
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  if (found.value()->channel != channel_kind::whatsapp)
    return wrong_field("/notice_template", "is for WhatsApp numbers: other channels have no such templates");
  const auto done = storage::change_notice_template(place.store, call.by.business, origin_of(call), id,
                                                    wanted, call.expected_version);
  if (!done) return api::problem_of(done.error());
  if (done.value() != storage::edit_outcome::done) return refused(done.value());
  return give(place, call, id);
}

/// How it is at Meta; what cannot be asked is no check.
std::variant<connection_health, problem> ask_meta(workplace& place, const api_call& call,
                                                  const stored_connection& one) {
  const auto app = registration_of(*place.with.settings);
  const bool is_instagram = one.login == "instagram";
  if (!is_instagram && (app.app_id.empty() || app.app_secret.empty()))
    return problem{problems::connect_unavailable,
                   "The operator of this server has to set meta.app_id first."};
  const auto token = place.with.secrets->decrypt(one.sealed_token);
  if (!token)
    return connection_health{.is_broken = true,
                             .token_expires_at = one.token_expires_at,
                             .error = "The stored token cannot be read."};
  outside_line line{place.with.outside, check_deadline};
  platform meta{app, line};
  return check_connection(meta, {subscription_of(one), token.value().plaintext, one.token_expires_at,
                                 one.connected_at, call.now});
}

api_outcome check(workplace& place, api_call& call) {
  const auto id = call.id<connection_id>("connection_id");
  const auto found = storage::find_connection(place.store, call.by.business, id);
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  const auto& one = *found.value();
  if (one.is_disconnected()) return problem{problems::not_connected, "Connect it again first."};
  auto asked = ask_meta(place, call, one);
  if (auto* why = std::get_if<problem>(&asked)) return *why;
  const auto& health = std::get<connection_health>(asked);
  storage::connection_check kept{id,
                                 one.sealed_token,
                                 // Who was not answered knows nothing new.
                                 health.failed ? one.broken_at.has_value() : health.is_broken,
                                 health.is_subscribed,
                                 health.token_expires_at,
                                 health.error,
                                 {},
                                 {}};
  if (!health.new_token.empty()) {
    kept.new_token = place.with.secrets->encrypt(health.new_token, make_iv(place.with), call.now);
    kept.new_hint = connect::secret_hint(health.new_token);
  }
  const auto now = storage::record_check(place.store, call.by.business, origin_of(call), kept);
  if (!now) {
    tell_changed(place, call, id);  // it may be committed: whoever watches looks for themselves
    return api::problem_of(now.error());
  }
  if (!now.value()) return problem{problems::not_found};
  if (!looks_the_same(one, *now.value(), call.now)) tell_changed(place, call, id);
  if (health.failed) return *health.failed;
  return api_answer{200, shown(*now.value(), call.now)};
}

/// Meta is told after the fact: what it sends meanwhile is put aside. A subscription too many costs nothing.
void say_farewell(workplace& place, const api_call& call, const stored_connection& gone) {
  const auto subscription = subscription_of(gone);
  if (subscription.id.empty()) return;
  const auto failed = [&](std::string_view why) {
    place.with.log->info("unsubscribe_failed", context_of(call),
                         {{"connection_id", gone.id}, {"why", monitoring::code{why}}});
  };
  const auto is_shared = storage::shares_subscription(place.store, call.by.business, gone);
  if (!is_shared) return failed("store");
  if (is_shared.value()) return;
  const auto token = place.with.secrets->decrypt(gone.sealed_token);
  if (!token) return failed("token");
  outside_line line{place.with.outside, farewell_deadline};
  platform meta{registration_of(*place.with.settings), line};
  if (!meta.unsubscribe(subscription, token.value().plaintext)) failed("meta");
}

api_outcome disconnect(workplace& place, api_call& call) {
  const auto id = call.id<connection_id>("connection_id");
  const auto done = storage::disconnect(place.store, call.by.business, origin_of(call), id);
  if (!done) {
    tell_changed(place, call, id);
    return api::problem_of(done.error());
  }
  if (done.value().outcome != storage::edit_outcome::done) return refused(done.value().outcome);
  if (!done.value().was.is_disconnected()) {
    tell_changed(place, call, id);
    say_farewell(place, call, done.value().was);
  }
  return give(place, call, id);
}

}  // namespace

void tell_changed(const workplace& place, const api_call& call, const connection_id& id) {
  if (place.with.live->is_followed(call.by.business))
    place.with.live->tell(call.by.business, {actors::connection_altered{id}});
}

void tell_lost(const workplace& place, const api_call& call) {
  if (place.with.live->is_followed(call.by.business))
    place.with.live->tell(call.by.business, {actors::facts_lost{}});
}

std::vector<api_endpoint> connection_endpoints() {
  using api::access;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/connections";
  const std::string one = all + "/{connection_id}";
  const access reading{audience::member, permission::read};
  const access connecting{audience::member, permission::connect};
  return {
      {{.id = "list_connections",
        .method = verb::get,
        .path = all,
        .tag = "Connections",
        .summary = "The channel accounts, also those that were disconnected.",
        .allowed = reading,
        .query = paged({{"channel", channel_word(), "Only those of this channel."},
                        {"state", state_word(), "Only those in this state."},
                        sort_by_time("oldest")}),
        .answers = {{200, "A page.", page_shape(connection_shape(), "ConnectionPage")}}},
       list},
      {{.id = "read_connection",
        .method = verb::get,
        .path = one,
        .tag = "Connections",
        .summary = "One channel account and how it is.",
        .allowed = reading,
        .answers = {api::with_etag({200, "The connection.", connection_shape()})}},
       read},
      {{.id = "change_connection",
        .method = verb::patch,
        .path = one,
        .tag = "Connections",
        .summary =
            "Says in which approved template customers are told of their orders outside the send window.",
        .allowed = connecting,
        .body = schema::object({{"notice_template", template_shape()}}),
        .answers = {api::with_etag({200, "The connection.", connection_shape()})},
        .needs = api::precondition::if_match},
       change},
      {{.id = "check_connection",
        .method = verb::post,
        .path = one + "/check",
        .tag = "Connections",
        .summary =
            "Asks Meta whether the token lives and whether messages are sent to us; subscribes again if not.",
        .allowed = connecting,
        .answers = {{200, "How it is.", connection_shape()}},
        .problems = {409, 502, 504}},
       check,
       api_pool::outbound},
      {{.id = "disconnect_connection",
        .method = verb::post,
        .path = one + "/disconnect",
        .tag = "Connections",
        .summary = "Forgets the token and frees the account for another business; its chats stay.",
        .allowed = connecting,
        .answers = {api::with_etag({200, "It is disconnected.", connection_shape()})}},
       disconnect,
       api_pool::outbound},
  };
}

}  // namespace sellavie::net
