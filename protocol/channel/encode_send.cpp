// wire_message -> the HTTP call of each channel.
#include <algorithm>

#include "protocol/channel/customer_ids.hpp"
#include "protocol/channel/json_write.hpp"
#include "protocol/channel/send.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::channel {
namespace {

constexpr std::size_t most_reply_buttons = 3;

bool is_instagram_login(const send_account& account) noexcept {
  return account.channel == channel_kind::instagram && account.login == login_kind::instagram;
}

std::string messages_url(const send_account& account) {
  std::string_view base = is_instagram_login(account) ? account.instagram_url : account.graph_url;
  while (base.ends_with('/')) base.remove_suffix(1);
  // Nothing in an id may be a separator.
  std::string id = crypto::percent_encode(account.external_id);
  if (account.channel == channel_kind::instagram && account.login == login_kind::page) {
    id = account.page_id.empty() ? "me" : crypto::percent_encode(account.page_id);
  }
  return std::string{base} + '/' + crypto::percent_encode(account.version) + '/' + id + "/messages";
}

template <class List, class Encode>
std::string json_array(const List& list, Encode encode) {
  std::string out = "[";
  for (const auto& element : list) {
    if (out.size() > 1) out += ',';
    out += encode(element);
  }
  return out + ']';
}

// ---- Messenger and Instagram ---------------------------------------------------------------------

std::string attachment_json(std::string_view type, std::string payload) {
  return json_object{}.text("type", type).raw("payload", payload).finish();
}

std::string messenger_message(const wire_message& message, const send_target& target) {
  json_object out;
  switch (message.kind) {
    case wire_kind::text:
    case wire_kind::approved: out.text("text", message.text); break;
    case wire_kind::image:
      out.raw("attachment", attachment_json("image", json_object{}.text("url", message.url).finish()));
      break;
    case wire_kind::file:
      out.raw("attachment", attachment_json("file", json_object{}.text("url", message.url).finish()));
      break;
    case wire_kind::link: {
      const auto button = json_object{}
                              .text("type", "web_url")
                              .text("url", message.url)
                              .text("title", message.title)
                              .finish();
      out.raw("attachment", attachment_json("template", json_object{}
                                                            .text("template_type", "button")
                                                            .text("text", message.text)
                                                            .raw("buttons", '[' + button + ']')
                                                            .finish()));
      break;
    }
  }
  if (!message.quick_replies.empty()) {
    out.raw("quick_replies", json_array(message.quick_replies, [](const quick_reply& reply) {
              return json_object{}
                  .text("content_type", "text")
                  .text("title", reply.title)
                  .text("payload", reply.payload)
                  .finish();
            }));
  }
  if (!target.metadata.empty()) out.text("metadata", target.metadata);
  return out.finish();
}

// graph.instagram.com documents no messaging_type; only the tag of a person's late answer needs one.
void add_messaging_type(json_object& out, const send_account& account, const send_permit& permit) {
  switch (permit.type) {
    case messaging_type::response:
      if (!is_instagram_login(account)) out.text("messaging_type", "RESPONSE");
      return;
    case messaging_type::update:
      if (!is_instagram_login(account)) out.text("messaging_type", "UPDATE");
      return;
    case messaging_type::message_tag:
      out.text("messaging_type", "MESSAGE_TAG");
      if (permit.tag == message_tag::human_agent) out.text("tag", "HUMAN_AGENT");
      return;
  }
}

std::string recipient_json(std::string_view customer_id) {
  return json_object{}.text("id", customer_id).finish();
}

std::string messenger_body(const wire_message& message, const send_account& account,
                           const send_target& target) {
  json_object out;
  out.raw("recipient", recipient_json(target.customer_id));
  add_messaging_type(out, account, target.permit);
  out.raw("message", messenger_message(message, target));
  if (!target.reply_to.empty()) out.raw("reply_to", json_object{}.text("mid", target.reply_to).finish());
  return out.finish();
}

// ---- WhatsApp ------------------------------------------------------------------------------------

std::string reply_button(const quick_reply& reply) {
  return json_object{}
      .text("type", "reply")
      .raw("reply", json_object{}.text("id", reply.payload).text("title", reply.title).finish())
      .finish();
}
std::string list_row(const quick_reply& reply) {
  return json_object{}.text("id", reply.payload).text("title", reply.title).finish();
}

std::string interactive_json(const wire_message& message) {
  const auto body = json_object{}.text("text", message.text).finish();
  if (message.kind == wire_kind::link) {
    const auto parameters =
        json_object{}.text("display_text", message.title).text("url", message.url).finish();
    const auto action = json_object{}.text("name", "cta_url").raw("parameters", parameters).finish();
    return json_object{}.text("type", "cta_url").raw("body", body).raw("action", action).finish();
  }
  if (message.quick_replies.size() <= most_reply_buttons) {
    const auto action =
        json_object{}.raw("buttons", json_array(message.quick_replies, reply_button)).finish();
    return json_object{}.text("type", "button").raw("body", body).raw("action", action).finish();
  }
  const auto section = json_object{}.raw("rows", json_array(message.quick_replies, list_row)).finish();
  const auto action =
      json_object{}.text("button", message.title).raw("sections", '[' + section + ']').finish();
  return json_object{}.text("type", "list").raw("body", body).raw("action", action).finish();
}

std::string template_json(const wire_message& message) {
  const auto parameter = json_object{}.text("type", "text").text("text", message.text).finish();
  const auto body = json_object{}.text("type", "body").raw("parameters", '[' + parameter + ']').finish();
  return json_object{}
      .text("name", message.title)
      .raw("language", json_object{}.text("code", message.language).finish())
      .raw("components", '[' + body + ']')
      .finish();
}

void add_whatsapp_content(json_object& out, const wire_message& message) {
  if (message.kind == wire_kind::approved) {
    out.text("type", "template").raw("template", template_json(message));
  } else if (message.kind == wire_kind::image) {
    out.text("type", "image").raw("image", json_object{}.text("link", message.url).finish());
  } else if (message.kind == wire_kind::file) {
    out.text("type", "document")
        .raw("document", json_object{}.text("link", message.url).text("filename", message.title).finish());
  } else if (message.kind == wire_kind::link || !message.quick_replies.empty()) {
    out.text("type", "interactive").raw("interactive", interactive_json(message));
  } else {
    out.text("type", "text")
        .raw("text", json_object{}.text("body", message.text).raw("preview_url", "false").finish());
  }
}

std::string whatsapp_body(const wire_message& message, const send_target& target) {
  json_object out;
  out.text("messaging_product", "whatsapp").text("recipient_type", "individual");
  out.text(is_user_id(target.customer_id) ? "recipient" : "to", target.customer_id);
  if (!target.reply_to.empty())
    out.raw("context", json_object{}.text("message_id", target.reply_to).finish());
  if (!target.metadata.empty()) out.text("biz_opaque_callback_data", target.metadata);
  add_whatsapp_content(out, message);
  return out.finish();
}

std::string whatsapp_action(sender_action action, std::string_view last_message_id) {
  if (last_message_id.empty() || action == sender_action::typing_off) return {};
  json_object out;
  out.text("messaging_product", "whatsapp").text("status", "read").text("message_id", last_message_id);
  if (action == sender_action::typing_on) out.raw("typing_indicator", R"({"type":"text"})");
  return out.finish();
}

std::string_view action_name(sender_action action) noexcept {
  switch (action) {
    case sender_action::typing_on: return "typing_on";
    case sender_action::typing_off: return "typing_off";
    case sender_action::mark_seen: return "mark_seen";
  }
  return "mark_seen";
}

}  // namespace

send_request encode_send(const wire_message& message, const send_account& account,
                         const send_target& target) {
  const bool is_whatsapp = account.channel == channel_kind::whatsapp;
  return {messages_url(account),
          is_whatsapp ? whatsapp_body(message, target) : messenger_body(message, account, target)};
}

send_request encode_action(sender_action action, const send_account& account, std::string_view customer_id,
                           std::string_view last_message_id) {
  if (account.channel == channel_kind::whatsapp)
    return {messages_url(account), whatsapp_action(action, last_message_id)};
  return {messages_url(account), json_object{}
                                     .raw("recipient", recipient_json(customer_id))
                                     .text("sender_action", action_name(action))
                                     .finish()};
}

}  // namespace sellavie::channel
