#include "net/api/resources/composer.hpp"

#include <algorithm>

#include "net/api/resources/attachments.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "protocol/channel/send.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "storage/api/attachments.hpp"

namespace sellavie::net {
namespace composer_resource {
namespace {

using actors::send_refusal;
using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;

// --- shapes --------------------------------------------------------------------------------------

constexpr std::size_t most_attachments = 10;

schema wish_shape() {
  return schema::object(
      {{"text",
        schema::text({1, 10'000, api::text_format::lines})
            .example("Ada here: it is ready for you.")
            .described("Split where it is longer than the channel allows."),
        presence::optional},
       {"image_url",
        schema::text({9, 2000, api::text_format::token})
            .example("https://shop.example/ankara.jpg")
            .described("https; the platform fetches it. Goes before the text."),
        presence::optional},
       {"attachment_ids",
        schema::list(schema::uuid(), most_attachments)
            .described("Uploads, each a message of its own before the text, in this order."),
        presence::optional}});
}

schema sent_shape() {
  auto fields = owner_fields();
  fields.push_back({"messages", schema::list(message_shape(), 100)
                                    .described("One for each message on the channel, as they stand now.")});
  return schema::object(std::move(fields)).named("SentMessage");
}

// --- the wish ------------------------------------------------------------------------------------

actors::composed_message wish_of(const api_call& call) {
  actors::composed_message wish;
  wish.account = call.by.account;
  wish.key = call.idempotency_key;
  wish.text = call.body.value("text", "");
  wish.image_url = call.body.value("image_url", "");
  const auto conversation = call.id<conversation_id>("conversation_id");
  // Neither an id nor a URL holds a line break, and no text a NUL: different wishes never read the same.
  auto all = to_string(conversation) + '\n' + wish.image_url + '\n' + wish.text;
  if (const auto ids = call.body.find("attachment_ids"); ids != call.body.end())
    for (const auto& one : *ids) {
      wish.attachments.emplace_back(*parse_uuid(one.get<std::string>()));
      all += '\0' + to_string(wish.attachments.back());
    }
  wish.fingerprint = crypto::hex_encode(crypto::sha256(all));
  return wish;
}

problem wrong(std::string field, std::string detail) {
  return {problems::invalid, {}, {{std::move(field), std::move(detail)}}};
}

std::optional<problem> misfit(const actors::composed_message& wish) {
  if (!wish.image_url.empty() && !wish.image_url.starts_with("https://"))
    return wrong("/image_url", "must begin with https://");
  const auto& ids = wish.attachments;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (std::find(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(i), ids[i]) !=
        ids.begin() + static_cast<std::ptrdiff_t>(i))
      return wrong("/attachment_ids/" + std::to_string(i), "is there twice");
  const bool says_nothing =
      ids.empty() &&
      channel::split_message({.text = wish.text, .image_url = wish.image_url}, channel_kind::messenger)
          .empty();
  if (says_nothing)
    return wrong("/text", "must say something, or image_url or attachment_ids must show something");
  return std::nullopt;
}

/// Looks the uploads up and puts their links into the wish.
std::optional<problem> attach(const workplace& place, const api_call& call, channel_kind channel,
                              actors::composed_message& wish) {
  if (wish.attachments.empty()) return std::nullopt;
  const auto& public_url = place.with.settings->http.public_url;
  if (public_url.empty())
    return problem{problems::conflict,
                   "This server has no public address from which a channel could fetch files."};
  const auto found = storage::find_attachments(place.store, call.by.business, wish.attachments);
  if (!found) return api::problem_of(found.error());
  for (std::size_t i = 0; i < wish.attachments.size(); ++i) {
    const auto& one = found.value()[i];
    const auto field = "/attachment_ids/" + std::to_string(i);
    if (!one) return wrong(field, "must name an upload of this business; unused ones go after a day");
    const auto kind = one->kind == "image" ? channel::media_kind::image : channel::media_kind::file;
    if (static_cast<std::size_t>(one->size) > channel::largest_media(channel, kind))
      return wrong(field, "is larger than this channel takes");
    wish.media.push_back({kind, media_url(public_url, one->token), one->file_name});
  }
  return std::nullopt;
}

problem told_as(send_refusal why) {
  switch (why) {
    case send_refusal::key_reused:
      return {problems::invalid, {}, {{"Idempotency-Key", "was used for another message"}}};
    case send_refusal::blocked: return {problems::customer_blocked, "Unblock the customer before you write."};
    case send_refusal::not_connected:
      return {problems::not_connected, "Connect the account of this chat again before you write."};
    case send_refusal::never_opened:
      return {problems::window_closed,
              "The customer has not written yet; on this channel a business must not write first."};
    case send_refusal::only_a_template:
      return {problems::window_closed,
              "The customer wrote more than 24 hours ago. WhatsApp now takes approved templates only: send "
              "one from WhatsApp Manager, or wait until the customer writes."};
    case send_refusal::expired:
      return {
          problems::window_closed,
          "The customer wrote more than 7 days ago. Reach them in another way, or wait until they write."};
  }
  return {};
}

// --- the handler ---------------------------------------------------------------------------------

api_outcome send(workplace& place, api_call& call) {
  const auto conversation = call.id<conversation_id>("conversation_id");
  const auto chat = storage::find_chat(place.store, call.by.business, conversation);
  if (!chat) return api::problem_of(chat.error());
  if (!chat.value()) return problem{problems::not_found};
  auto wish = wish_of(call);
  if (auto why = misfit(wish)) return *std::move(why);
  if (auto why = attach(place, call, chat.value()->channel, wish)) return *std::move(why);
  const auto sent = command_chat(place, call, *chat.value(), actors::chat_command::send, std::move(wish));
  if (!sent) return api::problem_of(sent.error());
  if (sent.value().refused) return told_as(*sent.value().refused);
  const auto messages =
      storage::find_messages(place.store, call.by.business, conversation, sent.value().messages);
  if (!messages) return api::problem_of(messages.error());
  auto answer = shown(sent.value());
  answer["messages"] = nlohmann::json::array();
  for (const auto& one : messages.value()) answer["messages"].push_back(shown(one));
  return api_answer{201, std::move(answer)};
}

}  // namespace
}  // namespace composer_resource

std::vector<api_endpoint> composer_endpoints() {
  using namespace composer_resource;
  return {{{.id = "send_message",
            .method = api::verb::post,
            .path = "/api/v1/businesses/{business_id}/conversations/{conversation_id}/messages",
            .tag = "Conversations",
            .summary =
                "Writes to the customer as a person. Takes the chat over where the AI has it. The same key "
                "again sends nothing again, whenever it comes.",
            .allowed = {api::audience::member, api::permission::converse},
            .body = wish_shape(),
            .answers = {{201, "What was written, and who answers now.", sent_shape()}},
            .problems = {409},
            .needs = api::precondition::idempotency_key},
           send}};
}

}  // namespace sellavie::net
