#include "net/api/resources/plan.hpp"

#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "protocol/domain/quota.hpp"
#include "storage/api/plan_usage.hpp"

namespace sellavie::net {
namespace plan_resource {
namespace {

using api::schema;
using nlohmann::json;
using limit = std::optional<std::int64_t>;

// --- shapes --------------------------------------------------------------------------------------

schema month_text() { return schema::text({7, 7, api::text_format::month}).example("2026-11"); }

schema used_shape() {
  return schema::object(
             {{"used", schema::integer().example(250)},
              {"allowed", schema::integer().example(1000).or_null().described("Null: without limit.")},
              {"percent", schema::integer(0, 999).example(25).or_null()},
              {"warning", schema::word({"none", "near_limit", "at_limit"})
                              .described("near_limit from 80 %, at_limit from 100 % on, when no "
                                         "more can be added; of AI replies see `state`. none "
                                         "without a limit.")}})
      .named("PlanUse");
}

schema plan_shape() {
  return schema::object(
             {{"name", schema::text({1, 32, api::text_format::token})
                           .example("starter")
                           .or_null()
                           .described("Null: this server has no plans, or none for you.")},
              {"month", month_text()},
              {"begins_at", schema::timestamp().described("Months are those of the business's time zone.")},
              {"ends_at", schema::timestamp()},
              {"ai_replies", used_shape()},
              {"members", used_shape()},
              {"connections", used_shape()},
              {"products", used_shape()},
              {"state", schema::word({"unlimited", "normal", "near_limit", "paused"})
                            .example("normal")
                            .described("Of the AI: near_limit from 80 %, paused from 100 % on.")},
              {"next", schema::text({1, 300})
                           .example("A task warns you at 80 % and at 100 %.")
                           .described("What happens next, in words.")}})
      .named("Plan");
}

schema usage_shape() {
  return schema::object({{"month", month_text()}, {"ai_replies", schema::integer().example(250)}})
      .named("MonthUsage");
}

// --- showing -------------------------------------------------------------------------------------

const char* warning_of(limit allowed, std::int64_t used) noexcept {
  switch (level_reached(allowed, used)) {
    case quota_level::none: return "none";
    case quota_level::most: return "near_limit";
    case quota_level::all: break;
  }
  return "at_limit";
}

json shown_use(std::int64_t used, limit allowed) {
  return {{"used", used},
          {"allowed", allowed ? json(*allowed) : json(nullptr)},
          {"percent", allowed ? json(percent_used(allowed, used)) : json(nullptr)},
          {"warning", warning_of(allowed, used)}};
}

struct outlook {
  const char* state;
  const char* next;
};

outlook outlook_of(limit allowed, std::int64_t used) noexcept {
  if (!allowed) return {"unlimited", "The AI answers without a limit."};
  switch (level_reached(allowed, used)) {
    case quota_level::none:
      return {"normal", "A task warns you when 80 % of the month's AI replies are used, and when all are."};
    case quota_level::most:
      return {
          "near_limit",
          "When all AI replies of the month are used, new chats are handed to people; a chat with an open "
          "order is answered until the order is closed."};
    case quota_level::all: break;
  }
  return {"paused",
          "Chats are handed to people; those with an open order are answered until it is closed. A chat that "
          "nobody has taken goes back to the AI with its next message in the next month."};
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome show(workplace& place, api_call& call) {
  return answer_with(storage::show_plan(place.store, call.by.business, call.now), [&](const auto& found) {
    const auto plan = place.with.settings->plans.of(found.plan);
    const auto& limits = plan.limits;
    const auto ahead = outlook_of(limits.ai_replies_per_month, found.ai_replies);
    return api_answer{200,
                      {{"name", plan.name.empty() ? json(nullptr) : json(std::string{plan.name})},
                       {"month", found.month},
                       {"begins_at", api::timestamp(to_unix_ms(found.begins))},
                       {"ends_at", api::timestamp(to_unix_ms(found.ends))},
                       {"ai_replies", shown_use(found.ai_replies, limits.ai_replies_per_month)},
                       {"members", shown_use(found.members, limits.members)},
                       {"connections", shown_use(found.connections, limits.connections)},
                       {"products", shown_use(found.products, limits.products)},
                       {"state", ahead.state},
                       {"next", ahead.next}}};
  });
}

api_outcome list_months(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_months(
            place.store, call.by.business,
            {call.now, call.query_value("since").value_or(""), call.query_value("until").value_or("")},
            newest_first(call, wish));
      },
      [](const auto& one) {
        return json{{"month", one.month}, {"ai_replies", one.ai_replies}};
      },
      [](const auto& one) { return one.place; });
}

}  // namespace
}  // namespace plan_resource

std::vector<api_endpoint> plan_endpoints() {
  using namespace plan_resource;
  using api::verb;
  const std::string plan = "/api/v1/businesses/{business_id}/plan";
  const api::access reading{api::audience::member, api::permission::read};
  return {{{.id = "show_plan",
            .method = verb::get,
            .path = plan,
            .tag = "Plan",
            .summary = "The plan, what of it is used this month, and what happens next.",
            .allowed = reading,
            .answers = {{200, "As it is now.", plan_shape()}}},
           show},
          {{.id = "list_plan_months",
            .method = verb::get,
            .path = plan + "/months",
            .tag = "Plan",
            .summary = "AI replies by month, as far as they are known.",
            .allowed = reading,
            .query = paged({{"since", month_text(), "Not before this month."},
                            {"until", month_text(), "Before this month."},
                            sort_by_time()}),
            .answers = {{200, "A page.", page_shape(usage_shape(), "MonthUsagePage")}}},
           list_months}};
}

}  // namespace sellavie::net
