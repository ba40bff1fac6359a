#pragma once
// What each connected peer address has: connections, and its shares of the byte budgets. An entry lives
// as long as a seat of its peer, so the table is never larger than the number of connections.
// Touched once when a connection is accepted and once when it is gone, under one mutex; never by a request.

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "net/http/address_block.hpp"
#include "net/http/byte_budget.hpp"

namespace sellavie::net {

class peer_table;

/// What one peer may have at once.
struct peer_bounds {
  std::size_t connections = 0;
  std::size_t request_bytes = 0;
  std::size_t answer_bytes = 0;
};

/// One connection's place in its peer's account; given back when it is destroyed, on any thread.
/// A seat of a peer without bounds has no account.
class peer_seat {
 public:
  peer_seat() = default;
  peer_seat(peer_seat&& other) noexcept;
  peer_seat& operator=(peer_seat&&) = delete;
  ~peer_seat();

  /// The peer's shares of the budgets; null if it has no bound. Valid as long as the seat.
  [[nodiscard]] byte_budget* request_share() const noexcept;
  [[nodiscard]] byte_budget* answer_share() const noexcept;

 private:
  friend class peer_table;
  struct account {
    explicit account(const peer_bounds& bounds) noexcept
        : requests{byte_budget::of_requests(bounds.request_bytes)},
          answers{byte_budget::of_answers(bounds.answer_bytes)} {}
    byte_budget requests;
    byte_budget answers;
    std::size_t connections = 0;  // guarded by the table's mutex
  };
  using accounts = std::map<address_bytes, account>;
  peer_seat(std::shared_ptr<peer_table> table, accounts::iterator at) noexcept
      : table_{std::move(table)}, at_{at} {}

  std::shared_ptr<peer_table> table_;
  accounts::iterator at_{};
};

class peer_table final : public std::enable_shared_from_this<peer_table> {
 public:
  /// Whoever is in `unbounded` has no bounds.
  peer_table(const peer_bounds& bounds, std::vector<address_block> unbounded)
      : bounds_{bounds}, unbounded_{std::move(unbounded)} {}

  /// nullopt: this peer has as many connections as it may (or there is no memory for another).
  [[nodiscard]] std::optional<peer_seat> take_seat(const boost::asio::ip::address& peer) noexcept;
  /// How many peers have an entry.
  [[nodiscard]] std::size_t size() const;

 private:
  friend class peer_seat;
  void leave(peer_seat::accounts::iterator at) noexcept;

  const peer_bounds bounds_;
  const std::vector<address_block> unbounded_;
  mutable std::mutex mutex_;
  /// Ordered: a peer can choose its address, so it must not be able to choose its hash.
  peer_seat::accounts accounts_;
};

}  // namespace sellavie::net
