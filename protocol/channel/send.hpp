#pragma once
// From a neutral message to Meta's Send API and back.
// outgoing_message -> split_message -> one wire_message per HTTP call -> encode_send -> decode_send.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/channel/send_failure.hpp"
#include "protocol/channel/window.hpp"
#include "protocol/domain/channel.hpp"

namespace sellavie::channel {

struct quick_reply {
  std::string title;
  std::string payload;
  friend bool operator==(const quick_reply&, const quick_reply&) = default;
};

enum class media_kind : std::uint8_t { image, file };
[[nodiscard]] std::string_view to_string(media_kind kind) noexcept;

/// The platform fetches it from its URL.
struct outgoing_media {
  media_kind kind = media_kind::image;
  std::string url;
  /// The file's, where the channel shows one.
  std::string name;
};
/// In bytes, as the channel takes it.
[[nodiscard]] std::size_t largest_media(channel_kind channel, media_kind kind) noexcept;

struct outgoing_message {
  std::string text;
  std::vector<quick_reply> quick_replies;
  std::string image_url;
  /// A button that opens a web page: both or neither.
  std::string link_title;
  std::string link_url;
  /// WhatsApp shows more than three quick replies as a list behind this button.
  std::string list_title = "Options";
  /// Each a message of its own.
  std::vector<outgoing_media> media{};
};

enum class wire_kind : std::uint8_t {
  text,
  image,
  link,
  file,
  /// In the words that the channel has approved (notice_template.hpp).
  approved,
};

/// One HTTP call. Image: `url`; file: `url`, `title`; link: `text`, `title`, `url`; quick replies only on text; approved: `title` is
/// the template, `text` what it says, `language`.
struct wire_message {
  wire_kind kind = wire_kind::text;
  std::string text;
  std::string url;
  std::string title;
  std::vector<quick_reply> quick_replies;
  std::string language{};
  /// Of a notice of the server's, on its first part: what may be said by another way where the chat does not take it, and the
  /// order that it is about. Never encoded.
  std::string plain_text{};
  std::string about{};
  friend bool operator==(const wire_message&, const wire_message&) = default;
};

/// The image and other media first, then the text in parts within the channel's limit; quick replies or the link
/// button hang on the last part. With both, the link becomes a line of text. Titles are shortened and
/// made unique, surplus quick replies left out. Empty only if there is nothing to say.
[[nodiscard]] std::vector<wire_message> split_message(const outgoing_message& message, channel_kind channel);

enum class login_kind : std::uint8_t { page, instagram };

struct send_account {
  channel_kind channel = channel_kind::messenger;
  /// Page id, Instagram professional account id or phone_number_id.
  std::string external_id;
  login_kind login = login_kind::page;
  /// Instagram over a page: the page's id; empty posts to /me, which the page's token resolves.
  std::string page_id;
  std::string graph_url = "https://graph.facebook.com";
  std::string instagram_url = "https://graph.instagram.com";
  std::string version = "v25.0";
};

struct send_target {
  /// PSID, IGSID, wa_id or BSUID, exactly as the event brought it.
  std::string customer_id;
  /// Our correlation key: comes back in echoes and statuses. May be empty.
  std::string metadata;
  /// The message this one answers, or empty.
  std::string reply_to;
  send_permit permit;
};

/// The access token is not part of it: the caller adds "Authorization: Bearer".
struct send_request {
  std::string url;
  /// application/json, always valid UTF-8.
  std::string body;
};

[[nodiscard]] send_request encode_send(const wire_message& message, const send_account& account,
                                       const send_target& target);

enum class sender_action : std::uint8_t { typing_on, typing_off, mark_seen };
/// `last_message_id`: WhatsApp marks and types at that message of the customer; others ignore it.
/// An empty body means that the channel has no such action: send nothing.
[[nodiscard]] send_request encode_action(sender_action action, const send_account& account,
                                         std::string_view customer_id, std::string_view last_message_id);

}  // namespace sellavie::channel
