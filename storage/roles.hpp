#pragma once
// The three roles. With the embedded cluster each logs in by itself; with only database.url the
// connecting user makes sellavie_engine and sellavie_tenant and reaches them by SET ROLE; with
// engine_url and tenant_url those users are made members of the two, to which the schema grants.
//
// None may be SUPERUSER or BYPASSRLS or be able to become such a role, and the tenant must not be able
// to become the engine or the owner: row-level security would not hold. check_roles refuses to start otherwise.

#include <string>
#include <string_view>

#include "storage/connect.hpp"

namespace sellavie::storage {

/// The schema's grants and policies name these.
inline constexpr std::string_view owner_role = "sellavie_owner";  // embedded only
inline constexpr std::string_view engine_role = "sellavie_engine";
inline constexpr std::string_view tenant_role = "sellavie_tenant";

/// [database] of the configuration, url not empty.
struct database_urls {
  std::string url;
  std::string engine_url;
  std::string tenant_url;
};

/// Makes roles and memberships that are missing, as far as the owner's user may; otherwise the
/// error says what a superuser has to run. Harmless when repeated or run by two servers at once.
[[nodiscard]] result<database_access> prepare_roles(const database_urls& urls);

/// Lets the owner see and change every row, as the engine may: for backups and restores. Harmless when
/// repeated; otherwise as above.
[[nodiscard]] result<void> let_owner_act_as_engine(PGconn& owner);

/// Server version, encoding and what the three roles must not be.
[[nodiscard]] result<void> check_roles(const database_access& access);

}  // namespace sellavie::storage
