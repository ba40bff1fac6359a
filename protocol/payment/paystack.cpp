#include "protocol/payment/paystack.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/crypto/encoding.hpp"
#include "protocol/payment/json_reading.hpp"
#include "protocol/payment/units.hpp"

namespace sellavie::payment::paystack {
namespace {

using nlohmann::json;

constexpr std::size_t longest_reference = 256;
constexpr std::size_t refunds_per_page = 100;

bool is_reference_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '=';
}

bool is_reference(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_reference &&
         std::all_of(text.begin(), text.end(), is_reference_char);
}

bool is_true(const json& object, const char* name) { return boolean_of(object, name).value_or(false); }

std::optional<money> money_of(const json& object, const char* name, currency_code currency) {
  const auto units = integer_of(object, name);
  return units ? from_provider_units(provider::paystack, *units, currency) : std::nullopt;
}

payment_failure failed(int http_status, const json& answer) {
  const auto code = answer.is_object() ? code_of(answer) : std::string{};
  if (code == "transaction_not_found") return {failure_class::not_found, http_status, code};
  return {class_of(http_status, answer), http_status, code};
}

bool is_duplicate(int http_status, const json& answer) {
  if (http_status != 400 && http_status != 409) return false;
  return code_of(answer) == "duplicate_reference" ||
         text_of(answer, "message") == "Duplicate Transaction Reference";
}

/// data.status. `abandoned` is also what a link is called that nobody has opened yet.
std::optional<payment_status> status_of(std::string_view name) noexcept {
  if (name == "success") return payment_status::success;
  if (name == "failed") return payment_status::failed;
  if (name == "reversed") return payment_status::refunded;
  if (name == "abandoned") return payment_status::not_started;
  for (const std::string_view open : {"ongoing", "pending", "processing", "queued"})
    if (name == open) return payment_status::pending;
  return std::nullopt;
}

std::optional<payment_fact> fact_of(const json& data) {
  payment_fact fact;
  fact.reference = text_of(data, "reference");
  fact.transaction = id_of(data, "id");
  const auto status = status_of(text_of(data, "status"));
  const auto currency = parse_currency(text_of(data, "currency"));
  const auto mode = parse_payment_mode(text_of(data, "domain"));
  if (!status || !currency || !mode || fact.transaction.empty()) return std::nullopt;
  const auto received = money_of(data, "amount", *currency);
  const bool asked = member(data, "requested_amount") != nullptr;
  const auto requested = asked ? money_of(data, "requested_amount", *currency) : received;
  if (!received || !requested) return std::nullopt;
  fact.status = *status;
  fact.received = *received;
  fact.requested = *requested;
  fact.mode = *mode;
  fact.fees = money_of(data, "fees", *currency);
  return fact;
}

std::optional<refund_status> refund_status_of(std::string_view name) noexcept {
  if (name == "processed") return refund_status::succeeded;
  if (name == "failed") return refund_status::failed;
  if (name == "needs-attention") return refund_status::needs_attention;
  if (name == "pending" || name == "processing") return refund_status::pending;
  return std::nullopt;
}

/// Its number, or the whole transaction.
std::string transaction_of(const json& refund) {
  const auto* whole = member(refund, "transaction");
  return whole != nullptr && whole->is_object() ? id_of(*whole, "id") : id_of(refund, "transaction");
}

std::optional<refund_fact> refund_of(const json& data) {
  const auto status = refund_status_of(text_of(data, "status"));
  const auto currency = parse_currency(text_of(data, "currency"));
  const auto amount = currency ? money_of(data, "amount", *currency) : std::nullopt;
  refund_fact fact{id_of(data, "id"), transaction_of(data), text_of(data, "merchant_note")};
  if (!status || !amount || !is_plain_id(fact.id)) return std::nullopt;
  fact.status = *status;
  fact.amount = *amount;
  return fact;
}

/// "data", when the call worked.
const json* data_of(const json& answer) {
  return is_true(answer, "status") ? member(answer, "data") : nullptr;
}

payment_failure unreadable(int http_status) { return {failure_class::malformed, http_status, {}}; }

}  // namespace

result<http_call> encode_initialize(const checkout_request& request) {
  const auto units = to_provider_units(provider::paystack, request.amount);
  if (!units) return units.error();
  if (!is_reference(request.reference)) return make_failure(errc::invalid_value, "reference");
  if (!is_mail_address(request.email)) return make_failure(errc::invalid_value, "email");
  json body{{"email", request.email},
            {"amount", *units},
            {"currency", request.amount.currency.text()},
            {"reference", request.reference},
            {"metadata", {{"order", request.order_label}}}};
  if (!request.return_url.empty()) {
    if (!is_web_address(request.return_url)) return make_failure(errc::invalid_value, "return_url");
    body["callback_url"] = request.return_url;
  }
  return http_call{"POST", "/transaction/initialize",
                   body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

checkout_answer decode_initialize(int http_status, std::string_view body, std::string_view reference) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) {
    if (answer.is_object() && is_duplicate(http_status, answer)) return duplicate_reference{};
    return failed(http_status, answer);
  }
  const auto* data = data_of(answer);
  if (data == nullptr) return unreadable(http_status);
  payment_link link{text_of(*data, "authorization_url"), text_of(*data, "reference")};
  if (link.reference != reference || link.reference.empty() || !is_web_address(link.url))
    return unreadable(http_status);
  return link;
}

http_call encode_verify(std::string_view reference) {
  return {"GET", "/transaction/verify/" + crypto::percent_encode(reference), {}};
}

verify_answer decode_verify(int http_status, std::string_view body, std::string_view reference) {
  auto answer = decode_payment(http_status, body, {std::string{reference}});
  if (reference.empty() && std::holds_alternative<payment_fact>(answer)) return unreadable(http_status);
  return answer;
}

result<http_call> encode_payment(const payment_query& query) {
  if (!query.reference.empty()) return encode_verify(query.reference);
  if (!is_plain_id(query.transaction)) return make_failure(errc::invalid_value, "transaction");
  return http_call{"GET", "/transaction/" + query.transaction, {}};
}

verify_answer decode_payment(int http_status, std::string_view body, const payment_query& asked) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  const auto* data = data_of(answer);
  auto fact = data != nullptr ? fact_of(*data) : std::nullopt;
  if (!fact || !is_about(*fact, asked)) return unreadable(http_status);
  return std::move(*fact);
}

result<http_call> encode_refund(const refund_request& request) {
  const auto units = to_provider_units(provider::paystack, request.amount);
  if (!units) return units.error();
  if (!is_plain_id(request.transaction)) return make_failure(errc::invalid_value, "transaction");
  if (!is_plain_id(request.key)) return make_failure(errc::invalid_value, "key");
  const json body{{"transaction", request.transaction},
                  {"amount", *units},
                  {"currency", request.amount.currency.text()},
                  {"merchant_note", request.key}};
  return http_call{"POST", "/refund", body.dump()};
}

refund_answer decode_refund(int http_status, std::string_view body, const refund_request& asked) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  const auto* data = data_of(answer);
  auto fact = data != nullptr ? refund_of(*data) : std::nullopt;
  if (!fact || fact->transaction != asked.transaction || fact->amount != asked.amount)
    return unreadable(http_status);
  return std::move(*fact);
}

// Paystack documents no filter by transaction: whether it heeds this one or not, the answer is read alike.
result<http_call> encode_refunds(const refund_query& query) {
  if (!is_plain_id(query.transaction)) return make_failure(errc::invalid_value, "transaction");
  const auto page = page_after(query.after);
  if (!page) return make_failure(errc::invalid_value, "after");
  return http_call{"GET",
                   "/refund?transaction=" + query.transaction +
                       "&perPage=" + std::to_string(refunds_per_page) + "&page=" + std::to_string(*page),
                   {}};
}

// How many it puts on a page whatever it was asked for nobody says: one that is empty was behind the last.
refunds_answer decode_refunds(int http_status, std::string_view body, const refund_query& asked) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  const auto* data = data_of(answer);
  if (data == nullptr || !data->is_array()) return unreadable(http_status);
  refund_list list;
  for (const auto& item : *data) {
    const auto of = transaction_of(item);
    auto fact = of == asked.transaction ? refund_of(item) : std::nullopt;
    if (of.empty() || (of == asked.transaction && !fact)) return unreadable(http_status);
    if (fact) list.refunds.push_back(std::move(*fact));
  }
  if (!data->empty()) list.next = std::to_string(page_after(asked.after).value_or(1));
  return list;
}

http_call encode_balance() { return {"GET", "/balance", {}}; }

std::optional<payment_failure> decode_balance(int http_status, std::string_view body) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  if (is_true(answer, "status")) return std::nullopt;
  return unreadable(http_status);
}

}  // namespace sellavie::payment::paystack
