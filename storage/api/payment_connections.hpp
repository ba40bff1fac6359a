#pragma once
// The payment providers of a business: one key a provider and mode. Who replaces or removes one says which version
// they read. Running servers are told by raise_directory(), in the same transaction.

#include <optional>
#include <string>
#include <vector>

#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {

struct stored_payment_connection {
  payment_connection_id id;
  std::string provider;
  /// "test" or "live".
  std::string mode;
  /// Fernet.
  std::string sealed_key;
  std::string key_hint;
  int webhook_secrets = 0;
  std::int64_t version = 1;
  instant created_at{};
  std::optional<instant> connected_at;
  std::optional<uuid> connected_by;
  std::optional<instant> checked_at;
  std::optional<instant> broken_at;
  std::string last_error;
  std::optional<instant> last_error_at;
};

/// Keys to keep; sealed already.
struct payment_keys {
  payment_connection_id id;
  std::string provider;
  std::string mode;
  /// Empty, where keys are replaced: the one that is there stays; another one ends the task about it.
  std::string sealed_key;
  std::string key_hint;
  /// Fernet of a JSON list; empty: those that are there stay.
  std::string sealed_webhook_secrets;
  int webhook_secrets = 0;
};

/// Of any provider and mode when they are empty.
[[nodiscard]] result<std::vector<stored_payment_connection>> list_payment_connections(
    api_session& session, const business_id& business, const std::string& provider, const std::string& mode,
    const list_wish& wish);
[[nodiscard]] result<std::optional<stored_payment_connection>> find_payment_connection(
    api_session& session, const business_id& business, const payment_connection_id& id);

/// errc::conflict: this provider is connected in this mode already.
[[nodiscard]] result<stored_payment_connection> add_payment_connection(api_session& session,
                                                                       const business_id& business,
                                                                       const change_origin& by,
                                                                       const payment_keys& wanted);
/// Other keys of the same provider and mode.
[[nodiscard]] result<edited<stored_payment_connection>> replace_payment_keys(api_session& session,
                                                                             const business_id& business,
                                                                             const change_origin& by,
                                                                             const payment_keys& wanted,
                                                                             std::int64_t expected_version);
[[nodiscard]] result<edit_outcome> remove_payment_connection(api_session& session,
                                                             const business_id& business,
                                                             const change_origin& by,
                                                             const payment_connection_id& id,
                                                             std::int64_t expected_version);

struct payment_check {
  payment_connection_id id;
  /// Of another key nothing is said.
  std::string checked_key;
  /// Nothing: nobody answered, and it stays as it is.
  std::optional<bool> is_broken;
  /// For people, ours; empty: all is well.
  std::string error;
};
/// Running servers are told when it is broken, or well again, by this. A key that works ends the task about it. What was heard
/// of a key that was asked later stands.
[[nodiscard]] result<void> record_payment_check(api_session& session, const business_id& business,
                                                const change_origin& by, const payment_check& found);

}  // namespace sellavie::storage
