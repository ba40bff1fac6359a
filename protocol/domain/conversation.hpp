#pragma once
// The phases of a conversation and the queue of what its customer wrote. Pure: says what to do next.
//
//   loading ─► idle ─► gathering ─► thinking ─► acting ─► idle
//                ▲                      │          │
//                └──── human ◄──────────┴──────────┘        (a person takes over)
//
//  R1  What comes while a turn is under way waits for the next turn.
//  R2  A turn takes everything that waits when its gathering ends, in the order of (provider time, id);
//      between turns the order is that of acceptance.
//  R3  A delivery that is held or completed already is ignored.
//  R4  A person's message takes the chat over at once, in every phase; while a commit or an action is
//      under way it takes effect when that is known.
//  R5  Every change of owner raises the epoch by one.
//  R6  While a person owns the chat, customers' messages are stored and nothing is said.
//  R7  A stored plan is resumed when all its deliveries have been offered again, before anything else.
//  R8  A stored plan holds for the epoch that it was made under. Under another one nothing of it runs
//      and nothing is said: its turn ends with its deliveries, whoever owns the chat by then, and a person
//      is asked to look at what it may have done (docs/adr/0017).
//  R9  While the customer is blocked, what they write is stored, whoever owns the chat, and nothing is said.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie {

enum class conversation_phase : std::uint8_t { loading, idle, gathering, thinking, acting, human };
[[nodiscard]] std::string_view to_string(conversation_phase phase) noexcept;

/// The hand-over's reason when `who` takes the chat, and who that was; empty where nobody by name did.
[[nodiscard]] std::string taken_over_by(std::string_view who);
[[nodiscard]] std::string_view taker_in(std::string_view handover_reason) noexcept;

struct pending_delivery {
  inbox_id id = 0;
  instant provider_time{};
  /// An echo of a person, not a customer's message.
  bool from_person = false;

  friend bool operator==(const pending_delivery&, const pending_delivery&) = default;
};

/// What a turn had committed before its first action; without deliveries there is none.
struct stored_plan {
  std::vector<inbox_id> deliveries;
  std::int64_t epoch = 0;
};

enum class next_step : std::uint8_t {
  /// Nothing to do now.
  wait,
  /// Start the gathering timer.
  gather,
  /// Ask the model: the turn is in `turn()`.
  think,
  /// Store what is in `turn()` for the person who owns the chat.
  store,
  /// A person spoke: commit the takeover with everything in `turn()`.
  take_over,
  /// Go on with the stored plan; its deliveries are in `turn()`.
  resume,
  /// The stored plan's epoch has passed: end its turn with what is in `turn()`.
  end_overtaken,
};

class conversation_phases {
 public:
  [[nodiscard]] conversation_phase phase() const noexcept { return phase_; }
  [[nodiscard]] bool person_owns() const noexcept { return person_owns_; }
  [[nodiscard]] std::int64_t epoch() const noexcept { return epoch_; }
  /// What the turn under way answers.
  [[nodiscard]] const std::vector<pending_delivery>& turn() const noexcept { return turn_; }
  [[nodiscard]] bool is_blocked() const noexcept { return is_blocked_; }
  [[nodiscard]] bool is_quiet() const noexcept;
  /// Completed here: whoever offers it again did not hear of it.
  [[nodiscard]] bool has_completed(inbox_id id) const noexcept;

  next_step loaded(bool person_owns, std::int64_t epoch, stored_plan planned);
  next_step deliver(pending_delivery one);
  next_step gathered();
  /// A person's command: true when it can be committed now, else it waits for settled().
  [[nodiscard]] bool may_take_over() const noexcept;
  /// An action or a commit begins: R4 waits from here on.
  void acting();
  /// The model is asked (again): a refusal goes back to it, or an outage may be over.
  void thinking();
  /// A takeover that waited for actions takes everything that came meanwhile.
  void take_waiting() { take_all(); }
  /// A person's message waits for what is under way.
  [[nodiscard]] bool person_waits() const noexcept;
  /// The owner changed in a commit.
  void owner_changed(bool person_owns, std::int64_t epoch);
  /// The customer was blocked, or is not any more; also before loaded().
  void block(bool is_blocked) noexcept { is_blocked_ = is_blocked; }
  /// Completed outside of any turn.
  void remember_completed(inbox_id id);
  /// The turn in `turn()` (or a command without one) is committed.
  next_step settled();

 private:
  [[nodiscard]] bool knows(inbox_id id) const noexcept;
  void take_all();
  next_step next();

  conversation_phase phase_ = conversation_phase::loading;
  bool person_owns_ = false;
  bool is_blocked_ = false;
  std::int64_t epoch_ = 1;
  std::deque<pending_delivery> waiting_;
  std::vector<pending_delivery> turn_;
  stored_plan planned_;
  /// The last completed ids: a late poll may show them once more.
  std::deque<inbox_id> completed_;
};

}  // namespace sellavie
