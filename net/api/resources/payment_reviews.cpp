#include "net/api/resources/payment_reviews.hpp"

#include "net/api/listed_pages.hpp"
#include "net/api/proofs.hpp"
#include "net/api/resources/money_view.hpp"

namespace sellavie::net {
namespace payment_reviews_resource {
namespace {

using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;

constexpr std::string_view every_state = "all";

storage::review_filter filter_of(const api_call& call) {
  storage::review_filter filter;
  if (const auto state = call.query_value("state")) {
    filter.which = *state == every_state ? storage::review_choice::all : storage::review_choice::of_state;
    filter.state = *state;
  }
  filter.since = time_in(call, "since");
  filter.until = time_in(call, "until");
  filter.oldest_first = call.query_value("sort") != "newest";
  return filter;
}

api_outcome list(workplace& place, api_call& call) {
  const auto filter = filter_of(call);
  return answer_listed(
      call,
      [&](const page_wish& wish) {
        return storage::list_reviews(place.store, call.by.business, filter, wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show(workplace& place, const api_call& call) {
  const auto& business = call.by.business;
  const auto found = storage::find_review(place.store, business, call.id<review_id>("review_id"));
  return answer_with(found, [&](const auto& review) -> api_outcome {
    if (!review) return problem{problems::not_found};
    std::optional<storage::received_detail> money;
    if (review->payment) {
      auto known = storage::find_received(place.store, business, *review->payment);
      if (!known) return api::problem_of(known.error());
      money = std::move(known.value());
    }
    // Attached, it stands on another one than its reference names.
    const bool has_order = money && money->summary.order;
    return answer_with(order_of(place, business, has_order ? money->summary.order : review->order),
                       [&](const auto& order) {
                         return api_answer{200, shown(*review, money, order)};
                       });
  });
}

/// What a schema cannot say.
std::optional<problem> misfit(const nlohmann::json& body, review_resolution how) {
  const bool attaches = how == review_resolution::attach;
  if (attaches != body.contains("order_id"))
    return wrong_field("/order_id",
                       attaches ? "is missing: which order does it belong to?" : "belongs to attach alone");
  const bool explains = how != review_resolution::accept && !attaches;
  if (explains && body.value("note", "").empty()) return wrong_field("/note", "must say why");
  return std::nullopt;
}

api_outcome resolve(workplace& place, api_call& call) {
  const auto id = call.id<review_id>("review_id");
  const auto found = storage::find_review(place.store, call.by.business, id);
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  const auto how = parse_review_resolution(call.body["resolution"].get<std::string>());
  if (!how) return problem{problems::invalid};
  if (auto wrong = misfit(call.body, *how)) return *std::move(wrong);
  desk::resolve_review wish{{}, id, *how, {}, call.body.value("note", "")};
  if (const auto order = call.body.find("order_id"); order != call.body.end()) {
    wish.target.order = order_id{*parse_uuid(order->get<std::string>())};
    const auto known = order_of(place, call.by.business, wish.target.order);
    if (!known) return api::problem_of(known.error());
    if (!known.value()) return wrong_field("/order_id", "must name an order of this business");
  }
  auto done = ask_about_money(place, call, std::move(wish),
                              "This money cannot have that: the reason of its review says why.");
  if (auto* why = std::get_if<problem>(&done)) return std::move(*why);
  return show(place, call);
}

schema resolution_word() {
  return schema::word({"accept", "attach", "refund", "dismiss", "dismiss_as_handled"})
      .described(
          "accept: it settles the order that its reference names, whatever the amount. attach: another open order. refund: all "
          "that is left goes back. dismiss: it was test money, or nothing came after all. dismiss_as_handled: "
          "somebody has settled it elsewhere.");
}

std::vector<std::string> state_words() {
  std::vector<std::string> words;
  for (const auto state : all_review_states) words.emplace_back(to_string(state));
  words.emplace_back(every_state);
  return words;
}

}  // namespace
}  // namespace payment_reviews_resource

std::vector<api_endpoint> payment_review_endpoints() {
  using namespace payment_reviews_resource;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/payment-reviews";
  const std::string one = all + "/{review_id}";
  return {
      {{.id = "list_payment_reviews",
        .method = verb::get,
        .path = all,
        .tag = "Payment reviews",
        .summary = "Money that fits no rule and waits for a person, oldest first.",
        .allowed = reads_orders,
        .query = paged({{"state", schema::word(state_words()),
                         "Only these; without it those that are open or being refunded."},
                        {"since", schema::timestamp(), "Opened from this time on."},
                        {"until", schema::timestamp(), "Opened before this time."},
                        {"sort", schema::word({"oldest", "newest"}), "By time; `oldest` first without it."}}),
        .answers = {{200, "A page.", page_shape(review_shape(), "PaymentReviewPage")}}},
       list},
      {{.id = "show_payment_review",
        .method = verb::get,
        .path = one,
        .tag = "Payment reviews",
        .summary = "A review with its money, the refunds of it and its order.",
        .allowed = reads_orders,
        .answers = {{200, "The review.", review_detail_shape()}}},
       [](workplace& place, api_call& call) { return show(place, call); }},
      {{.id = "resolve_payment_review",
        .method = verb::post,
        .path = one + "/resolve",
        .tag = "Payment reviews",
        .summary =
            "A person says what becomes of the money. Who comes second is told who was first, and what they said.",
        .allowed = gives_back,
        .body = schema::object(
            {{"resolution", resolution_word()},
             {"order_id", schema::uuid().described("Of attach."), presence::optional},
             {"note", money_note().described("Of refund and of both dismissals it must say why."),
              presence::optional}}),
        .answers = {{200, "The review as it is now.", review_detail_shape()}},
        .problems = {409},
        .needs = api::precondition::idempotency_key},
       resolve},
  };
}

}  // namespace sellavie::net
