#pragma once
// How accounts begin and are guarded; pure.
//
//  A1 There is no account before its address is proven: signing up stores a wish, the mail's token with the
//     chosen password makes it an account. So nobody can prepare an account for somebody else's address.
//  A2 A token of a mail is 256 random bits, stored as SHA-256, used once; it lives 24 hours (sign-up) or one
//     hour (password). A newer one replaces it.
//  A3 Whether an address has an account is told to its mailbox alone.
//  A4 A new password ends the other sessions; one set by mail ends all. The second factor stays.
//  A5 A code of the app is accepted once, within one step of 30 s. A recovery code is accepted once.
//  A6 Wrong codes have a count and a block of their own (session_rules R7), which a new password does not end.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sellavie::api {

inline constexpr std::chrono::hours sign_up_life{24};
inline constexpr std::chrono::hours password_reset_life{1};
/// A notice that is older than this is not worth sending.
inline constexpr std::chrono::hours notice_life{24};
/// Wishes of one address that wait at the same time; the oldest gives way.
inline constexpr int most_sign_ups = 3;

inline constexpr int recovery_codes = 10;
inline constexpr std::size_t recovery_code_size = 10;

/// 80 bits for people: "abcd-efgh-ijkl-mnop".
[[nodiscard]] std::string write_recovery_code(std::span<const std::uint8_t, recovery_code_size> random);
/// As it was written, whatever the case, blanks and hyphens; nothing if it cannot be one.
[[nodiscard]] std::optional<std::string> read_recovery_code(std::string_view typed);

/// Six digits; blanks between them are dropped, as the apps show them.
[[nodiscard]] std::optional<std::string> read_app_code(std::string_view typed);

}  // namespace sellavie::api
