#pragma once
// What every list of the API shares: `cursor` and `limit` in, `items` and `next_cursor` out.

#include <optional>
#include <vector>

#include "net/api/call.hpp"
#include "protocol/api/cursor.hpp"

namespace sellavie::net {

struct page_wish {
  std::optional<api::page_position> after;
  int limit = api::default_page;
};

/// A broken cursor is a problem of the field.
[[nodiscard]] std::variant<page_wish, api::problem> page_of(const api_call& call);

[[nodiscard]] api::schema cursor_text();

/// "cursor" and "limit", to put before an operation's own parameters.
[[nodiscard]] std::vector<api::parameter> paged(std::vector<api::parameter> own = {});

/// The shape of a page.
[[nodiscard]] api::schema page_shape(const api::schema& item, const std::string& name);

/// Rows that are ordered by their id alone.
inline constexpr auto by_id = [](const auto& row) {
  if constexpr (requires { row.id.value; }) return api::page_position{0, row.id.value};
  else return api::page_position{0, row.id};
};

/// Storage reads one row more than was wished: it shows that there is a next page.
template <class Row, class Show, class Position>
[[nodiscard]] api_outcome give_page(std::vector<Row> rows, int limit, Show show, Position position_of) {
  const bool has_more = rows.size() > static_cast<std::size_t>(limit);
  if (has_more) rows.resize(static_cast<std::size_t>(limit));
  auto items = nlohmann::json::array();
  for (const Row& row : rows) items.push_back(show(row));
  nlohmann::json next = nullptr;
  if (has_more) next = api::write_cursor(position_of(rows.back()));
  return api_answer{200, {{"items", std::move(items)}, {"next_cursor", std::move(next)}}};
}

/// The page that the call asks for: `read(wish)` gives one row more than was wished.
template <class Read, class Show, class Position = decltype(by_id)>
[[nodiscard]] api_outcome answer_page(const api_call& call, Read read, Show show,
                                      Position position_of = by_id) {
  const auto page = page_of(call);
  if (const auto* wrong = std::get_if<api::problem>(&page)) return *wrong;
  const auto& wish = std::get<page_wish>(page);
  return answer_with(read(wish),
                     [&](const auto& rows) { return give_page(rows, wish.limit, show, position_of); });
}

}  // namespace sellavie::net
