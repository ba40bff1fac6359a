// WhatsApp Business changes: messages, statuses, echoes of the phone app, history,
// account fields. The kind is told by the arrays that `value` has.
#include <unordered_map>

#include "protocol/channel/webhook_items.hpp"

namespace sellavie::channel {
namespace {

// contacts[] by wa_id and by user_id. The views live as long as the document.
using contact_book = std::unordered_map<std::string_view, json>;

struct value_context {
  entry_context entry;
  json change;
  json value;
  /// Our number as customers see it; never a route.
  std::string own_number;
  contact_book contacts;
};

value_context read_context(json change, json value, entry_context entry) {
  value_context context{
      .entry = std::move(entry), .change = change, .value = value, .own_number = {}, .contacts = {}};
  if (const auto metadata = member(value, "metadata")) {
    if (std::string phone = id_member(*metadata, "phone_number_id"); !phone.empty()) {
      context.entry.space = route_space::whatsapp_phone;
      context.entry.id = std::move(phone);
    }
    context.own_number = id_member(*metadata, "display_phone_number");
    if (context.own_number.starts_with('+')) context.own_number.erase(0, 1);
  }
  for_each_in(value, "contacts", [&](json contact) {
    for (const char* key : {"wa_id", "user_id"}) {
      if (const auto id = string_member(contact, key); !id.empty()) context.contacts.emplace(id, contact);
    }
  });
  return context;
}

// wa_id first, the business-scoped id as the alias; with a username there may be only the latter.
void set_customer(channel_event& event, std::string phone, std::string user) {
  if (phone.empty()) std::swap(phone, user);
  event.customer_id = std::move(phone);
  event.customer_alias = std::move(user);
}

void add_contact_facts(channel_event& event, const value_context& context) {
  auto found = context.contacts.find(event.customer_id);
  if (found == context.contacts.end()) found = context.contacts.find(event.customer_alias);
  if (found == context.contacts.end()) return;
  const json contact = found->second;
  if (const auto profile = member(contact, "profile")) {
    event.customer_name = string_member(*profile, "name");
    if (event.customer_name.empty()) event.customer_name = string_member(*profile, "username");
  }
  if (event.customer_alias.empty()) {
    const auto user = string_member(contact, "user_id");
    if (user != event.customer_id) event.customer_alias = user;
  }
}

int first_error_code(json object) {
  int code = 0;
  for_each_in(object, "errors", [&](json failure) {
    const auto value = integer_member(failure, "code");
    if (code == 0 && value && *value > -1'000'000'000 && *value < 1'000'000'000)
      code = static_cast<int>(*value);
  });
  return code;
}

std::string first_error_text(json object) {
  std::string text;
  for_each_in(object, "errors", [&](json failure) {
    if (text.empty()) text = string_member(failure, "title");
    if (text.empty()) text = string_member(failure, "message");
  });
  return text;
}

// ---- messages ------------------------------------------------------------------------------------

void parse_message(json message, const value_context& context, event_sink& sink) {
  channel_event event = event_sink::begin(context.entry, event_kind::message);
  event.external_id = id_member(message, "id");
  event.provider_time = sink.time_of(member(message, "timestamp"), context.entry.time);
  std::string from = id_member(message, "from");
  const bool from_business = !from.empty() && from == context.own_number;
  if (from_business) from = id_member(message, "to");
  set_customer(event, std::move(from), from_business ? std::string{} : id_member(message, "from_user_id"));
  add_contact_facts(event, context);
  event.error_code = first_error_code(message);
  parse_whatsapp_content(message, event, sink);
  if (from_business && event.kind == event_kind::message) event.kind = event_kind::echo;
  event.no_reply = from_business || member(message, "group_id").has_value();
  if (!event.external_id.empty())
    event.dedupe_key = make_dedupe_key(to_string(event.kind), {event.external_id});
  sink.add(std::move(event), context.entry, message);
}

// What a person wrote in the business's phone app.
void parse_echo(json message, const value_context& context, event_sink& sink) {
  channel_event event = event_sink::begin(context.entry, event_kind::message);
  event.external_id = id_member(message, "id");
  event.provider_time = sink.time_of(member(message, "timestamp"), context.entry.time);
  set_customer(event, id_member(message, "to"), id_member(message, "to_user_id"));
  add_contact_facts(event, context);
  parse_whatsapp_content(message, event, sink);
  if (event.kind != event_kind::edit && event.kind != event_kind::unsend &&
      event.kind != event_kind::reaction) {
    event.kind = event_kind::echo;
  }
  event.no_reply = true;
  if (!event.external_id.empty()) event.dedupe_key = make_dedupe_key("echo", {event.external_id});
  sink.add(std::move(event), context.entry, message);
}

// ---- statuses ------------------------------------------------------------------------------------

delivery_state parse_state(std::string_view name) noexcept {
  if (name == "sent") return delivery_state::sent;
  if (name == "delivered") return delivery_state::delivered;
  if (name == "read") return delivery_state::read;
  if (name == "played") return delivery_state::played;
  if (name == "failed") return delivery_state::failed;
  return delivery_state::none;
}

void parse_status(json status, const value_context& context, event_sink& sink) {
  channel_event event = event_sink::begin(context.entry, event_kind::status);
  const std::string_view state = string_member(status, "status");
  event.subject_id = id_member(status, "id");
  event.state = parse_state(state);
  event.provider_time = sink.time_of(member(status, "timestamp"), context.entry.time);
  set_customer(event, id_member(status, "recipient_id"), id_member(status, "recipient_user_id"));
  event.metadata = string_member(status, "biz_opaque_callback_data");
  event.error_code = first_error_code(status);
  event.payload = event.state == delivery_state::none ? std::string{state} : first_error_text(status);
  event.no_reply = string_member(status, "recipient_type") == "group";
  if (!event.subject_id.empty())
    event.dedupe_key = make_dedupe_key("status", {event.subject_id, state, event.customer_id});
  sink.add(std::move(event), context.entry, status);
}

// ---- coexistence history -------------------------------------------------------------------------

void parse_history_message(json message, std::string_view customer, const value_context& context,
                           event_sink& sink) {
  channel_event event = event_sink::begin(context.entry, event_kind::message);
  event.external_id = id_member(message, "id");
  event.provider_time = sink.time_of(member(message, "timestamp"), context.entry.time);
  event.customer_id = customer;
  const std::string from = id_member(message, "from");
  if (event.customer_id.empty())
    event.customer_id = from == context.own_number ? id_member(message, "to") : from;
  parse_whatsapp_content(message, event, sink);
  event.metadata = from == event.customer_id ? "from_customer" : "from_business";
  event.kind = event_kind::history;
  event.no_reply = true;
  if (!event.external_id.empty()) event.dedupe_key = make_dedupe_key("history", {event.external_id});
  sink.add(std::move(event), context.entry, message);
}

void parse_history_chunk(json chunk, const value_context& context, event_sink& sink) {
  bool has_messages = false;
  for_each_in(chunk, "threads", [&](json thread) {
    const std::string customer = id_member(thread, "id");
    for_each_in(thread, "messages", [&](json message) {
      has_messages = true;
      if (sink.has_room()) parse_history_message(message, customer, context, sink);
    });
  });
  if (has_messages || !sink.has_room()) return;
  // Sharing was declined, or an empty phase: kept for the record.
  channel_event event = event_sink::begin(context.entry, event_kind::history);
  event.error_code = first_error_code(chunk);
  event.no_reply = true;
  event.raw = sink.raw_of(chunk);
  sink.add(std::move(event), context.entry, context.change);
}

void parse_synced_contact(json item, const value_context& context, event_sink& sink) {
  channel_event event = event_sink::begin(context.entry, event_kind::history);
  if (const auto contact = member(item, "contact")) {
    event.customer_id = id_member(*contact, "phone_number");
    event.customer_name = string_member(*contact, "full_name");
  }
  event.no_reply = true;
  event.raw = sink.raw_of(item);
  sink.add(std::move(event), context.entry, item);
}

// ---- the account ---------------------------------------------------------------------------------

bool is_account_field(std::string_view field) noexcept {
  for (const std::string_view prefix :
       {"account_", "message_template_", "template_", "phone_number_", "business_"}) {
    if (field.starts_with(prefix)) return true;
  }
  return field == "security" || field == "flows" || field == "payment_configuration_update" ||
         field == "partner_solutions";
}

void parse_account(json item, event_kind kind, std::string_view field, const value_context& context,
                   event_sink& sink) {
  channel_event event = event_sink::begin(context.entry, kind);
  event.payload = field;
  event.error_code = first_error_code(context.value);
  event.raw = sink.raw_of(item);
  sink.add(std::move(event), context.entry, item);
}

// Consent to marketing messages: payload "marketing_messages:stop" or ":resume".
void parse_preference(json item, const value_context& context, event_sink& sink) {
  channel_event event = event_sink::begin(context.entry, event_kind::optin);
  set_customer(event, id_member(item, "wa_id"), id_member(item, "user_id"));
  event.payload =
      std::string{string_member(item, "category")} + ':' + std::string{string_member(item, "value")};
  event.provider_time = sink.time_of(member(item, "timestamp"), context.entry.time);
  sink.add(std::move(event), context.entry, item);
}

using item_parser = void (*)(json, const value_context&, event_sink&);
struct item_list {
  std::string_view key;
  item_parser parse;
};
constexpr item_list item_lists[] = {
    {"messages", parse_message},          {"statuses", parse_status},
    {"message_echoes", parse_echo},       {"history", parse_history_chunk},
    {"state_sync", parse_synced_contact}, {"user_preferences", parse_preference},
};

}  // namespace

void parse_whatsapp_change(json change, const entry_context& entry, event_sink& sink) {
  const std::string_view field = string_member(change, "field");
  const auto value = member(change, "value");
  const value_context context = read_context(change, value.value_or(change), entry);
  bool recognised = false;
  for (const auto& list : item_lists) {
    recognised |= for_each_in(context.value, list.key, [&](json item) {
      if (!sink.has_room()) return;
      if (!item.is_object()) return sink.malformed(item, entry);
      list.parse(item, context, sink);
    });
  }
  if (recognised || !sink.has_room()) return;
  const bool is_account = is_account_field(field) || member(context.value, "errors");
  parse_account(change, is_account ? event_kind::account : event_kind::unknown, field, context, sink);
}

}  // namespace sellavie::channel
