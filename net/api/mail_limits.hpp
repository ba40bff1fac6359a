#pragma once
// How many mails one mailbox can be made to get, whoever asks: people must not be flooded through us.
// The same whether or not the address has an account. Thread-safe; this server's own.

#include <chrono>
#include <optional>
#include <string_view>

#include "net/http/rate_limiter.hpp"
#include "protocol/api/problem.hpp"

namespace sellavie::net {

class mail_limits {
 public:
  explicit mail_limits(int per_hour) : mailboxes_{per_hour, std::chrono::hours{1}} {}

  /// 429 when this mailbox got enough.
  [[nodiscard]] std::optional<api::problem> take(std::string_view email);

 private:
  rate_limiter mailboxes_;
};

}  // namespace sellavie::net
