#pragma once
// How a turn ends and what is written then. Pure but for the ids of new rows.

#include <memory>
#include <string>
#include <vector>

#include "actors/turn.hpp"
#include "storage/change_set.hpp"

namespace sellavie::actors {

/// How a turn ends.
struct turn_end {
  storage::turn_outcome outcome = storage::turn_outcome::replied;
  /// What the customer reads; empty says nothing.
  std::string reply;
  storage::message_origin origin = storage::message_origin::ai;
  storage::chat_owner owner = storage::chat_owner::ai;
  std::int64_t expected_epoch = 1;
  /// Of the conversation after the commit, and of the reply's rows.
  std::int64_t epoch = 1;
  std::string handover_reason;
  /// Why a person is asked to look although the chat is not handed over; empty: nobody is asked.
  std::string look_at;
  /// Of the person who ended it.
  std::vector<storage::activity_row> activities{};
};

/// Everything that the completing commit writes. The outbox rows of `changes` are what the sender gets.
[[nodiscard]] std::shared_ptr<storage::change_set> complete_turn(const chat_context& chat, const turn& of,
                                                                 const turn_end& end);

/// What the customer gave of themselves in this turn; writing it again changes nothing.
void add_contact(const chat_context& chat, const turn& of, storage::change_set& to);

/// A late answer says so; one that may not be sent any more goes to a person.
[[nodiscard]] turn_end made_timely(turn_end end, const chat_context& chat, const turn& of);

/// `acted`: a plan was stored.
[[nodiscard]] monitoring::turn_outcome label_of(storage::turn_outcome outcome, bool acted) noexcept;

}  // namespace sellavie::actors
