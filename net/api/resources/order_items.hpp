#pragma once
// The items that a person wishes, in a body.

#include <vector>

#include "net/api/call.hpp"
#include "net/api/shapes.hpp"
#include "protocol/domain/desk_command.hpp"
#include "protocol/domain/order.hpp"

namespace sellavie::net {

[[nodiscard]] inline api::schema items_shape() {
  using api::schema;
  return schema::list(
             schema::object({{"sku", sku_text()}, {"quantity", schema::integer(1, max_line_quantity)}}),
             max_order_lines, 1)
      .described("At the catalogue's prices; the same sku twice is one line.");
}

[[nodiscard]] inline std::vector<wished_item> items_in(const nlohmann::json& body) {
  std::vector<wished_item> items;
  for (const auto& one : body["items"])
    items.push_back({one["sku"].get<std::string>(), one["quantity"].get<std::int64_t>()});
  return items;
}

}  // namespace sellavie::net
