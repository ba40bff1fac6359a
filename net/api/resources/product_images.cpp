#include "net/api/resources/product_images.hpp"

#include "net/api/resources/product_shapes.hpp"
#include "net/api/uploads.hpp"
#include "protocol/image/recode.hpp"
#include "storage/api/product_images.hpp"

namespace sellavie::net {
namespace product_images_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

json shown(const storage::product_image& image) {
  return {{"id", to_string(image.id)},
          {"content_type", image.content_type},
          {"width", image.width},
          {"height", image.height}};
}

// The same file again is the picture that is there.
api_outcome upload(workplace& place, api_call& call) {
  const auto product = call.id<product_id>("product_id");
  storage::uploaded_image wanted;
  wanted.upload_hash = crypto::sha256(call.raw_body);
  const auto known = storage::find_upload(place.store, call.by.business, product, wanted.upload_hash);
  if (!known) return api::problem_of(known.error());
  if (!known.value().has_product) return problem{problems::not_found};
  if (known.value().image) return api_answer{201, shown(*known.value().image)};
  if (!known.value().has_room) return refused(storage::edit_outcome::full);
  auto made = image::recode_image(call.raw_body);
  if (!made) return refused_upload(made.error(), "The file is no JPEG, PNG or WebP picture.");
  wanted.about = {place.with.ids->next_as<storage::product_image_id>(),
                  std::string{image::content_type_of(made.value().format)},
                  static_cast<std::int64_t>(made.value().width),
                  static_cast<std::int64_t>(made.value().height)};
  wanted.bytes = std::move(made.value().bytes);
  const auto added =
      storage::add_product_image(place.store, call.by.business, origin_of(call), product, wanted);
  if (!added) return api::problem_of(added.error());
  if (added.value() != storage::edit_outcome::done) return refused(added.value());
  return api_answer{201, shown(wanted.about)};
}

api_outcome show(workplace& place, api_call& call) {
  auto found = storage::read_product_image(place.store, call.by.business, call.id<product_id>("product_id"),
                                           call.id<storage::product_image_id>("image_id"));
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  api_answer answer;
  answer.raw_body = {std::move(found.value()->bytes), std::move(found.value()->content_type)};
  return answer;
}

api_outcome remove(workplace& place, api_call& call) {
  return answer_with(storage::delete_product_image(place.store, call.by.business, origin_of(call),
                                                   call.id<product_id>("product_id"),
                                                   call.id<storage::product_image_id>("image_id")),
                     [](bool was_there) -> api_outcome {
                       if (!was_there) return problem{problems::not_found};
                       return api_answer{204, nullptr};
                     });
}

}  // namespace
}  // namespace product_images_resource

std::vector<api_endpoint> product_image_endpoints() {
  using namespace product_images_resource;
  using api::verb;
  const std::string product{one_product};
  const std::string all = product + "/images";
  const std::string one = all + "/{image_id}";
  return {
      {{.id = "upload_product_image",
        .method = verb::post,
        .path = all,
        .tag = "Products",
        .summary = "Adds a picture. It is encoded anew, without metadata; the same file again adds nothing.",
        .allowed = manages_catalogue,
        .raw = api::raw_body{{"image/jpeg", "image/png", "image/webp"},
                             largest_upload,
                             "The file. Its type is read from its bytes; at most 25 megapixels."},
        .answers = {{201, "The picture.", product_image_shape()}},
        .problems = {409, 422}},
       upload,
       api_pool::pictures},
      {{.id = "show_product_image",
        .method = verb::get,
        .path = one,
        .tag = "Products",
        .summary = "The picture's bytes.",
        .allowed = reads_catalogue,
        .answers =
            {{.status = 200, .description = "The picture.", .raw_types = {"image/jpeg", "image/png"}}}},
       show},
      {{.id = "delete_product_image",
        .method = verb::del,
        .path = one,
        .tag = "Products",
        .summary = "Takes the picture away.",
        .allowed = manages_catalogue,
        .answers = {{204, "It is gone."}}},
       remove},
  };
}

}  // namespace sellavie::net
