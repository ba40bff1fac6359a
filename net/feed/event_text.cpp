#include "net/feed/event_text.hpp"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "net/message_words.hpp"

namespace sellavie::net {
namespace {

using nlohmann::json;

constexpr std::array ends{"token_expired", "signed_out", "access_lost", "restarting"};

template <std::size_t N>
api::schema words(const std::array<const char*, N>& names) {
  return api::schema::word(list_of(names));
}

struct named {
  const char* name;
  json data = json::object();
};

named shown(const actors::message_stored& one) {
  return {"message.created",
          {{"conversation_id", to_string(one.conversation)},
           {"message_id", to_string(one.message)},
           {"direction", one.outgoing ? "out" : "in"},
           {"origin", word_of(one.origin)},
           {"state", word_of(one.state)},
           {"at", api::timestamp(to_unix_ms(one.at))}}};
}

named shown(const actors::message_altered& one) {
  named out{"message.changed",
            {{"conversation_id", to_string(one.conversation)}, {"message_id", to_string(one.message)}}};
  if (one.state) out.data["state"] = word_of(*one.state);
  return out;
}

named shown(const actors::conversation_started& one) {
  return {"conversation.created",
          {{"conversation_id", to_string(one.conversation)}, {"customer_id", to_string(one.customer)}}};
}

named shown(const actors::conversation_changed_hands& one) {
  return {"conversation.owner_changed",
          {{"conversation_id", to_string(one.conversation)},
           {"owner", word_of(one.owner)},
           {"epoch", one.epoch}}};
}

named shown(const actors::answer_begun& one) {
  return {"conversation.answering", {{"conversation_id", to_string(one.conversation)}}};
}

template <class Order>
named shown_order(const char* name, const Order& one) {
  return {name,
          {{"order_id", to_string(one.order)},
           {"order_number", one.number},
           {"conversation_id", to_string(one.conversation)},
           {"status", one.status}}};
}

named shown(const actors::order_placed& one) { return shown_order("order.created", one); }
named shown(const actors::order_moved& one) { return shown_order("order.changed", one); }

named shown(const actors::invoice_made& one) {
  return {"invoice.created",
          {{"invoice_id", to_string(one.invoice)}, {"order_id", to_string(one.order)}, {"kind", one.kind}}};
}

named shown(const actors::task_raised& one) {
  named out{"task.created", {{"task_id", to_string(one.task)}, {"kind", one.kind}}};
  if (one.conversation) out.data["conversation_id"] = to_string(*one.conversation);
  return out;
}

named shown(const actors::connection_altered& one) {
  return {"connection.changed", {{"connection_id", to_string(one.connection)}}};
}

named shown(const actors::conversation_altered& one) {
  return {"conversation.changed", {{"conversation_id", to_string(one.conversation)}}};
}

named shown(const actors::conversation_seen& one) {
  return {"conversation.read", {{"conversation_id", to_string(one.conversation)}}};
}

named shown(const actors::customer_altered& one) {
  return {"customer.changed", {{"customer_id", to_string(one.customer)}}};
}

named shown(const actors::label_altered& one) {
  return {"label.changed", {{"label_id", to_string(one.label)}}};
}

named shown(const actors::product_altered& one) {
  named out{"product.changed"};
  if (one.product) out.data["product_id"] = to_string(*one.product);
  return out;
}

named shown(const actors::task_altered& one) { return {"task.changed", {{"task_id", to_string(one.task)}}}; }

named shown(const actors::person_notified& one) {
  return {"notification.added",
          {{"notification_id", to_string(one.notification)}, {"kind", to_string(one.kind)}}};
}

named shown(const actors::facts_lost&) { return {"snapshot"}; }

std::string written(std::string_view id, named&& event) {
  event.data["type"] = event.name;
  std::string text;
  if (!id.empty()) text.append("id: ").append(id).append("\n");
  text.append("event: ").append(event.name).append("\ndata: ");
  return text.append(event.data.dump(-1, ' ', false, json::error_handler_t::replace)).append("\n\n");
}

}  // namespace

std::string to_string(const event_position& at) {
  return std::to_string(at.incarnation) + '-' + std::to_string(at.number);
}

std::optional<event_position> parse_event_position(std::string_view id) noexcept {
  event_position at;
  const char* const end = id.data() + id.size();
  const auto [dash, wrong] = std::from_chars(id.data(), end, at.incarnation);
  if (wrong != std::errc{} || dash == end || *dash != '-' || at.incarnation < 0) return std::nullopt;
  const auto [rest, odd] = std::from_chars(dash + 1, end, at.number);
  if (odd != std::errc{} || rest != end) return std::nullopt;
  return at;
}

std::string event_text(const event_position& at, const actors::live_fact& what) {
  return written(to_string(at), std::visit([](const auto& one) { return shown(one); }, what));
}

std::string snapshot_text(const event_position& at) { return written(to_string(at), {"snapshot"}); }

std::string end_text(stream_end why) { return written({}, {"end", {{"reason", word_of(ends, why)}}}); }

api::schema event_shape() {
  using api::schema;
  constexpr auto optional = api::presence::optional;
  const auto token = schema::text({1, 100, api::text_format::token});
  return schema::object(
             {{"type",
               schema::word({"snapshot", "message.created", "message.changed", "conversation.created",
                             "conversation.owner_changed", "conversation.answering", "order.created",
                             "order.changed", "invoice.created", "task.created", "connection.changed",
                             "conversation.changed", "conversation.read", "customer.changed", "label.changed",
                             "product.changed", "task.changed", "notification.added", "end"})
                   .described(
                       "Also the event's name. Of conversation, customer, label, product and task.changed: it is "
                       "another now, read it. conversation.read: the customer read your messages.")},
              {"conversation_id", schema::uuid(), optional},
              {"message_id", schema::uuid(), optional},
              {"customer_id", schema::uuid(), optional},
              {"order_id", schema::uuid(), optional},
              {"invoice_id", schema::uuid(), optional},
              {"task_id", schema::uuid(), optional},
              {"notification_id", schema::uuid().described("One of yours; nobody else is sent this event."),
               optional},
              {"connection_id",
               schema::uuid().described("Its state, subscription or last error is another now: read it."),
               optional},
              {"label_id", schema::uuid(), optional},
              {"product_id",
               schema::uuid().described("Of product.changed: missing when many changed at once."), optional},
              {"direction", schema::word({"in", "out"}), optional},
              {"origin", words(origin_words), optional},
              {"state", words(state_words).described("Of message.changed: missing when its text was edited."),
               optional},
              {"owner",
               words(owner_words)
                   .described("Who answers now; messages of the AI that were not sent are "
                              "overtaken."),
               optional},
              {"epoch", schema::integer(0), optional},
              {"order_number", schema::integer(0), optional},
              {"status", token.described("Of the order."), optional},
              {"kind", token.described("Of the invoice, the task or the notification."), optional},
              {"reason", words(ends).described("Why the server ends the stream."), optional},
              {"at", schema::timestamp(), optional}})
      .example({{"type", "message.created"},
                {"conversation_id", "01890a5d-ac96-774b-bcce-b302099a8057"},
                {"message_id", "01890a5d-ac97-7001-bcce-b302099a8057"},
                {"customer_id", "01890a5d-ac98-7002-bcce-b302099a8057"},
                {"direction", "in"},
                {"at", "2026-01-31T09:30:00.000Z"}})
      .named("Event");
}

}  // namespace sellavie::net
