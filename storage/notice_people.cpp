#include "storage/notice_people.hpp"

#include "protocol/api/permission.hpp"
#include "storage/api/notification_work.hpp"

namespace sellavie::storage {
namespace {

#define PEOPLE                                                                                            \
  "SELECT m.account_id, m.role, s.account_id IS NOT NULL, " NOTIFICATION_CHOICES                          \
  ", CASE WHEN s.quiet_zone IS NULL THEN 0 ELSE zone_offset(s.quiet_zone, $2::bigint) END, p.mailed_at, " \
  "p.pushed_at, p.summed_up_at FROM memberships m "                                                       \
  "LEFT JOIN notification_settings s ON s.business_id = m.business_id AND s.account_id = m.account_id "   \
  "LEFT JOIN notification_pace p ON p.business_id = m.business_id AND p.account_id = m.account_id "       \
  "WHERE m.business_id = $1::uuid "
constexpr const char* select_all = PEOPLE "ORDER BY m.account_id";
constexpr const char* select_one = PEOPLE "AND m.account_id = $3::uuid";
#undef PEOPLE

constexpr const char* ensure_pace = R"(
INSERT INTO notification_pace (business_id, account_id)
SELECT business_id, account_id FROM memberships WHERE business_id = $1::uuid AND account_id = $2::uuid
ON CONFLICT DO NOTHING)";
constexpr const char* lock_pace =
    "SELECT FROM notification_pace WHERE business_id = $1::uuid AND account_id = $2::uuid FOR UPDATE";

notice_person person_in(const pqxx::row& one) {
  using api::permission;
  fields row{one};
  notice_person found;
  found.who.account = row.id<basic_id<struct any_tag>>().value;
  const auto role = api::parse_role(row.text()).value_or(api::role::viewer);
  found.who.answers = api::may(role, permission::converse);
  found.who.manages = api::may(role, permission::manage);
  found.who.owns = api::may(role, permission::own);
  if (row.flag()) {
    found.who.choices = choices_in(row);
  } else {
    found.who.choices = usual_notifications();
    row.skip(notification_choice_columns);
  }
  found.offset = zone_offset{row.integer()};
  found.mailed_at = row.maybe(&fields::at);
  found.pushed_at = row.maybe(&fields::at);
  found.summed_up_at = row.maybe(&fields::at);
  return found;
}

}  // namespace

std::vector<notice_person> people_of(pqxx::work& work, const business_id& business, instant now) {
  return all_of(work.exec_params(select_all, to_string(business), to_unix_ms(now)), person_in);
}

std::optional<notice_person> hold_person(pqxx::work& work, const business_id& business, const uuid& account,
                                         instant now) {
  const auto whose = to_string(business);
  const auto who = to_string(account);
  work.exec_params(ensure_pace, whose, who);
  if (work.exec_params(lock_pace, whose, who).empty()) return std::nullopt;
  const auto rows = work.exec_params(select_one, whose, to_unix_ms(now), who);
  return rows.empty() ? std::nullopt : std::optional{person_in(rows.front())};
}

std::optional<instant> last_sent(const notice_person& person, notification_way way) {
  switch (way) {
    case notification_way::email: return person.mailed_at;
    case notification_way::push: return person.pushed_at;
    case notification_way::in_app: break;
  }
  return std::nullopt;
}

instant due_at(const notice_person& person, notification_way way, instant now) {
  return notice_due(way, person.who.choices.quiet, {now, person.offset, last_sent(person, way)});
}

}  // namespace sellavie::storage
