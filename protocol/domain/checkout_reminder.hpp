#pragma once
// When a customer is reminded of a payment link that nobody has paid by yet. Pure.
//
//  R1 A business says how many reminders an order gets at most (none switches them off), and how long after the link
//     was made the first comes and each further one after the one before. Where it says no time they divide the hold:
//     one comes after half of it.
//  R2 An order is reminded of no more often than that, however many links it had.
//  R3 Each of these times gives one reminder or none; times that were missed are not made up for.
//  R4 Only while the order awaits payment by a live link and its stock is held. After that nobody is reminded any more.
//  R5 Only where the server may speak: the AI has the chat, the customer can be reached there, and the send window is
//     open. A reminder has no other way.
//  R6 Only after its provider was asked: money that has come, or is on its way, reminds nobody.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie {

inline constexpr std::int32_t most_checkout_reminders = 3;
inline constexpr std::int32_t shortest_reminder_minutes = 5;
inline constexpr std::int32_t longest_reminder_minutes = 24 * 60;

struct reminder_settings {
  /// Of one order; 0: none.
  std::int32_t most = 1;
  /// None: R1's own.
  std::optional<std::int32_t> after_minutes{};

  friend bool operator==(const reminder_settings&, const reminder_settings&) = default;
};

/// The live link of an order.
struct reminded_link {
  instant made_at{};
  /// When the stock goes back if nobody has paid.
  instant held_until{};
};

/// Of an order, under all its links.
struct reminders_told {
  std::int32_t count = 0;
  instant last_at{};
};

struct reminder_step {
  /// Whether this is the time for one.
  bool is_due = false;
  /// The next time to look; nothing: there is none.
  std::optional<instant> again_at{};
};
/// R1 to R4: what there is to do at `now`.
[[nodiscard]] reminder_step next_reminder(const reminder_settings& settings, const reminded_link& link,
                                          const reminders_told& told, instant now) noexcept;

/// Under which the n-th one is stored, from 1: it is told once.
[[nodiscard]] std::string reminder_key(const order_id& order, std::int32_t n);

}  // namespace sellavie
