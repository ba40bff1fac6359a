#include "protocol/action/outcome_codec.hpp"

#include <limits>

#include "protocol/action/bounded_json.hpp"

namespace sellavie {
namespace {

using json = nlohmann::json;

constexpr std::size_t max_outcome_bytes = 256 * 1024;
constexpr int max_outcome_depth = 6;

json money_json(const money& amount) { return json::array({amount.minor, amount.currency.text()}); }

void put_text(json& object, const char* field, const std::string& text) {
  if (!text.empty()) object[field] = text;
}

void put_number(json& object, const char* field, std::int64_t number) {
  if (number != 0) object[field] = number;
}

void put_money(json& object, const char* field, const money& amount) {
  if (amount != money{}) object[field] = money_json(amount);
}

json line_json(const outcome_line& line) {
  return {{"sku", line.sku},
          {"name", line.name},
          {"quantity", line.quantity},
          {"unit_price", money_json(line.unit_price)},
          {"total", money_json(line.total)}};
}

std::string read_text(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::int64_t read_number(const json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_number_integer()) return 0;
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    return 0;
  return found->get<std::int64_t>();
}

money read_money(const json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_array() || found->size() != 2) return {};
  const auto& pair = *found;
  if (!pair[0].is_number_integer() || !pair[1].is_string()) return {};
  const auto currency = parse_currency(pair[1].get_ref<const std::string&>());
  return currency ? money{pair[0].get<std::int64_t>(), *currency} : money{};
}

std::optional<errc> read_errc(std::int64_t code) {
  for (const auto known :
       {errc::malformed, errc::invalid_value, errc::too_large, errc::bad_signature, errc::forbidden,
        errc::not_found, errc::conflict, errc::out_of_stock, errc::price_changed, errc::money_range,
        errc::unavailable, errc::fenced, errc::in_doubt, errc::overloaded, errc::timed_out, errc::internal})
    if (static_cast<std::int64_t>(known) == code) return known;
  return std::nullopt;
}

/// Names that decide something must be known: a guess could repeat or hide an effect.
bool read_names(const json& object, action_outcome& outcome) {
  if (object.contains("kind")) {
    outcome.kind = parse_action_kind(read_text(object, "kind"));
    if (!outcome.kind) return false;
  }
  const auto effect = parse_action_effect(read_text(object, "effect"));
  const auto why = parse_refusal(read_text(object, "why"));
  if (!effect || !why) return false;
  outcome.effect = *effect;
  outcome.why = *why;
  if (const auto reason = read_errc(read_number(object, "reason"))) outcome.reason = *reason;
  if (object.contains("status")) {
    const auto status = parse_order_status(read_text(object, "status"));
    if (!status) return false;
    outcome.status = *status;
  }
  if (object.contains("review")) outcome.review = parse_review_reason(read_text(object, "review"));
  return true;
}

}  // namespace

std::string encode_outcome(const action_outcome& outcome) {
  json object{{"accepted", outcome.accepted},
              {"effect", to_string(outcome.effect)},
              {"why", to_string(outcome.why)},
              {"reason", static_cast<int>(outcome.reason)},
              {"status", to_string(outcome.status)}};
  if (outcome.kind) object["kind"] = to_string(*outcome.kind);
  if (!outcome.order.is_nil()) object["order"] = to_string(outcome.order);
  if (outcome.review) object["review"] = to_string(*outcome.review);
  put_number(object, "order_number", outcome.order_number);
  put_money(object, "total", outcome.total);
  put_money(object, "added_tax", outcome.added_tax);
  put_money(object, "price", outcome.price);
  put_text(object, "payment_reference", outcome.payment_reference);
  put_text(object, "payment_url", outcome.payment_url);
  put_text(object, "invoice_number", outcome.invoice_number);
  put_text(object, "invoice_url", outcome.invoice_url);
  put_text(object, "tracking", outcome.tracking);
  put_text(object, "wish", outcome.wish);
  put_text(object, "sku", outcome.sku);
  put_text(object, "product_name", outcome.product_name);
  put_number(object, "requested", outcome.requested);
  put_number(object, "available", outcome.available);
  put_text(object, "detail", outcome.detail);
  if (!outcome.refund.is_nil()) object["refund"] = to_string(outcome.refund);
  put_number(object, "attempt", outcome.attempt);
  put_money(object, "amount", outcome.amount);
  put_text(object, "state", outcome.state);
  put_text(object, "by", outcome.by);
  if (!outcome.lines.empty()) {
    auto& lines = object["lines"] = json::array();
    for (const auto& line : outcome.lines) lines.push_back(line_json(line));
  }
  return text_of(object);
}

result<action_outcome> decode_outcome(std::string_view text) {
  const auto parsed = parse_bounded(text, max_outcome_bytes, max_outcome_depth);
  if (!parsed || !parsed->is_object()) return make_failure(errc::malformed, "outcome");
  const auto& object = *parsed;
  action_outcome outcome;
  if (!read_names(object, outcome)) return make_failure(errc::malformed, "outcome names");
  const auto accepted = object.find("accepted");
  if (accepted == object.end() || !accepted->is_boolean())
    return make_failure(errc::malformed, "outcome accepted");
  outcome.accepted = accepted->get<bool>();
  if (object.contains("order")) {
    const auto id = parse_uuid(read_text(object, "order"));
    if (!id) return make_failure(errc::malformed, "outcome order");
    outcome.order = order_id{*id};
  }
  if (object.contains("refund")) {
    const auto id = parse_uuid(read_text(object, "refund"));
    if (!id) return make_failure(errc::malformed, "outcome refund");
    outcome.refund = refund_id{*id};
  }
  outcome.order_number = read_number(object, "order_number");
  outcome.total = read_money(object, "total");
  outcome.added_tax = read_money(object, "added_tax");
  outcome.price = read_money(object, "price");
  outcome.payment_reference = read_text(object, "payment_reference");
  outcome.payment_url = read_text(object, "payment_url");
  outcome.invoice_number = read_text(object, "invoice_number");
  outcome.invoice_url = read_text(object, "invoice_url");
  outcome.tracking = read_text(object, "tracking");
  outcome.wish = read_text(object, "wish");
  outcome.sku = read_text(object, "sku");
  outcome.product_name = read_text(object, "product_name");
  outcome.requested = read_number(object, "requested");
  outcome.available = read_number(object, "available");
  outcome.detail = read_text(object, "detail");
  outcome.attempt = static_cast<std::int32_t>(read_number(object, "attempt"));
  outcome.amount = read_money(object, "amount");
  outcome.state = read_text(object, "state");
  outcome.by = read_text(object, "by");
  const auto lines = object.find("lines");
  if (lines == object.end()) return outcome;
  if (!lines->is_array()) return make_failure(errc::malformed, "outcome lines");
  for (const auto& line : *lines) {
    if (!line.is_object()) return make_failure(errc::malformed, "outcome line");
    outcome.lines.push_back({read_text(line, "sku"), read_text(line, "name"), read_number(line, "quantity"),
                             read_money(line, "unit_price"), read_money(line, "total")});
  }
  return outcome;
}

std::string outcome_for_model(const action_outcome& outcome) {
  json object{{"result", outcome.accepted ? "done" : "refused"}};
  if (outcome.accepted) object["effect"] = to_string(outcome.effect);
  else object["reason"] = to_string(outcome.why);
  if (!outcome.accepted && outcome.why == refusal::price_changed)
    object["current_price"] = format_money(outcome.price);
  put_text(object, "sku", outcome.sku);
  if (!outcome.accepted && outcome.requested != 0) {
    object["requested"] = outcome.requested;
    object["available"] = outcome.available;
  }
  if (outcome.order_number != 0) object["order_status"] = to_string(outcome.status);
  return text_of(object);
}

}  // namespace sellavie
