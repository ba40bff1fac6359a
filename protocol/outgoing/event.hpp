#pragma once
// What other programs are told of a business by its outgoing webhooks: which events there are, and the body that says one.
//
//  R1 A body is {"id", "type", "business_id", "occurred_at", "data"}. Ids, states, numbers and money; no word of a
//     customer or of a model: who wants more asks the API with the right to see it.
//  R2 An event has one id wherever and however often it is sent, made of what happened (and sortable by its time): the
//     same fact, told twice, is one event.

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"

namespace sellavie::outgoing {

using event_id = basic_id<struct outgoing_event_tag>;

enum class event_type : std::uint8_t {
  /// A person tries an endpoint: sent to that one alone, whatever it listens to.
  ping,
  order_placed,
  order_paid,
  order_fulfilled,
  order_cancelled,
  order_refunded,
  /// Money came that fits no order: a person has to look.
  payment_review,
  /// The AI gave a chat to the people of the business.
  conversation_handed_over,
  /// An invoice, or a credit note.
  invoice_issued,
};
/// Those that an endpoint can listen to.
inline constexpr std::array all_event_types{event_type::order_placed,
                                            event_type::order_paid,
                                            event_type::order_fulfilled,
                                            event_type::order_cancelled,
                                            event_type::order_refunded,
                                            event_type::payment_review,
                                            event_type::conversation_handed_over,
                                            event_type::invoice_issued};

/// "order.placed".
[[nodiscard]] std::string_view to_string(event_type type) noexcept;
[[nodiscard]] std::optional<event_type> parse_event_type(std::string_view name) noexcept;

/// R2. `subject` is what it happened to; a subject has one event of a type.
[[nodiscard]] event_id make_event_id(event_type type, const uuid& subject, instant at);

struct event {
  event_id id;
  event_type type = event_type::ping;
  business_id business;
  instant at{};
};
/// R1. `data` is an object.
[[nodiscard]] std::string write_event(const event& one, const nlohmann::json& data);

}  // namespace sellavie::outgoing
