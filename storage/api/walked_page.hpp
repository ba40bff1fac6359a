#pragma once
// Pages of lists that look at so many rows and no more: what was found, and where to go on. For the sources of this
// folder only, because it shows libpqxx.
//
// Each row of the result begins with the sort key and id of the last row that was looked at (null: all were), then come
// the columns of a row of the page, the first of which is never null unless the page is empty.

#include <optional>
#include <pqxx/result>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "storage/api/listed_page.hpp"
#include "storage/postgres_fields.hpp"

namespace sellavie::storage {

/// `row_of(fields&)` reads a row, `position_of(row)` says where a page that ends with it goes on.
template <class Row, class Read, class Position>
[[nodiscard]] listed_page<Row> walked_page(const pqxx::result& found, int limit, Read row_of,
                                           Position position_of) {
  constexpr int edge_columns = 2;
  listed_page<Row> page;
  for (const auto& each : found) {
    fields row{each};
    if (row.is_null()) {
      row.skip(edge_columns);
    } else {
      const std::int64_t key = row.integer();
      page.next = api::page_position{key, row.id<basic_id<struct walked_tag>>().value};
    }
    if (!row.is_null()) page.rows.push_back(row_of(row));
  }
  if (page.rows.size() > static_cast<std::size_t>(limit)) {
    page.rows.resize(static_cast<std::size_t>(limit));
    page.next = position_of(page.rows.back());
  }
  return page;
}

}  // namespace sellavie::storage
