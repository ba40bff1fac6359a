#include "storage/api/list_work.hpp"

#include <limits>

namespace sellavie::storage {
namespace {

std::string with(std::string_view statement, std::string_view before, std::string_view order) {
  std::string text{statement};
  const auto put = [&](std::string_view place, std::string_view what) {
    for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + what.size()))
      text.replace(at, place.size(), what);
  };
  put("{<}", before);
  put("{desc}", order);
  return text;
}

}  // namespace

two_ends::two_ends(std::string_view statement)
    : newest_first{with(statement, "<", " DESC")}, oldest_first{with(statement, ">", "")} {}

api::page_position first_position(const list_wish& wish) noexcept {
  if (wish.after) return *wish.after;
  using most = std::numeric_limits<std::int64_t>;
  api::page_position edge{wish.is_newest_first ? most::max() : most::min(), {}};
  edge.id.bytes.fill(wish.is_newest_first ? 0xff : 0x00);
  return edge;
}

}  // namespace sellavie::storage
