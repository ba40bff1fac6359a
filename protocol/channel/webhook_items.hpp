#pragma once
// What the parsers of one object kind share: the context of an entry, and the sink that gives
// every event its bounds, its redaction and its dedupe key. Private to protocol/channel.

#include <initializer_list>
#include <string>
#include <string_view>

#include "protocol/channel/json_view.hpp"
#include "protocol/channel/webhook.hpp"

namespace sellavie::channel {

struct entry_context {
  channel_kind channel = channel_kind::messenger;
  route_space space = route_space::page;
  /// entry.id: page, Instagram account or WABA.
  std::string id;
  instant time{};
  /// entry.time as it was written, for keys that must not depend on our clock; may be empty.
  std::string claimed_time;
  bool standby = false;
};

/// "prefix:a:b"; parts that would make it longer than 200 bytes are replaced by their SHA-256.
[[nodiscard]] std::string make_dedupe_key(std::string_view prefix,
                                          std::initializer_list<std::string_view> parts);

class event_sink {
 public:
  event_sink(const webhook_limits& limits, instant now, parsed_webhook& out)
      : limits_{limits}, now_{now}, out_{out} {}

  /// False when the limit is reached: count what is left out and build nothing.
  [[nodiscard]] bool has_room() noexcept;
  /// Not what its place promises: counted, and set aside while there are few.
  void malformed(json item, const entry_context& entry);
  /// For quarantine.
  void set_aside(json item, const entry_context& entry);
  /// Bounds and redacts all fields; gives an event without a dedupe key one made from `item`.
  void add(channel_event&& event, const entry_context& entry, json item);

  /// An event of this entry routed to the entry's own id, at the entry's time.
  [[nodiscard]] static channel_event begin(const entry_context& entry, event_kind kind);
  /// Seconds or milliseconds, number or string; `otherwise` when absent or absurd.
  [[nodiscard]] instant time_of(std::optional<json> value, instant otherwise) const noexcept;
  /// The item as JSON for kinds without a shape of their own.
  [[nodiscard]] std::string raw_of(json item) const;
  [[nodiscard]] instant now() const noexcept { return now_; }

 private:
  const webhook_limits& limits_;
  instant now_;
  parsed_webhook& out_;
};

/// One element of `messaging[]` or `standby[]`, or an Instagram `value` of the same shape.
void parse_messaging_item(json item, const entry_context& entry, event_sink& sink);
/// One element of a page's or Instagram account's `changes[]`, or an entry with `field` and `value`.
void parse_change(json change, const entry_context& entry, event_sink& sink);
/// One element of a WhatsApp entry's `changes[]`.
void parse_whatsapp_change(json change, const entry_context& entry, event_sink& sink);
/// Text, media, buttons … of a WhatsApp message object into `event`, which has its ids already.
void parse_whatsapp_content(json message, channel_event& event, const event_sink& sink);

/// Attachments that several kinds share.
[[nodiscard]] attachment referral_attachment(json referral);

}  // namespace sellavie::channel
