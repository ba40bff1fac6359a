#include "net/api/resources/product_stock.hpp"

#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/resources/product_shapes.hpp"
#include "protocol/domain/catalog.hpp"
#include "storage/api/stock_movements.hpp"

namespace sellavie::net {
namespace product_stock_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema stock_shape() {
  return schema::object(
             {{"stock", schema::integer().example(12).described("Free to promise, after the change.")}})
      .named("Stock");
}

schema movement_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"delta", schema::integer(-max_stock, max_stock).example(2)},
                         {"stock_after", schema::integer(0, max_stock).example(12)},
                         {"reason", schema::text({1, 200}).example("counted")},
                         {"account_id", schema::uuid().described("Who did it.")},
                         {"at", schema::timestamp()}})
      .named("StockMovement");
}

json shown(const storage::listed_movement& one) {
  constexpr std::string_view prefix = "person:";
  return {{"id", to_string(one.id)},
          {"delta", one.delta},
          {"stock_after", one.stock_after},
          {"reason", one.reason},
          {"account_id", one.actor.substr(prefix.size())},
          {"at", api::timestamp(to_unix_ms(one.at))}};
}

/// The desk knows products by their sku.
template <class Command>
api_outcome correct(workplace& place, const api_call& call, Command command) {
  const auto subject =
      storage::find_product(place.store, call.by.business, call.id<product_id>("product_id"));
  if (!subject) return api::problem_of(subject.error());
  if (!subject.value()) return problem{problems::not_found};
  command.sku = subject.value()->sku;
  command.reason = call.body["reason"].get<std::string>();
  if (!call.idempotency_key.empty())
    command.action_key = "stock." + to_string(subject.value()->id) + '.' + to_string(call.by.account) + '.' +
                         call.idempotency_key;
  auto key = command.action_key;
  auto done = ask_desk(place, call, std::move(command), std::move(key));
  if (auto* why = std::get_if<problem>(&done)) return std::move(*why);
  return api_answer{200, {{"stock", std::get<action_outcome>(done).available}}};
}

api_outcome adjust(workplace& place, api_call& call) {
  desk::adjust_stock command;
  command.delta = call.body["delta"].get<std::int64_t>();
  return correct(place, call, std::move(command));
}

api_outcome set(workplace& place, api_call& call) {
  desk::set_stock command;
  command.expected = call.body["expected"].get<std::int64_t>();
  command.target = call.body["stock"].get<std::int64_t>();
  return correct(place, call, std::move(command));
}

api_outcome list_movements(workplace& place, api_call& call) {
  const auto product = call.id<product_id>("product_id");
  const auto subject = storage::find_product(place.store, call.by.business, product);
  if (!subject) return api::problem_of(subject.error());
  if (!subject.value()) return problem{problems::not_found};
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_stock_movements(place.store, call.by.business, product,
                                             newest_first(call, wish));
      },
      [](const auto& row) { return shown(row); });
}

}  // namespace
}  // namespace product_stock_resource

std::vector<api_endpoint> product_stock_endpoints() {
  using namespace product_stock_resource;
  using api::verb;
  const std::string stock = std::string{one_product} + "/stock";
  const std::vector<api::answer_shape> the_stock{{200, "The stock now.", stock_shape()}};
  return {
      {{.id = "adjust_product_stock",
        .method = verb::post,
        .path = stock + "/adjust",
        .tag = "Products",
        .summary = "So many pieces more, or fewer; never below none.",
        .allowed = manages_catalogue,
        .body = schema::object(
            {{"delta", schema::integer(-max_stock, max_stock).example(2)}, {"reason", reason_shape()}}),
        .answers = the_stock,
        .problems = {409},
        .needs = api::precondition::idempotency_key},
       adjust},
      {{.id = "set_product_stock",
        .method = verb::put,
        .path = stock,
        .tag = "Products",
        .summary = "The stock as it was counted; 409 when it is not what you saw any more.",
        .allowed = manages_catalogue,
        .body = schema::object(
            {{"stock", schema::integer(0, max_stock).example(12)},
             {"expected", schema::integer(0, max_stock).example(10).described("The stock that you saw.")},
             {"reason", reason_shape()}}),
        .answers = the_stock,
        .problems = {409}},
       set},
      {{.id = "list_stock_movements",
        .method = verb::get,
        .path = stock + "/movements",
        .tag = "Products",
        .summary = "Who corrected the stock, and why.",
        .allowed = reads_catalogue,
        .query = paged({sort_by_time()}),
        .answers = {{200, "A page.", page_shape(movement_shape(), "StockMovementPage")}}},
       list_movements},
  };
}

}  // namespace sellavie::net
