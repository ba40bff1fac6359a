// messaging[] and standby[] items of Messenger and Instagram: one shape with small
// differences. The kind is told by the key that exists.
#include <array>
#include <cstdio>

#include "protocol/channel/webhook_items.hpp"

namespace sellavie::channel {
namespace {

// In the order in which they decide when an item has several.
constexpr std::array<std::string_view, 14> content_keys{"message",
                                                        "message_edit",
                                                        "postback",
                                                        "reaction",
                                                        "read",
                                                        "delivery",
                                                        "pass_thread_control",
                                                        "take_thread_control",
                                                        "request_thread_control",
                                                        "referral",
                                                        "optin",
                                                        "app_roles",
                                                        "policy-enforcement",
                                                        "policy_enforcement"};

struct item_view {
  json item;
  std::size_t content_index = content_keys.size();
  json content;
  std::string sender;
  std::string recipient;
  std::optional<json> timestamp;
};

// One pass over the item's keys.
item_view read_item(json item) {
  item_view view{.item = item, .content = item, .sender = {}, .recipient = {}, .timestamp = {}};
  simdjson::dom::object object;
  if (item.get(object) != simdjson::SUCCESS) return view;
  for (const auto [key, value] : object) {
    if (key == "sender") {
      view.sender = id_member(value, "id");
      if (view.sender.empty()) view.sender = id_member(value, "user_ref");
    } else if (key == "recipient") {
      view.recipient = id_member(value, "id");
    } else if (key == "timestamp") {
      view.timestamp = value;
    } else if (value.is_object()) {
      for (std::size_t i = 0; i < view.content_index; ++i) {
        if (content_keys[i] != key) continue;
        view.content_index = i;
        view.content = value;
      }
    }
  }
  return view;
}

std::string_view content_key(const item_view& view) noexcept {
  return view.content_index < content_keys.size() ? content_keys[view.content_index] : std::string_view{};
}

// Echo first, whatever else the item says: a bot that answers itself never stops. Only messages have
// echoes; samples of Instagram postbacks carry the customer's id as entry.id.
bool is_from_business(const item_view& view, const entry_context& entry) noexcept {
  if (content_key(view) != "message") return false;
  return true_member(view.content, "is_echo") || (!view.sender.empty() && view.sender == entry.id);
}

void set_parties(channel_event& event, item_view& view, const entry_context& entry, bool from_business) {
  std::string& business = from_business ? view.sender : view.recipient;
  std::string& customer = from_business ? view.recipient : view.sender;
  event.customer_id = std::move(customer);
  if (business.empty()) return;
  if (business != entry.id && !entry.id.empty()) event.entry_route = route_key{entry.space, entry.id};
  event.route.id = std::move(business);
}

std::string coordinates_text(json payload) {
  const auto place = member(payload, "coordinates");
  double latitude = 0;
  double longitude = 0;
  if (!place || !place->is_object()) return {};
  if (place->at_key("lat").get(latitude) != simdjson::SUCCESS ||
      place->at_key("long").get(longitude) != simdjson::SUCCESS)
    return {};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.6g,%.6g", latitude, longitude);
  return text.data();
}

attachment read_attachment(json object) {
  attachment part;
  part.type = string_member(object, "type");
  part.title = string_member(object, "title");
  part.url = string_member(object, "url");
  const auto payload = member(object, "payload");
  if (!payload) return part;
  if (const auto url = string_member(*payload, "url"); !url.empty()) part.url = url;
  if (part.title.empty()) part.title = string_member(*payload, "title");
  if (part.title.empty()) part.title = coordinates_text(*payload);
  for (const char* key : {"attachment_id", "sticker_id", "id", "reel_video_id", "ig_post_media_id"}) {
    if (part.media_id.empty()) part.media_id = id_member(*payload, key);
  }
  return part;
}

void read_attachments(json message, channel_event& event) {
  for_each_in(message, "attachments", [&](json object) {
    if (object.is_object()) event.attachments.push_back(read_attachment(object));
  });
}

void read_reply_to(json message, channel_event& event) {
  const auto reply = member(message, "reply_to");
  if (!reply) return;
  event.reply_to = id_member(*reply, "mid");
  if (const auto story = member(*reply, "story")) {
    attachment part;
    part.type = "story_reply";
    part.url = string_member(*story, "url");
    part.media_id = id_member(*story, "id");
    event.attachments.push_back(std::move(part));
  }
}

void read_message(const item_view& view, channel_event& event, bool from_business) {
  const json message = view.content;
  event.external_id = id_member(message, "mid");
  event.no_reply = true_member(message, "is_self");
  if (true_member(message, "is_deleted")) {
    event.kind = event_kind::unsend;
    event.subject_id = event.external_id;
    if (!event.external_id.empty()) event.dedupe_key = make_dedupe_key("unsend", {event.external_id});
    return;
  }
  event.text = string_member(message, "text");
  read_attachments(message, event);
  read_reply_to(message, event);
  if (const auto reply = member(message, "quick_reply")) event.payload = string_member(*reply, "payload");
  if (const auto referral = member(message, "referral"))
    event.attachments.push_back(referral_attachment(*referral));
  if (from_business) {
    event.kind = event_kind::echo;
    event.app_id = id_member(message, "app_id");
    event.metadata = string_member(message, "metadata");
  } else {
    const bool is_empty = event.text.empty() && event.payload.empty() && event.attachments.empty();
    event.kind =
        is_empty || true_member(message, "is_unsupported") ? event_kind::unsupported : event_kind::message;
  }
  if (!event.external_id.empty())
    event.dedupe_key = make_dedupe_key(from_business ? "echo" : "message", {event.external_id});
}

void read_edit(const item_view& view, channel_event& event) {
  event.kind = event_kind::edit;
  event.subject_id = id_member(view.content, "mid");
  event.text = string_member(view.content, "text");
  std::string number = id_member(view.content, "num_edit");
  if (number.empty()) number = id_member(view.content, "num_edits");
  if (!event.subject_id.empty() && !number.empty())
    event.dedupe_key = make_dedupe_key("edit", {event.subject_id, number});
}

void read_postback(const item_view& view, channel_event& event, const std::string& time) {
  event.kind = event_kind::postback;
  event.external_id = id_member(view.content, "mid");
  event.text = string_member(view.content, "title");
  event.payload = string_member(view.content, "payload");
  if (const auto referral = member(view.content, "referral"))
    event.attachments.push_back(referral_attachment(*referral));
  event.dedupe_key = event.external_id.empty()
                         ? make_dedupe_key("postback", {event.customer_id, time, event.payload})
                         : make_dedupe_key("postback", {event.external_id});
}

void read_reaction(const item_view& view, channel_event& event, const std::string& time) {
  event.kind = event_kind::reaction;
  event.subject_id = id_member(view.content, "mid");
  event.payload = string_member(view.content, "action");
  event.text = string_member(view.content, "emoji");
  if (event.text.empty()) event.text = string_member(view.content, "reaction");
  event.dedupe_key = make_dedupe_key("reaction", {event.subject_id, event.customer_id, event.payload, time});
}

// Messenger counts by time ("watermark"), Instagram names the last message ("mid").
void read_mark(const item_view& view, channel_event& event, event_kind kind, const event_sink& sink) {
  event.kind = kind;
  event.subject_id = id_member(view.content, "mid");
  if (const auto watermark = member(view.content, "watermark"))
    event.watermark = sink.time_of(watermark, event.provider_time);
  const std::string mark = event.subject_id.empty() ? id_member(view.content, "watermark") : event.subject_id;
  if (!mark.empty()) event.dedupe_key = make_dedupe_key(to_string(kind), {event.customer_id, mark});
}

// `payload` is pass, take or request; `app_id` the (requested) new owner; `subject_id` the former one.
void read_thread_control(const item_view& view, channel_event& event, const std::string& time) {
  const std::string_view key = content_key(view);
  event.kind = event_kind::thread_control;
  event.payload = key.substr(0, key.find('_'));
  event.app_id =
      id_member(view.content, event.payload == "request" ? "requested_owner_app_id" : "new_owner_app_id");
  event.subject_id = id_member(view.content, "previous_owner_app_id");
  event.metadata = string_member(view.content, "metadata");
  event.dedupe_key = make_dedupe_key("thread", {event.customer_id, time, event.payload});
}

void read_referral(const item_view& view, channel_event& event, const std::string& time) {
  event.kind = event_kind::referral;
  event.payload = string_member(view.content, "ref");
  event.attachments.push_back(referral_attachment(view.content));
  event.dedupe_key = make_dedupe_key("referral", {event.customer_id, time, event.payload});
}

void read_optin(const item_view& view, channel_event& event, const event_sink& sink) {
  event.kind = event_kind::optin;
  event.payload = string_member(view.content, "payload");
  if (event.payload.empty()) event.payload = string_member(view.content, "ref");
  if (event.customer_id.empty()) event.customer_id = id_member(view.content, "user_ref");
  event.raw = sink.raw_of(view.item);
}

}  // namespace

void parse_messaging_item(json item, const entry_context& entry, event_sink& sink) {
  item_view view = read_item(item);
  channel_event event = event_sink::begin(entry, event_kind::unknown);
  event.provider_time = sink.time_of(view.timestamp, entry.time);
  std::string time = view.timestamp ? as_id(*view.timestamp) : std::string{};
  if (time.empty()) time = entry.claimed_time;
  const bool from_business = is_from_business(view, entry);
  set_parties(event, view, entry, from_business);
  const std::string_view key = content_key(view);
  if (key == "message") read_message(view, event, from_business);
  else if (key == "message_edit") read_edit(view, event);
  else if (key == "postback") read_postback(view, event, time);
  else if (key == "reaction") read_reaction(view, event, time);
  else if (key == "read") read_mark(view, event, event_kind::read, sink);
  else if (key == "delivery") read_mark(view, event, event_kind::delivery, sink);
  else if (key.ends_with("_thread_control")) read_thread_control(view, event, time);
  else if (key == "referral") read_referral(view, event, time);
  else if (key == "optin") read_optin(view, event, sink);
  else {
    event.kind = key.empty() ? event_kind::unknown : event_kind::account;
    event.raw = sink.raw_of(item);
  }
  sink.add(std::move(event), entry, item);
}

}  // namespace sellavie::channel
