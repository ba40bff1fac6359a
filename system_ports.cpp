#include "system_ports.hpp"

#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <stdexcept>

namespace sellavie {
namespace {

class system_clock final : public actors::clock {
 public:
  [[nodiscard]] instant now() const override {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  }
};

/// Randomness is fetched a page at a time and used once.
class random_pool {
 public:
  std::span<const std::uint8_t> take(std::size_t count) {
    if (at_ + count > pool_.size()) refill();
    const std::span<const std::uint8_t> taken{pool_.data() + at_, count};
    at_ += count;
    return taken;
  }

 private:
  void refill() {
    system_random(pool_);
    at_ = 0;
  }

  std::array<std::uint8_t, 4096> pool_{};
  std::size_t at_ = pool_.size();
};

class system_ids final : public id_source {
 public:
  [[nodiscard]] uuid next() override {
    const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    const std::uint64_t wanted = static_cast<std::uint64_t>(to_unix_ms(now)) << 12U;
    std::uint64_t last = last_.load(std::memory_order_relaxed);
    std::uint64_t mine = 0;
    do {
      mine = std::max(last + 1, wanted);
    } while (!last_.compare_exchange_weak(last, mine, std::memory_order_relaxed));
    thread_local random_pool pool;
    std::array<std::uint8_t, 10> random{};
    std::ranges::copy(pool.take(8), random.begin() + 2);
    random[0] = static_cast<std::uint8_t>((mine >> 8U) & 0x0FU);
    random[1] = static_cast<std::uint8_t>(mine & 0xFFU);
    return make_uuid_v7(instant_from_ms(static_cast<std::int64_t>(mine >> 12U)), random);
  }

 private:
  /// Milliseconds and counter of the last id.
  std::atomic<std::uint64_t> last_{0};
};

}  // namespace

std::shared_ptr<actors::clock> make_system_clock() { return std::make_shared<system_clock>(); }

std::shared_ptr<id_source> make_system_ids() { return std::make_shared<system_ids>(); }

void system_random(std::span<std::uint8_t> bytes) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (got > 0) filled += static_cast<std::size_t>(got);
    else if (errno != EINTR) throw std::runtime_error("the system gives no random bytes");
  }
}

double system_jitter() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
}

}  // namespace sellavie
