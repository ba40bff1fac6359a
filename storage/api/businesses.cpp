#include "storage/api/businesses.hpp"

#include "protocol/api/team_rules.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/directory_work.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/api/timezone_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

#define PROFILE_COLUMNS                                                                                     \
  "b.id, b.name, b.currency, b.timezone, b.locale, b.profile_version, b.created_at, b.refund_limit_minor, " \
  "b.low_stock_at, b.checkout_reminders, b.checkout_reminder_minutes "

#define OWN_BUSINESSES                                                     \
  "SELECT " PROFILE_COLUMNS                                                \
  ", m.role FROM memberships m JOIN businesses b ON b.id = m.business_id " \
  "WHERE m.account_id = $1::uuid "
constexpr const char* select_page =
    OWN_BUSINESSES "AND m.business_id > $2::uuid ORDER BY m.business_id LIMIT $3::integer";
constexpr const char* select_own = OWN_BUSINESSES "AND m.business_id = $2::uuid";
#undef OWN_BUSINESSES

constexpr const char* select_one = "SELECT " PROFILE_COLUMNS "FROM businesses b WHERE b.id = $1::uuid";
constexpr const char* lock_one =
    "SELECT " PROFILE_COLUMNS "FROM businesses b WHERE b.id = $1::uuid FOR NO KEY UPDATE";
// Who adds a product or an order refers to this row: none is under way while it is locked like this.
constexpr const char* lock_alone =
    "SELECT " PROFILE_COLUMNS "FROM businesses b WHERE b.id = $1::uuid FOR UPDATE";
#undef PROFILE_COLUMNS

// Of one account one at a time.
constexpr const char* hold_account = "SELECT FROM accounts WHERE id = $1::uuid FOR NO KEY UPDATE";
constexpr const char* select_founded =
    "SELECT id, founding_fingerprint FROM businesses WHERE founded_by = $1::uuid AND founding_key = $2";
constexpr const char* count_founded = "SELECT count(*) FROM businesses WHERE founded_by = $1::uuid";
constexpr const char* insert_business = R"(
INSERT INTO businesses (id, key, name, currency, timezone, locale, created_at, founded_by, founding_key, founding_fingerprint,
                        low_stock_at)
VALUES ($1::uuid, $1::uuid::text, $2, $3, $4, $5, $6::bigint, $7::uuid, $8, $9, $10::bigint))";
constexpr const char* insert_owner = R"(
INSERT INTO memberships (account_id, business_id, role, created_at) VALUES ($1::uuid, $2::uuid, 'owner', $3::bigint))";

/// As the column's default.
constexpr std::int64_t usual_low_stock = 3;

constexpr const char* has_amounts = R"(
SELECT EXISTS (SELECT FROM products WHERE business_id = $1::uuid) OR EXISTS (SELECT FROM orders WHERE business_id = $1::uuid))";
constexpr const char* update_business = R"(
UPDATE businesses SET name = $2, currency = $3, timezone = $4, locale = $5, refund_limit_minor = $6::bigint,
  low_stock_at = $7::bigint, checkout_reminders = $8::smallint, checkout_reminder_minutes = $9::integer,
  profile_version = profile_version + 1
WHERE id = $1::uuid)";

business_profile profile_in(fields& row) {
  business_profile one{row.id<business_id>(), row.text(), row.text(), row.text(), row.text(),
                       row.integer(),         row.at()};
  one.refund_limit_minor = row.maybe(&fields::integer);
  one.low_stock_at = row.maybe(&fields::integer);
  one.reminders.most = static_cast<std::int32_t>(row.integer());
  if (const auto after = row.maybe(&fields::integer))
    one.reminders.after_minutes = static_cast<std::int32_t>(*after);
  return one;
}

own_business own_in(const pqxx::row& one) {
  fields row{one};
  auto profile = profile_in(row);
  return {std::move(profile), api::parse_role(row.text()).value_or(api::role::viewer)};
}

std::optional<business_profile> profile_of(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  return profile_in(row);
}

template <class Number>
json number_or_null(const std::optional<Number>& number) {
  return number ? json(*number) : json(nullptr);
}

json logged(const business_profile& one) {
  return {{"name", one.name},
          {"currency", one.currency},
          {"timezone", one.timezone},
          {"locale", one.locale},
          {"refund_limit_minor", number_or_null(one.refund_limit_minor)},
          {"low_stock_at", number_or_null(one.low_stock_at)},
          {"checkout_reminders", one.reminders.most},
          {"checkout_reminder_minutes", number_or_null(one.reminders.after_minutes)}};
}

business_profile changed_by(business_profile profile, const profile_change& wanted) {
  if (wanted.name) profile.name = *wanted.name;
  if (wanted.currency) profile.currency = *wanted.currency;
  if (wanted.timezone) profile.timezone = *wanted.timezone;
  if (wanted.locale) profile.locale = *wanted.locale;
  if (wanted.refund_limit_minor) profile.refund_limit_minor = *wanted.refund_limit_minor;
  if (wanted.low_stock_at) profile.low_stock_at = *wanted.low_stock_at;
  if (wanted.checkout_reminders) profile.reminders.most = *wanted.checkout_reminders;
  if (wanted.checkout_reminder_minutes) profile.reminders.after_minutes = *wanted.checkout_reminder_minutes;
  return profile;
}

template <class Number>
std::optional<std::string> text_of(const std::optional<Number>& number) {
  return number ? std::optional{std::to_string(*number)} : std::nullopt;
}

profile_outcome compare(pqxx::work& work, const business_profile& was, const business_profile& now,
                        std::int64_t expected_version) {
  if (was.version != expected_version) return profile_outcome::stale;
  if (logged(was) == logged(now)) return profile_outcome::unchanged;
  if (was.timezone != now.timezone && !is_timezone(work, now.timezone))
    return profile_outcome::unknown_timezone;
  if (was.currency != now.currency && work.exec_params1(has_amounts, to_string(was.id))[0].as<bool>())
    return profile_outcome::currency_in_use;
  return profile_outcome::changed;
}

/// What stands in the way of one more.
std::optional<founding> found_before(pqxx::work& work, const change_origin& by, const founding_wish& wanted) {
  const auto rows = work.exec_params(select_founded, to_string(by.account), wanted.key);
  if (!rows.empty()) {
    const pqxx::row first = rows[0];
    fields row{first};
    const auto business = row.id<business_id>();
    const bool is_same = row.text() == wanted.fingerprint;
    return founding{is_same ? founding_outcome::founded_before : founding_outcome::key_reused, business};
  }
  if (work.exec_params1(count_founded, to_string(by.account))[0].as<int>() >= api::most_founded)
    return founding{founding_outcome::full, {}};
  if (!is_timezone(work, wanted.profile.timezone)) return founding{founding_outcome::unknown_timezone, {}};
  return std::nullopt;
}

}  // namespace

result<std::vector<own_business>> list_businesses(api_session& session, const api::account_id& account,
                                                  const std::optional<api::page_position>& after, int limit) {
  return for_accounts(session, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_page, to_string(account),
                                   to_string(after.value_or(list_edge(false)).id), limit + 1),
                  own_in);
  });
}

result<std::optional<own_business>> find_own_business(api_session& session, const api::account_id& account,
                                                      const business_id& business) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_own, to_string(account), to_string(business));
    return rows.empty() ? std::optional<own_business>{} : own_in(rows[0]);
  });
}

result<std::optional<business_profile>> find_business(api_session& session, const business_id& business) {
  return for_business(session, business, [&](pqxx::work& work) {
    return profile_of(work.exec_params(select_one, to_string(business)));
  });
}

result<founding> found_business(api_session& session, const change_origin& by, const founding_wish& wanted) {
  return for_accounts(session, [&](pqxx::work& work) {
    work.exec_params(hold_account, to_string(by.account));
    if (auto known = found_before(work, by, wanted)) return *known;
    auto one = wanted.profile;
    one.low_stock_at = usual_low_stock;
    work.exec_params(insert_business, to_string(one.id), one.name, one.currency, one.timezone, one.locale,
                     to_unix_ms(by.at), to_string(by.account), wanted.key, wanted.fingerprint,
                     usual_low_stock);
    work.exec_params(insert_owner, to_string(by.account), to_string(one.id), to_unix_ms(by.at));
    record_activity(work, &one.id, by, {"business.founded", "business", one.id.value, nullptr, logged(one)});
    return founding{founding_outcome::founded, one.id};
  });
}

result<changed_profile> change_business(api_session& session, const business_id& business,
                                        const change_origin& by, const profile_change& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto read = [&](const char* sql) { return profile_of(work.exec_params(sql, to_string(business))); };
    const auto judge = [&](const business_profile& was) {
      changed_profile done{profile_outcome::not_found, changed_by(was, wanted)};
      done.outcome = compare(work, was, done.profile, wanted.expected_version);
      return done;
    };
    // What changes nothing locks nothing and leaves the servers in peace.
    const auto seen = read(select_one);
    if (!seen) return changed_profile{};
    if (auto looked = judge(*seen); looked.outcome != profile_outcome::changed) return looked;
    raise_directory(work);
    const auto was = read(wanted.currency ? lock_alone : lock_one);
    if (!was) return changed_profile{};
    auto done = judge(*was);
    if (done.outcome != profile_outcome::changed) return done;
    const auto& now = done.profile;
    const auto limit = text_of(now.refund_limit_minor);
    const auto low = text_of(now.low_stock_at);
    const auto after = text_of(now.reminders.after_minutes);
    work.exec_params(update_business, to_string(business), now.name, now.currency, now.timezone, now.locale,
                     limit ? limit->c_str() : nullptr, low ? low->c_str() : nullptr, now.reminders.most,
                     after ? after->c_str() : nullptr);
    record_activity(work, &business, by,
                    {"business.changed", "business", business.value, logged(*was), logged(now)});
    ++done.profile.version;
    return done;
  });
}

}  // namespace sellavie::storage
