#include "net/api/resources/product_shapes.hpp"

#include "net/api/ask_actor.hpp"
#include "net/api/shapes.hpp"
#include "net/api/wish_fingerprint.hpp"
#include "storage/api/product_images.hpp"

namespace sellavie::net {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema product_image_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"content_type", schema::word({"image/jpeg", "image/png"})},
                         {"width", schema::integer(1).example(1200)},
                         {"height", schema::integer(1).example(900)}})
      .named("ProductImage");
}

schema variant_shape() {
  return schema::object({{"group_id", schema::uuid()},
                         {"values", schema::list(schema::text({1, 60}).example("large"), 3, 1)
                                        .described("One for each option of the group, in its order.")}});
}

schema reason_shape() {
  return schema::text({1, 200}).example("counted").described(
      "For the list of movements: \"counted\", \"broken\".");
}

schema product_shape() {
  return schema::object(
             {{"id", schema::uuid()},
              {"sku", sku_text()},
              {"name", schema::text({1, 200}).example("Ankara fabric, 6 yards")},
              {"description", schema::text({0, 4000, api::text_format::lines})},
              {"price_minor", schema::integer().example(1'500'000).described(
                                  "Of one piece, in minor units of the currency.")},
              {"currency", schema::text({3, 3}).example("NGN")},
              {"stock", schema::integer().example(12).described(
                            "Free to promise: what open orders hold is taken out.")},
              {"active", schema::boolean().described("An archived product is not offered any more.")},
              {"variant", variant_shape().or_null()},
              {"images", schema::list(product_image_shape(), storage::max_images_of_product)},
              {"version", schema::integer(1).described("The ETag. Stock does not raise it.")}})
      .named("Product");
}

json shown(const storage::listed_product& one) {
  json variant = nullptr;
  if (one.variant) variant = {{"group_id", to_string(one.variant->group)}, {"values", one.variant->values}};
  return {{"id", to_string(one.id)},
          {"sku", one.sku},
          {"name", one.name},
          {"description", one.description},
          {"price_minor", one.price_minor},
          {"currency", one.currency},
          {"stock", one.stock},
          {"active", one.active},
          {"variant", std::move(variant)},
          {"images", json::parse(one.images, nullptr, false)},
          {"version", one.version}};
}

void tell_desk(const workplace& place, const api_call& call) {
  const auto told = ask_actor<actors::products_refreshed>(place.with.doors->registry,
                                                          actors::products_edited{call.by.business});
  if (!told) place.with.log->warning("order_desk_not_told", context_of(call), {{"why", told.error().code}});
}

std::variant<action_outcome, problem> ask_desk(const workplace& place, const api_call& call,
                                               desk_command command, std::string action_key) {
  actors::command_desk wanted{call.by.business, {std::move(command), std::move(action_key)}};
  wanted.request.replay = !wanted.request.action_key.empty();
  wanted.request.actor = "person:" + to_string(call.by.account);
  wanted.request.by = origin_of(call);
  if (wanted.request.replay) wanted.request.wish = wish_fingerprint(call);
  auto answered = ask_actor<action_outcome>(place.with.doors->registry, std::move(wanted));
  if (!answered) return api::problem_of(answered.error());
  auto& outcome = answered.value();
  if (outcome.accepted) return std::move(outcome);
  switch (outcome.why) {
    case refusal::unknown_product: return problem{problems::not_found};
    case refusal::key_reused: return key_was_used();
    case refusal::stale:
      return problem{problems::conflict,
                     "The stock is " + std::to_string(outcome.available) + " by now: look, and say again."};
    case refusal::out_of_stock:
      return problem{problems::conflict, "Only " + std::to_string(outcome.available) + " are free."};
    default: return api::problem_of(make_failure(outcome.reason, outcome.detail));
  }
}

}  // namespace sellavie::net
