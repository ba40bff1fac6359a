#include "protocol/crypto/password.hpp"

#include <crypt.h>

#include <charconv>
#include <memory>
#include <optional>

#include "protocol/crypto/digest.hpp"

namespace sellavie::crypto {
namespace {

constexpr const char* bcrypt = "$2b$";
constexpr unsigned cost = 12;

struct wipe {
  void operator()(crypt_data* data) const {
    ::explicit_bzero(data, sizeof *data);
    delete data;
  }
};

/// Of "$2b$12$…".
std::optional<unsigned> cost_of(std::string_view hash) noexcept {
  constexpr std::size_t first = 4;
  unsigned found = 0;
  if (hash.size() < first + 3 || hash[first + 2] != '$') return std::nullopt;
  const auto [end, failed] = std::from_chars(hash.data() + first, hash.data() + first + 2, found);
  return failed == std::errc{} && end == hash.data() + first + 2 ? std::optional{found} : std::nullopt;
}

/// Empty when libcrypt refuses: its failure tokens start with '*'.
std::string crypt_with(std::string_view password, const std::string& setting) {
  const std::unique_ptr<crypt_data, wipe> data{new crypt_data{}};
  std::string phrase{password};
  const char* hash =
      ::crypt_rn(phrase.c_str(), setting.c_str(), data.get(), static_cast<int>(sizeof(crypt_data)));
  std::string text = hash == nullptr || hash[0] == '*' ? std::string{} : std::string{hash};
  ::explicit_bzero(phrase.data(), phrase.size());
  return text;
}

}  // namespace

result<void> check_password(std::string_view password) {
  if (password.size() < shortest_password)
    return make_failure(errc::invalid_value,
                        "the password is shorter than " + std::to_string(shortest_password) + " bytes");
  if (password.size() > longest_password)
    return make_failure(errc::invalid_value,
                        "the password is longer than " + std::to_string(longest_password) + " bytes");
  if (password.find('\0') != std::string_view::npos)
    return make_failure(errc::invalid_value, "the password holds a NUL character");
  return {};
}

result<std::string> hash_password(std::string_view password, const password_salt& salt) {
  if (auto good = check_password(password); !good) return good.error();
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const auto* bytes = reinterpret_cast<const char*>(salt.data());
  if (::crypt_gensalt_rn(bcrypt, cost, bytes, static_cast<int>(salt.size()), setting.data(),
                         static_cast<int>(setting.size())) == nullptr)
    return make_failure(errc::internal, "libcrypt has no bcrypt");
  auto hash = crypt_with(password, setting.data());
  if (!hash.starts_with(bcrypt)) return make_failure(errc::internal, "libcrypt refused to hash");
  return hash;
}

bool needs_new_hash(std::string_view hash) noexcept {
  return !hash.starts_with(bcrypt) || cost_of(hash).value_or(0) < cost;
}

std::vector<unsigned> costs_made_up_for(std::string_view hash) {
  std::vector<unsigned> costs;
  for (unsigned each = cost_of(hash).value_or(cost); each < cost; ++each) costs.push_back(each);
  return costs;
}

bool verify_password(std::string_view password, const std::string& hash) {
  if (!hash.starts_with("$2") || !check_password(password)) return false;
  const auto again = crypt_with(password, hash);
  auto setting = hash;
  for (const unsigned each : costs_made_up_for(hash)) {
    setting[4] = static_cast<char>('0' + each / 10);
    setting[5] = static_cast<char>('0' + each % 10);
    (void)crypt_with(password, setting);
  }
  return !again.empty() && crypto::equal_tokens(again, hash);
}

}  // namespace sellavie::crypto
