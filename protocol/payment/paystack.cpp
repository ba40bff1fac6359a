#include "protocol/payment/paystack.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::payment::paystack {
namespace {

using nlohmann::json;

constexpr std::size_t longest_body = 256 * 1024;
constexpr std::size_t longest_url = 2'048;
constexpr std::size_t longest_text = 256;
constexpr int deepest_nesting = 32;

bool is_reference_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '=';
}

bool is_reference(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_text &&
         std::all_of(text.begin(), text.end(), is_reference_char);
}

bool is_web_address(std::string_view url) noexcept {
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; });
  return plain && url.size() <= longest_url && (url.starts_with("https://") || url.starts_with("http://"));
}

bool is_mail_address(std::string_view email) noexcept {
  const auto at = email.find('@');
  const bool plain = std::all_of(email.begin(), email.end(), [](char c) { return c > ' ' && c <= '~'; });
  return plain && email.size() <= longest_text && at != std::string_view::npos && at > 0 &&
         at + 1 < email.size();
}

/// A discarded value when the bytes are no JSON object. What is nested too deeply is left out: copying
/// a JSON value is recursive, and a stack is finite.
json parse_object(std::string_view body) {
  if (body.size() > longest_body) return json(json::value_t::discarded);
  const auto shallow = [](int depth, json::parse_event_t, const json&) { return depth <= deepest_nesting; };
  auto parsed = json::parse(body, shallow, false);
  if (!parsed.is_object()) parsed = json(json::value_t::discarded);
  return parsed;
}

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// The text of a string member, empty when it is absent or something else.
std::string text_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found == nullptr || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return text.size() <= longest_text * 8 ? text : std::string{};
}

/// An integer that fits int64; a fraction, a negative exponent or a string is nothing.
std::optional<std::int64_t> integer_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > largest) return std::nullopt;
  return found->get<std::int64_t>();
}

/// An id that may be a number or a string.
std::string id_of(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found != nullptr && found->is_number_unsigned()) return std::to_string(found->get<std::uint64_t>());
  return text_of(object, name);
}

bool is_true(const json& object, const char* name) {
  const auto* found = member(object, name);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

/// Machine codes are short lower-case words; free text of a provider goes nowhere.
std::string code_of(const json& object) {
  auto code = text_of(object, "code");
  const bool plain = code.size() <= 64 && std::all_of(code.begin(), code.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
                     });
  return plain ? code : std::string{};
}

failure_class class_of(int http_status) noexcept {
  if (http_status == 401 || http_status == 403) return failure_class::credentials;
  if (http_status == 404) return failure_class::not_found;
  if (http_status == 408 || http_status >= 500) return failure_class::unavailable;
  if (http_status == 429) return failure_class::rate_limited;
  if (http_status >= 400) return failure_class::rejected;
  return failure_class::malformed;
}

payment_failure failed(int http_status, const json& answer) {
  const auto code = answer.is_object() ? code_of(answer) : std::string{};
  if (code == "transaction_not_found") return {failure_class::not_found, http_status, code};
  return {class_of(http_status), http_status, code};
}

bool is_duplicate(int http_status, const json& answer) {
  if (http_status != 400 && http_status != 409) return false;
  return code_of(answer) == "duplicate_reference" ||
         text_of(answer, "message") == "Duplicate Transaction Reference";
}

bool is_success(int http_status) noexcept { return http_status >= 200 && http_status < 300; }

/// data.status. `abandoned` is also what a link is called that nobody has opened yet.
std::optional<payment_status> status_of(std::string_view name) noexcept {
  if (name == "success") return payment_status::success;
  if (name == "failed" || name == "reversed") return payment_status::failed;
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
  const auto amount = integer_of(data, "amount");
  const auto currency = parse_currency(text_of(data, "currency"));
  const auto mode = parse_payment_mode(text_of(data, "domain"));
  const bool asked = member(data, "requested_amount") != nullptr;
  const auto requested = asked ? integer_of(data, "requested_amount") : amount;
  if (!status || !amount || !currency || !mode || !requested) return std::nullopt;
  if (fact.transaction.empty() || *amount < 0 || *requested < 0) return std::nullopt;
  fact.status = *status;
  fact.received = {*amount, *currency};
  fact.requested = {*requested, *currency};
  fact.mode = *mode;
  return fact;
}

}  // namespace

result<http_call> encode_initialize(const checkout_request& request) {
  if (request.amount.minor < 1) return make_failure(errc::invalid_value, "amount");
  if (!is_reference(request.reference)) return make_failure(errc::invalid_value, "reference");
  if (!is_mail_address(request.email)) return make_failure(errc::invalid_value, "email");
  const json body{{"email", request.email},
                  {"amount", request.amount.minor},
                  {"currency", request.amount.currency.text()},
                  {"reference", request.reference},
                  {"metadata", {{"order", request.order_label}}}};
  return http_call{"POST", "/transaction/initialize",
                   body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

checkout_answer decode_initialize(int http_status, std::string_view body, std::string_view reference) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) {
    if (answer.is_object() && is_duplicate(http_status, answer)) return duplicate_reference{};
    return failed(http_status, answer);
  }
  const auto* data = member(answer, "data");
  const payment_failure unreadable{failure_class::malformed, http_status, {}};
  if (data == nullptr || !is_true(answer, "status")) return unreadable;
  payment_link link{text_of(*data, "authorization_url"), text_of(*data, "reference")};
  if (link.reference != reference || link.reference.empty() || !is_web_address(link.url)) return unreadable;
  return link;
}

http_call encode_verify(std::string_view reference) {
  return {"GET", "/transaction/verify/" + crypto::percent_encode(reference), {}};
}

verify_answer decode_verify(int http_status, std::string_view body, std::string_view reference) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  const auto* data = member(answer, "data");
  const payment_failure unreadable{failure_class::malformed, http_status, {}};
  if (data == nullptr || !is_true(answer, "status")) return unreadable;
  auto fact = fact_of(*data);
  if (!fact || fact->reference != reference || reference.empty()) return unreadable;
  return std::move(*fact);
}

http_call encode_balance() { return {"GET", "/balance", {}}; }

std::optional<payment_failure> decode_balance(int http_status, std::string_view body) {
  const auto answer = parse_object(body);
  if (!is_success(http_status)) return failed(http_status, answer);
  if (is_true(answer, "status")) return std::nullopt;
  return payment_failure{failure_class::malformed, http_status, {}};
}

}  // namespace sellavie::payment::paystack
