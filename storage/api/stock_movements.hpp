#pragma once
// Corrections of stock by people, as they are listed. They are written by the order desk's commits, those of
// new products with the product.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "protocol/domain/ids.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

using movement_id = basic_id<struct movement_tag>;

struct listed_movement {
  movement_id id;
  std::int64_t delta = 0;
  std::int64_t stock_after = 0;
  std::string reason;
  /// "person:<account>".
  std::string actor;
  instant at{};
};

/// Newest first, `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<listed_movement>> list_stock_movements(
    api_session& session, const business_id& business, const product_id& product,
    const std::optional<api::page_position>& after, int limit);

}  // namespace sellavie::storage
