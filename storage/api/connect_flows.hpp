#pragma once
// Logins at Meta that people began. A flow is bound to the account, session and business that began it; its state
// is known by hash, and the first who presents it takes it: nobody finishes a flow twice.

#include <optional>
#include <string>

#include "protocol/connect/graph_calls.hpp"
#include "protocol/crypto/digest.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

using connect_flow_id = basic_id<struct connect_flow_tag>;

struct connect_flow {
  connect_flow_id id;
  connect::flow_kind kind = connect::flow_kind::facebook;
  /// The connection that gets a new token.
  std::optional<connection_id> reconnects;
  /// begun, exchanging, choosing, connected, failed
  std::string stage = "begun";
  /// JSON: what there is to choose from, or what was connected.
  std::string found = "[]";
  /// Fernet.
  std::string sealed;
  /// Why it failed: the name of a problem.
  std::string problem;
  instant expires_at{};
};

struct new_connect_flow {
  connect_flow_id id;
  connect::flow_kind kind = connect::flow_kind::facebook;
  std::optional<connection_id> reconnects;
  crypto::sha256_digest state_hash{};
  instant expires_at{};
};

enum class flow_begin : std::uint8_t {
  begun,
  /// The connection to reconnect is not this business's.
  no_such_connection,
  /// Too many were begun and not finished.
  too_many,
};
[[nodiscard]] result<flow_begin> begin_connect_flow(api_session& session, const business_id& business,
                                                    const change_origin& by, const new_connect_flow& wanted);

enum class flow_claim : std::uint8_t {
  claimed,
  not_found,
  /// Another account or session began it, or the state is another one's: nothing was changed.
  foreign,
  /// It was taken before.
  used,
  expired,
};
struct claimed_flow {
  flow_claim outcome = flow_claim::not_found;
  /// Of `claimed` only, as it was before.
  connect_flow flow{};
};
/// begun -> exchanging.
[[nodiscard]] result<claimed_flow> claim_connect_flow(api_session& session, const business_id& business,
                                                      const change_origin& by, const connect_flow_id& id,
                                                      const crypto::sha256_digest& state_hash);
/// choosing -> exchanging.
[[nodiscard]] result<claimed_flow> claim_connect_choice(api_session& session, const business_id& business,
                                                        const change_origin& by, const connect_flow_id& id);

/// exchanging -> choosing, for as long as `expires_at`.
[[nodiscard]] result<void> offer_connect_choice(api_session& session, const business_id& business,
                                                const connect_flow& flow);
/// exchanging -> failed, with its reason; the tokens are forgotten.
[[nodiscard]] result<void> fail_connect_flow(api_session& session, const business_id& business,
                                             const change_origin& by, const connect_flow_id& id,
                                             const std::string& problem);

/// Only what this account's session began.
[[nodiscard]] result<std::optional<connect_flow>> find_connect_flow(api_session& session,
                                                                    const business_id& business,
                                                                    const change_origin& by,
                                                                    const connect_flow_id& id);

}  // namespace sellavie::storage
