#pragma once
// How orders look to a client, and how a person's command reaches the business's order desk: shared by the resources
// about orders and invoices.

#include "actors/order_command.hpp"
#include "net/api/call.hpp"
#include "protocol/domain/action_outcome.hpp"
#include "storage/api/orders.hpp"

namespace sellavie::net {

inline constexpr std::string_view all_orders = "/api/v1/businesses/{business_id}/orders";
inline constexpr std::string_view one_order = "/api/v1/businesses/{business_id}/orders/{order_id}";

inline constexpr api::access reads_orders{api::audience::member, api::permission::read};
inline constexpr api::access sells{api::audience::member, api::permission::sell};
/// Money that no provider confirms: not everybody who sells may say so.
inline constexpr api::access takes_money{api::audience::member, api::permission::manage};

[[nodiscard]] std::vector<api::field> order_summary_fields();
[[nodiscard]] api::schema order_summary_shape();
[[nodiscard]] api::schema order_shape();
[[nodiscard]] api::schema money_number();
[[nodiscard]] api::schema currency_text();

[[nodiscard]] nlohmann::json shown(const storage::listed_order& one);
[[nodiscard]] nlohmann::json shown(const storage::order_detail& one);

/// The order as it is now, with its ETag.
[[nodiscard]] api_outcome show_order(workplace& place, const api_call& call, const order_id& id);

/// The order of the path, or not found.
[[nodiscard]] std::variant<storage::order_detail, api::problem> order_of_path(workplace& place,
                                                                              const api_call& call);

/// Where the customer is told; a problem when the channel allows no message of the system now.
[[nodiscard]] std::variant<actors::customer_notice, api::problem> notice_in(const storage::order_chat& chat,
                                                                            const api_call& call);

/// What a desk's refusal means to a client.
[[nodiscard]] api::problem refusal_of(const action_outcome& refused);

/// Names who does it and what is asked under the key, and asks; what a refusal means is the caller's business.
[[nodiscard]] result<action_outcome> ask_order_desk(const workplace& place, const api_call& call,
                                                    actors::order_command command);

/// ... and turns refusals into problems.
[[nodiscard]] std::variant<action_outcome, api::problem> ask_about_order(const workplace& place,
                                                                         const api_call& call,
                                                                         actors::order_command command);

}  // namespace sellavie::net
