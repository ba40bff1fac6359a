#include "protocol/payment/flutterwave.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/crypto/encoding.hpp"
#include "protocol/payment/json_reading.hpp"
#include "protocol/payment/units.hpp"

namespace sellavie::payment::flutterwave {
namespace {

using nlohmann::json;

constexpr std::chrono::minutes longest_lifetime{1'440};

/// The library would write the number by way of a double: it is put in front as it is.
std::string with_amount(const std::string& literal, const json& rest) {
  const auto body = rest.dump(-1, ' ', false, json::error_handler_t::replace);
  return "{\"amount\":" + literal + (rest.empty() ? "" : ",") + body.substr(1);
}

std::optional<money> money_of(const json& object, const char* name, currency_code currency) {
  const auto literal = literal_of(object, name);
  return literal ? from_major_units(*literal, currency) : std::nullopt;
}

/// There are no codes: the sentences are all that tells these two apart from other refusals.
bool is_not_found(const json& answer) {
  return text_of(answer, "message") == "No transaction was found for this id";
}

bool is_used_before(const json& answer) {
  auto message = text_of(answer, "message");
  std::transform(message.begin(), message.end(), message.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return message.find("duplicate") != std::string::npos || message.find("used before") != std::string::npos ||
         message.find("already") != std::string::npos;
}

bool is_refusal(int http_status, const json& answer) {
  return http_status == 400 || http_status == 409 || http_status == 422 ||
         (is_success(http_status) && text_of(answer, "status") == "error");
}

/// HTTP 200 with "status": "error" is a refusal as well.
payment_failure failed(int http_status, const json& answer) {
  const bool refused = is_refusal(http_status, answer);
  if (refused && is_not_found(answer)) return {failure_class::not_found, http_status, {}};
  return {refused ? failure_class::rejected : class_of(http_status, answer), http_status, {}};
}

/// "data", when the call worked.
const json* data_of(int http_status, const json& answer) {
  const bool worked = is_success(http_status) && text_of(answer, "status") == "success";
  return worked ? member(answer, "data") : nullptr;
}

std::optional<payment_status> status_of(std::string_view name) noexcept {
  if (name == "successful") return payment_status::success;
  if (name == "failed") return payment_status::failed;
  if (name == "pending") return payment_status::pending;
  return std::nullopt;
}

std::optional<payment_fact> fact_of(const json& data, payment_mode mode) {
  payment_fact fact;
  fact.reference = text_of(data, "tx_ref");
  fact.transaction = id_of(data, "id");
  const auto status = status_of(text_of(data, "status"));
  const auto currency = parse_currency(text_of(data, "currency"));
  const auto amount = currency ? money_of(data, "amount", *currency) : std::nullopt;
  if (!status || !amount || fact.transaction.empty()) return std::nullopt;
  fact.status = *status;
  fact.requested = *amount;
  // With fees on the customer this can be finer than the currency; then the amount is what came for the order.
  fact.received = money_of(data, "charged_amount", *currency).value_or(*amount);
  fact.mode = mode;
  fact.fees = money_of(data, "app_fee", *currency);
  return fact;
}

/// Plain "completed" says that the refund was taken on; what follows the dash, by which way it went out.
std::optional<refund_status> refund_status_of(std::string_view name) noexcept {
  if (name.starts_with("completed-") || name == "successful") return refund_status::succeeded;
  if (name == "failed" || name == "cancelled") return refund_status::failed;
  for (const std::string_view open : {"completed", "new", "pending", "pending-momo", "processing"})
    if (name == open) return refund_status::pending;
  return std::nullopt;
}

/// The answer to a refund and the list of refunds spell these differently.
std::string transaction_of(const json& refund) {
  auto id = id_of(refund, "tx_id");
  return id.empty() ? id_of(refund, "TransactionId") : id;
}

std::optional<refund_fact> refund_of(const json& data, currency_code currency) {
  const auto status = refund_status_of(text_of(data, "status"));
  auto amount = money_of(data, "amount_refunded", currency);
  if (!amount) amount = money_of(data, "AmountRefunded", currency);
  refund_fact fact{id_of(data, "id"), transaction_of(data), {}};
  if (!status || !amount || !is_plain_id(fact.id)) return std::nullopt;
  fact.status = *status;
  fact.amount = *amount;
  return fact;
}

}  // namespace

result<http_call> encode_link(const checkout_request& request) {
  const auto amount = to_major_units(request.amount);
  if (!amount) return amount.error();
  if (!is_plain_id(request.reference)) return make_failure(errc::invalid_value, "reference");
  if (!is_mail_address(request.email)) return make_failure(errc::invalid_value, "email");
  if (!is_web_address(request.return_url)) return make_failure(errc::invalid_value, "return_url");
  const auto lifetime = request.lifetime;
  if (lifetime.count() < 0 || lifetime > longest_lifetime)
    return make_failure(errc::invalid_value, "lifetime");
  json body{{"tx_ref", request.reference},
            {"currency", request.amount.currency.text()},
            {"redirect_url", request.return_url},
            {"customer", {{"email", request.email}}},
            {"meta", {{"order", request.order_label}}}};
  if (lifetime.count() > 0) body["session_duration"] = lifetime.count();
  return http_call{"POST", "/payments", with_amount(*amount, body)};
}

checkout_answer decode_link(int http_status, std::string_view body, const checkout_request& asked) {
  const auto answer = parse_object(body);
  const auto* data = data_of(http_status, answer);
  if (data == nullptr) {
    if (is_refusal(http_status, answer) && is_used_before(answer)) return duplicate_reference{};
    return failed(http_status, answer);
  }
  payment_link link{text_of(*data, "link"), asked.reference};
  if (!is_web_address(link.url)) return payment_failure{failure_class::malformed, http_status, {}};
  return link;
}

// A customer may try several times under one reference, and each try is a transaction: who names one asks about that.
result<http_call> encode_payment(const payment_query& query) {
  if (query.transaction.empty() && !query.reference.empty())
    return http_call{
        "GET", "/transactions/verify_by_reference?tx_ref=" + crypto::percent_encode(query.reference), {}};
  if (!is_plain_id(query.transaction)) return make_failure(errc::invalid_value, "transaction");
  return http_call{"GET", "/transactions/" + query.transaction + "/verify", {}};
}

verify_answer decode_payment(int http_status, std::string_view body, const payment_query& asked) {
  const auto answer = parse_object(body);
  const auto* data = data_of(http_status, answer);
  if (data == nullptr) return failed(http_status, answer);
  auto fact = fact_of(*data, asked.mode);
  const bool is_another = fact && !asked.transaction.empty() && fact->transaction != asked.transaction;
  if (!fact || is_another || !is_about(*fact, asked))
    return payment_failure{failure_class::malformed, http_status, {}};
  return std::move(*fact);
}

result<http_call> encode_refund(const refund_request& request) {
  const auto amount = to_major_units(request.amount);
  if (!amount) return amount.error();
  if (!is_plain_id(request.transaction)) return make_failure(errc::invalid_value, "transaction");
  if (!is_plain_id(request.key)) return make_failure(errc::invalid_value, "key");
  return http_call{"POST", "/transactions/" + request.transaction + "/refund",
                   with_amount(*amount, {{"comments", request.key}})};
}

refund_answer decode_refund(int http_status, std::string_view body, const refund_request& asked) {
  const auto answer = parse_object(body);
  const auto* data = data_of(http_status, answer);
  if (data == nullptr) return failed(http_status, answer);
  auto fact = refund_of(*data, asked.amount.currency);
  if (!fact || fact->transaction != asked.transaction || fact->amount != asked.amount)
    return payment_failure{failure_class::malformed, http_status, {}};
  return std::move(*fact);
}

result<http_call> encode_refunds(const refund_query& query) {
  if (!is_plain_id(query.transaction)) return make_failure(errc::invalid_value, "transaction");
  const auto page = page_after(query.after);
  if (!page) return make_failure(errc::invalid_value, "after");
  return http_call{"GET", "/refunds?page=" + std::to_string(*page), {}};
}

// How long a page is nobody says: one that is empty was behind the last.
refunds_answer decode_refunds(int http_status, std::string_view body, const refund_query& asked) {
  const auto answer = parse_object(body);
  const auto* data = data_of(http_status, answer);
  if (data == nullptr) return failed(http_status, answer);
  const payment_failure unreadable{failure_class::malformed, http_status, {}};
  if (!data->is_array()) return unreadable;
  refund_list list;
  for (const auto& item : *data) {
    const auto of = transaction_of(item);
    auto fact = of == asked.transaction ? refund_of(item, asked.currency) : std::nullopt;
    if (of.empty() || (of == asked.transaction && !fact)) return unreadable;
    if (fact) list.refunds.push_back(std::move(*fact));
  }
  if (!data->empty()) list.next = std::to_string(page_after(asked.after).value_or(1));
  return list;
}

http_call encode_balances() { return {"GET", "/balances", {}}; }

std::optional<payment_failure> decode_balances(int http_status, std::string_view body) {
  const auto answer = parse_object(body);
  if (is_success(http_status) && text_of(answer, "status") == "success") return std::nullopt;
  return failed(http_status, answer);
}

}  // namespace sellavie::payment::flutterwave
