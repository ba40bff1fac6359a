#include "net/http/peer_table.hpp"

#include <algorithm>
#include <utility>

namespace sellavie::net {

peer_seat::peer_seat(peer_seat&& other) noexcept
    : table_{std::move(other.table_)}, at_{std::exchange(other.at_, {})} {}

peer_seat::~peer_seat() {
  if (table_) table_->leave(at_);
}

byte_budget* peer_seat::request_share() const noexcept { return table_ ? &at_->second.requests : nullptr; }

byte_budget* peer_seat::answer_share() const noexcept { return table_ ? &at_->second.answers : nullptr; }

std::optional<peer_seat> peer_table::take_seat(const boost::asio::ip::address& peer) noexcept try {
  const address_bytes address = bytes_of(peer);
  if (std::any_of(unbounded_.begin(), unbounded_.end(),
                  [&](const address_block& block) { return block.contains(address); }))
    return peer_seat{};
  const std::lock_guard lock{mutex_};
  const auto at = accounts_.try_emplace(peer_key(peer), bounds_).first;
  if (at->second.connections >= bounds_.connections) return std::nullopt;
  ++at->second.connections;
  return peer_seat{shared_from_this(), at};
} catch (...) {
  return std::nullopt;
}

void peer_table::leave(peer_seat::accounts::iterator at) noexcept {
  const std::lock_guard lock{mutex_};
  if (--at->second.connections == 0) accounts_.erase(at);
}

std::size_t peer_table::size() const {
  const std::lock_guard lock{mutex_};
  return accounts_.size();
}

}  // namespace sellavie::net
