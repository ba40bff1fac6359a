#pragma once
// A page of a list in the order of time, from either end.

#include <limits>
#include <optional>

#include "protocol/api/cursor.hpp"

namespace sellavie::storage {

/// In front of the first row from this end.
[[nodiscard]] inline api::page_position list_edge(bool is_newest_first) noexcept {
  using most = std::numeric_limits<std::int64_t>;
  api::page_position edge{is_newest_first ? most::max() : most::min(), {}};
  edge.id.bytes.fill(is_newest_first ? 0xff : 0x00);
  return edge;
}

/// `limit` rows behind `after`; one more is read, which shows that there is a next page.
struct list_wish {
  std::optional<api::page_position> after;
  int limit = api::default_page;
  bool is_newest_first = false;
};

}  // namespace sellavie::storage
