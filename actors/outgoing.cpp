#include "actors/outgoing.hpp"

#include <nlohmann/json.hpp>

#include "protocol/channel/stored_wire.hpp"

namespace sellavie::actors {
namespace {

std::string attachments_of(const channel::wire_message& part) {
  const bool is_image = part.kind == channel::wire_kind::image;
  if (!is_image && part.kind != channel::wire_kind::file) return {};
  return nlohmann::json::array({{{"type", is_image ? "image" : "file"},
                                 {"url", part.url},
                                 {"media_id", ""},
                                 {"title", part.title}}})
      .dump();
}

}  // namespace

void add_outgoing(const outgoing& message, const channel::wire_message& part, const message_id& id,
                  storage::send_state state, storage::change_set& to) {
  to.messages.push_back({.conversation = message.conversation,
                         .id = id,
                         .business = message.business,
                         .turn = message.turn,
                         .outgoing = true,
                         .origin = message.origin,
                         .state = state,
                         .body = part.text,
                         .attachments = attachments_of(part),
                         .provider_time = message.at,
                         .created_at = message.at});
  to.outbox.push_back({.id = id,
                       .business = message.business,
                       .connection = message.connection,
                       .conversation = message.conversation,
                       .recipient = message.recipient,
                       .origin = message.origin,
                       .epoch = message.epoch,
                       .state = state,
                       .due_at = message.at,
                       .created_at = message.at,
                       .body = channel::store_wire(part)});
}

}  // namespace sellavie::actors
