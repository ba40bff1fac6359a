#pragma once
// Invitations that wait for somebody; the rules are protocol/api/team_rules, T2 to T4. Making and sending them is
// the engine's, which writes their mails.

#include <optional>
#include <string>
#include <vector>

#include "protocol/crypto/digest.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/api/team_outcome.hpp"
#include "storage/mail_queue.hpp"

namespace sellavie::storage {

using invitation_id = basic_id<struct invitation_tag>;

struct invitation {
  invitation_id id;
  std::string email;
  api::role role = api::role::viewer;
  /// Who sent the last mail.
  api::account_id invited_by;
  instant created_at{};
  instant sent_at{};
  instant expires_at{};
};

/// For any role when it is empty; expired ones too.
[[nodiscard]] result<std::vector<invitation>> list_invitations(api_session& session,
                                                               const business_id& business,
                                                               const std::string& role,
                                                               const list_wish& wish);
[[nodiscard]] result<std::optional<invitation>> find_invitation(api_session& session,
                                                                const business_id& business,
                                                                const invitation_id& id);

/// A mail to the invitation's address.
struct invitation_mail {
  crypto::sha256_digest token_hash{};
  instant expires_at{};
  queued_mail mail;
};
[[nodiscard]] result<team_outcome> add_invitation(api_session& session, const business_id& business,
                                                  const change_origin& by, const invitation& wanted,
                                                  const invitation_mail& sent);
/// The earlier mail's token stops working.
[[nodiscard]] result<team_outcome> send_invitation_again(api_session& session, const business_id& business,
                                                         const change_origin& by, const invitation_id& id,
                                                         const invitation_mail& sent);
[[nodiscard]] result<team_outcome> revoke_invitation(api_session& session, const business_id& business,
                                                     const change_origin& by, const invitation_id& id);

}  // namespace sellavie::storage
