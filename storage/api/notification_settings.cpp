#include "storage/api/notification_settings.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/notification_work.hpp"
#include "storage/api/timezone_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

#define WAYS "hand_over, paid_order, failed_payment, review_item, low_stock, broken_connection, quota"

constexpr const char* select_settings =
    "SELECT " NOTIFICATION_CHOICES
    ", s.version FROM notification_settings s WHERE s.business_id = $1::uuid AND s.account_id = $2::uuid";
constexpr const char* select_member =
    "SELECT FROM memberships WHERE business_id = $1::uuid AND account_id = $2::uuid";
constexpr const char* insert_settings =
    "INSERT INTO notification_settings (business_id, account_id, " WAYS
    ", quiet_zone, quiet_from, quiet_to, digest) "
    "VALUES ($1::uuid, $2::uuid, $3::smallint, $4::smallint, $5::smallint, $6::smallint, $7::smallint, $8::smallint, "
    "$9::smallint, NULLIF($10, ''), NULLIF($11, '')::smallint, NULLIF($12, '')::smallint, $13) ON CONFLICT (business_id, account_id) DO NOTHING";
constexpr const char* update_settings =
    "UPDATE notification_settings SET (" WAYS
    ", quiet_zone, quiet_from, quiet_to, digest, version) = "
    "($3::smallint, $4::smallint, $5::smallint, $6::smallint, $7::smallint, $8::smallint, $9::smallint, NULLIF($10, ''), "
    "NULLIF($11, '')::smallint, NULLIF($12, '')::smallint, $13, version + 1) "
    "WHERE business_id = $1::uuid AND account_id = $2::uuid AND version = $14::bigint";
#undef WAYS

int number_of(const notification_ways& ways) {
  return (ways.in_app ? way_bits::in_app : 0) + (ways.email ? way_bits::email : 0) +
         (ways.push ? way_bits::push : 0);
}
notification_settings settings_in(const pqxx::result& rows) {
  notification_settings found;
  if (rows.empty()) return found;
  const pqxx::row first = rows[0];
  fields row{first};
  found.choices = choices_in(row);
  found.version = row.integer();
  return found;
}

json logged(const notification_settings& one) {
  json ways = json::object();
  for (const auto kind : all_notification_kinds)
    ways[std::string{to_string(kind)}] = number_of(one.choices.of(kind));
  json quiet = nullptr;
  if (const auto& hours = one.choices.quiet)
    quiet = {{"from", write_time_of_day(hours->from)},
             {"to", write_time_of_day(hours->to)},
             {"timezone", hours->timezone}};
  return {{"ways", std::move(ways)},
          {"quiet_hours", std::move(quiet)},
          {"digest", to_string(one.choices.digest)}};
}

/// False when somebody else was faster.
bool write(pqxx::work& work, const business_id& business, const api::account_id& account,
           const notification_settings& wanted) {
  std::vector<std::string> values{to_string(business), to_string(account)};
  for (const auto& ways : wanted.choices.ways) values.push_back(std::to_string(number_of(ways)));
  const auto& quiet = wanted.choices.quiet;
  values.push_back(quiet ? quiet->timezone : "");
  values.push_back(quiet ? std::to_string(quiet->from) : "");
  values.push_back(quiet ? std::to_string(quiet->to) : "");
  values.emplace_back(to_string(wanted.choices.digest));
  if (wanted.version > 0) values.push_back(std::to_string(wanted.version));
  return work.exec_params(wanted.version > 0 ? update_settings : insert_settings,
                          pqxx::prepare::make_dynamic_params(values))
             .affected_rows() == 1;
}

}  // namespace

result<notification_settings> find_notification_settings(api_session& session, const business_id& business,
                                                         const api::account_id& account) {
  return for_business(session, business, [&](pqxx::work& work) {
    return settings_in(work.exec_params(select_settings, to_string(business), to_string(account)));
  });
}

result<changed_notifications> change_notification_settings(api_session& session, const business_id& business,
                                                           const change_origin& by,
                                                           const notification_settings& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto whose = to_string(business);
    const auto account = to_string(by.account);
    changed_notifications done{notification_outcome::done, wanted};
    const auto was = settings_in(work.exec_params(select_settings, whose, account));
    const auto& quiet = wanted.choices.quiet;
    if (work.exec_params(select_member, whose, account).empty())
      done.outcome = notification_outcome::no_member;
    else if (was.version != wanted.version) done.outcome = notification_outcome::stale;
    else if (quiet && !is_timezone(work, quiet->timezone))
      done.outcome = notification_outcome::unknown_timezone;
    else if (!write(work, business, by.account, wanted)) done.outcome = notification_outcome::stale;
    if (done.outcome != notification_outcome::done) return done;
    record_activity(
        work, &business, by,
        {"notification_settings.changed", "account", by.account.value, logged(was), logged(wanted)});
    ++done.settings.version;
    return done;
  });
}

}  // namespace sellavie::storage
