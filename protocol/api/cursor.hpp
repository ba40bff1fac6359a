#pragma once
// Keyset paging: a cursor names the last row of a page by its sort key and id. Opaque to clients, but
// no secret and not trusted: whatever it says, only rows that the caller may see come back.

#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"

namespace sellavie::api {

struct page_position {
  /// Of the sort column: a number (milliseconds, for example).
  std::int64_t key = 0;
  uuid id;

  friend bool operator==(const page_position&, const page_position&) = default;
};

[[nodiscard]] std::string write_cursor(const page_position& last);
[[nodiscard]] std::optional<page_position> read_cursor(std::string_view cursor);

inline constexpr int default_page = 50;
inline constexpr int largest_page = 100;

}  // namespace sellavie::api
