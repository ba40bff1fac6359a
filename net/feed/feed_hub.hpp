#pragma once
// Who watches what on this node: takes what the actors and the API commit, numbers it per business, keeps the last of
// it, and sends it to the readers of that business.
//
// Telling costs an actor one atomic look while nobody watches the business, and a push onto a queue while
// somebody does; everything else happens on the thread that calls deliver() (see feed_threads). Thread-safe.
// Events are in memory only: after a restart, or when a reader was away for too long, its first event is
// `snapshot`, and it reads again what it shows.

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/feed.hpp"
#include "monitoring/metrics.hpp"
#include "net/feed/event_ring.hpp"
#include "net/feed/event_text.hpp"
#include "net/feed/reader_seats.hpp"
#include "net/http/stream.hpp"
#include "storage/api/access.hpp"

namespace sellavie::net {

struct feed_limits {
  ring_limits ring{};
  /// How long the events of a business are kept without a reader.
  std::chrono::milliseconds kept_unread = std::chrono::minutes{5};
  std::size_t readers_of_account = 10;
  std::size_t readers = 10'000;
  /// Facts that may wait for deliver(); over it they are forgotten and the readers told `snapshot`.
  std::size_t waiting_facts = 65'536;
  /// Of these, how many are sent at once: a reader gets no more than it can have waiting.
  std::size_t facts_at_once = 1024;
};

struct feed_reader {
  storage::access_subject who;
  /// When its token ends.
  instant until{};
  std::shared_ptr<stream> to;
};

class feed_hub final : public actors::feed {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  feed_hub(std::int64_t incarnation, std::shared_ptr<monitoring::metrics> metrics, feed_limits limits = {});

  // ---- for the actors
  [[nodiscard]] bool is_followed(const business_id& business) const noexcept override;
  void tell(const business_id& business, std::vector<actors::live_fact> facts) override;
  /// Facts of any business are missing: every reader is told `snapshot`.
  void lose_facts();

  // ---- for those who listen
  [[nodiscard]] reader_seats& seats() noexcept { return *seats_; }
  /// From now on the stream gets the events of the reader's business: first those behind `after` if they are
  /// all here, else `snapshot`.
  void follow(feed_reader reader, std::optional<event_position> after);

  // ---- for feed_threads
  /// Waits until something is to be delivered; false after shut().
  [[nodiscard]] bool await_facts();
  void deliver();
  /// One of each that is listened as.
  [[nodiscard]] std::vector<storage::access_subject> listening() const;
  using verdict = std::function<std::optional<stream_end>(const feed_reader&)>;
  /// Ends those for whom there is a reason.
  void end_readers(const verdict& why);
  /// Forgets readers that are gone, and events that nobody has read for long.
  void tidy(time_point now);
  /// Nothing to look after.
  [[nodiscard]] bool is_empty() const;
  /// Called when is_empty() turns false, with a lock held: it must only wake somebody.
  void when_used(std::function<void()> wake);
  void shut();

 private:
  struct room {
    event_ring ring;
    std::vector<feed_reader> readers;
    std::optional<time_point> unread_since{};
  };
  struct told {
    business_id business;
    actors::live_fact what;
  };
  using rooms = std::unordered_map<business_id, room>;

  room& room_of(const business_id& business);
  rooms::iterator close_room(rooms::iterator at);
  ring_event record(room& in, const actors::live_fact& what);
  static void send(room& to, const std::vector<ring_event>& events);
  [[nodiscard]] std::atomic<std::uint32_t>& mark_of(const business_id& business) noexcept;

  const std::int64_t incarnation_;
  const std::shared_ptr<monitoring::metrics> metrics_;
  const feed_limits limits_;
  const std::shared_ptr<reader_seats> seats_;
  /// How many rooms share each mark: a look-up without a lock, wrong at most towards yes.
  mutable std::array<std::atomic<std::uint32_t>, 4096> followed_{};

  std::mutex told_mutex_;
  std::condition_variable has_told_;
  std::vector<told> told_;
  bool has_lost_ = false;
  bool is_shut_ = false;

  mutable std::mutex rooms_mutex_;
  rooms rooms_;
  std::function<void()> wake_;
  /// Above every number of a room that was closed: an old id is never taken for one of a newer room.
  std::uint64_t first_number_ = 0;
};

}  // namespace sellavie::net
