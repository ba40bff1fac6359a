#include "net/api/resources/notes.hpp"

#include <set>

#include "net/api/edits.hpp"
#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "storage/api/conversations.hpp"
#include "storage/api/notes.hpp"

namespace sellavie::net {
namespace notes_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::note_outcome;

constexpr std::size_t most_mentions = 50;

schema note_text() {
  return schema::text({1, 10'000, api::text_format::lines}).example("Wants the blue one.");
}
schema mention_list() { return schema::list(schema::uuid(), most_mentions); }

schema note_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"conversation_id", schema::uuid()},
                         {"author_id", schema::uuid()},
                         {"text", note_text()},
                         {"mentions", mention_list().described("Accounts.")},
                         {"created_at", schema::timestamp()}})
      .named("Note");
}

json shown(const storage::note& one) {
  auto mentions = json::array();
  for (const auto& account : one.mentions) mentions.push_back(to_string(account));
  return {{"id", to_string(one.id)},
          {"conversation_id", to_string(one.conversation)},
          {"author_id", to_string(one.author)},
          {"text", one.text},
          {"mentions", std::move(mentions)},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))}};
}

problem refusal(note_outcome why) {
  switch (why) {
    case note_outcome::no_member:
      return {problems::invalid, {}, {{"/mentions", "must be members of this business"}}};
    case note_outcome::not_yours: return {problems::forbidden, "Somebody else wrote this note."};
    case note_outcome::full:
      return {problems::conflict, "This conversation has as many notes as it may. Remove some first."};
    case note_outcome::not_found: return {problems::not_found};
    case note_outcome::done: break;
  }
  return {};
}

api_outcome page(workplace& place, const api_call& call, const storage::note_filter& filter) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_notes(place.store, call.by.business, filter, newest_first(call, wish));
      },
      [](const auto& row) { return shown(row); });
}

api_outcome list(workplace& place, api_call& call) {
  const auto conversation = call.id<conversation_id>("conversation_id");
  const auto known = storage::find_chat(place.store, call.by.business, conversation);
  if (!known) return api::problem_of(known.error());
  if (!known.value()) return problem{problems::not_found};
  return page(place, call, {conversation, {}, call.query_id<api::account_id>("author")});
}

api_outcome list_mentions(workplace& place, api_call& call) {
  return page(place, call, {std::nullopt, call.by.account, std::nullopt});
}

api_outcome show(workplace& place, api_call& call) {
  return answer_with(
      storage::find_note(place.store, call.by.business, call.id<conversation_id>("conversation_id"),
                         call.id<message_id>("note_id").value),
      [](const auto& found) -> api_outcome {
        if (!found) return problem{problems::not_found};
        return api_answer{200, shown(*found)};
      });
}

api_outcome add(workplace& place, api_call& call) {
  storage::note wanted;
  wanted.id = place.with.ids->next();
  wanted.conversation = call.id<conversation_id>("conversation_id");
  wanted.author = call.by.account;
  wanted.text = call.body["text"].get<std::string>();
  wanted.created_at = call.now;
  std::set<api::account_id> mentioned;
  if (const auto given = call.body.find("mentions"); given != call.body.end())
    for (const auto& one : *given) mentioned.insert(api::account_id{*parse_uuid(one.get<std::string>())});
  wanted.mentions.assign(mentioned.begin(), mentioned.end());
  return answer_with(storage::add_note(place.store, call.by.business, origin_of(call), wanted),
                     [&](note_outcome done) -> api_outcome {
                       if (done != note_outcome::done) return refusal(done);
                       return api_answer{201, shown(wanted)};
                     });
}

api_outcome remove(workplace& place, api_call& call) {
  const bool of_anybody = api::may(call.by.role, api::permission::manage);
  const auto done = storage::remove_note(place.store, call.by.business, origin_of(call),
                                         call.id<conversation_id>("conversation_id"),
                                         call.id<message_id>("note_id").value, of_anybody);
  return answer_with(done, [](note_outcome how) -> api_outcome {
    if (how != note_outcome::done) return refusal(how);
    return api_answer{204, nullptr};
  });
}

}  // namespace
}  // namespace notes_resource

std::vector<api_endpoint> note_endpoints() {
  using namespace notes_resource;
  using api::access;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string business = "/api/v1/businesses/{business_id}";
  const std::string all = business + "/conversations/{conversation_id}/notes";
  const access reading{audience::member, permission::read};
  const access conversing{audience::member, permission::converse};
  const schema wish =
      schema::object({{"text", note_text()}, {"mentions", mention_list(), api::presence::optional}});
  return {
      {{.id = "list_notes",
        .method = verb::get,
        .path = all,
        .tag = "Notes",
        .summary = "The team's notes on a conversation. Customers never see them.",
        .allowed = reading,
        .query = paged({{"author", schema::uuid(), "Only those of this account."}, sort_by_time()}),
        .answers = {{200, "A page.", page_shape(note_shape(), "NotePage")}}},
       list},
      {{.id = "add_note",
        .method = verb::post,
        .path = all,
        .tag = "Notes",
        .summary =
            "Writes a note, " + at_most(storage::most_notes) + " a conversation, and mentions members.",
        .allowed = conversing,
        .body = wish,
        .answers = {{201, "The note.", note_shape()}},
        .problems = {409}},
       add},
      {{.id = "show_note",
        .method = verb::get,
        .path = all + "/{note_id}",
        .tag = "Notes",
        .summary = "One note.",
        .allowed = reading,
        .answers = {{200, "The note.", note_shape()}}},
       show},
      {{.id = "remove_note",
        .method = verb::del,
        .path = all + "/{note_id}",
        .tag = "Notes",
        .summary = "Removes a note: your own, or as an admin anybody's.",
        .allowed = conversing,
        .answers = {{204, "It is gone.", std::nullopt}}},
       remove},
      {{.id = "list_mentions",
        .method = verb::get,
        .path = business + "/mentions",
        .tag = "Notes",
        .summary = "Notes that mention you.",
        .allowed = reading,
        .query = paged({sort_by_time()}),
        .answers = {{200, "A page.", page_shape(note_shape(), "NotePage")}}},
       list_mentions},
  };
}

}  // namespace sellavie::net
