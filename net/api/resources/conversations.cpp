#include "net/api/resources/conversations.hpp"

#include <array>

#include "net/api/listed_pages.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "net/api/shapes.hpp"

namespace sellavie::net {
namespace conversations_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema owner_change_shape() { return schema::object(owner_fields()).named("ConversationOwner"); }

// --- the list's filter ---------------------------------------------------------------------------

std::vector<api::parameter> filters() {
  return {{"owner", owner_word(), "Only those that the AI, or a person, answers."},
          {"channel", channel_word(), "Only those of this channel."},
          {"assignee", schema::text({2, 36, api::text_format::token}).example("me"),
           "Only those assigned to this account; `me` is yours, `nobody` those assigned to nobody."},
          {"label", schema::uuid(), "Only those with this label."},
          {"snoozed", schema::boolean(), "Only those that are snoozed, or not."},
          {"unread", schema::boolean(), "Only those whose customer wrote since you read, or not."},
          {"name", schema::text({1, 100}), "Only those whose customer's name begins so, whatever the case."},
          sort_by_time()};
}

std::optional<bool> flag_of(const api_call& call, std::string_view name) {
  const auto text = call.query_value(name);
  return text ? std::optional{*text == "true"} : std::nullopt;
}

std::variant<storage::conversation_filter, problem> filter_of(const api_call& call) {
  storage::conversation_filter filter;
  if (const auto owner = call.query_value("owner"))
    filter.owner = *owner == "ai" ? storage::chat_owner::ai : storage::chat_owner::person;
  filter.channel = call.query_value("channel");
  if (const auto assignee = call.query_value("assignee")) {
    filter.unassigned = *assignee == "nobody";
    const auto account = *assignee == "me" ? std::optional{call.by.account.value} : parse_uuid(*assignee);
    if (account) filter.assignee = api::account_id{*account};
    else if (!filter.unassigned)
      return problem{problems::invalid, {}, {{"assignee", "must be me, nobody or an account's id"}}};
  }
  filter.label = call.query_id<uuid>("label");
  filter.snoozed = flag_of(call, "snoozed");
  filter.unread = flag_of(call, "unread");
  filter.name_prefix = call.query_value("name").value_or("");
  filter.oldest_first = is_oldest_first(call);
  return filter;
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome list(workplace& place, api_call& call) {
  const auto page = page_of(call);
  if (const auto* wrong = std::get_if<problem>(&page)) return *wrong;
  const auto filter = filter_of(call);
  if (const auto* wrong = std::get_if<problem>(&filter)) return *wrong;
  const auto& wish = std::get<page_wish>(page);
  return answer_with(
      storage::list_conversations(place.store, view_of(call), std::get<storage::conversation_filter>(filter),
                                  wish.after, wish.limit),
      [](const auto& found) {
        auto items = json::array();
        for (const auto& row : found.rows) items.push_back(shown(row));
        const json next = found.next ? json(api::write_cursor(*found.next)) : json(nullptr);
        return api_answer{200, {{"items", std::move(items)}, {"next_cursor", next}}};
      });
}

api_outcome show(workplace& place, api_call& call) { return show_conversation(place, call); }

api_outcome list_messages(workplace& place, api_call& call) {
  const auto conversation = call.id<conversation_id>("conversation_id");
  const auto known = storage::find_chat(place.store, call.by.business, conversation);
  if (!known) return api::problem_of(known.error());
  if (!known.value()) return problem{problems::not_found};
  const auto direction = call.query_value("direction");
  const auto outgoing = direction ? std::optional{*direction == "out"} : std::nullopt;
  return answer_listed(
      call,
      [&](const page_wish& wish) {
        return storage::list_messages(place.store, call.by.business, conversation, outgoing,
                                      newest_first(call, wish));
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show_message(workplace& place, api_call& call) {
  const std::array wanted{call.id<message_id>("message_id")};
  return answer_with(storage::find_messages(place.store, call.by.business,
                                            call.id<conversation_id>("conversation_id"), wanted),
                     [](const auto& found) -> api_outcome {
                       if (found.empty()) return problem{problems::not_found};
                       return api_answer{200, shown(found.front())};
                     });
}

api_outcome change_owner(workplace& place, const api_call& call, actors::chat_command what) {
  const auto chat =
      storage::find_chat(place.store, call.by.business, call.id<conversation_id>("conversation_id"));
  if (!chat) return api::problem_of(chat.error());
  if (!chat.value()) return problem{problems::not_found};
  const auto now = command_chat(place, call, *chat.value(), what);
  if (!now) return api::problem_of(now.error());
  return api_answer{200, shown(now.value())};
}

}  // namespace
}  // namespace conversations_resource

std::vector<api_endpoint> conversation_endpoints() {
  using namespace conversations_resource;
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
        .summary = "The inbox, by the last message. A filtered page may hold less than `limit` and still "
                   "have a next one.",
        .allowed = reading,
        .query = paged(filters()),
        .answers = {{200, "A page.", page_shape(conversation_shape(), "ConversationPage")}}},
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
        .summary =
            "What was written. A page of one direction may hold less than `limit` and still have a next one.",
        .allowed = reading,
        .query = paged({{"direction", schema::word({"in", "out"}),
                         "Only what the customer wrote, or only what was answered."},
                        sort_by_time()}),
        .answers = {{200, "A page.", page_shape(message_shape(), "MessagePage")}}},
       list_messages},
      {{.id = "show_message",
        .method = verb::get,
        .path = one + "/messages/{message_id}",
        .tag = "Conversations",
        .summary = "One message, with what became of it.",
        .allowed = reading,
        .answers = {{200, "The message.", message_shape()}}},
       show_message},
      {{.id = "take_over_conversation",
        .method = verb::post,
        .path = one + "/take-over",
        .tag = "Conversations",
        .summary =
            "A person answers from now on; no message of the AI follows the answer. Who comes second is "
            "told who has it.",
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
