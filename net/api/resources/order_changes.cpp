#include "net/api/resources/order_changes.hpp"

#include "net/api/resources/money_view.hpp"
#include "net/api/resources/order_items.hpp"
#include "net/api/resources/order_view.hpp"
#include "protocol/domain/order_book.hpp"

namespace sellavie::net {
namespace order_changes_resource {
namespace {

using actors::order_course;
using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;

api::field tells_customer() {
  return {
      "tell_customer",
      schema::boolean().described("Says so in the chat, in the server's own words and in the same commit."),
      presence::optional};
}

order_target seen(const api_call& call) { return {{}, call.id<order_id>("order_id"), call.expected_version}; }

/// Asks the desk, and shows what the order is now.
api_outcome move_on(workplace& place, const api_call& call, order_course course, desk_command command) {
  const auto found = order_of_path(place, call);
  if (const auto* why = std::get_if<problem>(&found)) return *why;
  actors::order_command wanted{course, {std::move(command), {}}};
  if (call.body.is_object() && call.body.value("tell_customer", false)) {
    const auto chat = storage::find_order_chat(place.store, call.by.business,
                                               std::get<storage::order_detail>(found).summary.conversation);
    if (!chat) return api::problem_of(chat.error());
    if (!chat.value()) return problem{problems::not_found};
    auto whom = notice_in(*chat.value(), call);
    if (auto* why = std::get_if<problem>(&whom)) return std::move(*why);
    wanted.request.tell = std::get<actors::customer_notice>(std::move(whom));
  }
  auto done = ask_about_order(place, call, std::move(wanted));
  if (auto* why = std::get_if<problem>(&done)) return std::move(*why);
  return show_order(place, call, call.id<order_id>("order_id"));
}

api_outcome change_items(workplace& place, api_call& call) {
  return move_on(place, call, order_course::settle_first,
                 desk::change_order{{}, seen(call), items_in(call.body)});
}

api_outcome cancel(workplace& place, api_call& call) {
  return move_on(place, call, order_course::settle_first,
                 desk::cancel_order{{}, seen(call), call.body["reason"].get<std::string>()});
}

api_outcome mark_paid(workplace& place, api_call& call) {
  const auto how = parse_hand_payment(call.body["method"].get<std::string>()).value_or(hand_payment::cash);
  return move_on(place, call, order_course::settle_first,
                 desk::mark_paid{{}, seen(call), how, call.body.value("note", "")});
}

api_outcome fulfil(workplace& place, api_call& call) {
  return move_on(place, call, order_course::decide,
                 desk::mark_fulfilled{{}, seen(call), call.body.value("tracking", "")});
}

api_outcome hold(workplace& place, api_call& call) {
  const auto until = instant_from_ms(*api::parse_timestamp(call.body["until"].get<std::string>()));
  const auto found = order_of_path(place, call);
  if (const auto* why = std::get_if<problem>(&found)) return *why;
  if (until <= call.now || until > call.now + desk_settings{}.longest_hold)
    return problem{problems::invalid, {}, {{"/until", "must be later than now, by 14 days at most"}}};
  return move_on(place, call, order_course::decide, desk::set_hold{{}, seen(call), until});
}

api_outcome release(workplace& place, api_call& call) {
  return move_on(place, call, order_course::decide, desk::set_hold{{}, seen(call), instant{}});
}

api_outcome release_dispute(workplace& place, api_call& call) {
  const auto found = order_of_path(place, call);
  if (const auto* why = std::get_if<problem>(&found)) return *why;
  const auto& dispute = std::get<storage::order_detail>(found).summary.dispute;
  if (dispute == to_string(dispute_state::none))
    return problem{problems::conflict, "Nobody disputes its money."};
  if (dispute == to_string(dispute_state::released))
    return problem{problems::conflict, "It was released before: the timeline says by whom."};
  return move_on(place, call, order_course::decide,
                 desk::release_dispute{{}, seen(call), call.body["note"].get<std::string>()});
}

}  // namespace
}  // namespace order_changes_resource

std::vector<api_endpoint> order_change_endpoints() {
  using namespace order_changes_resource;
  using api::verb;
  const std::string one{one_order};
  const std::vector<api::answer_shape> the_order{
      api::with_etag({200, "The order as it is now.", order_shape()})};
  const auto changing = [&](api::operation wanted, api_handler handler) {
    wanted.tag = "Orders";
    wanted.answers = the_order;
    wanted.problems = {409};
    wanted.needs = api::precondition::if_match;
    return api_endpoint{std::move(wanted), std::move(handler)};
  };
  return {
      changing({.id = "change_order_items",
                .method = verb::put,
                .path = one + "/items",
                .summary =
                    "All items of an open order, as they shall be, at today's prices. A payment link that is "
                    "out is dropped; money for it goes to review.",
                .allowed = sells,
                .body = schema::object({{"items", items_shape()}, tells_customer()})},
               change_items),
      changing(
          {.id = "cancel_order",
           .method = verb::post,
           .path = one + "/cancel",
           .summary = "Ends an open order and puts its pieces back. Its payment provider is asked first: one "
                      "that has just been paid is not cancelled.",
           .allowed = sells,
           .body = schema::object({{"reason", schema::text({1, 200})
                                                  .example("The customer changed their mind.")
                                                  .described("For the timeline.")},
                                   tells_customer()})},
          cancel),
      changing(
          {.id = "mark_order_paid",
           .method = verb::post,
           .path = one + "/mark-paid",
           .summary = "A person took the money outside of a provider. Once: a paid order is closed.",
           .allowed = takes_money,
           .body = schema::object(
               {{"method", schema::word({"cash", "transfer"})},
                {"note",
                 schema::text({0, 200}).example("Slip 4711").described("For the timeline: a slip's number."),
                 presence::optional},
                tells_customer()})},
          mark_paid),
      changing(
          {.id = "fulfil_order",
           .method = verb::post,
           .path = one + "/fulfil",
           .summary = "A paid order has left the shop.",
           .allowed = sells,
           .body = schema::object(
               {{"tracking",
                 schema::text({0, 200}).example("GIG 12345").described("How it travels; told with the rest."),
                 presence::optional},
                tells_customer()})},
          fulfil),
      changing({.id = "hold_order",
                .method = verb::put,
                .path = one + "/reservation",
                .summary = "How long the stock of an open order waits; 14 days at most.",
                .allowed = sells,
                .body = schema::object({{"until", schema::timestamp()}})},
               hold),
      changing(
          {.id = "release_order",
           .method = verb::del,
           .path = one + "/reservation",
           .summary = "The stock waits no longer: the order expires as if its time were over, after a few "
                      "minutes when a payment link is live.",
           .allowed = sells},
          release),
      changing(
          {.id = "release_order_dispute",
           .method = verb::post,
           .path = one + "/release-dispute",
           .summary = "An order that a dispute has frozen goes on: it can be fulfilled and refunded again.",
           .allowed = gives_back,
           .body = schema::object({{"note", money_note(1).described("For the timeline.")}})},
          release_dispute),
  };
}

}  // namespace sellavie::net
