#pragma once
// Taking a backup, also while the server runs: one snapshot, read by pg_dump as the owner.
//
//  R1 All rows or none: the owner sees rows as the engine does, and a table whose policies would hide one
//     from it is a refusal (row-level security hides silently).
//  R2 The label is read in the dump's own snapshot.
//  R3 The file gets its name when it is whole and on the disk.
//  R4 Whoever writes to the inbox does not wait: the partitions of its keys are not rolled meanwhile.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "storage/backup/backup_file.hpp"
#include "storage/connect.hpp"
#include "storage/migrations.hpp"

namespace sellavie::storage {

struct backup_wish {
  std::filesystem::path file;
  /// For the name of the file while it is not whole.
  std::string unique;
  instant now{};
};

struct backup_made {
  backup_label label;
  std::uintmax_t bytes = 0;
};

/// `conflict`: there is a file of that name, or the database is a newer program's; `not_found`: nothing to back
/// up, or pg_dump is missing; `forbidden`: R1.
[[nodiscard]] result<backup_made> take_backup(const database_role& owner,
                                              std::span<const migration> migrations, const backup_wish& wish);

/// What is in a database of ours; `owner` must see every row.
[[nodiscard]] result<row_counts> count_rows(PGconn& owner);

/// R1, also for a restore.
[[nodiscard]] result<void> see_every_row(PGconn& owner);

}  // namespace sellavie::storage
