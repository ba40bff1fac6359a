#include "net/api/resources/composer.hpp"

#include "net/api/resources/conversation_view.hpp"
#include "protocol/channel/send.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::net {
namespace {

using actors::send_refusal;
using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;

// --- shapes --------------------------------------------------------------------------------------

schema wish_shape() {
  return schema::object({{"text",
                          schema::text({1, 10'000, api::text_format::lines})
                              .described("Split where it is longer than the channel allows."),
                          presence::optional},
                         {"image_url",
                          schema::text({9, 2000, api::text_format::token})
                              .described("https; the platform fetches it. Goes before the text."),
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
  // Neither an id nor a URL holds a line break: different wishes never read the same.
  wish.fingerprint =
      crypto::hex_encode(crypto::sha256(to_string(conversation) + '\n' + wish.image_url + '\n' + wish.text));
  return wish;
}

std::optional<problem> misfit(const actors::composed_message& wish) {
  const auto wrong = [](std::string field, std::string detail) {
    return problem{problems::invalid, {}, {{std::move(field), std::move(detail)}}};
  };
  if (!wish.image_url.empty() && !wish.image_url.starts_with("https://"))
    return wrong("/image_url", "must begin with https://");
  const bool says_nothing =
      channel::split_message({.text = wish.text, .image_url = wish.image_url}, channel_kind::messenger)
          .empty();
  if (says_nothing) return wrong("/text", "must say something, or image_url must show something");
  return std::nullopt;
}

problem told_as(send_refusal why) {
  switch (why) {
    case send_refusal::key_reused:
      return {problems::invalid, {}, {{"Idempotency-Key", "was used for another message"}}};
    case send_refusal::blocked: return {problems::customer_blocked, "Unblock the customer before you write."};
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
  if (auto wrong = misfit(wish)) return *std::move(wrong);
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

std::vector<api_endpoint> composer_endpoints() {
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
