// changes[] of pages and Instagram accounts: comments, mentions, and message shapes that Instagram
// Login documents here.
#include "protocol/channel/webhook_items.hpp"

namespace sellavie::channel {
namespace {

bool has_messaging_shape(json value) { return member(value, "sender") && member(value, "recipient"); }

void set_author(json value, const entry_context& entry, channel_event& event) {
  const auto from = member(value, "from");
  if (!from) return;
  event.customer_id = id_member(*from, "id");
  event.customer_name = string_member(*from, "name");
  if (event.customer_name.empty()) event.customer_name = string_member(*from, "username");
  // Our own comment: an answer to it would be a loop.
  event.no_reply = !event.customer_id.empty() && event.customer_id == entry.id;
}

// `payload` is the verb: add, edited, remove, hide, unhide.
void parse_page_comment(json change, json value, const entry_context& entry, event_sink& sink) {
  channel_event event = event_sink::begin(entry, event_kind::comment);
  set_author(value, entry, event);
  event.external_id = id_member(value, "comment_id");
  event.subject_id = id_member(value, "post_id");
  event.reply_to = id_member(value, "parent_id");
  event.text = string_member(value, "message");
  event.payload = string_member(value, "verb");
  event.provider_time = sink.time_of(member(value, "created_time"), entry.time);
  if (event.payload == "add" && !event.external_id.empty()) {
    event.dedupe_key = make_dedupe_key("comment", {event.external_id, event.payload});
  } else if (!event.external_id.empty()) {
    // A comment can be edited or hidden again and again; a retry repeats the entry's time.
    event.dedupe_key =
        make_dedupe_key("comment", {event.external_id, event.payload, entry.claimed_time, event.text});
  }
  sink.add(std::move(event), entry, change);
}

void parse_instagram_comment(json change, json value, std::string_view field, const entry_context& entry,
                             event_sink& sink) {
  channel_event event = event_sink::begin(entry, event_kind::comment);
  set_author(value, entry, event);
  event.external_id = id_member(value, "id");
  if (event.external_id.empty()) event.external_id = id_member(value, "comment_id");
  const auto media = member(value, "media");
  event.subject_id = media ? id_member(*media, "id") : id_member(value, "media_id");
  event.reply_to = id_member(value, "parent_id");
  event.text = string_member(value, "text");
  event.payload = field == "mentions" ? "mention" : "add";
  // A mention names no author: there is nobody to answer.
  if (event.customer_id.empty()) event.no_reply = true;
  if (!event.external_id.empty())
    event.dedupe_key = make_dedupe_key("comment", {event.external_id, event.payload});
  sink.add(std::move(event), entry, change);
}

}  // namespace

void parse_change(json change, const entry_context& entry, event_sink& sink) {
  const std::string_view field = string_member(change, "field");
  const auto value = member(change, "value");
  if (value && has_messaging_shape(*value)) return parse_messaging_item(*value, entry, sink);
  if (value && field == "feed" && string_member(*value, "item") == "comment") {
    return parse_page_comment(change, *value, entry, sink);
  }
  if (value && value->is_object() &&
      (field == "comments" || field == "live_comments" || field == "mentions")) {
    return parse_instagram_comment(change, *value, field, entry, sink);
  }
  channel_event event = event_sink::begin(entry, event_kind::unknown);
  event.payload = field;
  event.raw = sink.raw_of(change);
  sink.add(std::move(event), entry, change);
}

}  // namespace sellavie::channel
