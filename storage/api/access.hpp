#pragma once
// May this session act, and as what: asked for each request of the REST bridge.

#include <optional>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/api/permission.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

struct found_access {
  /// Not revoked, not expired, and the account's.
  bool session_lives = false;
  /// In the business asked for.
  std::optional<api::role> role;
};

/// `business` nil: only the session is looked at.
[[nodiscard]] result<found_access> find_access(api_session& session, const api::access_claims& claims,
                                               const business_id& business, instant now);

/// Somebody who goes on using what the access was asked for.
struct access_subject {
  api::account_id account;
  api::session_id session;
  business_id business;

  friend auto operator<=>(const access_subject&, const access_subject&) = default;
};
/// For many in one look; one answer for each, in their order.
[[nodiscard]] result<std::vector<found_access>> find_accesses(api_session& session,
                                                              const std::vector<access_subject>& subjects,
                                                              instant now);

}  // namespace sellavie::storage
