#pragma once
// A sheet of products into the catalogue: a row whose sku exists changes that product, any other makes one.
// Stock of products that exist is only counted out for their desk. Sheets are imported by jobs (import_jobs.hpp).

#include <string>
#include <vector>

#include "protocol/catalogue/product_sheet.hpp"
#include "storage/api/products.hpp"

namespace sellavie::storage {

/// What the stock column means for products that exist.
enum class stock_column : std::uint8_t { ignored, counts };
enum class import_mode : std::uint8_t { preview, commit };

enum class import_outcome : std::uint8_t { created, updated, unchanged, refused };

struct imported_row {
  std::size_t row = 0;
  /// Empty where it could not be read.
  std::string sku;
  import_outcome outcome = import_outcome::unchanged;
  /// Of a refusal.
  std::string column;
  std::string reason;
};

struct counted_product {
  std::size_t row = 0;
  std::string sku;
  /// What it was when the file was compared.
  std::int64_t seen = 0;
  std::int64_t stock = 0;
  /// Nothing else of the row changes the product.
  bool is_all = false;
};

struct product_import {
  /// In the order of the sheet.
  std::vector<imported_row> rows;
  /// Stock that the desk is to set.
  std::vector<counted_product> counted;
};

struct import_wish {
  import_mode mode = import_mode::preview;
  stock_column stock = stock_column::ignored;
  id_source& ids;
  const config::plans_settings& plans;
};

/// What importing the whole sheet would do now; nothing is changed.
[[nodiscard]] result<product_import> preview_import(api_session& session, const business_id& business,
                                                    const catalogue::product_sheet& sheet, stock_column stock,
                                                    id_source& ids, const config::plans_settings& plans);

/// All products as a sheet, by sku; who took it stands in the activity log.
[[nodiscard]] result<std::string> export_products(api_session& session, const business_id& business,
                                                  const change_origin& by);
/// Of the business: what its prices are in.
[[nodiscard]] result<currency_code> currency_of(api_session& session, const business_id& business);

}  // namespace sellavie::storage
