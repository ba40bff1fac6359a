#include "net/api/resources/webhook_endpoints.hpp"

#include <algorithm>

#include "net/api/edits.hpp"
#include "net/api/paging.hpp"
#include "net/api/proofs.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "net/api/tokens.hpp"
#include "net/egress/egress_rules.hpp"
#include "protocol/connect/secret_hint.hpp"
#include "protocol/outgoing/signature.hpp"
#include "storage/api/webhook_endpoints.hpp"

namespace sellavie::net {
namespace webhook_endpoints_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::stored_webhook_endpoint;
using storage::webhook_endpoint_id;

/// How long a secret signs beside the one that replaced it.
constexpr std::chrono::hours secret_overlap{24};

// --- shapes --------------------------------------------------------------------------------------

schema url_text() {
  return schema::text({1, longest_egress_url, api::text_format::token})
      .example("https://shop.example/hooks/sellavie")
      .described("https, on port 443 or 8443 of a public host. Redirects are not followed.");
}
schema description_text() { return schema::text({0, 200}).example("Our stock system"); }

schema event_words() {
  std::vector<std::string> words;
  for (const auto one : outgoing::all_event_types) words.emplace_back(outgoing::to_string(one));
  const auto most = words.size();
  return schema::list(schema::word(std::move(words)), most, 1).described("What it is told of.");
}

std::vector<api::field> endpoint_fields() {
  const auto maybe_at = schema::timestamp().or_null();
  return {
      {"id", schema::uuid()},
      {"url", url_text()},
      {"description", description_text()},
      {"events", event_words()},
      {"active", schema::boolean()},
      {"off_reason",
       schema::word({"person", "failing", "gone"})
           .or_null()
           .described("Who turned it off: a person, three days without a success, or its own 410.")},
      {"secret_hint", schema::text({4, 4}).example("xE8=").described("The secret's last four characters.")},
      {"previous_secret_until", maybe_at},
      {"failing_since", maybe_at},
      {"last_success_at", maybe_at},
      {"created_at", schema::timestamp()},
      {"created_by", schema::uuid()},
      {"version", schema::integer(1)}};
}

schema endpoint_shape() { return schema::object(endpoint_fields()).named("WebhookEndpoint"); }

schema new_secret_shape() {
  auto fields = endpoint_fields();
  fields.push_back(
      {"secret", schema::text({50, 50})
                     .example("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
                     .described("With which we sign (standardwebhooks.com). It is not shown again.")});
  return schema::object(std::move(fields)).named("WebhookEndpointWithSecret");
}

schema state_word() { return schema::word({"waiting", "delivered", "dead"}); }

schema delivery_shape() {
  const auto maybe_at = schema::timestamp().or_null();
  return schema::object(
             {{"event_id", schema::uuid()},
              {"type", schema::text({1, 40}).example("order.paid")},
              {"occurred_at", schema::timestamp()},
              {"state", state_word()},
              {"attempts", schema::integer(0).described("Since it was to be sent first, or was replayed.")},
              {"replays", schema::integer(0)},
              {"last_status", schema::integer(100, 999).or_null()},
              {"last_problem", schema::word({"refused", "unreachable", "timed_out", "lost", "turned_off"})
                                   .or_null()
                                   .described("Why there was no answer.")},
              {"last_attempt_at", maybe_at},
              {"next_attempt_at", maybe_at}})
      .named("WebhookDelivery");
}

json time_of(const std::optional<instant>& at) { return time_or_null(at.value_or(instant{})); }
json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json shown(const stored_webhook_endpoint& one, instant now) {
  return {{"id", to_string(one.id)},
          {"url", one.url},
          {"description", one.description},
          {"events", one.events},
          {"active", one.active},
          {"off_reason", text_or_null(one.off_reason)},
          {"secret_hint", one.secret_hint},
          {"previous_secret_until", time_or_null(one.previous_until > now ? one.previous_until : instant{})},
          {"failing_since", time_of(one.failing_since)},
          {"last_success_at", time_of(one.last_success_at)},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))},
          {"created_by", to_string(one.created_by)},
          {"version", one.version}};
}

json shown(const storage::webhook_delivery& one) {
  return {{"event_id", to_string(one.event)},
          {"type", one.type},
          {"occurred_at", api::timestamp(to_unix_ms(one.occurred_at))},
          {"state", one.state},
          {"attempts", one.attempts},
          {"replays", one.replays},
          {"last_status", one.last_status == 0 ? json(nullptr) : json(one.last_status)},
          {"last_problem", text_or_null(one.last_problem)},
          {"last_attempt_at", time_of(one.last_attempt_at)},
          {"next_attempt_at", time_of(one.next_attempt_at)}};
}

// --- wishes --------------------------------------------------------------------------------------

struct fresh_secret {
  std::string text;
  storage::webhook_secret stored;
};

fresh_secret make_secret(workplace& place, const api_call& call) {
  std::array<std::uint8_t, 32> random{};
  place.with.random(random);
  fresh_secret made{outgoing::make_secret(random), {}};
  made.stored = {place.with.secrets->encrypt(made.text, make_iv(place.with), call.now),
                 connect::secret_hint(made.text)};
  return made;
}

/// In the order of the document, each once.
std::vector<std::string> events_in(const json& given) {
  std::vector<std::string> events;
  for (const auto one : outgoing::all_event_types)
    if (std::find(given.begin(), given.end(), outgoing::to_string(one)) != given.end())
      events.emplace_back(outgoing::to_string(one));
  return events;
}

std::variant<storage::webhook_endpoint_wish, problem> wish_of(workplace& place, const api_call& call,
                                                              const webhook_endpoint_id& id) {
  storage::webhook_endpoint_wish wish{.id = id};
  const auto& body = call.body;
  if (body.contains("url")) {
    wish.url = body["url"].get<std::string>();
    const egress_rules rules{place.with.settings->egress};
    if (const auto usable = rules.check_url(*wish.url); !usable)
      return wrong_field("/url", usable.error().detail);
  }
  if (body.contains("description")) wish.description = body["description"].get<std::string>();
  if (body.contains("events")) wish.events = events_in(body["events"]);
  if (body.contains("active")) wish.active = body["active"].get<bool>();
  return wish;
}

webhook_endpoint_id id_in(const api_call& call) {
  return call.id<webhook_endpoint_id>("webhook_endpoint_id");
}

api_outcome changed(const result<storage::edited<stored_webhook_endpoint>>& done, const api_call& call,
                    const std::string& secret = {}) {
  if (!done) return api::problem_of(done.error());
  if (done.value().outcome != storage::edit_outcome::done) return refused(done.value().outcome);
  const auto& row = done.value().row;
  auto body = shown(row, call.now);
  if (!secret.empty()) body["secret"] = secret;
  return with_version({200, std::move(body)}, row.version);
}

api_outcome sent(const result<storage::wished_delivery>& wished) {
  if (!wished) return api::problem_of(wished.error());
  switch (wished.value().outcome) {
    case storage::delivery_wish::not_found: return problem{problems::not_found};
    case storage::delivery_wish::turned_off:
      return problem{problems::conflict, "This endpoint is turned off: turn it on first."};
    case storage::delivery_wish::done: break;
  }
  return api_answer{202, shown(wished.value().delivery)};
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_webhook_endpoints(place.store, call.by.business, wish.after, wish.limit);
      },
      [&](const auto& row) { return shown(row, call.now); });
}

api_outcome add(workplace& place, api_call& call) {
  auto wish = wish_of(place, call, place.with.ids->next_as<webhook_endpoint_id>());
  if (auto* wrong = std::get_if<problem>(&wish)) return std::move(*wrong);
  const auto secret = make_secret(place, call);
  auto answered =
      changed(storage::add_webhook_endpoint(place.store, call.by.business, origin_of(call),
                                            std::get<storage::webhook_endpoint_wish>(wish), secret.stored),
              call, secret.text);
  if (auto* answer = std::get_if<api_answer>(&answered)) answer->status = 201;
  return answered;
}

api_outcome read(workplace& place, api_call& call) {
  return answer_with(storage::find_webhook_endpoint(place.store, call.by.business, id_in(call)),
                     [&](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       return with_version({200, shown(*found, call.now)}, found->version);
                     });
}

api_outcome change(workplace& place, api_call& call) {
  auto wish = wish_of(place, call, id_in(call));
  if (auto* wrong = std::get_if<problem>(&wish)) return std::move(*wrong);
  return changed(
      storage::change_webhook_endpoint(place.store, call.by.business, origin_of(call),
                                       std::get<storage::webhook_endpoint_wish>(wish), call.expected_version),
      call);
}

api_outcome rotate(workplace& place, api_call& call) {
  const auto secret = make_secret(place, call);
  return changed(
      storage::rotate_webhook_secret(place.store, call.by.business, origin_of(call), id_in(call),
                                     secret.stored, call.now + secret_overlap, call.expected_version),
      call, secret.text);
}

api_outcome remove(workplace& place, api_call& call) {
  const auto done = storage::remove_webhook_endpoint(place.store, call.by.business, origin_of(call),
                                                     id_in(call), call.expected_version);
  if (!done) return api::problem_of(done.error());
  if (done.value() != storage::edit_outcome::done) return refused(done.value());
  return api_answer{204, nullptr};
}

api_outcome ping(workplace& place, api_call& call) {
  return sent(storage::ping_webhook_endpoint(place.store, call.by.business, origin_of(call), id_in(call),
                                             place.with.ids->next(),
                                             place.with.ids->next_as<storage::job_id>()));
}

api_outcome list_deliveries(workplace& place, api_call& call) {
  const auto endpoint = storage::find_webhook_endpoint(place.store, call.by.business, id_in(call));
  if (!endpoint) return api::problem_of(endpoint.error());
  if (!endpoint.value()) return problem{problems::not_found};
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_webhook_deliveries(place.store, call.by.business, id_in(call),
                                                call.query_value("state"), wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); },
      [](const auto& row) {
        return api::page_position{0, row.event.value};
      });
}

api_outcome replay(workplace& place, api_call& call) {
  const storage::webhook_delivery_key key{id_in(call), call.id<outgoing::event_id>("event_id")};
  return sent(storage::replay_webhook_delivery(place.store, call.by.business, origin_of(call), key,
                                               place.with.ids->next_as<storage::job_id>()));
}

}  // namespace
}  // namespace webhook_endpoints_resource

std::vector<api_endpoint> webhook_endpoint_endpoints() {
  using namespace webhook_endpoints_resource;
  using api::audience;
  using api::permission;
  using api::presence;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/webhook-endpoints";
  const std::string one = all + "/{webhook_endpoint_id}";
  const api::access connecting{audience::member, permission::connect};
  const auto the_endpoint = api::with_etag({200, "The endpoint.", endpoint_shape()});
  return {
      {{.id = "list_webhook_endpoints",
        .method = verb::get,
        .path = all,
        .tag = "Outgoing webhooks",
        .summary = "Where other programs of the business are told what happens, without the secrets.",
        .allowed = connecting,
        .query = paged(),
        .answers = {{200, "A page.", page_shape(endpoint_shape(), "WebhookEndpointPage")}}},
       list},
      {{.id = "add_webhook_endpoint",
        .method = verb::post,
        .path = all,
        .tag = "Outgoing webhooks",
        .summary =
            "Tells one more program, " + at_most(storage::most_webhook_endpoints) +
            ". What is committed from then on is sent, each event until it is taken (2xx) or a day has passed.",
        .allowed = connecting,
        .body = schema::object({{"url", url_text()},
                                {"events", event_words()},
                                {"description", description_text(), presence::optional}}),
        .answers = {api::with_etag({201, "The endpoint and its secret.", new_secret_shape()})},
        .problems = {409}},
       add},
      {{.id = "read_webhook_endpoint",
        .method = verb::get,
        .path = one,
        .tag = "Outgoing webhooks",
        .summary = "One endpoint, without its secret.",
        .allowed = connecting,
        .answers = {the_endpoint}},
       read},
      {{.id = "change_webhook_endpoint",
        .method = verb::patch,
        .path = one,
        .tag = "Outgoing webhooks",
        .summary = "Changes what is given; one that was turned off begins anew when it is turned on.",
        .allowed = connecting,
        .body = schema::object({{"url", url_text(), presence::optional},
                                {"events", event_words(), presence::optional},
                                {"description", description_text(), presence::optional},
                                {"active", schema::boolean(), presence::optional}}),
        .answers = {the_endpoint},
        .needs = api::precondition::if_match},
       change},
      {{.id = "rotate_webhook_secret",
        .method = verb::post,
        .path = one + "/rotate-secret",
        .tag = "Outgoing webhooks",
        .summary = "Makes a new secret; the one before signs beside it for a day.",
        .allowed = connecting,
        .answers = {api::with_etag({200, "The endpoint and its new secret.", new_secret_shape()})},
        .needs = api::precondition::if_match},
       rotate},
      {{.id = "remove_webhook_endpoint",
        .method = verb::del,
        .path = one,
        .tag = "Outgoing webhooks",
        .summary = "Nothing is sent there any more, not even what waits.",
        .allowed = connecting,
        .answers = {{204, "It is gone.", std::nullopt}},
        .needs = api::precondition::if_match},
       remove},
      {{.id = "ping_webhook_endpoint",
        .method = verb::post,
        .path = one + "/ping",
        .tag = "Outgoing webhooks",
        .summary = "Sends an event of the type `ping`, to try it.",
        .allowed = connecting,
        .answers = {{202, "It is on its way.", delivery_shape()}},
        .problems = {409}},
       ping},
      {{.id = "list_webhook_deliveries",
        .method = verb::get,
        .path = one + "/deliveries",
        .tag = "Outgoing webhooks",
        .summary = "What was sent there in the last 30 days, and what became of it; newest first.",
        .allowed = connecting,
        .query = paged({{"state", state_word(), "Only those in this state."}}),
        .answers = {{200, "A page.", page_shape(delivery_shape(), "WebhookDeliveryPage")}}},
       list_deliveries},
      {{.id = "replay_webhook_delivery",
        .method = verb::post,
        .path = one + "/deliveries/{event_id}/replay",
        .tag = "Outgoing webhooks",
        .summary = "Sends it once more under its old id, signed anew, whether or not it was taken.",
        .allowed = connecting,
        .answers = {{202, "It is on its way.", delivery_shape()}},
        .problems = {409}},
       replay},
  };
}

}  // namespace sellavie::net
