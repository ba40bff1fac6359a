#pragma once
// Pictures of products, in the database: backed up with everything else, and kept apart by the same
// row-level security.

#include <optional>
#include <string>
#include <string_view>

#include "protocol/crypto/digest.hpp"
#include "storage/api/products.hpp"

namespace sellavie::storage {

inline constexpr int max_images_of_product = 10;
/// Of one business: they lie in the database, beside the messages of all.
inline constexpr std::int64_t max_picture_bytes = std::int64_t{2} << 30;

using product_image_id = basic_id<struct product_image_tag>;

struct product_image {
  product_image_id id;
  std::string content_type;
  std::int64_t width = 0;
  std::int64_t height = 0;
};

struct uploaded_image {
  product_image about;
  /// Of the file as it came.
  crypto::sha256_digest upload_hash{};
  /// As we encoded it.
  std::string bytes;
};

/// Whether the product exists, and its picture that was made of this very upload, if there is one.
struct known_upload {
  bool has_product = false;
  std::optional<product_image> image;
  /// Before work is done on another one; add_product_image has the last word.
  bool has_room = false;
};
[[nodiscard]] result<known_upload> find_upload(api_session& session, const business_id& business,
                                               const product_id& product,
                                               const crypto::sha256_digest& upload_hash);

/// `full` beyond max_images_of_product. The same upload at the same time is `taken`.
[[nodiscard]] result<edit_outcome> add_product_image(api_session& session, const business_id& business,
                                                     const change_origin& by, const product_id& product,
                                                     const uploaded_image& wanted);
/// False: there is none.
[[nodiscard]] result<bool> delete_product_image(api_session& session, const business_id& business,
                                                const change_origin& by, const product_id& product,
                                                const product_image_id& id);

struct stored_image {
  std::string content_type;
  std::string bytes;
};
[[nodiscard]] result<std::optional<stored_image>> read_product_image(api_session& session,
                                                                     const business_id& business,
                                                                     const product_id& product,
                                                                     const product_image_id& id);

}  // namespace sellavie::storage
