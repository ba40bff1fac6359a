#pragma once
// A page of a list that costs a bounded look: it may be short, or empty, and still say where to go on.

#include <optional>
#include <vector>

#include "protocol/api/cursor.hpp"

namespace sellavie::storage {

template <class Row>
struct listed_page {
  std::vector<Row> rows;
  std::optional<api::page_position> next;
};

}  // namespace sellavie::storage
