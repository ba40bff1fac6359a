#pragma once
// How money that came looks to a client, and how a person's command about it reaches the business's order desk: shared by the
// resources about payments, refunds and reviews.

#include "net/api/resources/order_view.hpp"
#include "storage/api/payments.hpp"

namespace sellavie::net {

/// Gives money back, or agrees to that: not everybody who takes money may.
inline constexpr api::access gives_back{api::audience::member, api::permission::refund};

[[nodiscard]] api::schema received_shape();
[[nodiscard]] api::schema refund_shape();
[[nodiscard]] api::schema review_shape();
/// With what became of it: refunds, review, order.
[[nodiscard]] api::schema received_detail_shape();
[[nodiscard]] api::schema review_detail_shape();

/// What a person says about money: why it goes back, what they found out.
[[nodiscard]] api::schema money_note(std::size_t fewest = 0);
/// Of a request for a refund.
[[nodiscard]] api::schema refund_wish_shape();

[[nodiscard]] nlohmann::json shown(const storage::received_payment& one);
[[nodiscard]] nlohmann::json shown(const storage::listed_refund& one);
[[nodiscard]] nlohmann::json shown(const storage::listed_review& one);
[[nodiscard]] nlohmann::json shown(const storage::received_detail& one,
                                   const std::optional<storage::listed_order>& order);
[[nodiscard]] nlohmann::json shown(const storage::listed_review& one,
                                   const std::optional<storage::received_detail>& money,
                                   const std::optional<storage::listed_order>& order);

/// The order that money belongs to, if it does to one.
[[nodiscard]] result<std::optional<storage::listed_order>> order_of(workplace& place,
                                                                    const business_id& business,
                                                                    const std::optional<order_id>& id);

/// The refund as it stands now.
[[nodiscard]] api_outcome show_refund(workplace& place, const api_call& call, const refund_id& id,
                                      int status = 200);

/// Asks the desk under the request's key; `impossible` is told when such money cannot have that.
[[nodiscard]] std::variant<action_outcome, api::problem> ask_about_money(workplace& place,
                                                                         const api_call& call,
                                                                         desk_command command,
                                                                         std::string_view impossible);

/// Asks for a refund in `currency` of what `wish` names, as the body says, and shows it.
[[nodiscard]] api_outcome ask_for_refund(workplace& place, const api_call& call, desk::request_refund wish,
                                         const std::string& currency);

}  // namespace sellavie::net
