#pragma once
// The catalogue: what a business sells, as people list and edit it. The stock of a product that exists is
// its order desk's; whoever edits here tells the desk afterwards (actors/tenant_registry, products_edited).

#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "protocol/api/cursor.hpp"
#include "protocol/domain/ids.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"

namespace sellavie::storage {

/// Of a business, archived ones too: its desk holds them all.
inline constexpr std::int64_t max_products = 10'000;

using product_group_id = basic_id<struct product_group_tag>;

enum class product_order : std::uint8_t { by_name, newest_first };

struct product_filter {
  std::optional<bool> active;
  /// A part of the name or sku, in any case.
  std::optional<std::string> search;
  std::optional<product_group_id> group;
  product_order order = product_order::by_name;
};

/// One of a group: a value for each of the group's options.
struct product_variant {
  product_group_id group;
  std::vector<std::string> values;

  friend bool operator==(const product_variant&, const product_variant&) = default;
};

struct listed_product {
  product_id id;
  std::string sku;
  std::string name;
  std::string description;
  std::int64_t price_minor = 0;
  std::string currency;
  std::int64_t stock = 0;
  bool active = true;
  /// Of what is edited here; stock has none.
  std::int64_t version = 1;
  std::optional<product_variant> variant;
  /// JSON list of {id, content_type, width, height}, the oldest first.
  std::string images;
};

/// `limit` + 1 rows at most. The cursor's id says where the page before ended.
[[nodiscard]] result<std::vector<listed_product>> list_products(
    api_session& session, const business_id& business, const product_filter& filter,
    const std::optional<api::page_position>& after, int limit);
[[nodiscard]] result<std::optional<listed_product>> find_product(api_session& session,
                                                                 const business_id& business,
                                                                 const product_id& id);

struct new_product {
  product_id id;
  std::string sku;
  std::string name;
  std::string description;
  std::int64_t price_minor = 0;
  std::int64_t stock = 0;
  std::optional<product_variant> variant;
  /// Of its first stock in the list of movements.
  uuid movement;
};

[[nodiscard]] result<edited<listed_product>> create_product(api_session& session, const business_id& business,
                                                            const change_origin& by,
                                                            const new_product& wanted,
                                                            const config::plans_settings& plans);

/// What is not there stays. A new price raises the price's version.
struct product_change {
  std::optional<std::int64_t> expected_version;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::int64_t> price_minor;
  std::optional<bool> active;
  /// An inner nullopt takes it out of its group.
  std::optional<std::optional<product_variant>> variant;
};
/// A change of nothing is done, writes nothing and raises no version.
[[nodiscard]] result<edited<listed_product>> change_product(api_session& session, const business_id& business,
                                                            const change_origin& by, const product_id& id,
                                                            const product_change& wanted,
                                                            const config::plans_settings& plans);

/// The statement behind list_products, for the test that looks at its plan.
[[nodiscard]] std::string product_page_sql(const product_filter& filter);

}  // namespace sellavie::storage
