#pragma once
// One-time work on the embedded cluster: finding PostgreSQL's programs, initdb, and what the
// superuser makes. Private to storage/embedded_postgres.

#include <filesystem>
#include <string>

#include "storage/embedded_postgres.hpp"
#include "storage/embedded_postgres_folder.hpp"

namespace sellavie::storage {

/// Our own user, or as root the unprivileged one that the options or the system name.
[[nodiscard]] result<os_user> choose_database_user(const embedded_options& options);

/// The programs that fit the data that is there; says what to do when they do not.
[[nodiscard]] result<std::filesystem::path> find_programs(const embedded_options& options,
                                                          const cluster_folder& folder);

/// initdb beside PGDATA, then a rename: there is never half a cluster. Does nothing when there is one.
[[nodiscard]] result<void> ensure_initialised(const embedded_options& options, const cluster_folder& folder,
                                              const std::filesystem::path& programs,
                                              const os_user& database_user);

/// The three roles and the database, when missing.
[[nodiscard]] result<void> ensure_roles_and_database(PGconn& superuser);

/// Ends sessions of our roles that a killed server left, and waits until they are gone.
[[nodiscard]] result<void> end_former_sessions(PGconn& superuser);

}  // namespace sellavie::storage
