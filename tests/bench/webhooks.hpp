#pragma once
// Messenger webhooks as Meta posts them, about 700 bytes, or events as Paystack posts them, about 1500; signed when they
// are made: the measured window only writes bytes.

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/crypto/digest.hpp"

namespace sellavie::bench {

enum class webhook_kind : std::uint8_t {
  /// A customer's message: starts a turn.
  message,
  /// The same message as the account's own (`is_self`): accepted, starts no turn, no conversation hears of it.
  to_itself,
  /// An event of a payment, each another one: `charge.success`.
  payment_event,
};

struct webhook_options {
  /// Of a payment event: the API's key, the same for all connections.
  std::string app_secret;
  /// Ids of Paystack connections, of payment events alone.
  std::vector<std::string> payment_connections{};
  std::uint16_t port = 0;
  int accounts = 50;
  std::uint64_t customers = 10'000;
  webhook_kind kind = webhook_kind::message;
};

/// One request, ready for the wire, and whose message it carries.
struct signed_webhook {
  std::uint64_t customer = 0;
  std::string bytes;
};

class webhook_factory {
 public:
  explicit webhook_factory(const webhook_options& options);

  /// Customers take turns; each has one account and an id that `customer_of` reads back.
  [[nodiscard]] signed_webhook next();
  [[nodiscard]] std::vector<signed_webhook> make(std::size_t count);

  /// The customer behind a recipient id; customers() for a stranger's.
  [[nodiscard]] std::uint64_t customer_of(std::string_view id) const noexcept;
  [[nodiscard]] std::uint64_t customers() const noexcept { return options_.customers; }

 private:
  [[nodiscard]] std::string body_for(std::uint64_t customer);
  [[nodiscard]] std::string payment_body(std::uint64_t customer);
  [[nodiscard]] signed_webhook next_payment_event(std::uint64_t customer);
  [[nodiscard]] std::string fresh_mid();

  webhook_options options_;
  crypto::hmac_key key_;
  std::uint64_t next_customer_;
  std::uint64_t random_;
};

}  // namespace sellavie::bench
