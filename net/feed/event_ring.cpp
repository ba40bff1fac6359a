#include "net/feed/event_ring.hpp"

#include <utility>

namespace sellavie::net {

void event_ring::append(ring_event event) {
  bytes_ += event.bytes->size();
  events_.push_back(std::move(event));
  ++last_;
  while (events_.size() > limits_.events || (bytes_ > limits_.bytes && !events_.empty())) {
    bytes_ -= events_.front().bytes->size();
    events_.pop_front();
  }
}

std::optional<std::vector<ring_event>> event_ring::behind(std::uint64_t number) const {
  if (number > last_ || last_ - number > events_.size()) return std::nullopt;
  const auto count = static_cast<std::ptrdiff_t>(last_ - number);
  return std::vector<ring_event>(events_.end() - count, events_.end());
}

}  // namespace sellavie::net
