#include "protocol/channel/webhook_items.hpp"

#include <algorithm>

#include "protocol/channel/redact.hpp"
#include "protocol/channel/unicode.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::channel {
namespace {

constexpr std::size_t longest_id = 512;
constexpr std::size_t longest_title = 1000;
constexpr std::size_t longest_payload = 8000;
constexpr std::size_t longest_url = 4096;
constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_dedupe_key = 200;
constexpr std::size_t most_attachments = 64;
constexpr std::int64_t first_millisecond_value = 1'000'000'000'000;

std::string hash_of(std::string_view text) { return crypto::hex_encode(crypto::sha256(text)); }

bool is_storable_as_it_is(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
}

void bound_text(std::string& text, std::size_t limit) {
  if (text.empty()) return;
  if (!is_storable_as_it_is(text)) text = storable_text(text);
  text = redact(std::move(text));
  if (text.size() > limit) text.resize(cut_at_code_point(text, limit).size());
}

// Ids are never redacted or cut: a cut id could equal another one.
void bound_id(std::string& id) {
  if (!is_storable_as_it_is(id)) id = storable_text(id);
  if (id.size() > longest_id) id = "h:" + hash_of(id);
}

void bound_attachment(attachment& part) {
  bound_text(part.type, 64);
  bound_id(part.media_id);
  bound_text(part.mime_type, 128);
  bound_text(part.title, longest_title);
  // Half a URL is worth nothing.
  if (part.url.size() > longest_url || !is_storable_as_it_is(part.url)) part.url.clear();
}

// minify writes U+0000 as an escape, which jsonb refuses.
void replace_escaped_nul(std::string& text) {
  constexpr std::string_view escaped_nul = "\\u0000";
  for (auto at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    if (text.compare(at, escaped_nul.size(), escaped_nul) == 0)
      text.replace(at, escaped_nul.size(), "\\ufffd");
    at += 2;
  }
}

}  // namespace

std::string make_dedupe_key(std::string_view prefix, std::initializer_list<std::string_view> parts) {
  std::string key{prefix};
  for (const auto part : parts) {
    key += ':';
    key += part;
  }
  const bool fits = key.size() <= longest_dedupe_key && is_storable_as_it_is(key);
  return fits ? key : std::string{prefix} + ":h:" + hash_of(key);
}

bool event_sink::has_room() noexcept {
  if (out_.events.size() < limits_.events) return true;
  ++out_.diagnostics.too_many;
  return false;
}

channel_event event_sink::begin(const entry_context& entry, event_kind kind) {
  channel_event event;
  event.kind = kind;
  event.channel = entry.channel;
  event.route = {entry.space, entry.id};
  event.provider_time = entry.time;
  event.standby = entry.standby;
  return event;
}

instant event_sink::time_of(std::optional<json> value, instant otherwise) const noexcept {
  const auto number = value ? as_integer(*value) : std::nullopt;
  if (!number || *number <= 0) return otherwise;
  const bool is_milliseconds = *number >= first_millisecond_value;
  const instant at = instant_from_ms(is_milliseconds ? *number : *number * 1000);
  return at > now_ + std::chrono::hours{24} ? otherwise : at;
}

std::string event_sink::raw_of(json item) const {
  std::string text = compact(item);
  replace_escaped_nul(text);
  return text;
}

void event_sink::add(channel_event&& event, const entry_context& entry, json item) {
  if (event.dedupe_key.empty()) {
    const std::string identity = entry.id + '\n' + entry.claimed_time + '\n' + compact(item);
    event.dedupe_key = make_dedupe_key("item", {to_string(event.kind), hash_of(identity)});
  }
  for (std::string* id : {&event.route.id, &event.customer_id, &event.customer_alias, &event.external_id,
                          &event.subject_id, &event.reply_to, &event.app_id}) {
    if (!id->empty()) bound_id(*id);
  }
  if (event.entry_route) bound_id(event.entry_route->id);
  bound_text(event.customer_name, longest_name);
  bound_text(event.text, limits_.text_bytes);
  bound_text(event.payload, longest_payload);
  if (!is_storable_as_it_is(event.metadata)) event.metadata = storable_text(event.metadata);
  if (event.metadata.size() > longest_payload) event.metadata.clear();
  bound_text(event.raw, limits_.raw_bytes);
  if (event.attachments.size() > most_attachments) event.attachments.resize(most_attachments);
  for (attachment& part : event.attachments) bound_attachment(part);
  out_.events.push_back(std::move(event));
}

void event_sink::malformed(json item, const entry_context& entry) {
  if (++out_.diagnostics.malformed_items <= parsed_webhook::most_set_aside) set_aside(item, entry);
}

void event_sink::set_aside(json item, const entry_context& entry) {
  channel_event event = begin(entry, event_kind::unknown);
  event.raw = raw_of(item);
  bound_id(event.route.id);
  bound_text(event.raw, limits_.raw_bytes);
  out_.set_aside.push_back(std::move(event));
}

attachment referral_attachment(json referral) {
  attachment part;
  part.type = "referral";
  const auto product = member(referral, "product");
  part.media_id = product ? id_member(*product, "id") : id_member(referral, "ad_id");
  if (part.media_id.empty()) part.media_id = id_member(referral, "source_id");
  part.url = string_member(referral, "source_url");
  for (const char* key : {"headline", "ref", "source"}) {
    if (part.title.empty()) part.title = string_member(referral, key);
  }
  return part;
}

}  // namespace sellavie::channel
