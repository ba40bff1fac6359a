#pragma once
// How many more of a thing the plan of a business allows. For the sources of this folder only, because it shows
// libpqxx: whoever adds members, connections or products asks in the transaction that adds them.

#include <cstdint>
#include <optional>
#include <pqxx/transaction>

#include "config/settings.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::storage {

/// `members` are counted in a global table: ask as the engine, with for_accounts. The others also as the tenant.
enum class plan_resource : std::uint8_t { members, connections, products };

/// None: as many as one likes. Others who ask about the same wait until this transaction ends, so that two cannot
/// take the last place. Products are those that are offered; archived ones cost nothing.
[[nodiscard]] std::optional<std::int64_t> plan_room(pqxx::work& work, const business_id& business,
                                                    plan_resource what, const config::plans_settings& plans);

}  // namespace sellavie::storage
