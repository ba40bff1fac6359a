// The content of one WhatsApp message: `type` names the object that holds it.
#include <array>
#include <charconv>
#include <cstdio>

#include "protocol/channel/webhook_items.hpp"

namespace sellavie::channel {
namespace {

bool is_media(std::string_view type) noexcept {
  return type == "image" || type == "video" || type == "audio" || type == "document" || type == "sticker";
}

// The caption is what the customer wrote; the file name is what the file is called.
void read_media(std::string_view type, json media, channel_event& event) {
  attachment part;
  part.type = type == "document" ? "file" : std::string{type};
  part.media_id = id_member(media, "id");
  part.mime_type = string_member(media, "mime_type");
  part.url = string_member(media, "url");
  part.title = string_member(media, "filename");
  event.text = string_member(media, "caption");
  event.attachments.push_back(std::move(part));
}

void read_location(json place, channel_event& event) {
  attachment part;
  part.type = "location";
  part.url = string_member(place, "url");
  double latitude = 0;
  double longitude = 0;
  simdjson::dom::object object;
  if (place.get(object) == simdjson::SUCCESS && object["latitude"].get(latitude) == simdjson::SUCCESS &&
      object["longitude"].get(longitude) == simdjson::SUCCESS) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.8g,%.8g", latitude, longitude);
    part.title = text.data();
  }
  for (const char* key : {"name", "address"}) {
    if (const auto words = string_member(place, key); !words.empty()) {
      if (!part.title.empty()) part.title += ' ';
      part.title += words;
    }
  }
  event.attachments.push_back(std::move(part));
}

void read_contact_card(json card, channel_event& event) {
  attachment part;
  part.type = "contacts";
  if (const auto name = member(card, "name")) part.title = string_member(*name, "formatted_name");
  for_each_in(card, "phones", [&](json phone) {
    if (part.media_id.empty()) part.media_id = id_member(phone, "wa_id");
    if (const auto number = string_member(phone, "phone"); !number.empty() && part.title.size() < 500) {
      part.title += ' ';
      part.title += number;
    }
  });
  event.attachments.push_back(std::move(part));
}

// Quick-reply taps carry what the customer saw (text) and what we gave the button (payload).
void read_interactive(json interactive, channel_event& event) {
  for (const char* key : {"button_reply", "list_reply"}) {
    if (const auto reply = member(interactive, key)) {
      event.text = string_member(*reply, "title");
      event.payload = id_member(*reply, "id");
    }
  }
  if (const auto form = member(interactive, "nfm_reply")) {
    event.text = string_member(*form, "body");
    event.payload = string_member(*form, "response_json");
  }
}

// A cart sent from the catalogue: one attachment per item, media_id = sku, title = quantity. Prices
// in it are the customer's word and are left out.
void read_order(json order, channel_event& event) {
  event.text = string_member(order, "text");
  event.payload = id_member(order, "catalog_id");
  for_each_in(order, "product_items", [&](json item) {
    attachment part;
    part.type = "order_item";
    part.media_id = id_member(item, "product_retailer_id");
    part.title = id_member(item, "quantity");
    event.attachments.push_back(std::move(part));
  });
}

void read_reaction(json reaction, channel_event& event) {
  event.kind = event_kind::reaction;
  event.subject_id = id_member(reaction, "message_id");
  event.text = string_member(reaction, "emoji");
  event.payload = event.text.empty() ? "unreact" : "react";
}

// `text` is WhatsApp's sentence, `payload` the change, `subject_id` and `metadata` the new number and user id.
void read_system(json system, channel_event& event) {
  event.kind = event_kind::system;
  event.text = string_member(system, "body");
  event.payload = string_member(system, "type");
  if (!event.payload.starts_with("user_changed")) return;
  event.subject_id = id_member(system, "wa_id");
  if (event.subject_id.empty()) event.subject_id = id_member(system, "new_wa_id");
  event.metadata = id_member(system, "user_id");
}

void read_edit(json edit, channel_event& event) {
  event.kind = event_kind::edit;
  event.subject_id = id_member(edit, "original_message_id");
  const auto message = member(edit, "message");
  if (!message) return;
  const std::string_view type = string_member(*message, "type");
  const auto content = type.empty() ? member(*message, "text") : member(*message, type);
  if (!content) return;
  if (is_media(type)) read_media(type, *content, event);
  else event.text = string_member(*content, "body");
}

void read_context(json message, channel_event& event) {
  if (const auto context = member(message, "context")) {
    event.reply_to = id_member(*context, "id");
    if (const auto product = member(*context, "referred_product")) {
      attachment part;
      part.type = "product";
      part.media_id = id_member(*product, "product_retailer_id");
      event.attachments.push_back(std::move(part));
    }
  }
  if (const auto referral = member(message, "referral"))
    event.attachments.push_back(referral_attachment(*referral));
}

// True if the type is one of ours and its object is there.
bool read_typed_content(std::string_view type, json content, channel_event& event) {
  if (type == "text") event.text = string_member(content, "body");
  else if (is_media(type)) read_media(type, content, event);
  else if (type == "interactive") read_interactive(content, event);
  else if (type == "location") read_location(content, event);
  else if (type == "order") read_order(content, event);
  else if (type == "reaction") read_reaction(content, event);
  else if (type == "system") read_system(content, event);
  else if (type == "edit") read_edit(content, event);
  else if (type == "button") {
    event.text = string_member(content, "text");
    event.payload = string_member(content, "payload");
  } else if (type == "revoke") {
    event.kind = event_kind::unsend;
    event.subject_id = id_member(content, "original_message_id");
  } else if (type == "contacts") {
    return for_each_element(content, [&](json card) { read_contact_card(card, event); });
  } else {
    return false;
  }
  return content.is_object();
}

}  // namespace

void parse_whatsapp_content(json message, channel_event& event, const event_sink& sink) {
  const std::string_view type = string_member(message, "type");
  read_context(message, event);
  const auto content = member(message, type);
  if (type == "unsupported" || type == "unknown" || type == "errors") {
    event.kind = event_kind::unsupported;
    if (content) event.payload = string_member(*content, "type");
    return;
  }
  if (content && read_typed_content(type, *content, event)) return;
  event.kind = event_kind::unknown;
  event.payload = type;
  event.raw = sink.raw_of(message);
}

}  // namespace sellavie::channel
