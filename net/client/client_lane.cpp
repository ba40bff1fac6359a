#include "net/client/client_lane.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace sellavie::net {
namespace {

constexpr std::size_t pools_before_sweep = 256;

}  // namespace

client_lane::client_lane(boost::asio::io_context& context, std::shared_ptr<const client_core> core)
    : context_{context}, core_{std::move(core)}, timer_{context}, epoch_{std::chrono::steady_clock::now()} {}

client_lane::~client_lane() = default;

/// Admits what arrived; if the io_context ends first, the requests complete by being destroyed.
class client_lane::arrival_task {
 public:
  explicit arrival_task(std::shared_ptr<client_lane> home) noexcept : home_{std::move(home)} {}
  arrival_task(arrival_task&&) noexcept = default;
  arrival_task& operator=(arrival_task&&) noexcept = default;
  ~arrival_task() {
    if (home_) take([](std::unique_ptr<exchange>) {});
  }
  void operator()() {
    take([this](std::unique_ptr<exchange> request) { home_->admit(std::move(request)); });
    home_.reset();
  }

 private:
  template <class Receiver>
  void take(Receiver receive) {
    exchange* next = home_->arrivals_.take_all();
    while (next != nullptr) {
      std::unique_ptr<exchange> request{next};
      next = next->next_handoff;
      receive(std::move(request));
    }
  }

  std::shared_ptr<client_lane> home_;
};

void client_lane::submit(std::unique_ptr<exchange> request) {
  if (arrivals_.push(request.release())) boost::asio::post(context_, arrival_task{shared_from_this()});
}

void client_lane::close() {
  boost::asio::post(context_, [self = shared_from_this()] {
    self->closed_ = true;
    for (auto& [to, pool] : self->pools_) pool->close();
    self->timer_.cancel();
  });
}

void client_lane::admit(std::unique_ptr<exchange> request) {
  if (closed_) return request->fail("shut down");
  const auto left = std::chrono::ceil<client_limits::duration>(request->deadline() - exchange::clock::now());
  if (left <= client_limits::duration::zero()) return request->fail("deadline");
  origin_pool& pool = pool_for(request->to());
  start_ticking();
  arm(*request, left);
  pool.submit(std::move(request));
}

origin_pool& client_lane::pool_for(const origin& to) {
  if (const auto known = pools_.find(to); known != pools_.end()) return *known->second;
  if (pools_.size() >= pools_before_sweep) drop_unused_pools();
  return *pools_.emplace(to, std::make_unique<origin_pool>(*this, to)).first->second;
}

void client_lane::drop_unused_pools() {
  std::erase_if(pools_, [](const auto& entry) { return entry.second->is_unused(); });
}

void client_lane::arm(wheel_entry& entry, client_limits::duration after) {
  const auto tick = core_->limits.tick;
  wheel_.arm(entry, static_cast<std::uint64_t>((after + tick - client_limits::duration{1}) / tick));
}

std::uint64_t client_lane::current_tick() const {
  return static_cast<std::uint64_t>((std::chrono::steady_clock::now() - epoch_) / core_->limits.tick);
}

void client_lane::start_ticking() {
  if (ticking_) return;
  ticking_ = true;
  wheel_.advance(current_tick());
  timer_.expires_after(core_->limits.tick);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    self->ticking_ = false;
    if (!ec) self->on_tick();
  });
}

/// Ticks only while something is open or waits: an idle client wakes nobody.
void client_lane::on_tick() {
  wheel_.advance(current_tick());
  const bool busy =
      std::any_of(pools_.begin(), pools_.end(), [](const auto& entry) { return !entry.second->is_unused(); });
  if (busy && !closed_) start_ticking();
}

}  // namespace sellavie::net
