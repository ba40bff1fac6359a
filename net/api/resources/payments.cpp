#include "net/api/resources/payments.hpp"

#include "net/api/listed_pages.hpp"
#include "net/api/resources/money_view.hpp"

namespace sellavie::net {
namespace payments_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;

storage::received_filter filter_of(const api_call& call) {
  storage::received_filter filter;
  filter.place = call.query_value("place");
  filter.provider = call.query_value("provider");
  filter.order = call.query_id<order_id>("order");
  filter.since = time_in(call, "since");
  filter.until = time_in(call, "until");
  filter.oldest_first = is_oldest_first(call);
  return filter;
}

api_outcome list(workplace& place, api_call& call) {
  const auto filter = filter_of(call);
  return answer_listed(
      call,
      [&](const page_wish& wish) {
        return storage::list_received(place.store, call.by.business, filter, wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show(workplace& place, api_call& call) {
  const auto found = storage::find_received(place.store, call.by.business, call.id<payment_id>("payment_id"));
  return answer_with(found, [&](const auto& payment) -> api_outcome {
    if (!payment) return problem{problems::not_found};
    return answer_with(order_of(place, call.by.business, payment->summary.order), [&](const auto& order) {
      return api_answer{200, shown(*payment, order)};
    });
  });
}

api_outcome refund(workplace& place, api_call& call) {
  const auto id = call.id<payment_id>("payment_id");
  return answer_with(storage::find_received(place.store, call.by.business, id),
                     [&](const auto& payment) -> api_outcome {
                       if (!payment) return problem{problems::not_found};
                       desk::request_refund wish;
                       wish.payment = id;
                       return ask_for_refund(place, call, std::move(wish), payment->summary.currency);
                     });
}

}  // namespace
}  // namespace payments_resource

std::vector<api_endpoint> payment_endpoints() {
  using namespace payments_resource;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/payments";
  const std::string one = all + "/{payment_id}";
  return {
      {{.id = "list_payments",
        .method = verb::get,
        .path = all,
        .tag = "Payments",
        .summary = "Money that came, newest first. Attempts to be paid are with their orders.",
        .allowed = reads_orders,
        .query = paged({{"place", schema::word({"on_order", "in_review", "dismissed"}), "Where it stands."},
                        {"provider", schema::word({"paystack", "flutterwave", "stripe", "cash", "transfer"}),
                         "Whose word it is; cash and transfer were taken by a person."},
                        {"order", schema::uuid(), "That settled this order, or whose reference names it."},
                        {"since", schema::timestamp(), "Known from this time on."},
                        {"until", schema::timestamp(), "Known before this time."},
                        sort_by_time()}),
        .answers = {{200, "A page.", page_shape(received_shape(), "ReceivedPaymentPage")}}},
       list},
      {{.id = "show_payment",
        .method = verb::get,
        .path = one,
        .tag = "Payments",
        .summary = "Money that came, with its refunds, its review and its order.",
        .allowed = reads_orders,
        .answers = {{200, "The payment.", received_detail_shape()}}},
       show},
      {{.id = "refund_payment",
        .method = verb::post,
        .path = one + "/refunds",
        .tag = "Refunds",
        .summary =
            "Gives money back to whoever paid it, all that is left or a part: money of an order, or money under "
            "review. Above the business's limit it waits for another person.",
        .allowed = gives_back,
        .body = refund_wish_shape(),
        .answers = {{201, "The refund as it stands.", refund_shape()}},
        .problems = {409},
        .needs = api::precondition::idempotency_key},
       refund},
  };
}

}  // namespace sellavie::net
