#include "protocol/domain/catalog.hpp"

#include <algorithm>

namespace sellavie {

bool is_valid_sku(std::string_view sku) noexcept {
  constexpr std::string_view unwanted = "\"'\\<>[]`";
  return !sku.empty() && sku.size() <= max_sku_bytes && std::all_of(sku.begin(), sku.end(), [&](char c) {
    return c > ' ' && c <= '~' && unwanted.find(c) == std::string_view::npos;
  });
}

result<void> validate(const product& candidate) {
  if (!is_valid_sku(candidate.sku)) return make_failure(errc::invalid_value, "sku");
  if (candidate.name.empty()) return make_failure(errc::invalid_value, "name");
  if (candidate.name.size() > max_product_name_bytes) return make_failure(errc::too_large, "name");
  if (candidate.description.size() > max_product_description_bytes)
    return make_failure(errc::too_large, "description");
  if (candidate.price.minor < 0) return make_failure(errc::invalid_value, "price");
  if (candidate.stock < 0 || candidate.stock > max_stock) return make_failure(errc::invalid_value, "stock");
  return {};
}

}  // namespace sellavie
