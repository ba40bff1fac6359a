#pragma once
// From the stored record of a business to the snapshot that its actors share: opens its secrets and
// reads its training. A secret that cannot be opened disables its account and is logged.

#include "actors/tenant.hpp"
#include "config/settings.hpp"
#include "monitoring/log.hpp"
#include "protocol/crypto/fernet.hpp"

namespace sellavie::actors {

[[nodiscard]] tenant_ptr open_tenant(const storage::tenant_record& record,
                                     const config::plans_settings& plans, const crypto::fernet_ring& secrets,
                                     monitoring::logger& log);

}  // namespace sellavie::actors
