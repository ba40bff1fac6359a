#pragma once
// What people say of their business: name, currency, timezone, locale, how much one of them refunds alone. Founding one is the engine's work, the rest
// runs as the tenant.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "protocol/api/permission.hpp"
#include "protocol/domain/checkout_reminder.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

struct business_profile {
  business_id id;
  std::string name;
  std::string currency;
  std::string timezone;
  std::string locale;
  /// Of these fields, not of the actors' snapshot.
  std::int64_t version = 1;
  instant created_at{};
  /// Of one payment, on one person's word (desk_money R29); none: any sum.
  std::optional<std::int64_t> refund_limit_minor{};
  /// At or below it a product runs low; none: nobody is told.
  std::optional<std::int64_t> low_stock_at{};
  /// To unfinished checkouts.
  reminder_settings reminders{};
};

struct own_business {
  business_profile profile;
  api::role role = api::role::viewer;
};
/// Of one account, by id, `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<own_business>> list_businesses(
    api_session& session, const api::account_id& account, const std::optional<api::page_position>& after,
    int limit);
/// As a member of it.
[[nodiscard]] result<std::optional<own_business>> find_own_business(api_session& session,
                                                                    const api::account_id& account,
                                                                    const business_id& business);
[[nodiscard]] result<std::optional<business_profile>> find_business(api_session& session,
                                                                    const business_id& business);

struct founding_wish {
  business_profile profile;
  std::string key;
  /// Of the wish: another one under the same key is refused.
  std::string fingerprint;
};
enum class founding_outcome : std::uint8_t { founded, founded_before, key_reused, unknown_timezone, full };
struct founding {
  founding_outcome outcome = founding_outcome::founded;
  business_id business;
};
/// The caller becomes its owner.
[[nodiscard]] result<founding> found_business(api_session& session, const change_origin& by,
                                              const founding_wish& wanted);

struct profile_change {
  std::optional<std::string> name;
  std::optional<std::string> currency;
  std::optional<std::string> timezone;
  std::optional<std::string> locale;
  /// None within: without limit from now on.
  std::optional<std::optional<std::int64_t>> refund_limit_minor;
  /// None within: nobody is told from now on.
  std::optional<std::optional<std::int64_t>> low_stock_at;
  std::optional<std::int32_t> checkout_reminders;
  /// None within: in shares of the hold from now on.
  std::optional<std::optional<std::int32_t>> checkout_reminder_minutes;
  /// That was read.
  std::int64_t expected_version = 0;
};
enum class profile_outcome : std::uint8_t {
  changed,
  /// It is so already.
  unchanged,
  not_found,
  stale,
  unknown_timezone,
  /// There are amounts in it: products or orders.
  currency_in_use,
};
struct changed_profile {
  profile_outcome outcome = profile_outcome::not_found;
  /// Of `changed` and `unchanged`.
  business_profile profile{};
};
[[nodiscard]] result<changed_profile> change_business(api_session& session, const business_id& business,
                                                      const change_origin& by, const profile_change& wanted);

}  // namespace sellavie::storage
