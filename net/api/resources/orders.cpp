#include "net/api/resources/orders.hpp"

#include <charconv>

#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "net/api/resources/order_view.hpp"
#include "net/api/shapes.hpp"

namespace sellavie::net {
namespace orders_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema fact_shape() {
  return schema::object(
             {{"kind",
               schema::text({1, 40, api::text_format::token})
                   .example("paid")
                   .described(
                       "\"placed\", \"changed\", \"cancelled\", \"expired\", \"paid\", "
                       "\"fulfilled\", \"invoice_issued\", \"customer_told\", \"reminded\", \"told_by_mail\", \"document_mailed\", …")},
              {"detail", schema::text({0, 2000, api::text_format::lines})},
              {"actor", schema::word({"ai", "person", "system", "provider"})},
              {"account_id", schema::uuid().or_null().described("Of a person.")},
              {"noticed_by",
               schema::word({"event", "poll", "return", "chat", "person"})
                   .or_null()
                   .described(
                       "Of what a payment provider said, why it was asked: by its own event, because it was time, when the "
                       "customer came back from the pay page, when they asked in the chat, or for what a person did with the "
                       "order. Facts of before this was kept have none.")},
              {"at", schema::timestamp()}})
      .named("OrderFact");
}

json shown(const storage::listed_fact& one) {
  constexpr std::string_view separator = ": ";
  const auto cut = one.what.find(separator);
  const auto colon = one.actor.find(':');
  const auto account =
      colon == std::string::npos ? std::nullopt : parse_uuid(std::string_view{one.actor}.substr(colon + 1));
  return {{"kind", one.what.substr(0, cut)},
          {"detail", cut == std::string::npos ? std::string{} : one.what.substr(cut + separator.size())},
          {"actor", one.actor.substr(0, colon)},
          {"account_id", account ? json(to_string(*account)) : json(nullptr)},
          {"noticed_by", one.noticed_by.empty() ? json(nullptr) : json(one.noticed_by)},
          {"at", api::timestamp(to_unix_ms(one.at))}};
}

/// "1042" or "#1042".
std::optional<std::int64_t> number_in(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (wrong != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

storage::order_filter filter_of(const api_call& call) {
  storage::order_filter filter;
  filter.status = call.query_value("status");
  filter.channel = call.query_value("channel");
  filter.customer = call.query_id<contact_id>("customer");
  filter.conversation = call.query_id<conversation_id>("conversation");
  if (const auto disputed = call.query_value("disputed")) filter.disputed = *disputed == "true";
  filter.since = time_in(call, "since");
  filter.until = time_in(call, "until");
  if (const auto search = call.query_value("search")) {
    filter.number = number_in(*search);
    if (!filter.number) filter.name_prefix = *search;
  }
  if (call.query_value("sort") == "oldest") filter.sort = storage::order_sort::oldest;
  if (call.query_value("sort") == "largest") filter.sort = storage::order_sort::largest;
  return filter;
}

api_outcome list(workplace& place, api_call& call) {
  const auto filter = filter_of(call);
  return answer_listed(
      call,
      [&](const page_wish& wish) {
        return storage::list_orders(place.store, call.by.business, filter, wish.after, wish.limit);
      },
      [](const auto& row) { return net::shown(row); });
}

api_outcome show(workplace& place, api_call& call) {
  return show_order(place, call, call.id<order_id>("order_id"));
}

api_outcome timeline(workplace& place, api_call& call) {
  const auto found = order_of_path(place, call);
  if (const auto* why = std::get_if<problem>(&found)) return *why;
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_timeline(place.store, call.by.business, call.id<order_id>("order_id"),
                                      wish.after ? wish.after->key : 0, wish.limit);
      },
      [](const auto& row) { return shown(row); },
      [](const auto& row) {
        return api::page_position{row.position, {}};
      });
}

}  // namespace
}  // namespace orders_resource

std::vector<api_endpoint> order_endpoints() {
  using namespace orders_resource;
  using api::verb;
  std::vector<std::string> statuses;
  for (const auto status : all_order_statuses) statuses.emplace_back(to_string(status));
  return {
      {{.id = "list_orders",
        .method = verb::get,
        .path = std::string{all_orders},
        .tag = "Orders",
        .summary = "The orders, newest first. A page may be short and still say where to go on.",
        .allowed = reads_orders,
        .query = paged({{"status", schema::word(std::move(statuses)), "Only these."},
                        {"customer", schema::uuid(), "Of this customer, on all their channels."},
                        {"conversation", schema::uuid(), "Of this conversation."},
                        {"channel", channel_word(), "From this channel."},
                        {"disputed", schema::boolean(), "Whether a dispute freezes it."},
                        {"since", schema::timestamp(), "Placed from this time on."},
                        {"until", schema::timestamp(), "Placed before this time."},
                        {"search", schema::text({1, 100}),
                         "A number (\"1042\", \"#1042\"), or how the customer's name begins, in any case."},
                        {"sort", schema::word({"newest", "oldest", "largest"}), "By time, or by total."}}),
        .answers = {{200, "A page.", page_shape(order_summary_shape(), "OrderPage")}}},
       list},
      {{.id = "show_order",
        .method = verb::get,
        .path = std::string{one_order},
        .tag = "Orders",
        .summary = "An order with items, payments and invoices.",
        .allowed = reads_orders,
        .answers = {api::with_etag({200, "The order.", order_shape()})}},
       show},
      {{.id = "list_order_timeline",
        .method = verb::get,
        .path = std::string{one_order} + "/timeline",
        .tag = "Orders",
        .summary = "Everything that happened to the order, and who did it.",
        .allowed = reads_orders,
        .query = paged(),
        .answers = {{200, "A page, oldest first.", page_shape(fact_shape(), "OrderTimelinePage")}}},
       timeline},
  };
}

}  // namespace sellavie::net
