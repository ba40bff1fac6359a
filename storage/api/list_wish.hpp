#pragma once
// A page of a list in the order of time, from either end.

#include <optional>

#include "protocol/api/cursor.hpp"

namespace sellavie::storage {

/// `limit` rows behind `after`; one more is read, which shows that there is a next page.
struct list_wish {
  std::optional<api::page_position> after;
  int limit = api::default_page;
  bool is_newest_first = false;
};

}  // namespace sellavie::storage
