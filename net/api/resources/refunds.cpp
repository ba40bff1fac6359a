#include "net/api/resources/refunds.hpp"

#include "net/api/listed_pages.hpp"
#include "net/api/resources/money_view.hpp"

namespace sellavie::net {
namespace refunds_resource {
namespace {

using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;

api_outcome list(workplace& place, api_call& call) {
  storage::refund_filter filter;
  filter.state = call.query_value("state");
  filter.order = call.query_id<order_id>("order");
  filter.since = time_in(call, "since");
  filter.until = time_in(call, "until");
  filter.oldest_first = is_oldest_first(call);
  return answer_listed(
      call,
      [&](const page_wish& wish) {
        return storage::list_refunds(place.store, call.by.business, filter, wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show(workplace& place, api_call& call) {
  return show_refund(place, call, call.id<refund_id>("refund_id"));
}

api_outcome refund_order(workplace& place, api_call& call) {
  const auto found = order_of_path(place, call);
  if (const auto* why = std::get_if<problem>(&found)) return *why;
  const auto& order = std::get<storage::order_detail>(found).summary;
  desk::request_refund wish;
  wish.target.order = order.id;
  return ask_for_refund(place, call, std::move(wish), order.currency);
}

/// Asks the desk about the refund of the path, and shows what it is now.
api_outcome move_on(workplace& place, const api_call& call, desk_command command,
                    std::string_view impossible) {
  const auto id = call.id<refund_id>("refund_id");
  return answer_with(storage::find_refund(place.store, call.by.business, id),
                     [&](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       auto done = ask_about_money(place, call, std::move(command), impossible);
                       if (auto* why = std::get_if<problem>(&done)) return std::move(*why);
                       return show_refund(place, call, id);
                     });
}

constexpr std::string_view waits_for_nobody = "This refund waits for nobody's word.";

api_outcome approve(workplace& place, api_call& call) {
  return move_on(place, call, desk::approve_refund{{}, call.id<refund_id>("refund_id")}, waits_for_nobody);
}

api_outcome reject(workplace& place, api_call& call) {
  return move_on(place, call,
                 desk::reject_refund{{}, call.id<refund_id>("refund_id"), call.body.value("note", "")},
                 waits_for_nobody);
}

api_outcome resolve(workplace& place, api_call& call) {
  const bool happened = call.body["outcome"] == "happened";
  return move_on(
      place, call,
      desk::resolve_refund{{},
                           call.id<refund_id>("refund_id"),
                           happened ? refund_end::happened : refund_end::did_not_happen,
                           call.body["note"].get<std::string>()},
      "The provider knows what becomes of this refund: only one that is unproved is for a person to say.");
}

schema state_word() {
  std::vector<std::string> words;
  for (const auto state : all_refund_states) words.emplace_back(to_string(state));
  return schema::word(std::move(words));
}

}  // namespace
}  // namespace refunds_resource

std::vector<api_endpoint> refund_endpoints() {
  using namespace refunds_resource;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/refunds";
  const std::string one = all + "/{refund_id}";
  const auto moving = [](api::operation wanted, api_handler handler) {
    wanted.method = verb::post;
    wanted.tag = "Refunds";
    wanted.allowed = gives_back;
    wanted.problems = {409};
    wanted.needs = api::precondition::idempotency_key;
    if (wanted.answers.empty()) wanted.answers = {{200, "The refund as it is now.", refund_shape()}};
    return api_endpoint{std::move(wanted), std::move(handler)};
  };
  return {
      moving(
          {.id = "refund_order",
           .path = std::string{one_order} + "/refunds",
           .summary =
               "Gives back money that settled the order, all that is left or a part. When all of it is back the "
               "order is refunded. Above the business's limit it waits for another person.",
           .body = refund_wish_shape(),
           .answers = {{201, "The refund as it stands.", refund_shape()}}},
          refund_order),
      {{.id = "list_refunds",
        .method = verb::get,
        .path = all,
        .tag = "Refunds",
        .summary =
            "Money on its way back or back, newest first; what was made in a provider's dashboard, too.",
        .allowed = reads_orders,
        .query = paged({{"state", state_word(), "Only these."},
                        {"order", schema::uuid(), "Of this order's money."},
                        {"since", schema::timestamp(), "Asked for from this time on."},
                        {"until", schema::timestamp(), "Asked for before this time."},
                        sort_by_time()}),
        .answers = {{200, "A page.", page_shape(refund_shape(), "RefundPage")}}},
       list},
      {{.id = "show_refund",
        .method = verb::get,
        .path = one,
        .tag = "Refunds",
        .summary = "A refund as it stands.",
        .allowed = reads_orders,
        .answers = {{200, "The refund.", refund_shape()}}},
       show},
      moving({.id = "approve_refund",
              .path = one + "/approve",
              .summary = "Another person than the one who asked agrees: the money goes back."},
             approve),
      moving(
          {.id = "reject_refund",
           .path = one + "/reject",
           .summary =
               "A refund that waits for another person's word does not happen. Who asked for it may do this, too.",
           .body = schema::object(
               {{"note", money_note().described("Why: shown with the refund."), presence::optional}})},
          reject),
      moving({.id = "resolve_refund",
              .path = one + "/resolve",
              .summary = "A person has looked at the provider's what became of a refund that is unproved.",
              .body = schema::object(
                  {{"outcome", schema::word({"happened", "did_not_happen"})},
                   {"note", money_note(1).described("What was seen: shown with the refund.")}})},
             resolve),
  };
}

}  // namespace sellavie::net
