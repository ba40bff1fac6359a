#pragma once
// Groups of variants: "Ankara dress" in sizes and colours. A group is only a name and its options; what is sold
// are its products, each with a sku, price and stock of its own.

#include <optional>
#include <string>
#include <vector>

#include "storage/api/list_wish.hpp"
#include "storage/api/products.hpp"

namespace sellavie::storage {

struct product_group {
  product_group_id id;
  std::string name;
  /// What its products differ in: "size", "colour". Fixed.
  std::vector<std::string> options;
  std::int64_t version = 1;
  /// How many products it has; of a list.
  std::int64_t products = 0;
};

/// Half of max_products: a group is of two and more.
inline constexpr std::int64_t most_product_groups = max_products / 2;

/// `words` are in the name; all when empty.
[[nodiscard]] result<std::vector<product_group>> list_product_groups(api_session& session,
                                                                     const business_id& business,
                                                                     const std::string& words,
                                                                     const list_wish& wish);
[[nodiscard]] result<std::optional<product_group>> find_product_group(api_session& session,
                                                                      const business_id& business,
                                                                      const product_group_id& id);
/// `full` at most_product_groups.
[[nodiscard]] result<edit_outcome> create_product_group(api_session& session, const business_id& business,
                                                        const change_origin& by, const product_group& wanted);

[[nodiscard]] result<edited<product_group>> rename_product_group(
    api_session& session, const business_id& business, const change_origin& by, const product_group_id& id,
    std::int64_t expected_version, const std::string& name);

}  // namespace sellavie::storage
