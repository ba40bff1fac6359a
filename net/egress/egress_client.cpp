#include "net/egress/egress_client.hpp"

#include <algorithm>
#include <utility>

namespace sellavie::net {
namespace {

egress_answer perform(transfer& line, egress_request& request) {
  if (request.when_begun && !request.when_begun(request)) return {.outcome = egress_outcome::refused};
  return line.perform(request);
}

}  // namespace

egress_client::egress_client(egress_options options)
    : options_{std::move(options)},
      most_running_{std::max<std::size_t>(1, options_.threads / 2)},
      most_waiting_{std::max<std::size_t>(1, options_.queue / 4)} {
  threads_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { run(); });
}

egress_client::~egress_client() { stop(); }

bool egress_client::has_room(const std::string& lane) const {
  if (queue_.size() >= options_.queue) return false;
  const auto found = lanes_.find(lane);
  return found == lanes_.end() || found->second.waiting < most_waiting_;
}

void egress_client::send(egress_request request, completion done) {
  auto refused = egress_outcome::stopped;
  {
    const std::lock_guard hold{mutex_};
    if (!is_stopping_ && has_room(request.lane)) {
      ++lanes_[request.lane].waiting;
      queue_.push_back({std::move(request), std::move(done)});
      ready_.notify_one();
      return;
    }
    if (!is_stopping_) refused = egress_outcome::overloaded;
  }
  done({.outcome = refused});
}

void egress_client::stop() {
  std::deque<waiting_call> dropped;
  {
    const std::lock_guard hold{mutex_};
    is_stopping_ = true;
    dropped.swap(queue_);
  }
  ready_.notify_all();
  for (auto& call : dropped) call.done({.outcome = egress_outcome::stopped});
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

std::deque<egress_client::waiting_call>::iterator egress_client::next_call() {
  auto next = queue_.end();
  auto fewest = most_running_;
  for (auto call = queue_.begin(); call != queue_.end() && fewest > 0; ++call) {
    const auto running = lanes_[call->request.lane].running;
    if (running >= fewest) continue;
    fewest = running;
    next = call;
  }
  return next;
}

void egress_client::end_of(const std::string& lane) {
  const std::lock_guard hold{mutex_};
  const auto found = lanes_.find(lane);
  if (--found->second.running == 0 && found->second.waiting == 0) lanes_.erase(found);
  ready_.notify_one();  // one that waited for its lane
}

void egress_client::run() {
  transfer line{options_.rules, options_.ca_file, is_stopping_};
  for (;;) {
    waiting_call call;
    {
      std::unique_lock hold{mutex_};
      auto next = queue_.end();
      ready_.wait(hold, [&] { return is_stopping_ || (next = next_call()) != queue_.end(); });
      if (is_stopping_) return;
      call = std::move(*next);
      queue_.erase(next);
      auto& lane = lanes_[call.request.lane];
      --lane.waiting;
      ++lane.running;
    }
    auto answer = perform(line, call.request);
    end_of(call.request.lane);
    call.done(std::move(answer));
  }
}

}  // namespace sellavie::net
