#include "actors/turn.hpp"

#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

#include "protocol/channel/send.hpp"
#include "protocol/channel/stored_wire.hpp"
#include "protocol/channel/window.hpp"

namespace sellavie::actors {
namespace {

// The business's offset comes from PostgreSQL with its snapshot.
std::string local_time(instant now, int utc_offset_minutes) {
  const std::time_t seconds = to_unix_ms(now + std::chrono::minutes{utc_offset_minutes}) / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[48];
  const std::size_t size = std::strftime(text, sizeof text, "%A %Y-%m-%d %H:%M", &parts);
  return {text, size};
}

llm::turn_context context_of(const chat_context& chat, const turn& of,
                             const std::vector<action_kind>& allowed) {
  const tenant& business = *chat.business;
  llm::turn_context context;
  context.business_name = business.name;
  context.tone = business.knowledge.tone;
  context.facts = business.knowledge.facts;
  for (const auto& [question, answer] : business.knowledge.faqs) context.faqs.push_back({question, answer});
  context.rules = business.knowledge.rules;
  context.locale = business.locale;
  context.local_time = local_time(of.started_at, business.utc_offset_minutes);
  if (of.facts.products) context.products = *of.facts.products;
  context.customer_name = chat.customer_name;
  context.open_order = of.facts.open_order ? &*of.facts.open_order : nullptr;
  context.history = chat.history;
  for (const delivery& one : of.deliveries) context.inbound.push_back(text_of(*one.event));
  context.attachments = describe_attachments(of.deliveries);
  context.nonce = of.nonce;
  context.allowed = allowed;
  context.previous = of.previous;
  return context;
}

storage::message_row incoming_message(const chat_context& chat, const turn& of, const delivery& one) {
  const bool is_echo = one.event->kind == channel::event_kind::echo;
  return {.conversation = chat.conversation,
          .id = chat.node->ids->next_as<message_id>(),
          .business = chat.business->id,
          .turn = of.id,
          .outgoing = is_echo,
          .origin = is_echo ? storage::message_origin::person : storage::message_origin::customer,
          .state = is_echo ? storage::send_state::delivered : storage::send_state::received,
          .external_id = one.event->external_id,
          .body = text_of(*one.event),
          .attachments = attachments_json(*one.event),
          .provider_time = one.event->provider_time,
          .created_at = one.accepted_at};
}

void add_reply(const chat_context& chat, const turn& of, const turn_end& end, instant now,
               storage::change_set& to) {
  const channel_account* account = chat.business->account(chat.connection);
  if (end.reply.empty() || account == nullptr) return;
  const auto parts = channel::split_message({.text = end.reply}, account->channel);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto id = chat.node->ids->next_as<message_id>();
    // The first part may go at once; its siblings wait for it.
    const auto state = i == 0 ? storage::send_state::sending : storage::send_state::ready;
    to.messages.push_back({.conversation = chat.conversation,
                           .id = id,
                           .business = chat.business->id,
                           .turn = of.id,
                           .outgoing = true,
                           .origin = end.origin,
                           .state = state,
                           .body = parts[i].text,
                           .provider_time = now,
                           .created_at = now});
    to.outbox.push_back({.id = id,
                         .business = chat.business->id,
                         .connection = chat.connection,
                         .conversation = chat.conversation,
                         .recipient = chat.customer,
                         .origin = end.origin,
                         .epoch = end.epoch,
                         .state = state,
                         .due_at = now,
                         .created_at = now,
                         .body = channel::store_wire(parts[i])});
  }
}

void add_contact(const chat_context& chat, const turn& of, storage::change_set& to) {
  for (const proposed_action& proposed : of.current.actions)
    if (const auto* contact = std::get_if<proposal::record_contact>(&proposed.what))
      to.contacts.push_back(
          {chat.contact, chat.business->id, contact->name, contact->email, contact->phone, contact->address});
}

}  // namespace

std::string text_of(const channel::channel_event& event) {
  if (!event.text.empty()) return event.text;
  if (!event.payload.empty()) return event.payload;
  std::string text;
  for (const auto& attachment : event.attachments) {
    if (!text.empty()) text += ' ';
    text += '(' + attachment.type + (attachment.title.empty() ? "" : ": " + attachment.title) + ')';
  }
  return text.empty() ? "(unsupported message)" : text;
}

std::string attachments_json(const channel::channel_event& event) {
  if (event.attachments.empty()) return {};
  auto list = nlohmann::json::array();
  for (const auto& one : event.attachments)
    list.push_back({{"type", one.type}, {"url", one.url}, {"media_id", one.media_id}, {"title", one.title}});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string describe_attachments(const std::vector<delivery>& deliveries) {
  std::map<std::string, int> counts;
  for (const delivery& one : deliveries)
    for (const auto& attachment : one.event->attachments) ++counts[attachment.type];
  std::string text;
  for (const auto& [type, count] : counts) {
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + ' ' + type;
  }
  return text;
}

model_question make_question(const chat_context& chat, turn& of, const std::vector<action_kind>& allowed) {
  bool any_tools = false;
  bool any_tags = false;
  const auto& providers = chat.node->settings->llm;
  llm::prompt_limits limits;
  for (const std::string& name : providers.order) {
    const auto& provider = providers.providers.find(name)->second;
    (provider.tools ? any_tools : any_tags) = true;
    limits.answer_tokens = std::max(limits.answer_tokens, static_cast<std::uint32_t>(provider.max_tokens));
  }
  auto context = context_of(chat, of, allowed);
  model_question question;
  const auto build = [&](action_encoding encoding) {
    context.encoding = encoding;
    auto built = llm::build_prompt(context, limits);
    of.shown = std::move(built.shown);
    of.prices = std::move(built.prices);
    of.facts_text = std::move(built.facts_text);
    return std::make_shared<const llm::chat_request>(std::move(built.request));
  };
  if (any_tags) question.with_tags = build(action_encoding::tags);
  if (any_tools || !any_tags) question.with_tools = build(action_encoding::tools);
  return question;
}

std::shared_ptr<storage::change_set> complete_turn(const chat_context& chat, const turn& of,
                                                   const turn_end& end) {
  const instant now = chat.node->now();
  auto changes = std::make_shared<storage::change_set>();
  storage::turn_row row{.conversation = chat.conversation,
                        .id = of.id,
                        .business = chat.business->id,
                        .completed = true,
                        .outcome = end.outcome,
                        .round = static_cast<std::int16_t>(of.current.round),
                        .started_at = of.started_at,
                        .ended_at = now};
  instant last_customer = chat.last_customer_at;
  for (const delivery& one : of.deliveries) {
    changes->inbox_done.push_back(one.id);
    row.inbox_ids.push_back(one.id);
    changes->messages.push_back(incoming_message(chat, of, one));
    if (channel::opens_window(*one.event)) last_customer = std::max(last_customer, one.event->provider_time);
  }
  add_reply(chat, of, end, now, *changes);
  add_contact(chat, of, *changes);
  changes->turns.push_back(std::move(row));
  changes->conversations.push_back({.conversation = chat.conversation,
                                    .business = chat.business->id,
                                    .expected_epoch = end.expected_epoch,
                                    .epoch = end.epoch,
                                    .owner = end.owner,
                                    .handover_reason = end.handover_reason,
                                    .last_customer_at = last_customer,
                                    .last_message_at = now});
  if (end.epoch != end.expected_epoch) {
    changes->outbox_overtaken.push_back(chat.conversation);
    if (end.owner == storage::chat_owner::person && end.outcome != storage::turn_outcome::overtaken)
      changes->tasks.push_back({chat.business->id, chat.conversation, chat.node->ids->next(), "handover",
                                end.handover_reason, now});
  }
  return changes;
}

}  // namespace sellavie::actors
