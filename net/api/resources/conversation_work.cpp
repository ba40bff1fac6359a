#include "net/api/resources/conversation_work.hpp"

#include "net/api/resources/conversation_view.hpp"
#include "storage/api/conversation_work.hpp"

namespace sellavie::net {
namespace conversation_work_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using storage::work_outcome;

conversation_id subject(const api_call& call) { return call.id<conversation_id>("conversation_id"); }

/// The conversation after the change.
api_outcome told(workplace& place, const api_call& call, const result<work_outcome>& done) {
  if (!done) return api::problem_of(done.error());
  switch (done.value()) {
    case work_outcome::done: return show_conversation(place, call);
    case work_outcome::not_found: return problem{problems::not_found};
    case work_outcome::no_member:
      return problem{problems::invalid, {}, {{"/assignee_id", "must be a member of this business"}}};
  }
  return problem{};
}

api_outcome assign(workplace& place, api_call& call) {
  const auto& wanted = call.body["assignee_id"];
  std::optional<api::account_id> to;
  if (wanted.is_string()) to = api::account_id{*parse_uuid(wanted.get<std::string>())};
  return told(
      place, call,
      storage::assign_conversation(place.store, call.by.business, origin_of(call), subject(call), to));
}

api_outcome snooze(workplace& place, api_call& call) {
  const auto until = instant_from_ms(*api::parse_timestamp(call.body["until"].get<std::string>()));
  const auto known = storage::find_chat(place.store, call.by.business, subject(call));
  if (!known) return api::problem_of(known.error());
  if (!known.value()) return problem{problems::not_found};
  if (until <= call.now) return problem{problems::invalid, {}, {{"/until", "must be in the future"}}};
  return told(
      place, call,
      storage::snooze_conversation(place.store, call.by.business, origin_of(call), subject(call), until));
}

api_outcome end_snooze(workplace& place, api_call& call) {
  return told(place, call,
              storage::snooze_conversation(place.store, call.by.business, origin_of(call), subject(call),
                                           std::nullopt));
}

api_outcome mark_read(workplace& place, api_call& call) {
  const message_id up_to{*parse_uuid(call.body["message_id"].get<std::string>())};
  return told(
      place, call,
      storage::mark_conversation_read(place.store, call.by.business, call.by.account, subject(call), up_to));
}

api_outcome change_label(workplace& place, api_call& call, storage::label_change change) {
  return told(
      place, call,
      storage::change_conversation_label(place.store, call.by.business, origin_of(call), subject(call),
                                         call.id<message_id>("label_id").value, change));
}

}  // namespace
}  // namespace conversation_work_resource

std::vector<api_endpoint> conversation_work_endpoints() {
  using namespace conversation_work_resource;
  using api::access;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string one = "/api/v1/businesses/{business_id}/conversations/{conversation_id}";
  const access reading{audience::member, permission::read};
  const access conversing{audience::member, permission::converse};
  const std::vector<api::answer_shape> the_conversation{{200, "The conversation.", conversation_shape()}};
  return {
      {{.id = "assign_conversation",
        .method = verb::put,
        .path = one + "/assignee",
        .tag = "Conversations",
        .summary = "Gives it to a member to work on, or (null) to nobody. Who answers the customer stays.",
        .allowed = conversing,
        .body = schema::object({{"assignee_id", schema::uuid().or_null()}}),
        .answers = the_conversation},
       assign},
      {{.id = "snooze_conversation",
        .method = verb::put,
        .path = one + "/snooze",
        .tag = "Conversations",
        .summary = "Out of the way until then, or until the customer writes.",
        .allowed = conversing,
        .body = schema::object({{"until", schema::timestamp()}}),
        .answers = the_conversation},
       snooze},
      {{.id = "end_snooze",
        .method = verb::del,
        .path = one + "/snooze",
        .tag = "Conversations",
        .summary = "Not snoozed any more.",
        .allowed = conversing,
        .answers = the_conversation},
       end_snooze},
      {{.id = "mark_conversation_read",
        .method = verb::put,
        .path = one + "/read",
        .tag = "Conversations",
        .summary = "You have seen everything up to this message. Each person reads for themselves.",
        .allowed = reading,
        .body = schema::object({{"message_id", schema::uuid()}}),
        .answers = the_conversation},
       mark_read},
      {{.id = "attach_label",
        .method = verb::put,
        .path = one + "/labels/{label_id}",
        .tag = "Conversations",
        .summary = "Gives it this label.",
        .allowed = conversing,
        .answers = the_conversation},
       [](workplace& place, api_call& call) {
         return change_label(place, call, storage::label_change::attach);
       }},
      {{.id = "detach_label",
        .method = verb::del,
        .path = one + "/labels/{label_id}",
        .tag = "Conversations",
        .summary = "Takes this label away.",
        .allowed = conversing,
        .answers = the_conversation},
       [](workplace& place, api_call& call) {
         return change_label(place, call, storage::label_change::detach);
       }},
  };
}

}  // namespace sellavie::net
