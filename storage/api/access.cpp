#include "storage/api/access.hpp"

#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_access = R"(
SELECT m.role FROM sessions s
LEFT JOIN memberships m ON m.business_id = $3::uuid AND m.account_id = s.account_id
WHERE s.id = $1::uuid AND s.account_id = $2::uuid AND s.revoked_at IS NULL AND s.expires_at > $4::bigint)";

}  // namespace

result<found_access> find_access(api_session& session, const api::access_claims& claims,
                                 const business_id& business, instant now) {
  return for_accounts(session, [&](pqxx::work& transaction) {
    const auto rows =
        transaction.exec_params(select_access, to_string(claims.session), to_string(claims.account),
                                to_string(business), to_unix_ms(now));
    found_access found;
    if (rows.empty()) return found;
    found.session_lives = true;
    if (!rows[0][0].is_null()) found.role = api::parse_role(rows[0][0].c_str());
    return found;
  });
}

}  // namespace sellavie::storage
