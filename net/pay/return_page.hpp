#pragma once
// GET /pay/return?shop=…&payment=…: where a customer's browser comes back to from a pay page. It has the payment looked at and
// says what the look found; it decides nothing and believes nothing that stands in the address: whoever invents a payment
// is told that nothing is known of one. A bucket per address; no look is waited for longer than `patience`.

#include <memory>
#include <string_view>

#include "actors/clock.hpp"
#include "actors/payment_worker.hpp"
#include "net/http/client_address.hpp"
#include "net/http/rate_limiter.hpp"
#include "net/http/router.hpp"

namespace sellavie::net {

inline constexpr const char* pay_return_path = "/pay/return";

struct pay_return_dependencies {
  static constexpr int visits_per_minute = 30;

  actors::payment_worker_actor worker;
  trusted_proxies proxies{{}};
  std::shared_ptr<rate_limiter> visits = std::make_shared<rate_limiter>(visits_per_minute);
};

void add_pay_return(router& routes, pay_return_dependencies dependencies);

/// The page; `accept_language` as the browser sent it.
[[nodiscard]] response pay_return_page(actors::customer_news news, std::string_view accept_language);

}  // namespace sellavie::net
