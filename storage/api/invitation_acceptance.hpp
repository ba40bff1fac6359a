#pragma once
// From an invitation's token to a membership (protocol/api/team_rules, T3). As the engine: before it is accepted, who
// holds the token belongs to no business.

#include <optional>
#include <string>

#include "config/settings.hpp"
#include "protocol/api/permission.hpp"
#include "protocol/crypto/digest.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/team_outcome.hpp"

namespace sellavie::storage {

struct invitation_offer {
  std::string business_name;
  /// That it was sent to.
  std::string email;
  api::role role = api::role::viewer;
  instant expires_at{};
};
/// Living ones only.
[[nodiscard]] result<std::optional<invitation_offer>> find_offer(api_session& session,
                                                                 const crypto::sha256_digest& token_hash,
                                                                 instant now);

struct acceptance {
  team_outcome outcome = team_outcome::invitation_over;
  business_id business;
};
/// The caller becomes a member; a member stays what they are.
[[nodiscard]] result<acceptance> accept_invitation(api_session& session,
                                                   const crypto::sha256_digest& token_hash,
                                                   const change_origin& by,
                                                   const config::plans_settings& plans);

struct invited_account {
  std::string name;
  std::string password_hash;
};
/// Opens the account `by.account` with the invitation's address, which the token proves.
[[nodiscard]] result<acceptance> accept_with_new_account(api_session& session,
                                                         const crypto::sha256_digest& token_hash,
                                                         const invited_account& wanted,
                                                         const change_origin& by,
                                                         const config::plans_settings& plans);

}  // namespace sellavie::storage
