#include "storage/api/notifications.hpp"

#include "storage/api/api_work.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {
namespace {

#define LISTED                                                                                                   \
  "SELECT id, kind, step, about_id, task_id, amount, happened_at, created_at, read_at FROM notifications WHERE " \
  "business_id = $1::uuid AND account_id = $2::uuid AND id < $3::uuid AND in_app "
#define NEWEST_FIRST "ORDER BY business_id DESC, account_id DESC, id DESC LIMIT $4::integer"
constexpr const char* select_page = LISTED NEWEST_FIRST;
constexpr const char* select_unread = LISTED "AND read_at IS NULL " NEWEST_FIRST;
#undef LISTED
#undef NEWEST_FIRST

constexpr const char* count_unread = R"(
SELECT count(*) FROM (
  SELECT FROM notifications WHERE business_id = $1::uuid AND account_id = $2::uuid AND in_app AND read_at IS NULL
  LIMIT $3::integer) unread)";
constexpr const char* mark_one = R"(
UPDATE notifications SET read_at = coalesce(read_at, $4::bigint)
WHERE business_id = $1::uuid AND account_id = $2::uuid AND id = $3::uuid AND in_app)";
constexpr const char* mark_all = R"(
UPDATE notifications SET read_at = $4::bigint
WHERE business_id = $1::uuid AND account_id = $2::uuid AND id <= $3::uuid AND in_app AND read_at IS NULL)";

listed_notification notification_in(const pqxx::row& one) {
  fields row{one};
  listed_notification found;
  found.id = row.id<notification_id>();
  found.kind = parse_notification_kind(row.text()).value_or(notification_kind::review_item);
  found.step = row.number<escalation>();
  found.about = row.maybe(&fields::id<uuid>);
  found.task = row.maybe(&fields::id<uuid>);
  found.amount = row.integer();
  found.happened_at = row.at();
  found.created_at = row.at();
  if (!row.is_null()) found.read_at = row.at();
  return found;
}

}  // namespace

std::vector<std::string> notification_statements() { return {select_page, select_unread, count_unread}; }

result<std::vector<listed_notification>> list_notifications(api_session& session, const business_id& business,
                                                            const api::account_id& account, bool unread_only,
                                                            const std::optional<api::page_position>& after,
                                                            int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    return all_of(
        work.exec_params(unread_only ? select_unread : select_page, to_string(business), to_string(account),
                         to_string(after.value_or(list_edge(true)).id), limit + 1),
        notification_in);
  });
}

result<std::int64_t> count_unread_notifications(api_session& session, const business_id& business,
                                                const api::account_id& account) {
  return for_business(session, business, [&](pqxx::work& work) {
    return work.exec_params1(count_unread, to_string(business), to_string(account), counted_notifications)[0]
        .as<std::int64_t>();
  });
}

result<bool> read_notification(api_session& session, const business_id& business, const change_origin& by,
                               const notification_id& which) {
  return for_business(session, business, [&](pqxx::work& work) {
    return work.exec_params(mark_one, to_string(business), to_string(by.account), to_string(which),
                            to_unix_ms(by.at))
               .affected_rows() == 1;
  });
}

result<std::int64_t> read_notifications(api_session& session, const business_id& business,
                                        const change_origin& by, const notification_id& up_to) {
  return for_business(session, business, [&](pqxx::work& work) {
    return static_cast<std::int64_t>(work.exec_params(mark_all, to_string(business), to_string(by.account),
                                                      to_string(up_to), to_unix_ms(by.at))
                                         .affected_rows());
  });
}

}  // namespace sellavie::storage
