#pragma once
// bcrypt ($2b$, cost 12) by libcrypt. Randomness is an argument, as everywhere below actors.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/error.hpp"

namespace sellavie::crypto {

using password_salt = std::array<std::uint8_t, 16>;

/// bcrypt reads 72 bytes and stops at NUL: longer ones would match by their beginning.
inline constexpr std::size_t longest_password = 72;
inline constexpr std::size_t shortest_password = 8;

/// errc::invalid_value with what is wrong, never the password.
[[nodiscard]] result<void> check_password(std::string_view password);
/// Takes about a quarter of a second.
[[nodiscard]] result<std::string> hash_password(std::string_view password, const password_salt& salt);
/// Whether it was made at a lower cost than hash_password takes today, or in another form.
[[nodiscard]] bool needs_new_hash(std::string_view hash) noexcept;
/// Constant time over the hashes; false for anything that is no bcrypt hash. It takes as long for a hash of a lower cost as for one of
/// today's: the time tells nothing about the account, nor whether the password was right.
[[nodiscard]] bool verify_password(std::string_view password, const std::string& hash);
/// The costs of the hashes that make up for one of a lower cost; none for one of today's. (A cost more is twice the work.)
[[nodiscard]] std::vector<unsigned> costs_made_up_for(std::string_view hash);

}  // namespace sellavie::crypto
