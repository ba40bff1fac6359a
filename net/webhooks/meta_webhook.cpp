#include "net/webhooks/meta_webhook.hpp"

#include <chrono>
#include <optional>

#include "net/http/responder.hpp"
#include "net/http/response.hpp"
#include "protocol/channel/signature.hpp"

namespace sellavie::net {
namespace {

/// It repeats what is answered 503, and what was stored meanwhile is found to be there
/// (docs/adr/0035-bounded-waits.md).
constexpr std::chrono::milliseconds patience_of_meta{5'000};

using meta_dependencies_ptr = std::shared_ptr<const meta_webhook_dependencies>;
using monitoring::quarantine_reason;
using monitoring::webhook_oddity;
using monitoring::webhook_rejection;

void log_refusal(const meta_webhook_dependencies& with, const std::string& request_id,
                 std::string_view reason, int status) {
  const auto left_out = with.lines->take(with.time->now());
  if (!left_out) return;
  with.log->warning(
      "webhook_refused", {.request_id = monitoring::code{request_id}},
      {{"reason", monitoring::code{reason}}, {"status", status}, {"left_out_before", *left_out}});
}

/// Counted, logged; the answer is the caller's to give.
[[nodiscard]] response refusal(const meta_webhook_dependencies& with, const std::string& request_id,
                               webhook_rejection reason, int status) {
  with.metrics->rejected_webhooks(reason).increment();
  log_refusal(with, request_id, monitoring::webhook_rejections[static_cast<std::size_t>(reason)], status);
  return problem_response(status, request_id);
}

/// For who has shown a wrong signature or token; nothing for the first of each minute. What is signed takes nothing from
/// this bucket.
std::optional<response> told_to_wait(const meta_webhook_dependencies& with, const request& asked) {
  const auto sender = with.proxies.client_of(asked.peer_address, asked.joined_header("X-Forwarded-For"));
  const int wait = with.forgeries->take(client_key(sender), std::chrono::steady_clock::now());
  if (wait == 0) return std::nullopt;
  auto told = problem_response(429, asked.request_id);
  told.headers.emplace_back("Retry-After", std::to_string(wait));
  return told;
}

response refuse_forgery(const meta_webhook_dependencies& with, const request& asked) {
  auto told = told_to_wait(with, asked);
  if (!told) return refusal(with, asked.request_id, webhook_rejection::bad_signature, 403);
  with.metrics->rejected_webhooks(webhook_rejection::bad_signature).increment();
  return *std::move(told);
}

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
  if (answer.status == 403)
    if (auto told = told_to_wait(with, asked)) return to.answer(*std::move(told));
  log_refusal(with, asked.request_id, "handshake", answer.status);
  to.answer(problem_response(answer.status, asked.request_id));
}

bool is_signed(const meta_webhook_dependencies& with, const request& asked) {
  const auto value = asked.header("X-Hub-Signature-256");
  // A doubled header is refused, whichever of the two fits.
  if (!value || asked.header_count("X-Hub-Signature-256") != 1) return false;
  const std::array<std::string_view, 1> values{*value};
  return channel::verify_meta_signature(asked.body, values, with.app_secrets).has_value();
}

/// Those that no connection claims are strays.
void route_events(const meta_webhook_dependencies& with, std::vector<channel::channel_event> events,
                  actors::accepted_request& into) {
  const auto table = with.directory->current();
  into.events.reserve(events.size());
  for (channel::channel_event& event : events) {
    const auto outcome = table->route(event);
    if (const auto* to = std::get_if<channel::routed>(&outcome)) {
      event.channel = to->ref.channel;
      into.events.push_back({to->ref.business, to->ref.connection, std::move(event)});
      continue;
    }
    const bool conflict = std::holds_alternative<channel::route_conflict>(outcome);
    into.strays.push_back(
        {conflict ? quarantine_reason::conflicting_account : quarantine_reason::unknown_account,
         std::move(event)});
  }
}

void tell_oddities(const meta_webhook_dependencies& with, const std::string& request_id,
                   const channel::webhook_diagnostics& found) {
  const bool is_odd = found.test_shape || found.unknown_object || found.malformed_items > 0 || found.repaired;
  if (!is_odd) return;
  const auto count = [&](webhook_oddity what, std::size_t times) {
    if (times > 0) with.metrics->odd_webhooks(what).increment(static_cast<double>(times));
  };
  count(webhook_oddity::test_button, found.test_shape ? 1 : 0);
  count(webhook_oddity::unknown_object, found.unknown_object ? 1 : 0);
  count(webhook_oddity::malformed_item, found.malformed_items);
  count(webhook_oddity::repaired, found.repaired ? 1 : 0);
  const auto left_out = with.lines->take(with.time->now());
  if (!left_out) return;
  with.log->warning("webhook_odd", {.request_id = monitoring::code{request_id}},
                    {{"test_button", found.test_shape},
                     {"unknown_object", found.unknown_object},
                     {"malformed_items", found.malformed_items},
                     {"repaired", found.repaired},
                     {"left_out_before", *left_out}});
}

std::shared_ptr<actors::accepted_request> sort(const meta_webhook_dependencies& with,
                                               channel::parsed_webhook parsed) {
  auto accepted = std::make_shared<actors::accepted_request>();
  route_events(with, std::move(parsed.events), *accepted);
  const auto reason = parsed.diagnostics.unknown_object ? quarantine_reason::unknown_object
                                                        : quarantine_reason::malformed_item;
  for (channel::channel_event& item : parsed.set_aside) accepted->strays.push_back({reason, std::move(item)});
  return accepted;
}

void receive(const meta_dependencies_ptr& with, const request& asked, responder to) {
  const auto refuse = [&](webhook_rejection reason, int status) {
    to.answer(refusal(*with, asked.request_id, reason, status));
  };
  if (!is_signed(*with, asked)) return to.answer(refuse_forgery(*with, asked));
  thread_local channel::webhook_parser parser;
  auto parsed = channel::parse_webhook(asked.body, with->limits, with->time->now(), parser);
  const channel::webhook_diagnostics& found = parsed.diagnostics;
  if (found.malformed || found.too_deep) return refuse(webhook_rejection::malformed, 400);
  if (found.too_many > 0 || found.too_large) return refuse(webhook_rejection::too_large, 413);
  tell_oddities(*with, asked.request_id, found);
  auto accepted = sort(*with, std::move(parsed));
  accepted->answered = [with, id = asked.request_id,
                        held = std::make_shared<responder>(std::move(to))](bool stored) {
    if (stored) return held->answer(text_response(200, "EVENT_RECEIVED"));
    auto away = refusal(*with, id, webhook_rejection::unavailable, 503);
    away.headers.emplace_back("Retry-After", "5");
    held->answer(std::move(away));
  };
  caf::anon_send(with->writer, actors::accept_request{std::move(accepted)});
}

}  // namespace

void add_meta_webhook(router& routes, meta_webhook_dependencies dependencies) {
  const route_options options{.body_bytes = dependencies.limits.body_bytes,
                              .answer_deadline = patience_of_meta,
                              .late_status = 503,
                              .is_webhook = true};
  const auto with = std::make_shared<const meta_webhook_dependencies>(std::move(dependencies));
  routes.add(http_method::get, "/webhooks/meta",
             [with](request& asked, responder to) { shake_hands(*with, asked, std::move(to)); },
             {.is_webhook = true});
  routes.add(
      http_method::post, "/webhooks/meta",
      [with](request& asked, responder to) { receive(with, asked, std::move(to)); }, options);
}

}  // namespace sellavie::net
