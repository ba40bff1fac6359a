#include "protocol/outgoing/event.hpp"

#include <nlohmann/json.hpp>

#include "protocol/api/schema.hpp"
#include "protocol/crypto/digest.hpp"

namespace sellavie::outgoing {

std::string_view to_string(event_type type) noexcept {
  switch (type) {
    case event_type::ping: return "ping";
    case event_type::order_placed: return "order.placed";
    case event_type::order_paid: return "order.paid";
    case event_type::order_fulfilled: return "order.fulfilled";
    case event_type::order_cancelled: return "order.cancelled";
    case event_type::order_refunded: return "order.refunded";
    case event_type::payment_review: return "payment.review";
    case event_type::conversation_handed_over: return "conversation.handed_over";
    case event_type::invoice_issued: return "invoice.issued";
  }
  return "unknown";
}

std::optional<event_type> parse_event_type(std::string_view name) noexcept {
  for (const auto one : all_event_types)
    if (to_string(one) == name) return one;
  return std::nullopt;
}

event_id make_event_id(event_type type, const uuid& subject, instant at) {
  constexpr std::size_t random_bytes = 10;
  const auto digest = crypto::sha256(std::string{to_string(type)} + ' ' + sellavie::to_string(subject));
  return event_id{make_uuid_v7(at, std::span{digest}.first<random_bytes>())};
}

std::string write_event(const event& one, const nlohmann::json& data) {
  const nlohmann::json body{{"id", sellavie::to_string(one.id)},
                            {"type", to_string(one.type)},
                            {"business_id", sellavie::to_string(one.business)},
                            {"occurred_at", api::timestamp(to_unix_ms(one.at))},
                            {"data", data}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace sellavie::outgoing
