#include "net/api/resources/product_groups.hpp"

#include "net/api/edits.hpp"
#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/resources/product_shapes.hpp"
#include "storage/api/product_groups.hpp"

namespace sellavie::net {
namespace product_groups_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema name_text() { return schema::text({1, 200}).example("Ankara fabric"); }
schema options_shape() {
  return schema::list(schema::text({1, 40}).example("size"), 3, 1)
      .described("What its products differ in: size, colour.");
}

schema group_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"name", name_text()},
                         {"options", options_shape()},
                         {"products", schema::integer().described("How many it has.")},
                         {"version", schema::integer(1)}})
      .named("ProductGroup");
}

json shown(const storage::product_group& one) {
  return {{"id", to_string(one.id)},
          {"name", one.name},
          {"options", one.options},
          {"products", one.products},
          {"version", one.version}};
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_product_groups(place.store, call.by.business, words_of(call),
                                            newest_first(call, wish));
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show(workplace& place, api_call& call) {
  return answer_with(storage::find_product_group(place.store, call.by.business,
                                                 call.id<storage::product_group_id>("group_id")),
                     [](const auto& one) -> api_outcome {
                       if (!one) return problem{problems::not_found};
                       return with_version({200, shown(*one)}, one->version);
                     });
}

api_outcome create(workplace& place, api_call& call) {
  storage::product_group wanted;
  wanted.id = place.with.ids->next_as<storage::product_group_id>();
  wanted.name = call.body["name"].get<std::string>();
  wanted.options = call.body["options"].get<std::vector<std::string>>();
  const auto done = storage::create_product_group(place.store, call.by.business, origin_of(call), wanted);
  if (!done) return api::problem_of(done.error());
  if (done.value() != storage::edit_outcome::done) return refused(done.value());
  return with_version({201, shown(wanted)}, wanted.version);
}

api_outcome rename(workplace& place, api_call& call) {
  const auto done = storage::rename_product_group(
      place.store, call.by.business, origin_of(call), call.id<storage::product_group_id>("group_id"),
      call.expected_version, call.body["name"].get<std::string>());
  if (!done) return api::problem_of(done.error());
  if (done.value().outcome != storage::edit_outcome::done) return refused(done.value().outcome);
  return with_version({200, shown(done.value().row)}, done.value().row.version);
}

}  // namespace
}  // namespace product_groups_resource

std::vector<api_endpoint> product_group_endpoints() {
  using namespace product_groups_resource;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/product-groups";
  const std::string one = all + "/{group_id}";
  return {
      {{.id = "list_product_groups",
        .method = verb::get,
        .path = all,
        .tag = "Products",
        .summary = "Groups of variants.",
        .allowed = reads_catalogue,
        .query = paged({words_in("their name"), sort_by_time()}),
        .answers = {{200, "A page.", page_shape(group_shape(), "ProductGroupPage")}}},
       list},
      {{.id = "create_product_group",
        .method = verb::post,
        .path = all,
        .tag = "Products",
        .summary = "A new group, " + at_most(storage::most_product_groups) +
                   "; its products name it as their variant's group.",
        .allowed = manages_catalogue,
        .body = schema::object({{"name", name_text()}, {"options", options_shape()}}),
        .answers = {api::with_etag({201, "The group.", group_shape()})},
        .problems = {409}},
       create},
      {{.id = "show_product_group",
        .method = verb::get,
        .path = one,
        .tag = "Products",
        .summary = "One group.",
        .allowed = reads_catalogue,
        .answers = {api::with_etag({200, "The group.", group_shape()})}},
       show},
      {{.id = "change_product_group",
        .method = verb::patch,
        .path = one,
        .tag = "Products",
        .summary = "Another name.",
        .allowed = manages_catalogue,
        .body = schema::object({{"name", name_text()}}),
        .answers = {api::with_etag({200, "The group as it is now.", group_shape()})},
        .needs = api::precondition::if_match},
       rename},
  };
}

}  // namespace sellavie::net
