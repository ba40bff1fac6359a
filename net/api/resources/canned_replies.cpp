#include "net/api/resources/canned_replies.hpp"

#include "net/api/edits.hpp"
#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "storage/api/canned_replies.hpp"

namespace sellavie::net {
namespace canned_replies_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema shortcut_text() {
  return schema::text({1, 40, api::text_format::token})
      .example("hours")
      .described("What is typed after the slash.");
}
schema reply_text() {
  return schema::text({1, 10'000, api::text_format::lines}).example("We are open from 9 to 6.");
}

schema reply_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"shortcut", shortcut_text()},
                         {"text", reply_text()},
                         {"version", schema::integer(1)}})
      .named("CannedReply");
}

schema wish_shape() { return schema::object({{"shortcut", shortcut_text()}, {"text", reply_text()}}); }

json shown(const storage::canned_reply& one) {
  return {
      {"id", to_string(one.id)}, {"shortcut", one.shortcut}, {"text", one.text}, {"version", one.version}};
}

storage::canned_reply wish_of(const api_call& call, const uuid& id) {
  return {id, call.body["shortcut"].get<std::string>(), call.body["text"].get<std::string>(), 1};
}

problem failed(const error& why) {
  auto told = api::problem_of(why);
  if (why.code == errc::conflict) told.detail = "Another canned reply has this shortcut.";
  return told;
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_canned_replies(place.store, call.by.business, words_of(call),
                                            oldest_first(call, wish));
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show(workplace& place, api_call& call) {
  return answer_with(
      storage::find_canned_reply(place.store, call.by.business, call.id<message_id>("canned_reply_id").value),
      [](const auto& found) -> api_outcome {
        if (!found) return problem{problems::not_found};
        return with_version({200, shown(*found)}, found->version);
      });
}

api_outcome add(workplace& place, api_call& call) {
  const auto wish = wish_of(call, place.with.ids->next());
  const auto made = storage::add_canned_reply(place.store, call.by.business, origin_of(call), wish);
  if (!made) return failed(made.error());
  if (made.value().outcome != storage::edit_outcome::done) return refused(made.value().outcome);
  return with_version({201, shown(made.value().row)}, made.value().row.version);
}

api_outcome change(workplace& place, api_call& call) {
  auto wish = wish_of(call, call.id<message_id>("canned_reply_id").value);
  wish.version = call.expected_version;
  const auto made = storage::change_canned_reply(place.store, call.by.business, origin_of(call), wish);
  if (!made) return failed(made.error());
  if (made.value().outcome != storage::edit_outcome::done) return refused(made.value().outcome);
  return with_version({200, shown(made.value().row)}, made.value().row.version);
}

api_outcome remove(workplace& place, api_call& call) {
  return answer_with(storage::remove_canned_reply(place.store, call.by.business, origin_of(call),
                                                  call.id<message_id>("canned_reply_id").value),
                     [](bool was_there) -> api_outcome {
                       if (!was_there) return problem{problems::not_found};
                       return api_answer{204, nullptr};
                     });
}

}  // namespace
}  // namespace canned_replies_resource

std::vector<api_endpoint> canned_reply_endpoints() {
  using namespace canned_replies_resource;
  using api::access;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/canned-replies";
  const access reading{audience::member, permission::read};
  const access managing{audience::member, permission::manage};
  return {
      {{.id = "list_canned_replies",
        .method = verb::get,
        .path = all,
        .tag = "Canned replies",
        .summary = "Texts that people send often.",
        .allowed = reading,
        .query = paged({words_in("the shortcut or the text"), sort_by_time("oldest")}),
        .answers = {{200, "A page.", page_shape(reply_shape(), "CannedReplyPage")}}},
       list},
      {{.id = "show_canned_reply",
        .method = verb::get,
        .path = all + "/{canned_reply_id}",
        .tag = "Canned replies",
        .summary = "One canned reply.",
        .allowed = reading,
        .answers = {api::with_etag({200, "The canned reply.", reply_shape()})}},
       show},
      {{.id = "add_canned_reply",
        .method = verb::post,
        .path = all,
        .tag = "Canned replies",
        .summary = "Makes a canned reply, " + at_most(storage::most_canned_replies) +
                   "; no two have the same shortcut.",
        .allowed = managing,
        .body = wish_shape(),
        .answers = {api::with_etag({201, "The canned reply.", reply_shape()})},
        .problems = {409}},
       add},
      {{.id = "change_canned_reply",
        .method = verb::put,
        .path = all + "/{canned_reply_id}",
        .tag = "Canned replies",
        .summary = "Changes shortcut and text.",
        .allowed = managing,
        .body = wish_shape(),
        .answers = {api::with_etag({200, "The canned reply.", reply_shape()})},
        .problems = {409},
        .needs = api::precondition::if_match},
       change},
      {{.id = "remove_canned_reply",
        .method = verb::del,
        .path = all + "/{canned_reply_id}",
        .tag = "Canned replies",
        .summary = "Removes a canned reply.",
        .allowed = managing,
        .answers = {{204, "It is gone.", std::nullopt}}},
       remove},
  };
}

}  // namespace sellavie::net
