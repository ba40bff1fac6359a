#pragma once
// One thing that a channel told us, in our own words. Everything above the codecs speaks of
// `channel_event`; no JSON of Meta's goes further.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/channel.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::channel {

enum class event_kind : std::uint8_t {
  /// A customer's message: text, attachments, quick reply, button, location, order form.
  message,
  /// A tap on a persistent button; `text` is its title, `payload` its payload.
  postback,
  /// Something that the business side sent: we, another app or a person on the phone.
  echo,
  reaction,
  /// Everything up to `watermark` (Messenger) or `subject_id` (Instagram) was read.
  read,
  delivery,
  edit,
  unsend,
  /// WhatsApp: state of a message of ours, see `status`.
  status,
  referral,
  optin,
  /// pass/take/request thread control: another app or inbox owns the thread.
  thread_control,
  comment,
  /// The customer changed number or identity (WhatsApp system).
  system,
  /// A message whose content the platform does not give us.
  unsupported,
  /// About the account, not a customer (quality, templates, bans, errors).
  account,
  /// Coexistence history and contact sync: messages join their conversation and are never answered, the
  /// rest is recorded.
  history,
  /// Valid JSON of a kind that we do not know: recorded, never an error.
  unknown,
};

[[nodiscard]] std::string_view to_string(event_kind kind) noexcept;

/// Namespaces of the platform's account ids; an id means nothing outside its own.
enum class route_space : std::uint8_t { page, instagram, whatsapp_phone, whatsapp_account };

struct route_key {
  route_space space = route_space::page;
  std::string id;

  friend bool operator==(const route_key&, const route_key&) = default;
};

struct attachment {
  /// image, audio, video, file, sticker, location, contacts, template, share, story_mention, …
  std::string type;
  std::string url;
  std::string media_id;
  std::string mime_type;
  /// File name, caption, or a short description such as "6.5,3.4".
  std::string title;

  friend bool operator==(const attachment&, const attachment&) = default;
};

enum class delivery_state : std::uint8_t { none, sent, delivered, read, played, failed };

struct channel_event {
  event_kind kind = event_kind::unknown;
  channel_kind channel = channel_kind::messenger;
  /// Where it belongs: the business side of the item.
  route_key route;
  /// The entry's own id when it differs from `route`: both must lead to one connection.
  std::optional<route_key> entry_route;
  /// PSID, IGSID, wa_id or BSUID; empty for account-level events.
  std::string customer_id;
  /// The customer's other identity (BSUID beside wa_id), or empty; protocol/channel/customer_ids.
  std::string customer_alias;
  std::string customer_name;
  /// Unique per connection.
  std::string dedupe_key;
  /// mid / wamid of this message.
  std::string external_id;
  /// mid / wamid that a reaction, edit, unsend, read or status is about; system: the customer's new number.
  std::string subject_id;
  std::string reply_to;
  instant provider_time{};
  /// Cards and secrets already redacted.
  std::string text;
  std::string payload;
  std::vector<attachment> attachments;
  /// Echoes: the sending app and our own `metadata`; statuses: biz_opaque_callback_data; system: the new BSUID.
  std::string app_id;
  std::string metadata;
  delivery_state state = delivery_state::none;
  /// Failed statuses and unsupported messages: the platform's code.
  int error_code = 0;
  /// read/delivery: everything sent at or before this instant.
  instant watermark{};
  /// The thread belongs to another app: joins the conversation, is never answered.
  bool standby = false;
  /// A message that must never be answered (group, self, test, own account).
  bool no_reply = false;
  /// Kinds without a shape of their own: the item's JSON (bounded, redacted) for the record.
  std::string raw;

  friend bool operator==(const channel_event&, const channel_event&) = default;
};

/// Whether this event may start a turn of the conversation.
[[nodiscard]] constexpr bool wakes_conversation(const channel_event& event) noexcept {
  if (event.standby || event.no_reply) return false;
  return event.kind == event_kind::message || event.kind == event_kind::postback ||
         event.kind == event_kind::unsupported;
}

/// What only changes what the conversation remembers (docs/adr/0021): messages of a thread that another
/// app owns, earlier messages, edits, unsends, another number of the customer. Starts no turn.
[[nodiscard]] constexpr bool corrects_conversation(const channel_event& event) noexcept {
  switch (event.kind) {
    case event_kind::message:
    case event_kind::postback:
    case event_kind::unsupported: return event.standby && !event.no_reply;
    case event_kind::edit:
    case event_kind::unsend: return !event.subject_id.empty();
    case event_kind::history: return !event.external_id.empty();
    case event_kind::system: return !(event.subject_id.empty() && event.metadata.empty());
    default: return false;
  }
}

/// Whether it is the conversation's to complete; everything else is the outbox_sender's.
[[nodiscard]] constexpr bool belongs_to_conversation(const channel_event& event) noexcept {
  return !event.customer_id.empty() && (wakes_conversation(event) || corrects_conversation(event));
}

}  // namespace sellavie::channel
