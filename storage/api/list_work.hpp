#pragma once
// Pages of lists that are short by what they are: a screen holds each whole, so that filters and orders need no index of their
// own. For the sources of this folder only, because it shows libpqxx.
//
// $1 business, $2 the last id of the page before or null, $3 newest first?, $4 rows; the list's own filters from $5 on, where an
// empty text lets everything through. Ids rise with time.

#include <pqxx/pqxx>
#include <string>

#include "protocol/domain/ids.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/postgres_fields.hpp"

/// The end of the statement; `id` is the column.
#define SHORT_PAGE(id)                                                             \
  "AND ($2::uuid IS NULL OR CASE WHEN $3::boolean THEN " id " < $2::uuid ELSE " id \
  " > $2::uuid END) ORDER "                                                        \
  "BY CASE WHEN $3::boolean THEN " id " END DESC, " id " LIMIT $4::integer"

namespace sellavie::storage {

/// Of a position that may be none: what stands for it in a statement.
class after_id {
 public:
  explicit after_id(const list_wish& wish) : text_{wish.after ? to_string(wish.after->id) : std::string{}} {}
  [[nodiscard]] const char* value() const noexcept { return text_.empty() ? nullptr : text_.c_str(); }

 private:
  std::string text_;
};

/// Where a list with an index each way begins: behind the page before, or at the end that is wanted.
[[nodiscard]] inline std::string first_id(const list_wish& wish) {
  if (wish.after) return to_string(wish.after->id);
  return wish.is_newest_first ? "ffffffff-ffff-ffff-ffff-ffffffffffff"
                              : "00000000-0000-0000-0000-000000000000";
}

template <class Read, class... Filters>
[[nodiscard]] auto short_page(pqxx::work& work, const std::string& statement, const business_id& business,
                              const list_wish& wish, Read row_of, const Filters&... filters) {
  const after_id after{wish};
  return all_of(work.exec_params(statement, to_string(business), after.value(), wish.is_newest_first,
                                 wish.limit + 1, filters...),
                row_of);
}

}  // namespace sellavie::storage
