#include "net/feed/feed_threads.hpp"

#include <map>
#include <utility>

namespace sellavie::net {

feed_threads::feed_threads(std::shared_ptr<feed_hub> hub, std::shared_ptr<actors::clock> time, ask_access ask,
                           feed_pace pace)
    : hub_{std::move(hub)}, time_{std::move(time)}, ask_{std::move(ask)}, pace_{pace} {
  hub_->when_used([this] { check_soon(); });
  delivering_ = std::thread{[this] { deliver_all(); }};
  watching_ = std::thread{[this] { watch_readers(); }};
}

feed_threads::~feed_threads() { stop(); }

void feed_threads::stop() {
  hub_->when_used(nullptr);
  {
    const std::lock_guard hold{mutex_};
    is_stopped_ = true;
  }
  changed_.notify_all();
  hub_->shut();
  if (delivering_.joinable()) delivering_.join();
  if (watching_.joinable()) watching_.join();
}

void feed_threads::check_soon() {
  {
    const std::lock_guard hold{mutex_};
    must_check_ = true;
  }
  changed_.notify_all();
}

void feed_threads::deliver_all() {
  while (hub_->await_facts()) {
    try {
      hub_->deliver();
    } catch (...) {  // out of memory
      hub_->lose_facts();
    }
    if (!pause(pace_.between_deliveries)) return;
  }
}

bool feed_threads::pause(std::chrono::milliseconds length) {
  std::unique_lock hold{mutex_};
  return !changed_.wait_for(hold, length, [this] { return is_stopped_; });
}

void feed_threads::watch_readers() {
  while (await_check()) {
    try {
      check();
    } catch (...) {  // out of memory: the next look comes soon
    }
  }
}

bool feed_threads::await_check() {
  const bool is_idle = hub_->is_empty();
  std::unique_lock hold{mutex_};
  const auto is_due = [this] { return is_stopped_ || must_check_; };
  if (is_idle) changed_.wait(hold, is_due);
  else changed_.wait_for(hold, pace_.between_checks, is_due);
  must_check_ = false;
  return !is_stopped_;
}

// Without the database nothing can be revoked, and tokens still end.
void feed_threads::check() {
  hub_->tidy(std::chrono::steady_clock::now());
  const instant now = time_->now();
  const auto subjects = hub_->listening();
  std::map<storage::access_subject, stream_end> ended;
  if (!subjects.empty())
    if (const auto found = ask_(subjects, now))
      for (std::size_t i = 0; i < subjects.size(); ++i) {
        const storage::found_access& may = found.value()[i];
        if (!may.session_lives) ended.emplace(subjects[i], stream_end::signed_out);
        else if (!may.role) ended.emplace(subjects[i], stream_end::access_lost);
      }
  hub_->end_readers([&](const feed_reader& reader) -> std::optional<stream_end> {
    if (reader.until <= now) return stream_end::token_expired;
    const auto at = ended.find(reader.who);
    return at == ended.end() ? std::nullopt : std::optional{at->second};
  });
}

}  // namespace sellavie::net
