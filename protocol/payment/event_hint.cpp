#include "protocol/payment/event_hint.hpp"

#include <nlohmann/json.hpp>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/domain/order.hpp"
#include "protocol/payment/json_reading.hpp"

namespace sellavie::payment {
namespace {

using nlohmann::json;

constexpr std::size_t longest_part = 60;
/// The end of the year 9999.
constexpr std::int64_t last_second = 253'402'300'799;

std::string reference_in(const json& object, const char* name) {
  auto text = text_of(object, name);
  return parse_payment_reference(text) ? text : std::string{};
}

/// Ids become keys of rows and parts of addresses: what has another shape is none.
std::string object_in(const json& object, const char* name) {
  auto id = id_of(object, name);
  return is_plain_id(id) ? id : std::string{};
}

const json& child(const json& object, const char* name) {
  static const json none;
  const auto* found = member(object, name);
  return found != nullptr ? *found : none;
}

std::string digest_of(std::string_view raw_body) {
  return "sha256:" + crypto::hex_encode(crypto::sha256(raw_body));
}

/// "name:part:…"; a digest when one of them is missing or not fit for it.
std::string joined(std::initializer_list<std::string_view> parts, std::string_view raw_body) {
  std::string key;
  for (const auto part : parts) {
    if (part.size() > longest_part || !is_plain_id(part)) return digest_of(raw_body);
    if (!key.empty()) key += ':';
    key += part;
  }
  return key;
}

std::optional<instant> second_in(const json& object, const char* name) {
  const auto seconds = integer_of(object, name);
  if (!seconds || *seconds < 0 || *seconds > last_second) return std::nullopt;
  return instant_from_ms(*seconds * 1'000);
}

std::optional<instant> millisecond_in(const json& object, const char* name) {
  const auto ms = integer_of(object, name);
  if (!ms || *ms < 0 || *ms > last_second * 1'000) return std::nullopt;
  return instant_from_ms(*ms);
}

// ---- Paystack ------------------------------------------------------------------------------------

hint_kind paystack_kind(std::string_view name) noexcept {
  if (name == "charge.success" || name == "bank.transfer.rejected") return hint_kind::payment;
  if (name.starts_with("refund.")) return hint_kind::refund;
  if (name.starts_with("charge.dispute.")) return hint_kind::dispute;
  return hint_kind::unknown;
}

/// There are no event ids. Two refunds of one payment may look alike but for their bytes, so only a payment, which
/// succeeds once, is named by its id.
std::string paystack_key(std::string_view name, const json& data, std::string_view raw_body) {
  return name == "charge.success" ? joined({name, id_of(data, "id")}, raw_body) : digest_of(raw_body);
}

void read_paystack(const json& event, std::string_view name, std::string_view raw_body, event_hint& hint) {
  const auto& data = child(event, "data");
  const auto& transaction = child(data, "transaction");
  hint.kind = paystack_kind(name);
  hint.dedupe_key = paystack_key(name, data, raw_body);
  hint.object = object_in(data, "id");
  hint.mode = parse_payment_mode(text_of(data, "domain"));
  switch (hint.kind) {
    case hint_kind::payment:
      hint.reference = reference_in(data, "reference");
      // A transfer of a wrong amount names its transaction alone.
      hint.transaction =
          hint.object.empty() ? object_in(child(data, "bank_transfer"), "transaction_id") : hint.object;
      break;
    case hint_kind::refund: hint.reference = reference_in(data, "transaction_reference"); break;
    case hint_kind::dispute:
      hint.reference = reference_in(transaction, "reference");
      hint.transaction = object_in(transaction, "id");
      break;
    case hint_kind::unknown: break;
  }
}

// ---- Flutterwave ---------------------------------------------------------------------------------

hint_kind flutterwave_kind(std::string_view name) noexcept {
  if (name.starts_with("charge.")) return hint_kind::payment;
  if (name.starts_with("refund.")) return hint_kind::refund;
  if (name.starts_with("chargeback.")) return hint_kind::dispute;
  return hint_kind::unknown;
}

void read_flutterwave_v3(const json& event, std::string_view name, std::string_view raw_body,
                         event_hint& hint) {
  const auto& data = child(event, "data");
  hint.kind = flutterwave_kind(name);
  hint.dedupe_key = joined({name, id_of(data, "id"), text_of(data, "status")}, raw_body);
  hint.object = object_in(data, "id");
  hint.reference = reference_in(data, "tx_ref");
  hint.transaction = hint.kind == hint_kind::payment ? hint.object : object_in(data, "tx_id");
}

/// Payments of v4 have ids that v3 does not know: the reference alone is asked about.
void read_flutterwave_v4(const json& event, std::string_view name, std::string_view raw_body,
                         event_hint& hint) {
  const auto& data = child(event, "data");
  hint.kind = flutterwave_kind(name);
  hint.dedupe_key = joined({id_of(event, "id")}, raw_body);
  hint.object = object_in(data, "id");
  hint.reference = reference_in(data, "reference");
  hint.occurred_at = millisecond_in(event, "timestamp");
}

// ---- Stripe --------------------------------------------------------------------------------------

hint_kind stripe_kind(std::string_view name) noexcept {
  if (name.starts_with("checkout.session.") || name.starts_with("payment_intent.")) return hint_kind::payment;
  if (name == "charge.refunded" || name.starts_with("refund.") || name.starts_with("charge.refund."))
    return hint_kind::refund;
  if (name.starts_with("charge.dispute.")) return hint_kind::dispute;
  return hint_kind::unknown;
}

void read_stripe(const json& event, std::string_view name, std::string_view raw_body, event_hint& hint) {
  const auto& object = child(child(event, "data"), "object");
  hint.kind = stripe_kind(name);
  hint.dedupe_key = joined({id_of(event, "id")}, raw_body);
  hint.object = object_in(object, "id");
  hint.occurred_at = second_in(event, "created");
  if (const auto live = boolean_of(event, "livemode"))
    hint.mode = *live ? payment_mode::live : payment_mode::test;
  if (hint.kind == hint_kind::unknown) return;
  hint.reference = reference_in(object, "client_reference_id");
  if (hint.reference.empty()) hint.reference = reference_in(child(object, "metadata"), "reference");
  const bool is_payment = name.starts_with("payment_intent.");
  hint.transaction = is_payment ? hint.object : object_in(object, "payment_intent");
}

}  // namespace

std::string_view to_string(hint_kind kind) noexcept {
  switch (kind) {
    case hint_kind::payment: return "payment";
    case hint_kind::refund: return "refund";
    case hint_kind::dispute: return "dispute";
    case hint_kind::unknown: return "unknown";
  }
  return "unknown";
}

result<event_hint> read_event(provider from, std::string_view raw_body) {
  if (raw_body.size() > longest_body) return make_failure(errc::too_large, "event");
  const auto event = parse_object(raw_body);
  if (!event.is_object()) return make_failure(errc::malformed, "event");
  const auto type = text_of(event, "type");
  const auto name = text_of(event, "event");
  // v3 and v4 of Flutterwave's events differ in how they name themselves.
  const bool is_v4 = from == provider::flutterwave && !type.empty();
  const auto& named = from == provider::stripe || is_v4 ? type : name;
  if (named.empty()) return make_failure(errc::malformed, "event without a name");
  event_hint hint;
  hint.from = from;
  if (from == provider::paystack) read_paystack(event, named, raw_body, hint);
  else if (from == provider::stripe) read_stripe(event, named, raw_body, hint);
  else if (is_v4) read_flutterwave_v4(event, named, raw_body, hint);
  else read_flutterwave_v3(event, named, raw_body, hint);
  return hint;
}

}  // namespace sellavie::payment
