#include "net/api/resources/conversation_view.hpp"

#include "net/api/ask_actor.hpp"
#include "net/api/shapes.hpp"
#include "net/message_words.hpp"
#include "storage/api/labels.hpp"

namespace sellavie::net {
namespace {

using api::schema;
using nlohmann::json;

// People's commands name the account; a person on the phone app has no name here.
json taker_or_null(std::string_view taker) {
  const auto account = parse_uuid(taker);
  return account ? json(to_string(*account)) : json(nullptr);
}

}  // namespace

json time_or_null(instant at) {
  const auto ms = to_unix_ms(at);
  return ms == 0 ? json(nullptr) : json(api::timestamp(ms));
}

// --- shapes --------------------------------------------------------------------------------------

schema owner_word() { return schema::word(list_of(owner_words)); }

std::vector<api::field> owner_fields() {
  return {{"owner", owner_word().described("Who answers.")},
          {"epoch", schema::integer(1).described("Rises with each change of owner.")},
          {"taken_by", schema::uuid().or_null().described(
                           "The account that took the chat over; null when the AI has it, or a person "
                           "who wrote from the platform's own app.")}};
}

schema conversation_shape() {
  std::vector<api::field> fields{{"id", schema::uuid()},
                                 {"customer_id", schema::uuid()},
                                 {"customer_name", customer_name_text()},
                                 {"is_blocked", schema::boolean()},
                                 {"channel", channel_word()}};
  for (auto& one : owner_fields()) fields.push_back(std::move(one));
  for (auto& one : std::vector<api::field>{
           {"handover_reason", schema::text({0, 2000, api::text_format::lines}).example("")},
           {"preview", schema::text({0, 200, api::text_format::lines}).example("Is the blue one there?")},
           {"assignee_id", schema::uuid().or_null()},
           {"snoozed_until", schema::timestamp().or_null().described(
                                 "While it is snoozed; a message of the customer ends it.")},
           {"is_unread", schema::boolean().described("The customer wrote since you read.")},
           {"label_ids", schema::list(schema::uuid(), storage::most_labels)},
           {"last_customer_at", schema::timestamp().or_null()},
           {"customer_read_at",
            schema::timestamp().or_null().described(
                "The customer has read what was delivered up to then; null when the channel has not said so.")},
           {"last_message_at", schema::timestamp().or_null()},
           {"created_at", schema::timestamp()}})
    fields.push_back(std::move(one));
  return schema::object(std::move(fields)).named("Conversation");
}

schema message_shape() {
  const auto attachment = schema::object(
      {{"type", schema::text({0, 100}).example("image")},
       {"url", schema::text({0, 4000, api::text_format::lines}).example("https://shop.example/ankara.jpg")},
       {"media_id", schema::text({0, 500}).example("")},
       {"title", schema::text({0, 2000, api::text_format::lines}).example("")}});
  return schema::object(
             {{"id", schema::uuid()},
              {"direction", schema::word({"in", "out"})},
              {"origin", schema::word(list_of(origin_words))},
              {"author_id", schema::uuid().or_null().described(
                                "The account that wrote it here; null for everybody else.")},
              {"state",
               schema::word(list_of(state_words))
                   .described("What is `delivered` was read, too, when its `at` is not later than the "
                              "conversation's `customer_read_at`.")},
              {"text", schema::text({0, 100'000, api::text_format::lines}).example("Is the blue one there?")},
              {"attachments", schema::list(attachment, 100)},
              {"at", schema::timestamp()}})
      .named("Message");
}

// --- showing -------------------------------------------------------------------------------------

json shown(const storage::listed_conversation& one) {
  auto labels = json::array();
  for (const auto& label : one.labels) labels.push_back(to_string(label));
  const bool is_ai = one.owner == storage::chat_owner::ai;
  return {{"id", to_string(one.id)},
          {"customer_id", to_string(one.contact)},
          {"customer_name", one.customer_name},
          {"is_blocked", one.is_blocked},
          {"channel", one.channel},
          {"owner", word_of(one.owner)},
          {"epoch", one.epoch},
          {"taken_by", is_ai ? json(nullptr) : taker_or_null(taker_in(one.handover_reason))},
          {"handover_reason", one.handover_reason},
          {"preview", one.preview},
          {"assignee_id", one.assignee ? json(to_string(*one.assignee)) : json(nullptr)},
          {"snoozed_until", time_or_null(one.snoozed_until.value_or(instant{}))},
          {"is_unread", one.is_unread},
          {"label_ids", std::move(labels)},
          {"last_customer_at", time_or_null(one.last_customer_at)},
          {"customer_read_at", time_or_null(one.read_up_to)},
          {"last_message_at", time_or_null(one.last_message_at)},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))}};
}

json shown(const storage::listed_message& one) {
  auto attachments = json::array();
  if (!one.attachments.empty())
    if (auto parsed = json::parse(one.attachments, nullptr, false); parsed.is_array())
      attachments = std::move(parsed);
  return {{"id", to_string(one.id)},
          {"direction", one.outgoing ? "out" : "in"},
          {"origin", word_of(one.origin)},
          {"author_id", one.author ? json(to_string(*one.author)) : json(nullptr)},
          {"state", word_of(one.state)},
          {"text", one.text},
          {"attachments", std::move(attachments)},
          {"at", api::timestamp(to_unix_ms(one.sent_at))}};
}

json shown(const actors::chat_commanded& now) {
  return {{"owner", word_of(now.owner)}, {"epoch", now.epoch}, {"taken_by", taker_or_null(now.taken_by)}};
}

api_outcome show_conversation(workplace& place, const api_call& call) {
  const auto found =
      storage::find_conversation(place.store, view_of(call), call.id<conversation_id>("conversation_id"));
  return answer_with(found, [](const auto& one) -> api_outcome {
    if (!one) return api::problem{api::problems::not_found};
    return api_answer{200, shown(*one)};
  });
}

// --- commands ------------------------------------------------------------------------------------

result<actors::chat_commanded> command_chat(const workplace& place, const api_call& call,
                                            const storage::chat_address& chat, actors::chat_command what,
                                            actors::composed_message message) {
  actors::command_business wanted{call.by.business,
                                  {chat.connection, chat.customer, what, to_string(call.by.account),
                                   origin_of(call), std::move(message)}};
  return ask_actor<actors::chat_commanded>(place.with.doors->registry, std::move(wanted));
}

}  // namespace sellavie::net
