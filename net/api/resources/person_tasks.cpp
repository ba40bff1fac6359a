#include "net/api/resources/person_tasks.hpp"

#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "storage/api/person_tasks.hpp"

namespace sellavie::net {
namespace person_tasks_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema kind_word() {
  return schema::word({"handover", "parked", "unconfirmed", "send_failed", "customer_not_told",
                       "payment_review", "connection", "payment_connection", "plan", "webhook", "dispute",
                       "refund_awaits_approval", "refund_needs_attention", "refund_failed", "refund_unproved",
                       "refund_contradicted", "more_came"});
}

schema task_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"kind", kind_word()},
                         {"reason", schema::text({0, 4000, api::text_format::lines})},
                         {"conversation_id", schema::uuid().or_null()},
                         {"created_at", schema::timestamp()},
                         {"done_at", schema::timestamp().or_null()},
                         {"done_by", schema::uuid().or_null()}})
      .named("Task");
}

schema parked_shape() {
  return schema::object({{"id", schema::text({1, 20, api::text_format::token}).example("4711")},
                         {"connection_id", schema::uuid()},
                         {"reason", schema::text({0, 4000, api::text_format::lines})},
                         {"accepted_at", schema::timestamp()},
                         {"parked_at", schema::timestamp()}})
      .named("ParkedDelivery");
}

json shown(const storage::listed_task& one) {
  return {{"id", to_string(one.id)},
          {"kind", one.kind},
          {"reason", one.reason},
          {"conversation_id", one.conversation ? json(to_string(*one.conversation)) : json(nullptr)},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))},
          {"done_at", time_or_null(one.done_at.value_or(instant{}))},
          {"done_by", one.done_by ? json(to_string(*one.done_by)) : json(nullptr)}};
}

json shown(const storage::parked_delivery_line& one) {
  return {{"id", std::to_string(one.id)},
          {"connection_id", to_string(one.connection)},
          {"reason", one.reason},
          {"accepted_at", api::timestamp(to_unix_ms(one.accepted_at))},
          {"parked_at", api::timestamp(to_unix_ms(one.parked_at))}};
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_tasks(place.store, call.by.business, call.query_value("kind"),
                                   oldest_first(call, wish));
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show(workplace& place, api_call& call) {
  return answer_with(storage::find_task(place.store, call.by.business, call.id<message_id>("task_id").value),
                     [](const auto& task) -> api_outcome {
                       if (!task) return problem{problems::not_found};
                       return api_answer{200, shown(*task)};
                     });
}

api_outcome finish(workplace& place, api_call& call) {
  return answer_with(storage::finish_task(place.store, call.by.business, origin_of(call),
                                          call.id<message_id>("task_id").value),
                     [](const auto& task) -> api_outcome {
                       if (!task) return problem{problems::not_found};
                       return api_answer{200, shown(*task)};
                     });
}

api_outcome list_parked(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_parked(place.store, call.by.business, wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); },
      [](const auto& row) {
        return api::page_position{row.id, {}};
      });
}

}  // namespace
}  // namespace person_tasks_resource

std::vector<api_endpoint> person_task_endpoints() {
  using namespace person_tasks_resource;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string business = "/api/v1/businesses/{business_id}";
  return {
      {{.id = "list_tasks",
        .method = verb::get,
        .path = business + "/tasks",
        .tag = "Tasks",
        .summary = "What waits for a person.",
        .allowed = {audience::member, permission::read},
        .query = paged({{"kind", kind_word(), "Only those of this kind."}, sort_by_time("oldest")}),
        .answers = {{200, "A page of open tasks.", page_shape(task_shape(), "TaskPage")}}},
       list},
      {{.id = "show_task",
        .method = verb::get,
        .path = business + "/tasks/{task_id}",
        .tag = "Tasks",
        .summary = "One task, also when it is done.",
        .allowed = {audience::member, permission::read},
        .answers = {{200, "The task.", task_shape()}}},
       show},
      {{.id = "finish_task",
        .method = verb::post,
        .path = business + "/tasks/{task_id}/done",
        .tag = "Tasks",
        .summary = "Marks a task as done. Who comes second is told who did it.",
        .allowed = {audience::member, permission::converse},
        .answers = {{200, "The task.", task_shape()}}},
       finish},
      {{.id = "list_parked_deliveries",
        .method = verb::get,
        .path = business + "/parked-deliveries",
        .tag = "Tasks",
        .summary =
            "Messages that could not be handled, newest first, with the reason and without their text.",
        .allowed = {audience::member, permission::administer},
        .query = paged(),
        .answers = {{200, "A page.", page_shape(parked_shape(), "ParkedDeliveryPage")}}},
       list_parked},
  };
}

}  // namespace sellavie::net
