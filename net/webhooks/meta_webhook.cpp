#include "net/webhooks/meta_webhook.hpp"

#include "net/http/responder.hpp"
#include "net/http/response.hpp"
#include "protocol/channel/signature.hpp"

namespace sellavie::net {
namespace {

using dependencies_ptr = std::shared_ptr<const meta_webhook_dependencies>;
using monitoring::webhook_rejection;

void shake_hands(const meta_webhook_dependencies& with, const request& asked, responder to) {
  std::vector<std::string> values;
  std::vector<channel::query_parameter> parameters;
  constexpr std::array<std::string_view, 6> names{"hub.mode", "hub.challenge", "hub.verify_token",
                                                  "hub_mode", "hub_challenge", "hub_verify_token"};
  values.reserve(names.size());
  for (const std::string_view name : names)
    if (auto value = asked.query_value(name)) {
      values.push_back(std::move(*value));
      parameters.push_back({name, values.back()});
    }
  auto answer = channel::answer_handshake(parameters, with.verify_tokens);
  if (answer.status == 200) return to.answer(text_response(200, std::move(answer.body)));
  to.answer(problem_response(answer.status, asked.request_id));
}

bool is_signed(const meta_webhook_dependencies& with, const request& asked) {
  const auto value = asked.header("X-Hub-Signature-256");
  // A doubled header is refused, whichever of the two fits.
  if (!value || asked.header_count("X-Hub-Signature-256") != 1) return false;
  const std::array<std::string_view, 1> values{*value};
  return channel::verify_meta_signature(asked.body, values, with.app_secrets).has_value();
}

std::shared_ptr<actors::accepted_request> route_events(const meta_webhook_dependencies& with,
                                                       std::vector<channel::channel_event> events) {
  const auto table = with.directory->current();
  auto accepted = std::make_shared<actors::accepted_request>();
  accepted->events.reserve(events.size());
  for (channel::channel_event& event : events) {
    const auto outcome = table->route(event);
    if (const auto* to = std::get_if<channel::routed>(&outcome)) {
      event.channel = to->ref.channel;
      accepted->events.push_back({to->ref.business, to->ref.connection, std::move(event)});
      continue;
    }
    const bool conflict = std::holds_alternative<channel::route_conflict>(outcome);
    with.metrics
        ->quarantined(conflict ? monitoring::quarantine_reason::conflicting_account
                               : monitoring::quarantine_reason::unknown_account)
        .increment();
    accepted->strays.push_back({conflict ? "conflict" : "stranger", std::move(event)});
  }
  return accepted;
}

void receive(const dependencies_ptr& with, const request& asked, responder to) {
  if (!is_signed(*with, asked)) {
    with->metrics->rejected_webhooks(webhook_rejection::bad_signature).increment();
    return to.answer(problem_response(403, asked.request_id));
  }
  thread_local channel::webhook_parser parser;
  auto parsed = channel::parse_webhook(asked.body, with->limits, with->time->now(), parser);
  if (parsed.diagnostics.malformed || parsed.diagnostics.too_deep) {
    with->metrics->rejected_webhooks(webhook_rejection::malformed).increment();
    return to.answer(problem_response(400, asked.request_id));
  }
  if (parsed.diagnostics.too_many > 0) {
    with->metrics->rejected_webhooks(webhook_rejection::too_large).increment();
    return to.answer(problem_response(413, asked.request_id));
  }
  auto accepted = route_events(*with, std::move(parsed.events));
  accepted->answered = [with, id = asked.request_id,
                        held = std::make_shared<responder>(std::move(to))](bool stored) {
    if (stored) return held->answer(text_response(200, "EVENT_RECEIVED"));
    with->metrics->rejected_webhooks(webhook_rejection::unavailable).increment();
    auto away = problem_response(503, id);
    away.headers.emplace_back("Retry-After", "5");
    held->answer(std::move(away));
  };
  caf::anon_send(with->writer, actors::accept_request{std::move(accepted)});
}

}  // namespace

void add_meta_webhook(router& routes, meta_webhook_dependencies dependencies) {
  const route_options options{dependencies.limits.body_bytes};
  const auto with = std::make_shared<const meta_webhook_dependencies>(std::move(dependencies));
  routes.add(http_method::get, "/webhooks/meta",
             [with](request& asked, responder to) { shake_hands(*with, asked, std::move(to)); });
  routes.add(
      http_method::post, "/webhooks/meta",
      [with](request& asked, responder to) { receive(with, asked, std::move(to)); }, options);
}

}  // namespace sellavie::net
