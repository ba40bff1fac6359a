#pragma once
// What the operations on the catalogue share: how a product is shown, which paths they have, and how the
// business's order desk is told of what they did.

#include "net/api/call.hpp"
#include "net/api/edits.hpp"
#include "protocol/domain/action_outcome.hpp"
#include "protocol/domain/desk_command.hpp"
#include "storage/api/products.hpp"

namespace sellavie::net {

inline constexpr std::string_view all_products = "/api/v1/businesses/{business_id}/products";
inline constexpr std::string_view one_product = "/api/v1/businesses/{business_id}/products/{product_id}";

inline constexpr api::access reads_catalogue{api::audience::member, api::permission::read};
inline constexpr api::access manages_catalogue{api::audience::member, api::permission::manage};

[[nodiscard]] api::schema product_shape();
[[nodiscard]] api::schema product_image_shape();
[[nodiscard]] api::schema variant_shape();
/// Why a person corrects stock.
[[nodiscard]] api::schema reason_shape();

[[nodiscard]] nlohmann::json shown(const storage::listed_product& one);

/// After an edit was committed: the next turn of any chat sees it. It needs no answer: a desk that cannot read
/// now is loaded anew.
void tell_desk(const workplace& place, const api_call& call);

/// A command to the business's order desk by this caller; refusals are problems.
[[nodiscard]] std::variant<action_outcome, api::problem> ask_desk(const workplace& place,
                                                                  const api_call& call, desk_command command,
                                                                  std::string action_key);

}  // namespace sellavie::net
