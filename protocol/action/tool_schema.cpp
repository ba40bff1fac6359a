#include "protocol/action/tool_schema.hpp"

namespace sellavie {
namespace {

// A macro for literals only: the same items object stands in four schemas.
#define SELLAVIE_ITEMS_SCHEMA                                                                               \
  R"("items":{"type":"array","description":"All articles of the order.","items":{"type":"object",)"         \
  R"("properties":{"sku":{"type":"string","description":"The code in square brackets in the catalogue."},)" \
  R"("quantity":{"type":"integer","description":"Pieces, 1 to 10000."}},)"                                  \
  R"("required":["sku","quantity"],"additionalProperties":false}})"

constexpr std::string_view place_order_strict =
    R"({"type":"object","properties":{)" SELLAVIE_ITEMS_SCHEMA
    R"(,"note":{"type":["string","null"],"description":"A wish of the customer for this order."}},)"
    R"("required":["items","note"],"additionalProperties":false})";
constexpr std::string_view place_order_plain =
    R"({"type":"object","properties":{)" SELLAVIE_ITEMS_SCHEMA
    R"(,"note":{"type":"string","description":"A wish of the customer for this order."}},)"
    R"("required":["items"],"additionalProperties":false})";
constexpr std::string_view change_order_any = R"({"type":"object","properties":{)" SELLAVIE_ITEMS_SCHEMA
                                              R"(},"required":["items"],"additionalProperties":false})";
#undef SELLAVIE_ITEMS_SCHEMA

constexpr std::string_view bare =
    R"({"type":"object","properties":{},"required":[],"additionalProperties":false})";
constexpr std::string_view hand_off_any =
    R"({"type":"object","properties":{"reason":{"type":"string","description":"Why a person is needed, in a few words."}},)"
    R"("required":["reason"],"additionalProperties":false})";
constexpr std::string_view record_contact_strict =
    R"({"type":"object","properties":{"name":{"type":["string","null"]},"email":{"type":["string","null"]},)"
    R"("phone":{"type":["string","null"]},"address":{"type":["string","null"]}},)"
    R"("required":["name","email","phone","address"],"additionalProperties":false})";
constexpr std::string_view record_contact_plain =
    R"({"type":"object","properties":{"name":{"type":"string"},"email":{"type":"string"},"phone":{"type":"string"},)"
    R"("address":{"type":"string"}},"required":[],"additionalProperties":false})";

}  // namespace

std::string_view describe(action_kind kind) noexcept {
  switch (kind) {
    case action_kind::place_order:
      return "Place an order. Only when the customer clearly asked to buy these articles in these quantities.";
    case action_kind::change_order: return "Replace the articles of the open order by this whole list.";
    case action_kind::cancel_order: return "Cancel the open order when the customer asks for it.";
    case action_kind::request_checkout:
      return "Send the payment link of the open order when the customer wants to pay.";
    case action_kind::send_invoice: return "Send the invoice of the order when the customer asks for it.";
    case action_kind::check_payment: return "Ask the payment provider whether the order is paid.";
    case action_kind::hand_off:
      return "Let a person of the business take over: when unsure, on complaints, or when the customer asks for one.";
    case action_kind::record_contact:
      return "Store contact details that the customer gave in this conversation; leave out what was not said.";
  }
  return "";
}

std::string_view arguments_schema(action_kind kind, schema_style style) noexcept {
  const bool strict = style == schema_style::strict;
  switch (kind) {
    case action_kind::place_order: return strict ? place_order_strict : place_order_plain;
    case action_kind::change_order: return change_order_any;
    case action_kind::hand_off: return hand_off_any;
    case action_kind::record_contact: return strict ? record_contact_strict : record_contact_plain;
    case action_kind::cancel_order:
    case action_kind::request_checkout:
    case action_kind::send_invoice:
    case action_kind::check_payment: return bare;
  }
  return bare;
}

std::string_view arguments_example(action_kind kind) noexcept {
  switch (kind) {
    case action_kind::place_order: return R"({"items":[{"sku":"A1","quantity":2}],"note":"gift wrap"})";
    case action_kind::change_order: return R"({"items":[{"sku":"A1","quantity":3}]})";
    case action_kind::hand_off: return R"({"reason":"asks for a person"})";
    case action_kind::record_contact: return R"({"name":"Ada","phone":"+2348000000000"})";
    case action_kind::cancel_order:
    case action_kind::request_checkout:
    case action_kind::send_invoice:
    case action_kind::check_payment: return "{}";
  }
  return "{}";
}

}  // namespace sellavie
