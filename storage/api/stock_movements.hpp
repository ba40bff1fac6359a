#pragma once
// Corrections of stock by people, as they are listed. They are written by the order desk's commits, those of
// new products with the product.

#include <optional>
#include <string>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/list_wish.hpp"

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

[[nodiscard]] result<std::vector<listed_movement>> list_stock_movements(api_session& session,
                                                                        const business_id& business,
                                                                        const product_id& product,
                                                                        const list_wish& wish);

}  // namespace sellavie::storage
