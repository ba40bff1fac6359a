#include "net/api/resources/training.hpp"

#include "net/api/ask_actor.hpp"
#include "net/api/edits.hpp"
#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/resources/training_shapes.hpp"
#include "protocol/training/content_codec.hpp"

namespace sellavie::net {
namespace training_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::publish_outcome;
using storage::training_version_id;

// --- the draft -----------------------------------------------------------------------------------

api_outcome show_published(workplace& place, api_call& call) {
  return answer_with(storage::published_training(place.store, call.by.business),
                     [](const auto& found) -> api_outcome {
                       return api_answer{200, shown(found)};
                     });
}

api_outcome show_draft(workplace& place, api_call& call) {
  return answer_with(storage::find_training_draft(place.store, call.by.business),
                     [](const auto& found) -> api_outcome {
                       return with_version({200, shown(found)}, found.version);
                     });
}

api_outcome save_draft(workplace& place, api_call& call) {
  const auto wanted = training::from_json(call.body);
  problem wrong{problems::invalid};
  for (const auto& one : training::check(wanted)) wrong.fields.push_back({one.field, one.reason});
  if (!wrong.fields.empty()) return wrong;
  return answer_with(storage::save_training_draft(place.store, call.by.business, origin_of(call), wanted,
                                                  call.expected_version),
                     [](const auto& saved) -> api_outcome {
                       if (saved.outcome != storage::edit_outcome::done) return refused(saved.outcome);
                       return with_version({200, shown(saved.row)}, saved.row.version);
                     });
}

// --- publishing ----------------------------------------------------------------------------------

/// The chats that run take it from their next turn on; those that cannot be told load it when they are loaded.
void tell_chats(const workplace& place, const api_call& call) {
  const auto told = ask_actor<actors::training_taken>(place.with.doors->registry,
                                                      actors::training_published{call.by.business});
  if (!told) place.with.log->warning("training_not_told", context_of(call), {{"why", told.error().code}});
}

api_outcome published(workplace& place, const api_call& call, const result<storage::publication>& done) {
  if (!done && done.error().code == errc::conflict)
    return problem{problems::conflict, "Somebody published just now. Look at it, then try again."};
  return answer_with(done, [&](const storage::publication& made) -> api_outcome {
    switch (made.outcome) {
      case publish_outcome::not_found: return problem{problems::not_found};
      case publish_outcome::stale: return problem{problems::stale};
      case publish_outcome::nothing_new:
        return problem{problems::conflict, "This is what is published already."};
      case publish_outcome::too_often:
        return problem{.kind = problems::too_many,
                       .detail = "Too many versions were published in a day. Publish this one tomorrow.",
                       .retry_after = 3600};
      case publish_outcome::done: break;
    }
    tell_chats(place, call);
    return api_answer{201, shown(made.version)};
  });
}

storage::publish_wish wish_of(const workplace& place, const api_call& call) {
  return {place.with.ids->next_as<training_version_id>(), call.body["note"].get<std::string>()};
}

api_outcome publish(workplace& place, api_call& call) {
  return published(place, call,
                   storage::publish_training_draft(place.store, call.by.business, origin_of(call),
                                                   wish_of(place, call), call.expected_version));
}

api_outcome restore(workplace& place, api_call& call) {
  return published(
      place, call,
      storage::restore_training(place.store, call.by.business, origin_of(call), wish_of(place, call),
                                call.id<training_version_id>("training_version_id")));
}

// --- versions ------------------------------------------------------------------------------------

api_outcome list_versions(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_training_versions(place.store, call.by.business,
                                               call.query_id<api::account_id>("published_by"),
                                               newest_first(call, wish));
      },
      [](const auto& row) { return listed(row); },
      [](const auto& row) {
        return api::page_position{row.number, row.id.value};
      });
}

/// Goes on with a version of the business, or answers 404.
template <class Then>
api_outcome with_version_of(workplace& place, const api_call& call, const training_version_id& id,
                            Then then) {
  const auto found = storage::find_training_version(place.store, call.by.business, id);
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  return then(*found.value());
}

api_outcome show_one(workplace& place, api_call& call) {
  return with_version_of(place, call, call.id<training_version_id>("training_version_id"),
                         [](const auto& one) -> api_outcome {
                           return api_answer{200, shown(one)};
                         });
}

api_answer differences(const storage::training_version& from, const training::content& to, json number) {
  auto told = shown(training::changes_between(from.content, to));
  told["from"] = from.number;
  told["to"] = std::move(number);
  return {200, std::move(told)};
}

api_outcome compare_versions(workplace& place, api_call& call) {
  const auto id = call.id<training_version_id>("training_version_id");
  return with_version_of(place, call, id, [&](const storage::training_version& to) -> api_outcome {
    const auto against = [&](const storage::training_version& from) -> api_outcome {
      return differences(from, to.content, to.number);
    };
    if (const auto named = call.query_id<training_version_id>("since"))
      return with_version_of(place, call, *named, against);
    return answer_with(storage::training_before(place.store, call.by.business, to.number), against);
  });
}

api_outcome compare_draft(workplace& place, api_call& call) {
  const auto draft = storage::find_training_draft(place.store, call.by.business);
  if (!draft) return api::problem_of(draft.error());
  return answer_with(
      storage::published_training(place.store, call.by.business),
      [&](const auto& from) -> api_outcome { return differences(from, draft.value().content, nullptr); });
}

}  // namespace
}  // namespace training_resource

std::vector<api_endpoint> training_endpoints() {
  using namespace training_resource;
  using api::verb;
  const std::string all{all_training};
  const std::string draft = all + "/draft";
  const std::string versions = all + "/versions";
  const std::string one = versions + "/{training_version_id}";
  const std::string tag = "Training";
  const auto note_body = schema::object({{"note", publication_note()}});
  const std::vector<api::answer_shape> made{
      {201, "The version that is published now.", training_version_shape()}};
  const std::vector<api::answer_shape> changes{{200, "What differs.", training_changes_shape()}};
  return {
      {{.id = "get_training",
        .method = verb::get,
        .path = all,
        .tag = tag,
        .summary = "What the AI is taught now.",
        .allowed = reads_training,
        .answers = {{200, "The published version; number 0 when nothing was published.",
                     training_version_shape()}}},
       show_published},
      {{.id = "get_training_draft",
        .method = verb::get,
        .path = draft,
        .tag = tag,
        .summary = "The draft that the team edits; what is published where nobody has edited.",
        .allowed = reads_training,
        .answers = {api::with_etag({200, "The draft.", training_draft_shape()})}},
       show_draft},
      {{.id = "save_training_draft",
        .method = verb::put,
        .path = draft,
        .tag = tag,
        .summary = "Replaces the draft; customers see nothing of it before it is published.",
        .allowed = manages_training,
        .body = training_content_shape(),
        .answers = {api::with_etag({200, "The draft.", training_draft_shape()})},
        .needs = api::precondition::if_match},
       save_draft},
      {{.id = "compare_training_draft",
        .method = verb::get,
        .path = draft + "/changes",
        .tag = tag,
        .summary = "What publishing the draft would change.",
        .allowed = reads_training,
        .answers = changes},
       compare_draft},
      {{.id = "publish_training_draft",
        .method = verb::post,
        .path = draft + "/publish",
        .tag = tag,
        .summary = "Makes a version of the draft, " + at_most(storage::most_publications) +
                   " a day; every chat is taught it from its next turn on.",
        .allowed = manages_training,
        .body = note_body,
        .answers = made,
        .problems = {409},
        .needs = api::precondition::if_match},
       publish},
      {{.id = "list_training_versions",
        .method = verb::get,
        .path = versions,
        .tag = tag,
        .summary = "Everything that was published.",
        .allowed = reads_training,
        .query = paged(
            {{"published_by", schema::uuid(), "Only those that this account published."}, sort_by_time()}),
        .answers = {{200, "A page.", training_page_shape()}}},
       list_versions},
      {{.id = "get_training_version",
        .method = verb::get,
        .path = one,
        .tag = tag,
        .summary = "One version with its content.",
        .allowed = reads_training,
        .answers = {{200, "The version.", training_version_shape()}}},
       show_one},
      {{.id = "compare_training_versions",
        .method = verb::get,
        .path = one + "/changes",
        .tag = tag,
        .summary = "What a version changed, against the one before it or another one.",
        .allowed = reads_training,
        .query = {{"since", schema::uuid(), "The id of another version, older or newer."}},
        .answers = changes},
       compare_versions},
      {{.id = "restore_training_version",
        .method = verb::post,
        .path = one + "/restore",
        .tag = tag,
        .summary = "Rolls back: publishes what an old version said as a new one; the draft stays.",
        .allowed = manages_training,
        .body = note_body,
        .answers = made,
        .problems = {409}},
       restore},
  };
}

}  // namespace sellavie::net
