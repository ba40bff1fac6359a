#pragma once
// A payment provider's call as the transport sends it.

#include <chrono>
#include <string>

#include "actors/transport.hpp"
#include "protocol/payment/provider.hpp"

namespace sellavie::actors {

/// `base_url` and `secret_key` are of the provider whose call it is.
[[nodiscard]] outbound_request payment_request(const payment::http_call& call, const std::string& base_url,
                                               const std::string& secret_key,
                                               std::chrono::milliseconds timeout);

}  // namespace sellavie::actors
