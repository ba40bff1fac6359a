#include "net/api/resources/notifications.hpp"

#include "net/api/paging.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "storage/api/notifications.hpp"

namespace sellavie::net {
namespace notifications_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::notification_id;

// --- shapes --------------------------------------------------------------------------------------

constexpr std::array step_words{"none", "managers", "owner"};

schema kind_word() {
  std::vector<std::string> words;
  for (const auto one : all_notification_kinds) words.emplace_back(to_string(one));
  return schema::word(std::move(words));
}

schema notification_shape() {
  return schema::object(
             {{"id", schema::uuid()},
              {"kind", kind_word()},
              {"escalation", schema::word({"none", "managers", "owner"})
                                 .described("Of a hand-over that nobody has taken: told again, to whom.")},
              {"conversation_id", schema::uuid().or_null()},
              {"order_id", schema::uuid().or_null()},
              {"product_id", schema::uuid().or_null()},
              {"task_id", schema::uuid().or_null()},
              {"percent",
               schema::integer(0).or_null().described("Of a quota: how much of the plan is used.")},
              {"happened_at", schema::timestamp()},
              {"created_at", schema::timestamp().described("When you were told.")},
              {"read_at", schema::timestamp().or_null()}})
      .named("Notification");
}

schema unread_shape() {
  return schema::object(
             {{"unread", schema::integer(0, storage::counted_notifications).described("Ends at 1,000.")}})
      .named("UnreadNotifications");
}

/// What `about` names.
const char* subject_of(notification_kind kind) noexcept {
  switch (kind) {
    case notification_kind::hand_over:
    case notification_kind::review_item: return "conversation_id";
    case notification_kind::paid_order:
    case notification_kind::failed_payment: return "order_id";
    case notification_kind::low_stock: return "product_id";
    case notification_kind::broken_connection:
    case notification_kind::quota: break;
  }
  return nullptr;
}

json id_or_null(const std::optional<uuid>& id) { return id ? json(to_string(*id)) : json(nullptr); }

json shown(const storage::listed_notification& one) {
  json item{{"id", to_string(one.id)},
            {"kind", to_string(one.kind)},
            {"escalation", step_words[static_cast<std::size_t>(one.step)]},
            {"conversation_id", nullptr},
            {"order_id", nullptr},
            {"product_id", nullptr},
            {"task_id", id_or_null(one.task)},
            {"percent", one.kind == notification_kind::quota ? json(one.amount) : json(nullptr)},
            {"happened_at", api::timestamp(to_unix_ms(one.happened_at))},
            {"created_at", api::timestamp(to_unix_ms(one.created_at))},
            {"read_at", time_or_null(one.read_at.value_or(instant{}))}};
  if (const char* subject = subject_of(one.kind)) item[subject] = id_or_null(one.about);
  return item;
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome list(workplace& place, api_call& call) {
  const bool unread_only = call.query_value("unread") == "true";
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_notifications(place.store, call.by.business, call.by.account, unread_only,
                                           wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); });
}

api_outcome count(workplace& place, api_call& call) {
  return answer_with(storage::count_unread_notifications(place.store, call.by.business, call.by.account),
                     [](std::int64_t unread) {
                       return api_answer{200, {{"unread", unread}}};
                     });
}

api_outcome read_one(workplace& place, api_call& call) {
  return answer_with(storage::read_notification(place.store, call.by.business, origin_of(call),
                                                call.id<notification_id>("notification_id")),
                     [](bool is_there) -> api_outcome {
                       if (!is_there) return problem{problems::not_found};
                       return api_answer{204, nullptr};
                     });
}

api_outcome read_all(workplace& place, api_call& call) {
  const notification_id up_to{*parse_uuid(call.body["up_to"].get<std::string>())};
  return answer_with(storage::read_notifications(place.store, call.by.business, origin_of(call), up_to),
                     [](std::int64_t) {
                       return api_answer{204, nullptr};
                     });
}

}  // namespace
}  // namespace notifications_resource

std::vector<api_endpoint> notification_endpoints() {
  using namespace notifications_resource;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/notifications";
  const api::access reading{api::audience::member, api::permission::read};
  return {
      {{.id = "list_notifications",
        .method = verb::get,
        .path = all,
        .tag = "Notifications",
        .summary = "What you were told of this business, the latest first. It is kept for 90 days.",
        .allowed = reading,
        .query = paged({{"unread", schema::boolean(), "`true`: only what you have not read."}}),
        .answers = {{200, "A page.", page_shape(notification_shape(), "NotificationPage")}}},
       list},
      {{.id = "count_unread_notifications",
        .method = verb::get,
        .path = all + "/unread",
        .tag = "Notifications",
        .summary = "How much of it you have not read.",
        .allowed = reading,
        .answers = {{200, "The count.", unread_shape()}}},
       count},
      {{.id = "read_notification",
        .method = verb::post,
        .path = all + "/{notification_id}/read",
        .tag = "Notifications",
        .summary = "You have read it. What you have read here is not sent by mail or push any more.",
        .allowed = reading,
        .answers = {{204, "It is read.", std::nullopt}}},
       read_one},
      {{.id = "read_all_notifications",
        .method = verb::post,
        .path = all + "/read-all",
        .tag = "Notifications",
        .summary = "You have read this one and all before it.",
        .allowed = reading,
        .body = schema::object({{"up_to", schema::uuid().described("The latest one that you saw.")}}),
        .answers = {{204, "They are read.", std::nullopt}}},
       read_all},
  };
}

}  // namespace sellavie::net
