#include "net/api/resources/products.hpp"

#include "net/api/paging.hpp"
#include "net/api/resources/product_shapes.hpp"
#include "net/api/shapes.hpp"
#include "protocol/domain/catalog.hpp"

namespace sellavie::net {
namespace products_resource {
namespace {

using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema name_text() {
  return schema::text({1, 200}).example("Ankara fabric, 6 yards").described("What customers read.");
}
schema description_text() { return schema::text({0, 4000, api::text_format::lines}); }
schema price_number() {
  return schema::integer().example(1'500'000).described("Of one piece, in minor units.");
}

schema new_product_shape() {
  return schema::object(
      {{"sku", sku_text().described("Names the product in orders, carts and files; fixed.")},
       {"name", name_text()},
       {"description", description_text(), presence::optional},
       {"price_minor", price_number()},
       {"stock", schema::integer(0, max_stock).example(12), presence::optional},
       {"variant", variant_shape().or_null(), presence::optional}});
}

schema product_change_shape() {
  return schema::object({{"name", name_text(), presence::optional},
                         {"description", description_text(), presence::optional},
                         {"price_minor", price_number(), presence::optional},
                         {"variant", variant_shape().or_null(), presence::optional}});
}

// --- reading the body ----------------------------------------------------------------------------

/// Null, or not there: none.
std::optional<storage::product_variant> variant_in(const json& body) {
  const auto found = body.find("variant");
  if (found == body.end() || found->is_null()) return std::nullopt;
  return storage::product_variant{
      storage::product_group_id{*parse_uuid((*found)["group_id"].get<std::string>())},
      (*found)["values"].get<std::vector<std::string>>()};
}

template <class T>
std::optional<T> member(const json& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() ? std::nullopt : std::optional{found->template get<T>()};
}

/// What a schema cannot say: the domain counts bytes, and allows fewer characters in a sku.
std::optional<problem> misfit(const json& body) {
  product candidate;
  candidate.sku = body.value("sku", "a");
  candidate.name = body.value("name", "a");
  candidate.description = body.value("description", "");
  const auto valid = validate(candidate);
  if (valid) return std::nullopt;
  const bool is_long = valid.error().code == errc::too_large;
  return problem{
      problems::invalid,
      {},
      {{'/' + valid.error().detail, is_long ? "is too long" : "has characters that are not allowed"}}};
}

api_outcome edited(const workplace& place, const api_call& call, int status,
                   const result<storage::edited<storage::listed_product>>& edit) {
  if (!edit) return api::problem_of(edit.error());
  if (edit.value().outcome != storage::edit_outcome::done) return refused(edit.value().outcome);
  tell_desk(place, call);
  const auto& now = edit.value().row;
  return with_version({status, shown(now)}, now.version);
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome list(workplace& place, api_call& call) {
  storage::product_filter filter;
  if (const auto active = call.query_value("active")) filter.active = *active == "true";
  filter.search = call.query_value("search");
  filter.group = call.query_id<storage::product_group_id>("group");
  if (call.query_value("sort") == "newest") filter.order = storage::product_order::newest_first;
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_products(place.store, call.by.business, filter, wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show(workplace& place, api_call& call) {
  const auto found = storage::find_product(place.store, call.by.business, call.id<product_id>("product_id"));
  return answer_with(found, [](const auto& one) -> api_outcome {
    if (!one) return problem{problems::not_found};
    return with_version({200, shown(*one)}, one->version);
  });
}

api_outcome create(workplace& place, api_call& call) {
  if (auto wrong = misfit(call.body)) return *std::move(wrong);
  const json& body = call.body;
  storage::new_product wanted;
  wanted.id = place.with.ids->next_as<product_id>();
  wanted.sku = body["sku"].get<std::string>();
  wanted.name = body["name"].get<std::string>();
  wanted.description = body.value("description", "");
  wanted.price_minor = body["price_minor"].get<std::int64_t>();
  wanted.stock = body.value("stock", std::int64_t{0});
  wanted.variant = variant_in(body);
  wanted.movement = place.with.ids->next();
  return edited(place, call, 201,
                storage::create_product(place.store, call.by.business, origin_of(call), wanted,
                                        place.with.settings->plans));
}

api_outcome change(workplace& place, api_call& call, const storage::product_change& wanted) {
  return edited(
      place, call, 200,
      storage::change_product(place.store, call.by.business, origin_of(call),
                              call.id<product_id>("product_id"), wanted, place.with.settings->plans));
}

api_outcome change_fields(workplace& place, api_call& call) {
  if (auto wrong = misfit(call.body)) return *std::move(wrong);
  storage::product_change wanted;
  wanted.expected_version = call.expected_version;
  wanted.name = member<std::string>(call.body, "name");
  wanted.description = member<std::string>(call.body, "description");
  wanted.price_minor = member<std::int64_t>(call.body, "price_minor");
  if (call.body.contains("variant")) wanted.variant = variant_in(call.body);
  return change(place, call, wanted);
}

api_outcome archive(workplace& place, api_call& call) { return change(place, call, {.active = false}); }
api_outcome restore(workplace& place, api_call& call) { return change(place, call, {.active = true}); }

}  // namespace
}  // namespace products_resource

std::vector<api_endpoint> product_endpoints() {
  using namespace products_resource;
  using api::verb;
  const std::string all{all_products};
  const std::string one{one_product};
  const std::vector<api::answer_shape> the_product{
      api::with_etag({200, "The product as it is now.", product_shape()})};
  return {
      {{.id = "list_products",
        .method = verb::get,
        .path = all,
        .tag = "Products",
        .summary = "The catalogue.",
        .allowed = reads_catalogue,
        .query = paged({{"active", schema::boolean(), "Only those that are offered, or that are archived."},
                        {"search", schema::text({1, 100}), "A part of the name or sku, in any case."},
                        {"group", schema::uuid(), "Only the variants of this group."},
                        {"sort", schema::word({"name", "newest"}), "By name without it."}}),
        .answers = {{200, "A page.", page_shape(product_shape(), "ProductPage")}}},
       list},
      {{.id = "create_product",
        .method = verb::post,
        .path = all,
        .tag = "Products",
        .summary = "A new product; chats offer it at once.",
        .allowed = manages_catalogue,
        .body = new_product_shape(),
        .answers = {api::with_etag({201, "The product.", product_shape()})},
        .problems = {409}},
       create},
      {{.id = "show_product",
        .method = verb::get,
        .path = one,
        .tag = "Products",
        .summary = "One product.",
        .allowed = reads_catalogue,
        .answers = {api::with_etag({200, "The product.", product_shape()})}},
       show},
      {{.id = "change_product",
        .method = verb::patch,
        .path = one,
        .tag = "Products",
        .summary = "What is given changes; the next message of any chat sees it.",
        .allowed = manages_catalogue,
        .body = product_change_shape(),
        .answers = the_product,
        .problems = {409},
        .needs = api::precondition::if_match},
       change_fields},
      {{.id = "archive_product",
        .method = verb::post,
        .path = one + "/archive",
        .tag = "Products",
        .summary = "It is not offered any more; orders that have it go on.",
        .allowed = manages_catalogue,
        .answers = the_product},
       archive},
      {{.id = "restore_product",
        .method = verb::post,
        .path = one + "/restore",
        .tag = "Products",
        .summary = "It is offered again.",
        .allowed = manages_catalogue,
        .answers = the_product,
        .problems = {409}},
       restore},
  };
}

}  // namespace sellavie::net
