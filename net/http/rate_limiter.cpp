#include "net/http/rate_limiter.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace sellavie::net {

address_bytes client_key(std::string_view address) {
  boost::system::error_code bad;
  const auto parsed = boost::asio::ip::make_address(std::string{address}, bad);
  return bad ? address_bytes{} : peer_key(parsed);
}

std::size_t rate_limiter::key_hash::operator()(const address_bytes& key) const noexcept {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(key.data()), key.size()});
}

rate_limiter::rate_limiter(int amount, std::chrono::seconds period, std::size_t most_clients)
    : per_second_{static_cast<double>(amount) / static_cast<double>(period.count())},
      burst_{static_cast<double>(amount)},
      most_clients_{most_clients} {}

double rate_limiter::filled(const bucket& one, time_point now) const {
  const double seconds = std::chrono::duration<double>(now - one.filled_at).count();
  return std::min(burst_, one.tokens + std::max(0.0, seconds) * per_second_);
}

int rate_limiter::take(const address_bytes& client, time_point now) {
  const std::lock_guard hold{mutex_};
  auto found = buckets_.find(client);
  if (found == buckets_.end()) {
    if (buckets_.size() >= most_clients_) make_room(now);
    found = buckets_.emplace(client, bucket{burst_, now}).first;
  }
  bucket& mine = found->second;
  mine.tokens = filled(mine, now);
  mine.filled_at = std::max(mine.filled_at, now);
  if (mine.tokens >= 1) {
    mine.tokens -= 1;
    return 0;
  }
  return std::max(1, static_cast<int>(std::ceil((1 - mine.tokens) / per_second_)));
}

void rate_limiter::make_room(time_point now) {
  std::erase_if(buckets_, [&](const auto& one) { return filled(one.second, now) >= burst_; });
  // Else the next newcomer would scan again.
  if (buckets_.size() < most_clients_ / 4 * 3) return;
  std::vector<time_point> ages;
  ages.reserve(buckets_.size());
  for (const auto& [client, one] : buckets_) ages.push_back(one.filled_at);
  const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
  std::nth_element(ages.begin(), middle, ages.end());
  const auto limit = *middle;
  std::erase_if(buckets_, [&](const auto& one) { return one.second.filled_at <= limit; });
}

std::size_t rate_limiter::clients() const {
  const std::lock_guard hold{mutex_};
  return buckets_.size();
}

}  // namespace sellavie::net
