#include "net/feed/reader_seats.hpp"

namespace sellavie::net {

std::variant<reader_seats::seat, reader_seats::refusal> reader_seats::take(const api::account_id& account) {
  {
    const std::lock_guard hold{mutex_};
    if (taken_ >= of_node_) return refusal::node_is_full;
    auto& count = accounts_[account];
    if (count >= of_account_) return refusal::account_has_all;
    ++count;
    ++taken_;
  }
  // The deleter runs also when making this pointer fails.
  return seat{this, [table = shared_from_this(), account](void*) { table->give_back(account); }};
}

std::size_t reader_seats::taken() const {
  const std::lock_guard hold{mutex_};
  return taken_;
}

void reader_seats::give_back(const api::account_id& account) noexcept {
  const std::lock_guard hold{mutex_};
  const auto at = accounts_.find(account);
  if (--at->second == 0) accounts_.erase(at);
  --taken_;
}

}  // namespace sellavie::net
