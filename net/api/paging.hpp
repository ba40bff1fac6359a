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

/// "cursor" and "limit", to put before an operation's own parameters.
[[nodiscard]] std::vector<api::parameter> paged(std::vector<api::parameter> own = {});

/// The shape of a page.
[[nodiscard]] api::schema page_shape(const api::schema& item, const std::string& name);

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

}  // namespace sellavie::net
