// outgoing_message -> wire_message: which parts, in which order, with what on the last one.
#include <algorithm>

#include "protocol/channel/send.hpp"
#include "protocol/channel/split_text.hpp"

namespace sellavie::channel {
namespace {

constexpr std::size_t longest_button_title = 20;
constexpr std::size_t longest_list_row_title = 24;
constexpr std::size_t most_reply_buttons = 3;

// Limits of a text that carries buttons, smaller than those of plain text.
text_limit link_text_limit(channel_kind channel) noexcept {
  if (channel == channel_kind::whatsapp) return {text_unit::utf16_units, 1024};
  // "640 characters" for a button template; in bytes on Instagram to be safe.
  return {channel == channel_kind::instagram ? text_unit::bytes : text_unit::utf16_units, 640};
}
text_limit reply_text_limit(channel_kind channel) noexcept {
  return channel == channel_kind::whatsapp ? text_limit{text_unit::utf16_units, 1024}
                                           : text_limit_of(channel);
}

std::size_t most_replies(channel_kind channel) noexcept {
  return channel == channel_kind::whatsapp ? 10 : 13;
}
std::size_t longest_payload(channel_kind channel, bool is_list) noexcept {
  if (channel != channel_kind::whatsapp) return 1000;
  return is_list ? 200 : 256;
}

// WhatsApp refuses equal titles: the later one gets a number.
std::string unique_title(std::string_view title, std::size_t limit, const std::vector<quick_reply>& taken) {
  const auto is_taken = [&](std::string_view text) {
    return std::any_of(taken.begin(), taken.end(), [&](const quick_reply& one) { return one.title == text; });
  };
  std::string candidate{shorten(title, limit)};
  for (int number = 2; is_taken(candidate); ++number) {
    const std::string suffix = " " + std::to_string(number);
    candidate = std::string{shorten(title, limit - suffix.size())} + suffix;
  }
  return candidate;
}

std::vector<quick_reply> fitting_replies(const outgoing_message& message, channel_kind channel) {
  const bool is_list = channel == channel_kind::whatsapp && message.quick_replies.size() > most_reply_buttons;
  const std::size_t title_limit = is_list ? longest_list_row_title : longest_button_title;
  std::vector<quick_reply> replies;
  for (const quick_reply& reply : message.quick_replies) {
    if (replies.size() == most_replies(channel)) break;
    // A cut payload would mean something else.
    if (reply.title.empty() || reply.payload.size() > longest_payload(channel, is_list)) continue;
    const std::string& payload = reply.payload.empty() ? reply.title : reply.payload;
    replies.push_back({unique_title(reply.title, title_limit, replies), payload});
  }
  return replies;
}

std::string joined_titles(const std::vector<quick_reply>& replies) {
  std::string text;
  for (const auto& reply : replies) {
    if (!text.empty()) text += " / ";
    text += reply.title;
  }
  return text;
}

// All parts within `limit`; the last one also within `last_limit`.
std::vector<std::string_view> split_with_last(std::string_view text, text_limit limit,
                                              text_limit last_limit) {
  auto parts = split_text(text, limit);
  if (parts.empty() || length_in(last_limit.unit, parts.back()) <= last_limit.count) return parts;
  const std::string_view last = parts.back();
  parts.pop_back();
  for (const auto part : split_text(last, last_limit)) parts.push_back(part);
  return parts;
}

}  // namespace

std::string_view to_string(media_kind kind) noexcept { return kind == media_kind::image ? "image" : "file"; }

std::size_t largest_media(channel_kind channel, media_kind kind) noexcept {
  constexpr std::size_t megabyte = 1024 * 1024;
  if (kind == media_kind::file) return 25 * megabyte;
  switch (channel) {
    case channel_kind::messenger: return 25 * megabyte;
    case channel_kind::instagram: return 8 * megabyte;
    case channel_kind::whatsapp: return 5 * megabyte;
  }
  return 5 * megabyte;
}

std::vector<wire_message> split_message(const outgoing_message& message, channel_kind channel) {
  std::vector<wire_message> wires;
  if (!message.image_url.empty()) wires.push_back({wire_kind::image, {}, message.image_url, {}, {}});
  for (const auto& one : message.media) {
    const bool is_file = one.kind == media_kind::file;
    wires.push_back({is_file ? wire_kind::file : wire_kind::image, {}, one.url, is_file ? one.name : "", {}});
  }

  auto replies = fitting_replies(message, channel);
  std::string text = message.text;
  bool has_link = !message.link_url.empty();
  if (has_link && !replies.empty()) {
    text += (text.empty() ? "" : "\n") + (message.link_title.empty() ? "" : message.link_title + ": ") +
            message.link_url;
    has_link = false;
  }
  if (text.empty() && has_link) text = message.link_title.empty() ? message.link_url : message.link_title;
  if (text.empty()) text = joined_titles(replies);

  const text_limit limit = text_limit_of(channel);
  const text_limit last = has_link          ? link_text_limit(channel)
                          : replies.empty() ? limit
                                            : reply_text_limit(channel);
  for (const auto part : split_with_last(text, limit, last)) {
    wires.push_back({wire_kind::text, std::string{part}, {}, {}, {}});
  }
  if (wires.empty() || wires.back().kind != wire_kind::text) return wires;
  wire_message& final_part = wires.back();
  if (has_link) {
    final_part.kind = wire_kind::link;
    final_part.url = message.link_url;
    final_part.title =
        shorten(message.link_title.empty() ? message.link_url : message.link_title, longest_button_title);
  }
  final_part.quick_replies = std::move(replies);
  // WhatsApp's list needs a name for its button.
  if (channel == channel_kind::whatsapp && final_part.quick_replies.size() > most_reply_buttons) {
    final_part.title = shorten(message.list_title.empty() ? "…" : message.list_title, longest_button_title);
  }
  return wires;
}

}  // namespace sellavie::channel
