#include "net/http/byte_budget.hpp"

namespace sellavie::net {

bool byte_budget::take(std::size_t bytes, claim kind) noexcept {
  const std::size_t bound = kind == claim::fresh ? mark_ : limit_;
  const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
  if (before <= bound && bytes <= bound - before) return true;
  give_back(bytes);
  return false;
}

bool held_bytes::take(std::size_t more) noexcept {
  const auto kind = size_ == 0 ? byte_budget::claim::fresh : byte_budget::claim::growth;
  // The share first: a peer that has spent its own never touches what all have.
  if (share_ != nullptr && !share_->take(more, kind)) return false;
  if (whole_.take(more, kind)) return true;
  if (share_ != nullptr) share_->give_back(more);
  return false;
}

void held_bytes::give_back(std::size_t bytes) noexcept {
  whole_.give_back(bytes);
  if (share_ != nullptr) share_->give_back(bytes);
}

bool held_bytes::resize(std::size_t bytes) noexcept {
  if (bytes == size_) return true;
  if (bytes > size_ && !take(bytes - size_)) return false;
  // Told after a take and before a return: what the observer adds up never exceeds the bound.
  observer_.on_held(what_, static_cast<std::ptrdiff_t>(bytes) - static_cast<std::ptrdiff_t>(size_));
  if (bytes < size_) give_back(size_ - bytes);
  size_ = bytes;
  return true;
}

void held_bytes::force(std::size_t bytes) noexcept {
  const std::size_t more = bytes - size_;
  if (share_ != nullptr) share_->force(more);
  whole_.force(more);
  observer_.on_held(what_, static_cast<std::ptrdiff_t>(more));
  size_ = bytes;
}

void held_bytes::release() noexcept { static_cast<void>(resize(0)); }

}  // namespace sellavie::net
