#include "net/api/resources/labels.hpp"

#include "net/api/edits.hpp"
#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "storage/api/labels.hpp"

namespace sellavie::net {
namespace labels_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema label_name() { return schema::text({1, 60}).example("Wholesale"); }
schema colour_word() {
  return schema::word({"grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"});
}

schema label_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"name", label_name()},
                         {"colour", colour_word()},
                         {"version", schema::integer(1)}})
      .named("Label");
}

schema wish_shape() { return schema::object({{"name", label_name()}, {"colour", colour_word()}}); }

json shown(const storage::label& one) {
  return {{"id", to_string(one.id)}, {"name", one.name}, {"colour", one.colour}, {"version", one.version}};
}

storage::label wish_of(const api_call& call, const uuid& id) {
  return {id, call.body["name"].get<std::string>(), call.body["colour"].get<std::string>(), 1};
}

problem failed(const error& why) {
  auto told = api::problem_of(why);
  if (why.code == errc::conflict) told.detail = "Another label has this name.";
  return told;
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_labels(place.store, call.by.business, words_of(call), oldest_first(call, wish));
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show(workplace& place, api_call& call) {
  return answer_with(
      storage::find_label(place.store, call.by.business, call.id<message_id>("label_id").value),
      [](const auto& found) -> api_outcome {
        if (!found) return problem{problems::not_found};
        return with_version({200, shown(*found)}, found->version);
      });
}

api_outcome add(workplace& place, api_call& call) {
  const auto wish = wish_of(call, place.with.ids->next());
  const auto made = storage::add_label(place.store, call.by.business, origin_of(call), wish);
  if (!made) return failed(made.error());
  if (made.value().outcome != storage::edit_outcome::done) return refused(made.value().outcome);
  return with_version({201, shown(made.value().row)}, made.value().row.version);
}

api_outcome change(workplace& place, api_call& call) {
  auto wish = wish_of(call, call.id<message_id>("label_id").value);
  wish.version = call.expected_version;
  const auto made = storage::change_label(place.store, call.by.business, origin_of(call), wish);
  if (!made) return failed(made.error());
  if (made.value().outcome != storage::edit_outcome::done) return refused(made.value().outcome);
  return with_version({200, shown(made.value().row)}, made.value().row.version);
}

api_outcome remove(workplace& place, api_call& call) {
  return answer_with(storage::remove_label(place.store, call.by.business, origin_of(call),
                                           call.id<message_id>("label_id").value),
                     [](bool was_there) -> api_outcome {
                       if (!was_there) return problem{problems::not_found};
                       return api_answer{204, nullptr};
                     });
}

}  // namespace
}  // namespace labels_resource

std::vector<api_endpoint> label_endpoints() {
  using namespace labels_resource;
  using api::access;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/labels";
  const access reading{audience::member, permission::read};
  const access managing{audience::member, permission::manage};
  return {
      {{.id = "list_labels",
        .method = verb::get,
        .path = all,
        .tag = "Labels",
        .summary = "The labels of the business.",
        .allowed = reading,
        .query = paged({words_in("their name"), sort_by_time("oldest")}),
        .answers = {{200, "A page.", page_shape(label_shape(), "LabelPage")}}},
       list},
      {{.id = "add_label",
        .method = verb::post,
        .path = all,
        .tag = "Labels",
        .summary = "Makes a label, " + at_most(storage::most_labels) + "; no two have the same name.",
        .allowed = managing,
        .body = wish_shape(),
        .answers = {api::with_etag({201, "The label.", label_shape()})},
        .problems = {409}},
       add},
      {{.id = "show_label",
        .method = verb::get,
        .path = all + "/{label_id}",
        .tag = "Labels",
        .summary = "One label.",
        .allowed = reading,
        .answers = {api::with_etag({200, "The label.", label_shape()})}},
       show},
      {{.id = "change_label",
        .method = verb::put,
        .path = all + "/{label_id}",
        .tag = "Labels",
        .summary = "Renames or recolours a label.",
        .allowed = managing,
        .body = wish_shape(),
        .answers = {api::with_etag({200, "The label.", label_shape()})},
        .problems = {409},
        .needs = api::precondition::if_match},
       change},
      {{.id = "remove_label",
        .method = verb::del,
        .path = all + "/{label_id}",
        .tag = "Labels",
        .summary = "Removes a label, also from its conversations.",
        .allowed = managing,
        .answers = {{204, "It is gone.", std::nullopt}}},
       remove},
  };
}

}  // namespace sellavie::net
