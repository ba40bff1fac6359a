#pragma once
// Reading a business's activity log, and its hash chain (protocol/api/activity_chain).

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/activity_chain.hpp"
#include "protocol/api/cursor.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

struct activity_filter {
  std::optional<uuid> subject;
  std::optional<api::account_id> account;
  std::optional<std::string> action;
  /// From here on.
  std::optional<instant> since;
  /// Before this.
  std::optional<instant> until;
  bool oldest_first = false;
};

struct listed_activity {
  /// The row's number, in the form of every other id.
  uuid id;
  std::string action;
  std::string subject_kind;
  uuid subject;
  api::account_id account;
  /// Empty when the account is gone.
  std::string account_name;
  std::string address;
  std::string request_id;
  /// JSON; empty: nothing.
  std::string before;
  std::string after;
  instant at{};
  /// 0: not chained yet.
  std::int64_t position = 0;
  api::page_position place;
};
/// One more than `limit` shows that there is a next page.
[[nodiscard]] result<std::vector<listed_activity>> list_activity(
    api_session& session, const business_id& business, const activity_filter& filter,
    const std::optional<api::page_position>& after, int limit);

/// For the test that looks at their plans: of the chain, of its head, of an account; then, newest first and oldest first, without a
/// filter, of a subject, of an account, of an action.
[[nodiscard]] std::vector<std::string> activity_statements();

/// Nothing for an entry of another business, or of none.
[[nodiscard]] result<std::optional<listed_activity>> find_activity(api_session& session,
                                                                   const business_id& business,
                                                                   const uuid& id);

/// What is of the account and of no business: sign-ins and ended sessions. Without names.
[[nodiscard]] result<std::vector<listed_activity>> list_own_activity(
    api_session& session, const api::account_id& account, const std::optional<api::page_position>& after,
    int limit);

/// At most `limit` entries after `position`, in the order of the chain; recorded as activity itself, in the
/// same transaction.
[[nodiscard]] result<std::vector<api::chain_entry>> export_activity(api_session& session,
                                                                    const business_id& business,
                                                                    std::int64_t position, int limit,
                                                                    const change_origin& by);

/// The last entry that is chained; position 0 when none is.
[[nodiscard]] result<api::chain_head> activity_head(api_session& session, const business_id& business);

}  // namespace sellavie::storage
