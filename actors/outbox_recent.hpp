#pragma once
// A map that remembers the last `most` keys and forgets the one untouched for longest.

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

namespace sellavie::actors {

template <class Key, class Value>
class bounded_map {
 public:
  explicit bounded_map(std::size_t most) : most_{most} {}

  /// Makes the key the most recent one.
  Value& put(const Key& key, Value value) {
    if (Value* known = find(key)) return *known = std::move(value);
    order_.emplace_front(key, std::move(value));
    places_.emplace(key, order_.begin());
    if (order_.size() > most_) {
      places_.erase(order_.back().first);
      order_.pop_back();
    }
    return order_.front().second;
  }

  /// nullptr: unknown or forgotten. A found key becomes the most recent one.
  [[nodiscard]] Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->second;
  }

  [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }

 private:
  using entry = std::pair<Key, Value>;
  std::size_t most_;
  std::list<entry> order_;
  std::unordered_map<Key, typename std::list<entry>::iterator> places_;
};

}  // namespace sellavie::actors
