#include "storage/api/product_images.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_room.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* has_product = "SELECT id FROM products WHERE business_id = $1::uuid AND id = $2::uuid";
constexpr const char* count_images =
    "SELECT count(*) FROM product_images WHERE business_id = $1::uuid AND product_id = $2::uuid";
constexpr const char* count_bytes =
    "SELECT coalesce(sum(octet_length(bytes)), 0)::bigint FROM product_images WHERE business_id = $1::uuid";
constexpr const char* select_upload = R"(
SELECT id, content_type, width, height FROM product_images
WHERE business_id = $1::uuid AND product_id = $2::uuid AND upload_hash = $3)";
constexpr const char* insert_image = R"(
INSERT INTO product_images (business_id, product_id, id, content_type, width, height, upload_hash, bytes, created_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5::integer, $6::integer, $7, $8, $9::bigint)
ON CONFLICT (business_id, product_id, upload_hash) DO NOTHING)";
constexpr const char* delete_image = R"(
DELETE FROM product_images WHERE business_id = $1::uuid AND product_id = $2::uuid AND id = $3::uuid
RETURNING content_type, width, height)";
constexpr const char* select_bytes = R"(
SELECT content_type, bytes FROM product_images
WHERE business_id = $1::uuid AND product_id = $2::uuid AND id = $3::uuid)";

pqxx::binarystring binary(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
pqxx::binarystring binary(const crypto::sha256_digest& hash) { return {hash.data(), hash.size()}; }

nlohmann::json shown(const product_image& image) {
  return {{"image_id", to_string(image.id)},
          {"content_type", image.content_type},
          {"width", image.width},
          {"height", image.height}};
}

product_image image_in(const pqxx::row& one) {
  fields row{one};
  product_image found;
  found.id = row.id<product_image_id>();
  found.content_type = row.text();
  found.width = row.integer();
  found.height = row.integer();
  return found;
}

}  // namespace

result<known_upload> find_upload(api_session& session, const business_id& business, const product_id& product,
                                 const crypto::sha256_digest& upload_hash) {
  return for_business(session, business, [&](pqxx::work& work) -> known_upload {
    if (work.exec_params(has_product, to_string(business), to_string(product)).empty()) return {};
    const auto rows =
        work.exec_params(select_upload, to_string(business), to_string(product), binary(upload_hash));
    if (!rows.empty()) return {.has_product = true, .image = image_in(rows[0])};
    const auto whose = to_string(business);
    return {.has_product = true,
            .has_room = work.exec_params1(count_images, whose, to_string(product))[0].as<int>() <
                            max_images_of_product &&
                        work.exec_params1(count_bytes, whose)[0].as<std::int64_t>() < max_picture_bytes};
  });
}

result<edit_outcome> add_product_image(api_session& session, const business_id& business,
                                       const change_origin& by, const product_id& product,
                                       const uploaded_image& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto whose = to_string(business);
    const auto of = to_string(product);
    hold_list(work, "pictures", whose);
    if (work.exec_params(has_product, whose, of).empty()) return edit_outcome::not_found;
    if (work.exec_params1(count_images, whose, of)[0].as<int>() >= max_images_of_product)
      return edit_outcome::full;
    const auto stored = work.exec_params1(count_bytes, whose)[0].as<std::int64_t>();
    if (stored + static_cast<std::int64_t>(wanted.bytes.size()) > max_picture_bytes)
      return edit_outcome::full;
    const auto& about = wanted.about;
    const auto added =
        work.exec_params(insert_image, whose, of, to_string(about.id), about.content_type, about.width,
                         about.height, binary(wanted.upload_hash), binary(wanted.bytes), to_unix_ms(by.at));
    if (added.affected_rows() == 0) return edit_outcome::taken;
    record_activity(work, &business, by,
                    {"product.image_added", "product", product.value, nullptr, shown(about)});
    return edit_outcome::done;
  });
}

result<bool> delete_product_image(api_session& session, const business_id& business, const change_origin& by,
                                  const product_id& product, const product_image_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto gone = work.exec_params(delete_image, to_string(business), to_string(product), to_string(id));
    if (gone.empty()) return false;
    const product_image image{id, gone[0][0].as<std::string>(), gone[0][1].as<std::int64_t>(),
                              gone[0][2].as<std::int64_t>()};
    record_activity(work, &business, by,
                    {"product.image_removed", "product", product.value, shown(image), nullptr});
    return true;
  });
}

result<std::optional<stored_image>> read_product_image(api_session& session, const business_id& business,
                                                       const product_id& product,
                                                       const product_image_id& id) {
  return for_business(session, business, [&](pqxx::work& work) -> std::optional<stored_image> {
    const auto rows = work.exec_params(select_bytes, to_string(business), to_string(product), to_string(id));
    if (rows.empty()) return std::nullopt;
    const pqxx::row first = rows[0];
    fields row{first};
    stored_image found;
    found.content_type = row.text();
    found.bytes = row.bytes();
    return found;
  });
}

}  // namespace sellavie::storage
