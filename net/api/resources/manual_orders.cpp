#include "net/api/resources/manual_orders.hpp"

#include "net/api/resources/order_items.hpp"
#include "net/api/resources/order_view.hpp"

namespace sellavie::net {
namespace manual_orders_resource {
namespace {

using actors::order_course;
using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

/// What became of a link that was asked for with the order.
enum class link_state : std::uint8_t { not_asked, sent, failed };

schema placed_shape() {
  return schema::object(
             {{"order", order_shape()},
              {"is_new", schema::boolean().described("Not: the order that has these items already.")},
              {"payment_link", schema::word({"not_asked", "sent", "failed"})
                                   .described("Failed: the order stands; ask for a link again.")}})
      .named("PlacedOrder");
}

const char* word_of(link_state link) noexcept {
  switch (link) {
    case link_state::not_asked: return "not_asked";
    case link_state::sent: return "sent";
    case link_state::failed: return "failed";
  }
  return "failed";
}

std::string key_of(const api_call& call, std::string_view what) {
  return "order." + std::string{what} + '.' + to_string(call.by.account) + '.' + call.idempotency_key;
}

std::variant<storage::order_chat, problem> chat_in(workplace& place, const api_call& call,
                                                   const conversation_id& id) {
  const auto chat = storage::find_order_chat(place.store, call.by.business, id);
  if (!chat) return api::problem_of(chat.error());
  if (!chat.value()) return problem{problems::not_found};
  return *chat.value();
}

/// Whom a request tells in the chat. When nobody can be told any more, what is stored under its key still answers it.
struct listener {
  std::optional<actors::customer_notice> whom;
  std::optional<problem> silence;
};

listener listener_in(const storage::order_chat& chat, const api_call& call) {
  auto notice = notice_in(chat, call);
  if (auto* why = std::get_if<problem>(&notice)) return {{}, std::move(*why)};
  return {std::get<actors::customer_notice>(std::move(notice)), {}};
}

/// An unknown key is a new request, and nobody can be told of it.
problem told_why(problem answered, const listener& chat) {
  const bool is_new = chat.silence && answered.kind.status == problems::not_found.status;
  if (is_new) return *chat.silence;
  return answered;
}

/// The link that was told under `key`, if one was: nothing is made and nobody is told.
std::variant<action_outcome, problem> find_sent_link(const workplace& place, const api_call& call,
                                                     const desk::start_checkout& checkout) {
  auto key = actors::told_key_of(checkout.action_key);
  actors::order_command wanted{order_course::decide,
                               {desk::start_checkout{key, checkout.target}, std::move(key)}};
  wanted.request.only_known = true;
  return ask_about_order(place, call, std::move(wanted));
}

/// The link under its key, told to `chat` if anybody.
std::variant<action_outcome, problem> make_link(const workplace& place, const api_call& call,
                                                desk::start_checkout checkout, const std::string& email,
                                                const listener& chat) {
  if (chat.silence) return find_sent_link(place, call, checkout);
  auto key = checkout.action_key;
  actors::order_command wanted{order_course::make_link, {std::move(checkout), std::move(key)}, email};
  wanted.request.tell = chat.whom;
  return ask_about_order(place, call, std::move(wanted));
}

api_outcome show_placed(workplace& place, const api_call& call, const action_outcome& outcome,
                        link_state link) {
  const auto found = storage::find_order(place.store, call.by.business, outcome.order);
  return answer_with(found, [&](const auto& order) -> api_outcome {
    if (!order) return problem{problems::not_found};
    const bool is_new = outcome.effect == action_effect::order_placed;
    return with_version(
        {is_new ? 201 : 200, {{"order", shown(*order)}, {"is_new", is_new}, {"payment_link", word_of(link)}}},
        order->summary.version);
  });
}

api_outcome place_order(workplace& place, api_call& call) {
  const conversation_id conversation{*parse_uuid(call.body["conversation_id"].get<std::string>())};
  auto looked = chat_in(place, call, conversation);
  if (auto* why = std::get_if<problem>(&looked)) {
    if (why->kind.status != problems::not_found.status) return std::move(*why);
    return problem{
        problems::invalid, {}, {{"/conversation_id", "must name a conversation of this business"}}};
  }
  const auto& chat = std::get<storage::order_chat>(looked);
  const bool tells = call.body.value("tell_customer", false);
  const bool sends_link = call.body.value("send_payment_link", false);
  listener told;
  if (tells || sends_link) told = listener_in(chat, call);
  desk::place_order wish{key_of(call, "place"),       conversation,      chat.contact, items_in(call.body),
                         call.body.value("note", ""), placing::by_person};
  if (call.body.value("allow_duplicate", false)) wish.how = placing::by_person_again;
  auto key = wish.action_key;
  actors::order_command wanted{order_course::decide, {std::move(wish), std::move(key)}};
  if (tells) wanted.request.tell = told.whom;
  wanted.request.only_known = told.silence.has_value();
  auto done = ask_about_order(place, call, std::move(wanted));
  if (auto* why = std::get_if<problem>(&done)) return told_why(std::move(*why), told);
  const auto& outcome = std::get<action_outcome>(done);
  const bool is_new = outcome.effect == action_effect::order_placed;
  if (!sends_link || !is_new) return show_placed(place, call, outcome, link_state::not_asked);
  const auto link =
      make_link(place, call, {key_of(call, "place_link"), {{}, outcome.order}}, chat.email, told);
  const bool is_there = std::holds_alternative<action_outcome>(link);
  return show_placed(place, call, outcome, is_there ? link_state::sent : link_state::failed);
}

api_outcome ask_for_link(workplace& place, api_call& call) {
  const auto found = order_of_path(place, call);
  if (const auto* why = std::get_if<problem>(&found)) return *why;
  const auto& order = std::get<storage::order_detail>(found).summary;
  auto looked = chat_in(place, call, order.conversation);
  if (auto* why = std::get_if<problem>(&looked)) return std::move(*why);
  const auto& chat = std::get<storage::order_chat>(looked);
  listener told;
  if (call.body.value("send", false)) told = listener_in(chat, call);
  desk::start_checkout checkout{key_of(call, "link." + to_string(order.id)), {{}, order.id}};
  if (call.body.value("replace", false)) checkout.known = live_link::replace;
  auto done = make_link(place, call, std::move(checkout), chat.email, told);
  if (auto* why = std::get_if<problem>(&done)) return told_why(std::move(*why), told);
  return show_order(place, call, order.id);
}

}  // namespace
}  // namespace manual_orders_resource

std::vector<api_endpoint> manual_order_endpoints() {
  using namespace manual_orders_resource;
  using api::verb;
  const auto flag = [](std::string text) { return schema::boolean().described(std::move(text)); };
  return {
      {{.id = "place_order",
        .method = verb::post,
        .path = std::string{all_orders},
        .tag = "Orders",
        .summary =
            "An order for the customer of a conversation: stock is held at once, prices are the catalogue's. Who "
            "has the same items in an order that is open, or was wished in the last ten minutes, is answered "
            "with that one.",
        .allowed = sells,
        .body = schema::object(
            {{"conversation_id", schema::uuid().described("Names customer and channel.")},
             {"items", items_shape()},
             {"note", schema::text({0, 250, api::text_format::lines}).example("Deliver in the evening."),
              presence::optional},
             {"allow_duplicate",
              flag(
                  "Another order is meant, although the last closed one has the same items. An open one always "
                  "stands in the way."),
              presence::optional},
             {"tell_customer", flag("Sends what was ordered to the chat."), presence::optional},
             {"send_payment_link", flag("Makes a payment link and sends it to the chat."),
              presence::optional}}),
        .answers = {api::with_etag({201, "The new order.", placed_shape()}),
                    api::with_etag(
                        {200, "The order that is there already; nothing changed.", placed_shape()})},
        .problems = {409},
        .needs = api::precondition::idempotency_key},
       place_order},
      {{.id = "request_payment_link",
        .method = verb::post,
        .path = std::string{one_order} + "/payment-link",
        .tag = "Orders",
        .summary = "The payment link of an open order: the live one, or a new one where there is none.",
        .allowed = sells,
        .body = schema::object(
            {{"send", flag("Sends it to the chat."), presence::optional},
             {"replace", flag("Makes a new one although one is live. Money for the old one goes to review."),
              presence::optional}}),
        .answers = {api::with_etag({200, "The order with its payment_url.", order_shape()})},
        .problems = {409},
        .needs = api::precondition::idempotency_key},
       ask_for_link},
  };
}

}  // namespace sellavie::net
