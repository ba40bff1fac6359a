#pragma once
// The channel accounts of a business, as people connect, watch and disconnect them. One that is disconnected stays,
// without its token and its ids; connecting the same account again takes it up again, with its chats.
//
// What running servers must know is told by raise_directory(), in the same transaction.

#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "protocol/channel/notice_template.hpp"
#include "protocol/connect/graph_calls.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {

struct stored_connection {
  connection_id id;
  channel_kind channel = channel_kind::messenger;
  std::string login;
  std::string external_id;
  std::string name;
  std::string token_hint;
  std::string subscription_id;
  /// Fernet; empty: disconnected.
  std::string sealed_token;
  instant created_at{};
  std::optional<instant> connected_at;
  std::optional<uuid> connected_by;
  std::optional<instant> disconnected_at;
  std::optional<instant> token_expires_at;
  std::optional<instant> checked_at;
  std::optional<bool> is_subscribed;
  std::optional<instant> broken_at;
  std::string last_error;
  std::optional<instant> last_error_at;
  /// Of its newest chat, among the newest of the business.
  std::optional<instant> last_event_at;
  /// For notices outside the send window.
  channel::approved_template notices;
  /// Of what people say of it: the template.
  std::int64_t version = 1;

  [[nodiscard]] bool is_disconnected() const noexcept { return disconnected_at.has_value(); }
  /// Whom the app is subscribed to; empty: not known, of an operator's file. A page and an Instagram login are
  /// their own.
  [[nodiscard]] std::string heard_by() const;
};

/// Of any channel and state when they are empty.
struct connection_filter {
  std::string channel;
  /// As of `now`: "active", "reconnect_needed" or "disconnected".
  std::string state;
  instant now{};
};
[[nodiscard]] result<std::vector<stored_connection>> list_connections(api_session& session,
                                                                      const business_id& business,
                                                                      const connection_filter& filter,
                                                                      const list_wish& wish);
[[nodiscard]] result<std::optional<stored_connection>> find_connection(api_session& session,
                                                                       const business_id& business,
                                                                       const connection_id& id);

/// One account that the platform has confirmed.
struct account_to_connect {
  /// Used when it was never connected here.
  connection_id id;
  channel_kind channel = channel_kind::messenger;
  std::string login = "page";
  std::string external_id;
  std::vector<std::string> aliases;
  std::string name;
  /// Fernet.
  std::string sealed_token;
  std::string token_hint;
  std::string subscription_id;
  std::string login_user_id;
  std::optional<instant> token_expires_at;
};

/// Those of `external_ids` that another business has, in this order. As the engine: the tenant cannot see them.
[[nodiscard]] result<std::vector<std::string>> connected_elsewhere(
    api_session& session, const business_id& business, const std::vector<account_to_connect>& accounts);

/// Asked before Meta is, so that nothing is subscribed in vain; connect_accounts decides.
[[nodiscard]] result<bool> plan_has_room(api_session& session, const business_id& business,
                                         const std::vector<account_to_connect>& accounts,
                                         const config::plans_settings& plans);

/// All or none, with the end of their flow; what was connected, under the ids that they have now. errc::conflict when one is connected to another
/// business meanwhile; none when the business's plan has too few places left.
[[nodiscard]] result<std::optional<std::vector<connection_id>>> connect_accounts(
    api_session& session, const business_id& business, const change_origin& by, const uuid& flow,
    const std::vector<account_to_connect>& accounts, const config::plans_settings& plans);

/// Of a WhatsApp number; an empty one takes it away. `not_found` when it is not there, or not of WhatsApp.
[[nodiscard]] result<edit_outcome> change_notice_template(api_session& session, const business_id& business,
                                                          const change_origin& by, const connection_id& id,
                                                          const channel::approved_template& wanted,
                                                          std::int64_t expected_version);

struct disconnected {
  edit_outcome outcome = edit_outcome::not_found;
  /// As it was: with its token.
  stored_connection was{};
};
/// Again it is done, and changes nothing.
[[nodiscard]] result<disconnected> disconnect(api_session& session, const business_id& business,
                                              const change_origin& by, const connection_id& id);

/// Another connection, of whichever business, hears by the same subscription; or one of this business may, of which
/// it is not known. As the engine.
[[nodiscard]] result<bool> shares_subscription(api_session& session, const business_id& business,
                                               const stored_connection& gone);

/// What a check found.
struct connection_check {
  connection_id id;
  /// The token that was checked: of another one nothing is said.
  std::string checked_token;
  bool is_broken = false;
  std::optional<bool> is_subscribed;
  std::optional<instant> token_expires_at;
  /// For people, ours; empty: all is well.
  std::string error;
  /// A token that took its place, sealed; empty: the same.
  std::string new_token;
  std::string new_hint;
};
/// The connection as it is then; null: it is gone.
[[nodiscard]] result<std::optional<stored_connection>> record_check(api_session& session,
                                                                    const business_id& business,
                                                                    const change_origin& by,
                                                                    const connection_check& found);

}  // namespace sellavie::storage
