#include "net/webhooks/payment_webhook.hpp"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "net/http/responder.hpp"
#include "net/http/response.hpp"
#include "protocol/payment/event_hint.hpp"
#include "protocol/payment/event_signature.hpp"
#include "protocol/payment/webhook_path.hpp"

namespace sellavie::net {
namespace {

/// Below every provider's own patience that is known: 30 s of Paystack, 60 s of Flutterwave.
constexpr std::chrono::milliseconds event_patience{5'000};

using payment_dependencies_ptr = std::shared_ptr<const payment_webhook_dependencies>;
using monitoring::payment_event_result;
using monitoring::webhook_rejection;
using payment::provider;

constexpr std::array providers{provider::paystack, provider::flutterwave, provider::stripe};

void count(const payment_webhook_dependencies& with, provider from, payment_event_result result) {
  with.metrics->payment_events(static_cast<std::size_t>(from), result).increment();
}

/// Of an event, for its log line and its answer.
struct delivery {
  provider from = provider::paystack;
  /// As it stands in the address.
  std::string connection;
  std::string request_id;
};

void log_line(const payment_webhook_dependencies& with, monitoring::name_literal event, const delivery& about,
              std::string_view reason, int status) {
  const auto left_out = with.lines->take(with.time->now());
  if (!left_out) return;
  with.log->warning(event, {.request_id = monitoring::code{about.request_id}},
                    {{"provider", monitoring::code{to_string(about.from)}},
                     {"connection", monitoring::code{about.connection}},
                     {"reason", monitoring::code{reason}},
                     {"status", status},
                     {"left_out_before", *left_out}});
}

// ---- who calls ------------------------------------------------------------------------------------

std::vector<std::string_view> values_of(const request& asked, std::string_view name) {
  // Of a doubled header only that it is doubled matters: it is refused, whichever of the two fits.
  return std::vector<std::string_view>(asked.header_count(name), asked.header(name).value_or(""));
}

result<std::size_t> verify(provider from, const request& asked, payment::event_secrets secrets, instant now) {
  switch (from) {
    case provider::paystack:
      return payment::verify_paystack_event(asked.body, values_of(asked, "x-paystack-signature"), secrets);
    case provider::flutterwave:
      return payment::verify_flutterwave_event(asked.body, values_of(asked, "flutterwave-signature"),
                                               values_of(asked, "verif-hash"), secrets);
    case provider::stripe:
      return payment::verify_stripe_event(asked.body, values_of(asked, "Stripe-Signature"), secrets, now);
  }
  return make_failure(errc::bad_signature, "provider");
}

/// Null: refused (R1). `why` is for the log.
const payment_endpoint* recognise(const payment_webhook_dependencies& with, const payment_table& table,
                                  provider from, const request& asked, std::string_view& why) {
  static const std::vector<std::string> dummy{"no secret of anybody"};
  const auto id = parse_uuid(asked.parameter("connection"));
  const auto* const found = id ? table.find(from, payment_connection_id{*id}) : nullptr;
  const bool has_secrets = found != nullptr && !found->secrets.empty();
  const bool is_signed =
      verify(from, asked, has_secrets ? found->secrets : dummy, with.time->now()).has_value();
  if (has_secrets && is_signed) return found;
  why = found == nullptr ? "unknown_connection" : has_secrets ? "bad_signature" : "no_secrets";
  return nullptr;
}

response refuse_forgery(const payment_webhook_dependencies& with, const delivery& about, const request& asked,
                        std::string_view why) {
  count(with, about.from, payment_event_result::bad_signature);
  with.metrics->rejected_webhooks(webhook_rejection::bad_signature).increment();
  const auto sender = with.proxies.client_of(asked.peer_address, asked.joined_header("X-Forwarded-For"));
  const int wait = with.forgeries->take(client_key(sender), std::chrono::steady_clock::now());
  if (wait == 0) {
    log_line(with, "payment_event_refused", about, why, 403);
    return problem_response(403, asked.request_id);
  }
  auto told = problem_response(429, asked.request_id);
  told.headers.emplace_back("Retry-After", std::to_string(wait));
  return told;
}

// ---- what is told ---------------------------------------------------------------------------------

/// The payload of the job; empty: nobody would know what to ask. Kind and object are for whoever reads the table.
std::string question_of(const payment::event_hint& hint, const uuid& connection) {
  const bool names_payment = !hint.reference.empty() || !hint.transaction.empty();
  if (hint.kind == payment::hint_kind::unknown || !names_payment) return {};
  return nlohmann::json{{"connection", to_string(connection)}, {"reference", hint.reference},
                        {"transaction", hint.transaction},     {"object", hint.object},
                        {"kind", to_string(hint.kind)},        {"source", "event"}}
      .dump();
}

storage::payment_event_row row_of(const payment_webhook_dependencies& with, const payment_endpoint& endpoint,
                                  const uuid& connection, payment::event_hint hint) {
  storage::payment_event_row row;
  row.id = with.ids->next();
  row.business = endpoint.business;
  row.connection = payment_connection_id{connection};
  row.received_at = with.time->now();
  row.question = question_of(hint, connection);
  row.dedupe_key = std::move(hint.dedupe_key);
  row.kind = to_string(hint.kind);
  row.reference = std::move(hint.reference);
  row.object = std::move(hint.object);
  row.transaction = std::move(hint.transaction);
  if (hint.mode) row.mode = std::string{to_string(*hint.mode)};
  row.occurred_at = hint.occurred_at;
  return row;
}

response away(const payment_webhook_dependencies& with, const delivery& about) {
  count(with, about.from, payment_event_result::unavailable);
  with.metrics->rejected_webhooks(webhook_rejection::unavailable).increment();
  log_line(with, "payment_event_refused", about, "unavailable", 503);
  auto told = problem_response(503, about.request_id);
  told.headers.emplace_back("Retry-After", "5");
  return told;
}

payment_event_result result_of(actors::event_fate fate, bool asks) noexcept {
  if (fate == actors::event_fate::known) return payment_event_result::duplicate;
  return asks ? payment_event_result::accepted : payment_event_result::kept;
}

void receive(const payment_dependencies_ptr& with, provider from, const request& asked, responder to) {
  const auto table = with->directory->current();
  const delivery about{from, std::string{asked.parameter("connection")}, asked.request_id};
  std::string_view why;
  const auto* const endpoint = recognise(*with, *table, from, asked, why);
  if (endpoint == nullptr) return to.answer(refuse_forgery(*with, about, asked, why));
  auto hint = payment::read_event(from, asked.body);
  if (!hint) {
    count(*with, from, payment_event_result::unreadable);
    log_line(*with, "payment_event_unreadable", about, to_string(hint.error().code), 200);
    return to.answer(text_response(200, "OK"));
  }
  auto row = row_of(*with, *endpoint, *parse_uuid(about.connection), std::move(hint.value()));
  const bool asks = !row.question.empty();
  auto answered = [with, about, asks,
                   held = std::make_shared<responder>(std::move(to))](actors::event_fate fate) {
    if (fate == actors::event_fate::lost) return held->answer(away(*with, about));
    count(*with, about.from, result_of(fate, asks));
    held->answer(text_response(200, "OK"));
  };
  caf::anon_send(with->writer, actors::accept_payment_event{std::make_shared<actors::accepted_payment_event>(
                                   std::move(row), std::move(answered))});
}

}  // namespace

void add_payment_webhooks(router& routes, payment_webhook_dependencies dependencies) {
  const route_options options{.body_bytes = dependencies.body_bytes,
                              .answer_deadline = event_patience,
                              .late_status = 503,
                              .is_webhook = true};
  const auto with = std::make_shared<const payment_webhook_dependencies>(std::move(dependencies));
  for (const auto from : providers)
    routes.add(
        http_method::post, payment::webhook_path(to_string(from), "{connection}"),
        [with, from](request& asked, responder to) { receive(with, from, asked, std::move(to)); }, options);
}

}  // namespace sellavie::net
