#pragma once
// Putting a backup into a database that nobody uses: one transaction, so that a restore which fails, or is
// killed, has changed nothing.
//
//  R1 Nobody else is connected, before and when all tables are locked; the lock that every start takes to
//     migrate is held to the end. A start that comes meanwhile waits and finds the restored database.
//  R2 Rows are replaced only when asked for, another program's tables never.
//  R3 The tables, rights and policies are those of the backup, which are the program's own; what is missing
//     up to this program's version is migrated. Checksums as at every start.
//  R4 All rows came back: counted.
//  R5 What the backup had open is settled (aftermath.hpp), unless nothing ran since.
//  R6 The next incarnation is above all that the backup, what it replaces, and anybody in between had.

#include <filesystem>
#include <span>

#include "storage/backup/aftermath.hpp"
#include "storage/backup/backup_file.hpp"
#include "storage/connect.hpp"
#include "storage/migrations.hpp"

namespace sellavie::storage {

struct restore_wish {
  std::filesystem::path file;
  backup_label label;
  /// R2.
  bool may_replace = false;
  /// R5: as after a restart. Only when no server ran since the backup was taken.
  bool resume = false;
  instant now{};
  migration_log log{};
};

struct restored {
  /// What was there before, empty when nothing was.
  row_counts replaced;
  int migrated = 0;
  aftermath settled;
};

/// Looks at the label only: whether this program, this owner and the wish fit it. `invalid_value` otherwise.
[[nodiscard]] result<void> check_fits(const restore_wish& wish, std::span<const migration> migrations);

/// `conflict`: somebody uses the database (R1); `forbidden`: R2, with what is there; `invalid_value`: another
/// owner or version; `malformed`: the archive cannot be read.
[[nodiscard]] result<restored> restore_backup(const database_role& owner,
                                              std::span<const migration> migrations, const restore_wish& wish,
                                              id_source& ids);

}  // namespace sellavie::storage
