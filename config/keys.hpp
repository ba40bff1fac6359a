#pragma once
// The keys of the server: Fernet (secrets of businesses at rest), JWT (access tokens) and push (messages to browsers).
// Given in [security], or kept in files of the data folder, one key a line, the first is in use.
// The files are readable by their owner only; anything else is refused, never repaired silently.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::config {

inline constexpr const char* fernet_key_file = "fernet.key";
inline constexpr const char* jwt_key_file = "jwt.key";
inline constexpr const char* push_key_file = "push.key";

/// Keys are made only for an empty database; with data in it a missing key is an error.
enum class missing_keys : std::uint8_t { generate, refuse };

/// Fills the lists of `security` that are empty from the data folder; makes missing files if allowed.
/// Returns the files that were made, so that the operator is told once.
[[nodiscard]] result<std::vector<std::filesystem::path>> ensure_keys(
    security_settings& security, const std::filesystem::path& data_dir,
    missing_keys policy = missing_keys::generate);

/// Likewise, of the one that browsers know: a missing one is made at any time, since nothing stored is lost without it.
[[nodiscard]] result<std::vector<std::filesystem::path>> ensure_push_key(
    security_settings& security, const std::filesystem::path& data_dir);

/// What the operator is told of a file that was made; not the key.
[[nodiscard]] std::string describe_made_key(const std::filesystem::path& file);

/// A new key, from the system's random source: base64url of 32 bytes.
[[nodiscard]] result<std::string> make_fernet_key();
/// The same with a random key id: "kid:key".
[[nodiscard]] result<std::string> make_jwt_key();

}  // namespace sellavie::config
