#include "net/api/resources/conversations.hpp"

#include "net/api/ask_actor.hpp"
#include "net/api/paging.hpp"
#include "storage/api/conversations.hpp"

namespace sellavie::net {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

// --- shapes --------------------------------------------------------------------------------------

schema channel_word() { return schema::word({"messenger", "instagram", "whatsapp"}); }
schema owner_word() { return schema::word({"ai", "person"}); }

schema conversation_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"customer_id", schema::uuid()},
                         {"customer_name", schema::text({0, 500, api::text_format::lines})},
                         {"channel", channel_word()},
                         {"owner", owner_word().described("Who answers.")},
                         {"epoch", schema::integer(1).described("Rises with each change of owner.")},
                         {"handover_reason", schema::text({0, 2000, api::text_format::lines})},
                         {"preview", schema::text({0, 200, api::text_format::lines})},
                         {"last_customer_at", schema::timestamp().or_null()},
                         {"last_message_at", schema::timestamp().or_null()},
                         {"created_at", schema::timestamp()}})
      .named("Conversation");
}

schema message_shape() {
  const auto attachment = schema::object({{"type", schema::text({0, 100})},
                                          {"url", schema::text({0, 4000, api::text_format::lines})},
                                          {"media_id", schema::text({0, 500})},
                                          {"title", schema::text({0, 2000, api::text_format::lines})}});
  return schema::object({{"id", schema::uuid()},
                         {"direction", schema::word({"in", "out"})},
                         {"origin", schema::word({"customer", "ai", "person", "system"})},
                         {"state", schema::word({"received", "ready", "sending", "backoff", "unknown",
                                                 "delivered", "overtaken", "dead", "unconfirmed", "unsent"})},
                         {"text", schema::text({0, 100'000, api::text_format::lines})},
                         {"attachments", schema::list(attachment, 100)},
                         {"at", schema::timestamp()}})
      .named("Message");
}

schema owner_change_shape() {
  return schema::object({{"owner", owner_word()}, {"epoch", schema::integer(1)}}).named("ConversationOwner");
}

// --- showing -------------------------------------------------------------------------------------

json time_or_null(instant at) {
  const auto ms = to_unix_ms(at);
  return ms == 0 ? json(nullptr) : json(api::timestamp(ms));
}

const char* name_of(storage::chat_owner owner) { return owner == storage::chat_owner::ai ? "ai" : "person"; }

json shown(const storage::listed_conversation& one) {
  return {{"id", to_string(one.id)},
          {"customer_id", to_string(one.contact)},
          {"customer_name", one.customer_name},
          {"channel", one.channel},
          {"owner", name_of(one.owner)},
          {"epoch", one.epoch},
          {"handover_reason", one.handover_reason},
          {"preview", one.preview},
          {"last_customer_at", time_or_null(one.last_customer_at)},
          {"last_message_at", time_or_null(one.last_message_at)},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))}};
}

json shown(const storage::listed_message& one) {
  static constexpr const char* origins[] = {"customer", "ai", "person", "system"};
  static constexpr const char* states[] = {"received",  "ready",     "sending", "backoff",     "unknown",
                                           "delivered", "overtaken", "dead",    "unconfirmed", "unsent"};
  auto attachments = json::array();
  if (!one.attachments.empty())
    if (auto parsed = json::parse(one.attachments, nullptr, false); parsed.is_array())
      attachments = std::move(parsed);
  return {{"id", to_string(one.id)},
          {"direction", one.outgoing ? "out" : "in"},
          {"origin", origins[static_cast<std::size_t>(one.origin)]},
          {"state", states[static_cast<std::size_t>(one.state)]},
          {"text", one.text},
          {"attachments", std::move(attachments)},
          {"at", api::timestamp(to_unix_ms(one.sent_at))}};
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome list(workplace& place, api_call& call) {
  const auto page = page_of(call);
  if (const auto* wrong = std::get_if<problem>(&page)) return *wrong;
  const auto& wish = std::get<page_wish>(page);
  storage::conversation_filter filter;
  if (const auto owner = call.query_value("owner"))
    filter.owner = *owner == "ai" ? storage::chat_owner::ai : storage::chat_owner::person;
  filter.channel = call.query_value("channel");
  return answer_with(
      storage::list_conversations(place.store, call.by.business, filter, wish.after, wish.limit),
      [&](const auto& rows) {
        return give_page(
            rows, wish.limit, [](const auto& row) { return shown(row); },
            [](const auto& row) {
              return api::page_position{to_unix_ms(row.last_message_at), row.id.value};
            });
      });
}

api_outcome show(workplace& place, api_call& call) {
  const auto found =
      storage::find_conversation(place.store, call.by.business, call.id<conversation_id>("conversation_id"));
  return answer_with(found, [](const auto& one) -> api_outcome {
    if (!one) return problem{problems::not_found};
    return api_answer{200, shown(*one)};
  });
}

api_outcome list_messages(workplace& place, api_call& call) {
  const auto page = page_of(call);
  if (const auto* wrong = std::get_if<problem>(&page)) return *wrong;
  const auto& wish = std::get<page_wish>(page);
  const auto conversation = call.id<conversation_id>("conversation_id");
  const auto known = storage::find_chat(place.store, call.by.business, conversation);
  if (!known) return api::problem_of(known.error());
  if (!known.value()) return problem{problems::not_found};
  return answer_with(
      storage::list_messages(place.store, call.by.business, conversation, wish.after, wish.limit),
      [&](const auto& rows) {
        return give_page(
            rows, wish.limit, [](const auto& row) { return shown(row); },
            [](const auto& row) {
              return api::page_position{0, row.id.value};
            });
      });
}

// The conversation's actor decides and commits; this only carries the wish.
api_outcome change_owner(workplace& place, const api_call& call, actors::chat_command what) {
  const auto chat =
      storage::find_chat(place.store, call.by.business, call.id<conversation_id>("conversation_id"));
  if (!chat) return api::problem_of(chat.error());
  if (!chat.value()) return problem{problems::not_found};
  const actors::command_business wanted{
      call.by.business,
      {chat.value()->connection, chat.value()->customer, what, to_string(call.by.account), origin_of(call)}};
  return answer_with(ask_actor<actors::chat_commanded>(place.with.registry, wanted), [](const auto& now) {
    return api_answer{200, {{"owner", name_of(now.owner)}, {"epoch", now.epoch}}};
  });
}

}  // namespace

std::vector<api_endpoint> conversation_endpoints() {
  using api::access;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/conversations";
  const std::string one = all + "/{conversation_id}";
  const access reading{audience::member, permission::read};
  const access conversing{audience::member, permission::converse};
  return {
      {{.id = "list_conversations",
        .method = verb::get,
        .path = all,
        .tag = "Conversations",
        .summary = "The inbox, by the last message.",
        .allowed = reading,
        .query = paged({{"owner", owner_word(), "Only those that the AI, or a person, answers."},
                        {"channel", channel_word(), "Only those of this channel."}}),
        .answers = {{200, "A page, newest first.", page_shape(conversation_shape(), "ConversationPage")}}},
       list},
      {{.id = "show_conversation",
        .method = verb::get,
        .path = one,
        .tag = "Conversations",
        .summary = "One conversation.",
        .allowed = reading,
        .answers = {{200, "The conversation.", conversation_shape()}}},
       show},
      {{.id = "list_messages",
        .method = verb::get,
        .path = one + "/messages",
        .tag = "Conversations",
        .summary = "What was written, newest first.",
        .allowed = reading,
        .query = paged(),
        .answers = {{200, "A page, newest first.", page_shape(message_shape(), "MessagePage")}}},
       list_messages},
      {{.id = "take_over_conversation",
        .method = verb::post,
        .path = one + "/take-over",
        .tag = "Conversations",
        .summary = "A person answers from now on; no message of the AI follows the answer.",
        .allowed = conversing,
        .answers = {{200, "Who answers now.", owner_change_shape()}}},
       [](workplace& place, api_call& call) {
         return change_owner(place, call, actors::chat_command::take_over);
       }},
      {{.id = "return_conversation_to_ai",
        .method = verb::post,
        .path = one + "/return-to-ai",
        .tag = "Conversations",
        .summary = "The AI answers again.",
        .allowed = conversing,
        .answers = {{200, "Who answers now.", owner_change_shape()}}},
       [](workplace& place, api_call& call) {
         return change_owner(place, call, actors::chat_command::return_to_ai);
       }},
  };
}

}  // namespace sellavie::net
