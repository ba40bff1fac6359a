#pragma once
// How sessions and sign-ins are guarded; pure.
//
//  R1 A refresh token is used once: it is rotated, and its successor lives 30 days.
//  R2 Used again within 30 s it gives the same successor: an answer may be lost on a weak network.
//  R3 Used again later it was stolen, or is being stolen: its whole session ends.
//  R4 An expired token, or one of an ended session, gives nothing and changes nothing.
//  R5 After 4 failed sign-ins in a row each further one blocks the account's sign-in for twice as
//     long: 1 s, 2 s, 4 s … 15 min. While it is blocked nothing is tried nor counted here, and the answer is the same
//     as for a wrong password. Signing in ends it, and so does a password set by mail.
//  R6 An address, whichever accounts it tries, is held up in the same way after as many wrong passwords as it
//     may send in a minute (limits.sign_ins_per_minute), and is told so. Behind these it has one attempt at a time.
//     Only time ends it, because a guesser may have one account of their own: the count halves every 15 minutes,
//     whether or not somebody fails meanwhile, since behind the address of an office somebody always does. All that is
//     answered as a wrong password counts, or the count would tell a blocked account from one that nobody has.
//  R7 What strangers can block holds up nobody who has got further: the codes of a second factor, and the password that
//     a session gives once more, each have a count and a block of their own as in R5, and the caller is told. A guess
//     counts before it is tried, so that a crowd is tried one after the other; a right one ends it.

#include <chrono>
#include <cstdint>
#include <string_view>

#include "protocol/domain/time.hpp"

namespace sellavie::api {

/// Where a browser keeps its refresh token.
inline constexpr std::string_view refresh_cookie = "sellavie_refresh";
inline constexpr std::chrono::days refresh_token_life{30};
inline constexpr std::chrono::seconds refresh_overlap{30};
inline constexpr int free_failures = 4;
inline constexpr std::chrono::minutes longest_block{15};
inline constexpr std::chrono::minutes failures_halve_after{15};

struct refresh_state {
  instant expires_at{};
  /// The session was revoked, or is over.
  bool session_ended = false;
  /// Was rotated before, at this time.
  bool is_rotated = false;
  instant rotated_at{};
};

enum class refresh_decision : std::uint8_t { rotate, repeat_successor, end_session, refuse };
[[nodiscard]] refresh_decision decide_refresh(const refresh_state& token, instant now) noexcept;

/// How long an account or an address is blocked after `failures`, of which `free` cost nothing.
[[nodiscard]] std::chrono::milliseconds block_after(int failures, int free = free_failures) noexcept;

/// How many failures of an address still count after this time.
[[nodiscard]] int failures_left(int failures, std::chrono::milliseconds passed) noexcept;

}  // namespace sellavie::api
