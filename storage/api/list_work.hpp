#pragma once
// Pages of lists in the order of time, from either end, by one index. A filter that the index does not serve looks at the rest
// of the list: these lists are short, or belong to one chat or product. For the sources of this folder only, because it shows
// libpqxx.

#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/postgres_fields.hpp"

namespace sellavie::storage {

/// A statement that is written once for both ends: `{<}` stands where it goes on behind a position, `{desc}` behind each column
/// of its order.
class two_ends {
 public:
  explicit two_ends(std::string_view statement);
  [[nodiscard]] const std::string& of(const list_wish& wish) const noexcept {
    return wish.is_newest_first ? newest_first : oldest_first;
  }

  std::string newest_first;
  std::string oldest_first;
};

/// Behind the page before, or in front of the end that is wanted.
[[nodiscard]] api::page_position first_position(const list_wish& wish) noexcept;
[[nodiscard]] inline std::string first_id(const list_wish& wish) {
  return to_string(first_position(wish).id);
}

/// Of a business's rows by their ids, which rise with time: $1 business, $2 where the page begins, $3 rows; the list's own
/// filters from $4 on, where an empty text lets everything through.
template <class Read, class... Filters>
[[nodiscard]] auto page_by_id(pqxx::work& work, const two_ends& statement, const business_id& business,
                              const list_wish& wish, Read row_of, const Filters&... filters) {
  return all_of(
      work.exec_params(statement.of(wish), to_string(business), first_id(wish), wish.limit + 1, filters...),
      row_of);
}

}  // namespace sellavie::storage
