#pragma once
// Imports as people order and watch them. What runs them is storage/import_queue.hpp. A row holds the upload; it goes
// seven days after the job ended, or sooner when newer ones of its business need the room.

#include <optional>
#include <string>
#include <vector>

#include "protocol/catalogue/product_sheet.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/api/product_import.hpp"

namespace sellavie::storage {

using import_id = basic_id<struct import_tag>;

enum class import_state : std::uint8_t { queued, running, done, failed, cancelled };
[[nodiscard]] std::string_view to_string(import_state state) noexcept;

struct import_counts {
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t refused = 0;
};

struct import_job {
  import_id id;
  import_state state = import_state::queued;
  api::account_id ordered_by;
  std::int64_t rows = 0;
  std::int64_t rows_done = 0;
  import_counts counts;
  bool is_cancel_wanted = false;
  /// Of a failure, for people.
  std::string problem;
  instant created_at{};
  /// Zero while it is open.
  instant finished_at{};
};

struct import_order {
  import_id id;
  std::string sheet;
  catalogue::column_names columns;
  stock_column stock = stock_column::ignored;
  std::size_t rows = 0;
  std::string idempotency_key;
};

enum class order_outcome : std::uint8_t {
  /// Now, or when the key was new.
  queued,
  /// The key was used for something else.
  other_order,
  /// Enough of this business wait.
  full,
};
struct ordered_import {
  order_outcome outcome = order_outcome::full;
  /// Of `queued`.
  import_job job{};
};

/// Open ones of a business.
inline constexpr int most_open_imports = 5;
/// Ended ones that a business keeps when it orders another: the newest.
inline constexpr int most_kept_imports = 200;
/// Of their sheets, and of what became of the rows.
inline constexpr std::int64_t most_kept_import_bytes = 50'000'000;

[[nodiscard]] result<ordered_import> order_import(api_session& session, const business_id& business,
                                                  const change_origin& by, const import_order& wanted);
/// In any state when it is empty.
[[nodiscard]] result<std::vector<import_job>> list_imports(api_session& session, const business_id& business,
                                                           const std::string& state, const list_wish& wish);
[[nodiscard]] result<std::optional<import_job>> find_import(api_session& session, const business_id& business,
                                                            const import_id& id);

enum class cancel_outcome : std::uint8_t { done, not_found, ended };
struct cancelled_import {
  cancel_outcome outcome = cancel_outcome::not_found;
  import_job job{};
};
/// One that runs ends after the part that is under way; what was taken stays.
[[nodiscard]] result<cancelled_import> cancel_import(api_session& session, const business_id& business,
                                                     const change_origin& by, const import_id& id);

struct row_outcome {
  std::size_t row = 0;
  import_outcome outcome = import_outcome::unchanged;
  std::string column;
  std::string reason;
};
struct import_result {
  import_job job;
  std::string sheet;
  /// In the order of the sheet, as far as it was taken.
  std::vector<row_outcome> rows;
};
[[nodiscard]] result<std::optional<import_result>> find_import_result(api_session& session,
                                                                      const business_id& business,
                                                                      const import_id& id);

}  // namespace sellavie::storage
