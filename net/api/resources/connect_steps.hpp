#pragma once
// The steps of a login at Meta once its flow was claimed. A step that cannot go on gives the problem to answer.

#include <chrono>
#include <optional>
#include <variant>

#include "net/api/call.hpp"
#include "net/connect/login.hpp"
#include "storage/api/connect_flows.hpp"

namespace sellavie::net {

/// From the begin, and again from an offered choice.
inline constexpr auto flow_life = std::chrono::minutes{10};

/// Why it is not this caller's to finish; nothing when it was claimed.
[[nodiscard]] std::optional<api::problem> not_claimed(storage::flow_claim outcome);

/// The flow failed for good: what is told is kept with it.
[[nodiscard]] api::problem fail_flow(workplace& place, const api_call& call,
                                     const storage::connect_flow& flow, api::problem why);

/// The accounts wait, sealed, for the person's choice.
[[nodiscard]] std::optional<api::problem> offer_choice(workplace& place, const api_call& call,
                                                       storage::connect_flow& flow,
                                                       const confirmed_accounts& accounts);

/// Of a flow that renews one connection: that account, or why not.
[[nodiscard]] std::variant<confirmed_accounts, api::problem> only_the_wanted(
    workplace& place, const api_call& call, const storage::connect_flow& flow, confirmed_accounts accounts);

/// Subscribes and stores; nothing is stored when one of them cannot be had. `all` is what may be chosen again.
[[nodiscard]] std::optional<api::problem> connect_chosen(workplace& place, const api_call& call,
                                                         platform& meta, storage::connect_flow& flow,
                                                         const confirmed_accounts& chosen,
                                                         const confirmed_accounts& all);

}  // namespace sellavie::net
