#pragma once
// Which business a payment connection belongs to, and with what its provider signs: replaced as a whole when the
// directory changes. Here alone the secrets of events are open, in memory; no more than `most_secrets` of a connection.

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "monitoring/log.hpp"
#include "protocol/crypto/fernet.hpp"
#include "protocol/payment/provider.hpp"
#include "storage/reads.hpp"

namespace sellavie::net {

struct payment_endpoint {
  business_id business;
  payment::provider provider = payment::provider::paystack;
  /// Paystack signs with the API's key, the others with secrets of their own. Empty: nothing is ever signed.
  std::vector<std::string> secrets;
  /// Of the keys: the same version has the same secrets.
  std::int64_t version = 0;
};

/// Immutable after construction.
class payment_table {
 public:
  static constexpr std::size_t most_secrets = 8;

  payment_table() = default;
  /// Opens what `before` does not hold open already. A connection whose secrets cannot be opened is logged by its id and
  /// takes no events.
  payment_table(std::span<const storage::payment_entry> entries, const crypto::fernet_ring& secrets,
                const payment_table& before, monitoring::logger& log);

  /// Null: nobody here has it, or it is one of another provider.
  [[nodiscard]] const payment_endpoint* find(payment::provider provider,
                                             const payment_connection_id& id) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return endpoints_.size(); }

 private:
  std::unordered_map<payment_connection_id, std::shared_ptr<const payment_endpoint>> endpoints_;
};

class payment_directory {
 public:
  [[nodiscard]] std::shared_ptr<const payment_table> current() const {
    return table_.load(std::memory_order_acquire);
  }
  void replace(std::shared_ptr<const payment_table> table) {
    table_.store(std::move(table), std::memory_order_release);
  }

 private:
  std::atomic<std::shared_ptr<const payment_table>> table_{std::make_shared<const payment_table>()};
};

}  // namespace sellavie::net
