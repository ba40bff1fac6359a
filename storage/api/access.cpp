#include "storage/api/access.hpp"

#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_access = R"(
SELECT m.role FROM sessions s
LEFT JOIN memberships m ON m.business_id = $3::uuid AND m.account_id = s.account_id
WHERE s.id = $1::uuid AND s.account_id = $2::uuid AND s.revoked_at IS NULL AND s.expires_at > $4::bigint)";

constexpr const char* select_accesses = R"(
SELECT s.id IS NOT NULL, m.role
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS wanted (session_id, account_id, business_id, place)
LEFT JOIN sessions s ON s.id = wanted.session_id AND s.account_id = wanted.account_id AND s.revoked_at IS NULL
  AND s.expires_at > $4::bigint
LEFT JOIN memberships m ON m.business_id = wanted.business_id AND m.account_id = wanted.account_id
ORDER BY wanted.place)";

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

result<std::vector<found_access>> find_accesses(api_session& session,
                                                const std::vector<access_subject>& subjects, instant now) {
  return for_accounts(session, [&](pqxx::work& transaction) {
    const auto list = [&](auto member) {
      return array_text(subjects, [&](const access_subject& one) { return to_string(one.*member); });
    };
    const auto rows = transaction.exec_params(select_accesses, list(&access_subject::session),
                                              list(&access_subject::account), list(&access_subject::business),
                                              to_unix_ms(now));
    return all_of(rows, [](const pqxx::row& one) {
      found_access found;
      found.session_lives = one[0].as<bool>();
      if (!one[1].is_null()) found.role = api::parse_role(one[1].c_str());
      return found;
    });
  });
}

}  // namespace sellavie::storage
