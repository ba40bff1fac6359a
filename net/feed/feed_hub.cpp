#include "net/feed/feed_hub.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace sellavie::net {
namespace {

stream_bytes shared_text(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

/// What this reader is to see; nobody: what everybody sees. The same bytes in fewer pieces, each of about one portion.
std::vector<stream_bytes> joined(const std::vector<ring_event>& events, const api::account_id& reader) {
  std::vector<stream_bytes> pieces;
  std::string piece;
  for (const auto& one : events) {
    if (!one.is_for(reader)) continue;
    if (!piece.empty() && piece.size() + one.bytes->size() > stream::portion_bytes)
      pieces.push_back(shared_text(std::exchange(piece, {})));
    piece.append(*one.bytes);
  }
  if (!piece.empty()) pieces.push_back(shared_text(std::move(piece)));
  return pieces;
}

bool is_of_one(const ring_event& event) { return event.only.has_value(); }

/// Whom alone a fact concerns.
std::optional<api::account_id> audience_of(const actors::live_fact& what) {
  const auto* notified = std::get_if<actors::person_notified>(&what);
  return notified == nullptr ? std::nullopt : std::optional{notified->account};
}

bool is_gone(const feed_reader& reader) { return !reader.to->is_open(); }

}  // namespace

feed_hub::feed_hub(std::int64_t incarnation, std::shared_ptr<monitoring::metrics> metrics, feed_limits limits)
    : incarnation_{incarnation},
      metrics_{std::move(metrics)},
      limits_{limits},
      seats_{std::make_shared<reader_seats>(limits.readers_of_account, limits.readers)} {}

// ---- telling ---------------------------------------------------------------------------------

std::atomic<std::uint32_t>& feed_hub::mark_of(const business_id& business) noexcept {
  return followed_[std::hash<business_id>{}(business) % followed_.size()];
}

bool feed_hub::is_followed(const business_id& business) const noexcept {
  return followed_[std::hash<business_id>{}(business) % followed_.size()].load(std::memory_order_acquire) !=
         0;
}

void feed_hub::tell(const business_id& business, std::vector<actors::live_fact> facts) {
  {
    const std::lock_guard hold{told_mutex_};
    if (is_shut_) return;
    if (told_.size() + facts.size() > limits_.waiting_facts) {
      told_.clear();
      has_lost_ = true;
    } else {
      for (auto& one : facts) told_.push_back({business, std::move(one)});
    }
  }
  has_told_.notify_one();
}

void feed_hub::lose_facts() {
  {
    const std::lock_guard hold{told_mutex_};
    has_lost_ = true;
  }
  has_told_.notify_one();
}

bool feed_hub::await_facts() {
  std::unique_lock hold{told_mutex_};
  has_told_.wait(hold, [this] { return is_shut_ || has_lost_ || !told_.empty(); });
  return !is_shut_;
}

void feed_hub::shut() {
  {
    const std::lock_guard hold{told_mutex_};
    is_shut_ = true;
    told_.clear();
  }
  has_told_.notify_all();
}

// ---- delivering ------------------------------------------------------------------------------

void feed_hub::deliver() {
  std::vector<told> facts;
  bool has_lost = false;
  {
    const std::lock_guard hold{told_mutex_};
    const auto count = std::min(told_.size(), limits_.facts_at_once);
    const auto end = told_.begin() + static_cast<std::ptrdiff_t>(count);
    facts.assign(std::make_move_iterator(told_.begin()), std::make_move_iterator(end));
    told_.erase(told_.begin(), end);
    has_lost = std::exchange(has_lost_, false);
  }
  const std::lock_guard hold{rooms_mutex_};
  std::unordered_map<business_id, std::vector<ring_event>> fresh;
  if (has_lost)
    for (auto& [business, one] : rooms_) fresh[business].push_back(record(one, actors::facts_lost{}));
  for (const told& one : facts)
    if (const auto at = rooms_.find(one.business); at != rooms_.end())
      fresh[one.business].push_back(record(at->second, one.what));
  for (const auto& [business, events] : fresh) send(rooms_.find(business)->second, events);
}

ring_event feed_hub::record(room& in, const actors::live_fact& what) {
  ring_event event{shared_text(event_text({incarnation_, in.ring.last() + 1}, what)), audience_of(what)};
  in.ring.append(event);
  metrics_->feed_events().increment();
  return event;
}

// Readers share the same bytes, but for what is of one of them alone.
void feed_hub::send(room& to, const std::vector<ring_event>& events) {
  if (to.readers.empty()) return;
  const bool has_private = std::any_of(events.begin(), events.end(), is_of_one);
  const auto of_all = joined(events, {});
  std::erase_if(to.readers, [&](const feed_reader& reader) {
    const auto own = has_private ? joined(events, reader.who.account) : std::vector<stream_bytes>{};
    const auto& pieces = has_private ? own : of_all;
    return !std::all_of(pieces.begin(), pieces.end(),
                        [&](const stream_bytes& piece) { return reader.to->write(piece); });
  });
}

// ---- listening -------------------------------------------------------------------------------

void feed_hub::follow(feed_reader reader, std::optional<event_position> after) {
  const std::lock_guard hold{rooms_mutex_};
  room& here = room_of(reader.who.business);
  reader.to->write(shared_text(std::string{retry_text}));
  const auto missed =
      after && after->incarnation == incarnation_ ? here.ring.behind(after->number) : std::nullopt;
  if (missed) {
    for (const auto& one : *missed)
      if (one.is_for(reader.who.account)) reader.to->write(one.bytes);
  } else reader.to->write(shared_text(snapshot_text({incarnation_, here.ring.last()})));
  here.unread_since.reset();
  here.readers.push_back(std::move(reader));
}

feed_hub::room& feed_hub::room_of(const business_id& business) {
  const auto at = rooms_.find(business);
  if (at != rooms_.end()) return at->second;
  room& made = rooms_.emplace(business, room{event_ring{first_number_, limits_.ring}, {}, {}}).first->second;
  mark_of(business).fetch_add(1, std::memory_order_acq_rel);
  if (rooms_.size() == 1 && wake_) wake_();
  return made;
}

feed_hub::rooms::iterator feed_hub::close_room(rooms::iterator at) {
  mark_of(at->first).fetch_sub(1, std::memory_order_acq_rel);
  first_number_ = std::max(first_number_, at->second.ring.last() + 1);
  return rooms_.erase(at);
}

std::vector<storage::access_subject> feed_hub::listening() const {
  std::set<storage::access_subject> subjects;
  const std::lock_guard hold{rooms_mutex_};
  for (const auto& [business, one] : rooms_)
    for (const feed_reader& reader : one.readers) subjects.insert(reader.who);
  return {subjects.begin(), subjects.end()};
}

void feed_hub::end_readers(const verdict& why) {
  const std::lock_guard hold{rooms_mutex_};
  for (auto& [business, one] : rooms_)
    std::erase_if(one.readers, [&](const feed_reader& reader) {
      const auto reason = why(reader);
      if (reason) reader.to->finish(shared_text(end_text(*reason)));
      return reason.has_value();
    });
}

void feed_hub::tidy(time_point now) {
  const std::lock_guard hold{rooms_mutex_};
  for (auto at = rooms_.begin(); at != rooms_.end();) {
    room& one = at->second;
    std::erase_if(one.readers, is_gone);
    if (one.readers.empty() && !one.unread_since) one.unread_since = now;
    const bool is_forgotten = one.readers.empty() && now - *one.unread_since >= limits_.kept_unread;
    at = is_forgotten ? close_room(at) : std::next(at);
  }
}

bool feed_hub::is_empty() const {
  const std::lock_guard hold{rooms_mutex_};
  return rooms_.empty();
}

void feed_hub::when_used(std::function<void()> wake) {
  const std::lock_guard hold{rooms_mutex_};
  wake_ = std::move(wake);
}

}  // namespace sellavie::net
