#pragma once
// Pages of lists in the order of time that look at so many rows and no more (walked_page reads their answers). For the sources
// of this folder only, because it shows libpqxx.
//
// $1 business, $2 $3 the position before the page, $4 rows to look at, $5 $6 since and until, $7 rows of the page; the list's
// own filters come after these.

#include <optional>
#include <pqxx/transaction_base>
#include <string>

#include "protocol/api/cursor.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

/// The most rows that a page looks at for a filter that no index serves.
inline constexpr int longest_time_walk = 1000;

/// Where the rows of a list come from and what is shown of them.
struct time_walk {
  const char* table;
  /// Of the row: when it came about; its index goes by (business, …, key, id).
  const char* key;
  /// What the index serves besides the business; of rows "r".
  const char* where;
  /// What no index serves; of rows "r".
  const char* filters;
  /// Of a row "p" and its neighbours.
  const char* columns;
  const char* neighbours;
};
[[nodiscard]] std::string statement_of(const time_walk& list, bool oldest_first);

struct walk_wish {
  std::optional<api::page_position> after;
  std::optional<instant> since;
  std::optional<instant> until;
  bool oldest_first = false;
  int looks = 0;
  int limit = 0;
};
/// What $2 to $7 are.
struct walk_values {
  std::int64_t key = 0;
  std::string id;
  std::int64_t since = 0;
  std::int64_t until = 0;
};
[[nodiscard]] walk_values values_of(const walk_wish& wish);

/// Runs the statement; `own` are the list's own parameters, from $8 on.
template <class... Own>
[[nodiscard]] pqxx::result walk(pqxx::transaction_base& work, const std::string& statement,
                                const business_id& business, const walk_wish& wish, const Own&... own) {
  const auto from = values_of(wish);
  return work.exec_params(statement, to_string(business), from.key, from.id, wish.looks, from.since,
                          from.until, wish.limit + 1, own...);
}

/// For parameters that may be null.
template <class Id>
[[nodiscard]] std::optional<std::string> text_of(const std::optional<Id>& id) {
  return id ? std::optional{to_string(*id)} : std::nullopt;
}
[[nodiscard]] inline const char* or_null(const std::optional<std::string>& text) noexcept {
  return text ? text->c_str() : nullptr;
}

}  // namespace sellavie::storage
