#pragma once
// Imports that wait to be run (table product_imports). A runner claims one, takes it part by part and ends it. A part, its
// outcomes and the progress are one transaction, which holds only while the claim does: whoever takes over goes on
// behind the last part. A claim outlives its process and is released by the next start.
//
// What a part counts of stock is the order desk's to set, under an action key of the part: the same key again changes
// nothing. Until that is known the part keeps it, and no other part is taken.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "storage/api/import_jobs.hpp"

namespace sellavie::storage {

/// The runner that works for this incarnation.
struct import_desk {
  api_session& store;
  std::int64_t incarnation = 0;
  config::plans_settings plans{};
};

struct claimed_import {
  import_id id;
  business_id business;
  /// Who ordered it; the time is the runner's.
  change_origin by;
  std::string sheet;
  catalogue::column_names columns;
  stock_column stock = stock_column::ignored;
  std::size_t next_record = 0;
  /// With this one, since the last part.
  int attempts = 0;
};

/// What other processes had claimed, and what this one let lie, waits again: not while one is being run here.
[[nodiscard]] result<void> release_imports(const import_desk& desk);
/// The oldest that waits, of a business that has none running.
[[nodiscard]] result<std::optional<claimed_import>> claim_import(const import_desk& desk, instant now);

enum class part_outcome : std::uint8_t {
  taken,
  /// Somebody wants it to end.
  cancelled,
  /// It is not ours any more.
  lost,
};

/// Records of the sheet, good and bad.
struct import_part {
  std::size_t first_record = 0;
  std::size_t records = 0;
  std::span<const catalogue::sheet_row> rows;
  std::span<const catalogue::sheet_problem> problems;
};

/// errc::conflict: somebody edits one of its products; try again.
[[nodiscard]] result<part_outcome> take_part(const import_desk& desk, const claimed_import& job,
                                             const catalogue::product_sheet& sheet, const import_part& part,
                                             id_source& ids);

struct counted_part {
  std::size_t first_record = 0;
  int attempt = 1;
  std::vector<counted_product> items;
};
/// What the last part counted, while the desk is not known to have set it.
[[nodiscard]] result<std::optional<counted_part>> find_counted(const import_desk& desk,
                                                               const claimed_import& job);
/// The desk has set it.
[[nodiscard]] result<void> settle_counted(const import_desk& desk, const claimed_import& job,
                                          const counted_part& part);
/// The desk refused: some were sold or corrected in between. Those stay as they are and their rows say so; the others
/// are to be asked for again. Nullopt: none is left.
[[nodiscard]] result<std::optional<counted_part>> count_again(const import_desk& desk,
                                                              const claimed_import& job,
                                                              const counted_part& part);

/// `how` is done, failed or cancelled; `problem` of a failure.
[[nodiscard]] result<void> end_import(const import_desk& desk, const claimed_import& job, import_state how,
                                      const std::string& problem);
/// Those that ended before `before` go; at most a hundred.
[[nodiscard]] result<std::int64_t> purge_imports(const import_desk& desk, instant before);

}  // namespace sellavie::storage
