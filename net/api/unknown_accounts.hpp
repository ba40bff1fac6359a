#pragma once
// Counts failed sign-ins of e-mail addresses without an account, as the database does those of accounts
// (session_rules R7). In memory, of this node. Bounded; at the bound everything is forgotten. Thread-safe.

#include <cstddef>
#include <map>
#include <mutex>
#include <string_view>

#include "protocol/crypto/digest.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::net {

class unknown_accounts {
 public:
  explicit unknown_accounts(std::size_t bound = 100'000) : bound_{bound} {}

  /// False: this address is blocked, so nothing is counted.
  [[nodiscard]] bool count_failure(std::string_view email, instant now);
  [[nodiscard]] std::size_t size() const;

 private:
  struct record {
    int failures = 0;
    instant blocked_until{};
  };
  const std::size_t bound_;
  mutable std::mutex mutex_;
  /// By the hash of the address: all keys are of one size, and no list of strangers is kept.
  std::map<crypto::sha256_digest, record> records_;
};

}  // namespace sellavie::net
