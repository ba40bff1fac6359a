#include "storage/api/list_work.hpp"

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
  return wish.after.value_or(list_edge(wish.is_newest_first));
}

}  // namespace sellavie::storage
