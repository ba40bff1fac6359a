#include "protocol/payment/stripe.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/crypto/encoding.hpp"
#include "protocol/payment/json_reading.hpp"
#include "protocol/payment/units.hpp"

namespace sellavie::payment::stripe {
namespace {

using nlohmann::json;
using form = std::vector<std::pair<std::string, std::string>>;

// Stripe counts its half hour from when it hears of the session, we ours from the stored intent.
constexpr std::chrono::minutes shortest_lifetime{31};
constexpr std::chrono::minutes longest_lifetime{24 * 60};
constexpr std::string_view used_otherwise = "idempotency_error";

std::string encoded(const form& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += crypto::percent_encode(name) + '=' + crypto::percent_encode(value);
  }
  return body;
}

http_call pinned(std::string method, std::string path) {
  return {std::move(method),
          std::move(path),
          {},
          body_format::form,
          {{"Stripe-Version", std::string{api_version}}}};
}

http_call keyed_post(std::string path, const form& fields, std::string key) {
  auto call = pinned("POST", std::move(path));
  call.body = encoded(fields);
  call.headers.emplace_back("Idempotency-Key", std::move(key));
  return call;
}

std::string lower(std::string_view text) {
  std::string letters{text};
  for (char& c : letters)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return letters;
}

/// Three lower-case letters.
std::optional<currency_code> currency_of(const json& object) {
  auto letters = text_of(object, "currency");
  for (char& c : letters) {
    if (c < 'a' || c > 'z') return std::nullopt;
    c = static_cast<char>(c - 'a' + 'A');
  }
  return parse_currency(letters);
}

std::optional<money> money_of(const json& object, const char* name, currency_code currency) {
  const auto units = integer_of(object, name);
  return units ? from_provider_units(provider::stripe, *units, currency) : std::nullopt;
}

/// An id, or the whole object where it was expanded.
std::string id_within(const json& object, const char* name) {
  const auto* found = member(object, name);
  return found != nullptr && found->is_object() ? text_of(*found, "id") : text_of(object, name);
}

const json* expanded(const json& object, const char* name) {
  const auto* found = member(object, name);
  return found != nullptr && found->is_object() ? found : nullptr;
}

std::string metadata_of(const json& object, const char* name) {
  const auto* metadata = member(object, "metadata");
  return metadata != nullptr ? text_of(*metadata, name) : std::string{};
}

payment_failure unreadable(int http_status) { return {failure_class::malformed, http_status, {}}; }

payment_failure failed(int http_status, const json& answer) {
  const auto* error = member(answer, "error");
  if (error == nullptr) return {class_of(http_status, answer), http_status, {}};
  const auto type = code_of(*error, "type");
  auto code = code_of(*error);
  if (code.empty()) code = type;
  // Somebody else uses the same key or object at this moment.
  if (http_status == 409) return {failure_class::unavailable, http_status, code};
  if (type == used_otherwise) return {failure_class::rejected, http_status, std::string{used_otherwise}};
  if (code == "rate_limit") return {failure_class::rate_limited, http_status, code};
  return {class_of(http_status, answer), http_status, code};
}

std::optional<payment_mode> mode_of(const json& object) {
  const auto live = boolean_of(object, "livemode");
  if (!live) return std::nullopt;
  return *live ? payment_mode::live : payment_mode::test;
}

std::optional<payment_status> status_of_intent(std::string_view name) noexcept {
  if (name == "succeeded") return payment_status::success;
  if (name == "canceled") return payment_status::failed;
  if (name == "requires_payment_method") return payment_status::not_started;
  for (const std::string_view open :
       {"processing", "requires_action", "requires_confirmation", "requires_capture"})
    if (name == open) return payment_status::pending;
  return std::nullopt;
}

/// `intent`: null when it was not expanded.
std::optional<payment_status> status_of_session(const json& session, const json* intent) {
  const auto paid = text_of(session, "payment_status");
  if (paid == "paid") return payment_status::success;
  if (paid != "unpaid") return std::nullopt;
  const auto state = text_of(session, "status");
  if (state == "open") return payment_status::not_started;
  if (state == "expired") return payment_status::failed;
  if (state != "complete") return std::nullopt;
  // A delayed method: its money comes later, or the attempt was the last one.
  const auto of_intent = intent != nullptr ? status_of_intent(text_of(*intent, "status")) : std::nullopt;
  const bool is_over = of_intent == payment_status::failed || of_intent == payment_status::not_started;
  return is_over ? payment_status::failed : payment_status::pending;
}

/// What the charge behind a payment adds to it.
void add_charge(payment_fact& fact, const json& intent) {
  const auto* charge = expanded(intent, "latest_charge");
  if (charge == nullptr) return;
  fact.returned = money_of(*charge, "amount_refunded", fact.received.currency);
  fact.is_disputed = boolean_of(*charge, "disputed").value_or(false);
  const bool is_whole = boolean_of(*charge, "refunded").value_or(false);
  if (fact.status == payment_status::success && is_whole) fact.status = payment_status::refunded;
}

std::optional<payment_fact> fact_of_intent(const json& intent) {
  const auto status = status_of_intent(text_of(intent, "status"));
  const auto mode = mode_of(intent);
  const auto currency = currency_of(intent);
  if (!status || !mode || !currency) return std::nullopt;
  const auto requested = money_of(intent, "amount", *currency);
  const auto received = money_of(intent, "amount_received", *currency);
  payment_fact fact{metadata_of(intent, "reference"), text_of(intent, "id"), *status};
  if (!requested || !received || fact.transaction.empty()) return std::nullopt;
  fact.requested = *requested;
  fact.received = *received;
  fact.mode = *mode;
  add_charge(fact, intent);
  return fact;
}

std::optional<payment_fact> fact_of_session(const json& session) {
  const auto* intent = expanded(session, "payment_intent");
  const auto status = status_of_session(session, intent);
  const auto mode = mode_of(session);
  const auto currency = currency_of(session);
  const auto total = currency ? money_of(session, "amount_total", *currency) : std::nullopt;
  if (!status || !mode || !total) return std::nullopt;
  payment_fact fact{text_of(session, "client_reference_id"), id_within(session, "payment_intent"), *status};
  // Money without a payment cannot be given back or told from other money.
  if (fact.transaction.empty()) {
    if (*status == payment_status::success) return std::nullopt;
    fact.transaction = text_of(session, "id");
  }
  fact.requested = *total;
  fact.received = *total;
  fact.mode = *mode;
  if (intent == nullptr) return fact;
  const auto paid_in = currency_of(*intent);
  const auto received = paid_in ? money_of(*intent, "amount_received", *paid_in) : std::nullopt;
  if (!received) return std::nullopt;
  fact.received = *received;
  add_charge(fact, *intent);
  return fact;
}

std::optional<refund_status> refund_status_of(std::string_view name) noexcept {
  if (name == "succeeded") return refund_status::succeeded;
  if (name == "failed" || name == "canceled") return refund_status::failed;
  if (name == "requires_action") return refund_status::needs_attention;
  if (name == "pending") return refund_status::pending;
  return std::nullopt;
}

std::optional<refund_fact> refund_of(const json& refund) {
  const auto status = refund_status_of(text_of(refund, "status"));
  const auto currency = currency_of(refund);
  const auto amount = currency ? money_of(refund, "amount", *currency) : std::nullopt;
  refund_fact fact{text_of(refund, "id"), id_within(refund, "payment_intent"), metadata_of(refund, "refund")};
  if (!status || !amount || !is_plain_id(fact.id)) return std::nullopt;
  fact.status = *status;
  fact.amount = *amount;
  return fact;
}

bool is_possible(std::chrono::minutes lifetime) noexcept {
  return lifetime.count() == 0 || (lifetime >= shortest_lifetime && lifetime <= longest_lifetime);
}

form session_form(const checkout_request& request, std::int64_t units) {
  const auto& label = request.order_label.empty() ? request.reference : request.order_label;
  form fields{{"mode", "payment"},
              {"line_items[0][quantity]", "1"},
              {"line_items[0][price_data][currency]", lower(request.amount.currency.text())},
              {"line_items[0][price_data][unit_amount]", std::to_string(units)},
              {"line_items[0][price_data][product_data][name]", label},
              {"success_url", request.return_url},
              {"cancel_url", request.return_url},
              {"client_reference_id", request.reference},
              {"metadata[reference]", request.reference},
              // A session's metadata does not reach its payment.
              {"payment_intent_data[metadata][reference]", request.reference},
              // Else the customer may pay in another currency than the order's.
              {"adaptive_pricing[enabled]", "false"}};
  if (!request.email.empty()) fields.emplace_back("customer_email", request.email);
  if (request.lifetime.count() > 0) {
    const auto end = std::chrono::floor<std::chrono::seconds>(request.issued_at + request.lifetime);
    fields.emplace_back("expires_at", std::to_string(end.time_since_epoch().count()));
  }
  return fields;
}

}  // namespace

result<http_call> encode_link(const checkout_request& request) {
  const auto units = to_provider_units(provider::stripe, request.amount);
  if (!units) return units.error();
  if (!is_plain_id(request.reference)) return make_failure(errc::invalid_value, "reference");
  if (!request.email.empty() && !is_mail_address(request.email))
    return make_failure(errc::invalid_value, "email");
  if (!is_web_address(request.return_url)) return make_failure(errc::invalid_value, "return_url");
  if (!is_possible(request.lifetime)) return make_failure(errc::invalid_value, "lifetime");
  return keyed_post("/v1/checkout/sessions", session_form(request, *units), request.reference);
}

checkout_answer decode_link(int http_status, std::string_view body, const checkout_request& asked) {
  const auto session = parse_object(body);
  if (!is_success(http_status)) {
    auto failure = failed(http_status, session);
    if (failure.code == used_otherwise) return duplicate_reference{};
    return failure;
  }
  payment_link link{text_of(session, "url"), text_of(session, "client_reference_id"), text_of(session, "id")};
  const auto currency = currency_of(session);
  const auto total = currency ? money_of(session, "amount_total", *currency) : std::nullopt;
  const bool is_ours = link.reference == asked.reference && !link.reference.empty() && total == asked.amount;
  if (!is_ours || !is_plain_id(link.id) || !is_web_address(link.url)) return unreadable(http_status);
  return link;
}

result<http_call> encode_payment(const payment_query& query) {
  if (!query.link.empty()) {
    if (!is_plain_id(query.link)) return make_failure(errc::invalid_value, "link");
    return pinned("GET", "/v1/checkout/sessions/" + query.link + '?' +
                             encoded({{"expand[]", "payment_intent.latest_charge"}}));
  }
  if (!is_plain_id(query.transaction)) return make_failure(errc::invalid_value, "link");
  return pinned("GET",
                "/v1/payment_intents/" + query.transaction + '?' + encoded({{"expand[]", "latest_charge"}}));
}

verify_answer decode_payment(int http_status, std::string_view body, const payment_query& asked) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  const bool is_session = !asked.link.empty();
  if (text_of(answer, "id") != (is_session ? asked.link : asked.transaction)) return unreadable(http_status);
  auto fact = is_session ? fact_of_session(answer) : fact_of_intent(answer);
  if (!fact || !is_about(*fact, asked)) return unreadable(http_status);
  return std::move(*fact);
}

result<http_call> encode_expiry(const payment_query& query) {
  if (!is_plain_id(query.link)) return make_failure(errc::invalid_value, "link");
  return pinned("POST", "/v1/checkout/sessions/" + query.link + "/expire");
}

expiry_answer decode_expiry(int http_status, std::string_view body, const payment_query& asked) {
  const auto session = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, session);
  const bool is_expired = text_of(session, "id") == asked.link && text_of(session, "status") == "expired";
  if (!is_expired || asked.link.empty()) return unreadable(http_status);
  return link_expired{};
}

result<http_call> encode_refund(const refund_request& request) {
  const auto units = to_provider_units(provider::stripe, request.amount);
  if (!units) return units.error();
  if (!is_plain_id(request.transaction)) return make_failure(errc::invalid_value, "transaction");
  if (!is_plain_id(request.key)) return make_failure(errc::invalid_value, "key");
  return keyed_post("/v1/refunds",
                    {{"payment_intent", request.transaction},
                     {"amount", std::to_string(*units)},
                     {"reason", "requested_by_customer"},
                     {"metadata[refund]", request.key}},
                    request.key);
}

refund_answer decode_refund(int http_status, std::string_view body, const refund_request& asked) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  auto fact = refund_of(answer);
  if (!fact || fact->transaction != asked.transaction || fact->amount != asked.amount)
    return unreadable(http_status);
  return std::move(*fact);
}

result<http_call> encode_refunds(const refund_query& query) {
  if (!is_plain_id(query.transaction)) return make_failure(errc::invalid_value, "transaction");
  form fields{{"payment_intent", query.transaction}, {"limit", "100"}};
  if (!query.after.empty()) fields.emplace_back("starting_after", query.after);
  return pinned("GET", "/v1/refunds?" + encoded(fields));
}

refunds_answer decode_refunds(int http_status, std::string_view body, const refund_query& asked) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  const auto* data = member(answer, "data");
  const auto has_more = boolean_of(answer, "has_more");
  if (data == nullptr || !data->is_array() || !has_more) return unreadable(http_status);
  refund_list list;
  for (const auto& item : *data) {
    auto fact = refund_of(item);
    if (!fact || fact->transaction != asked.transaction) return unreadable(http_status);
    list.refunds.push_back(std::move(*fact));
  }
  if (!*has_more) return list;
  if (list.refunds.empty()) return unreadable(http_status);
  list.next = list.refunds.back().id;
  return list;
}

http_call encode_balance() { return pinned("GET", "/v1/balance"); }

std::optional<payment_failure> decode_balance(int http_status, std::string_view body) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  if (text_of(answer, "object") == "balance") return std::nullopt;
  return unreadable(http_status);
}

}  // namespace sellavie::payment::stripe
