#pragma once
// Forward-only schema migrations: storage/migrations/NNNN_name.sql, embedded into the program.
//
//  R1 The numbers given are 1, 2, 3 … without a gap or a duplicate.
//  R2 What the database has is a prefix of what is given: nothing unknown (a newer program was here), no gap.
//  R3 An applied migration never changes: the SHA-256 of its bytes is kept and compared.
//  R4 Each migration is one transaction together with its row in schema_migrations; one that fails
//     leaves the version before it. It must not commit by itself.
//  R5 One server migrates at a time (advisory lock); others wait and then find nothing to do.

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/time.hpp"
#include "storage/connect.hpp"

namespace sellavie::storage {

struct migration {
  int version = 0;
  std::string_view name;
  std::string_view sql;
};

/// Those of this program, in order.
[[nodiscard]] std::span<const migration> embedded_migrations();

struct migration_state {
  int version = 0;
  std::string name;
  bool applied = false;
  instant applied_at{};
};

/// Told one line before each migration and when it has to wait; may be empty.
using migration_log = std::function<void(std::string_view)>;

/// Applies what is missing, then analyses the tables. Returns how many were applied.
/// `conflict`: the database does not fit (R2, R3); `invalid_value`: the migrations given do not (R1).
/// Whoever asks it to stop ends its wait (R5), or it ends between two migrations: `unavailable`.
[[nodiscard]] result<int> migrate(const database_role& owner, std::span<const migration> migrations,
                                  instant now, const migration_log& log = {},
                                  const std::stop_token& asked = {});

/// Who keeps every start, migration and restore of this database out, as long as its connection lives;
/// false when somebody else does. Sets what a long piece of work on the schema needs.
[[nodiscard]] result<bool> try_lock_schema(PGconn& owner);

/// The same as migrate() by who holds that lock and is in a transaction of its own. No analysis.
[[nodiscard]] result<int> migrate_within(PGconn& owner, std::span<const migration> migrations, instant now,
                                         const migration_log& log = {});

/// Tables that hold something, so that plans are right at once.
[[nodiscard]] result<void> analyze_tables(PGconn& owner);

/// How many of the given migrations the database has; 0 when it is empty. The same refusals as migrate.
[[nodiscard]] result<int> schema_version(PGconn& owner, std::span<const migration> migrations);

/// Every migration given and whether it was applied. The same refusals as migrate.
[[nodiscard]] result<std::vector<migration_state>> migration_status(const database_role& owner,
                                                                    std::span<const migration> migrations);

}  // namespace sellavie::storage
