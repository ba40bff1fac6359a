#pragma once
// How many may listen at once: of one account, and on this node. A seat is given back when its pointer is
// let go of, on any thread. Thread-safe.

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <variant>

#include "protocol/api/access_token.hpp"

namespace sellavie::net {

class reader_seats final : public std::enable_shared_from_this<reader_seats> {
 public:
  reader_seats(std::size_t of_account, std::size_t of_node) : of_account_{of_account}, of_node_{of_node} {}

  using seat = std::shared_ptr<void>;
  enum class refusal : unsigned char { account_has_all, node_is_full };
  [[nodiscard]] std::variant<seat, refusal> take(const api::account_id& account);
  [[nodiscard]] std::size_t taken() const;

 private:
  void give_back(const api::account_id& account) noexcept;

  const std::size_t of_account_;
  const std::size_t of_node_;
  mutable std::mutex mutex_;
  std::map<api::account_id, std::size_t> accounts_;
  std::size_t taken_ = 0;
};

}  // namespace sellavie::net
