#pragma once
// What a business sells. `stock` is what is free to promise: pieces held by an open order are
// already taken out of it. Only the order_desk changes stock (protocol/domain/order_book).

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/money.hpp"

namespace sellavie {

struct product {
  product_id id{};
  std::string sku;
  std::string name;
  std::string description;
  money price{};
  std::int64_t stock = 0;
  /// Starts at 1 and rises with each change of `price`; 0 never names a version.
  std::int64_t price_version = 1;
  bool active = true;

  friend bool operator==(const product&, const product&) = default;
};

inline constexpr std::size_t max_sku_bytes = 64;
inline constexpr std::size_t max_product_name_bytes = 200;
inline constexpr std::size_t max_product_description_bytes = 4'000;
inline constexpr std::int64_t max_stock = 1'000'000'000;

/// 1 to 64 bytes of printable ASCII without space, quotes, backslash, '<', '>', '[' or ']'.
[[nodiscard]] bool is_valid_sku(std::string_view sku) noexcept;
/// Names the first field that is outside its limits (errc::invalid_value or too_large).
[[nodiscard]] result<void> validate(const product& candidate);

}  // namespace sellavie
