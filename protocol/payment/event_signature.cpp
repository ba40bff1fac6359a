#include "protocol/payment/event_signature.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::payment {
namespace {

constexpr std::size_t longest_header = 4'096;
constexpr std::size_t longest_time = 12;

error refused(std::string detail) { return make_failure(errc::bad_signature, std::move(detail)); }

/// The index of the first secret for which `matches` is true. No early exit: the time taken does not tell which.
template <class Matches>
result<std::size_t> find_secret(event_secrets secrets, const Matches& matches) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const bool is_match = !secrets[i].empty() && matches(secrets[i]);
    if (is_match && !found) found = i;
  }
  if (!found) return refused("no secret gives this signature");
  return *found;
}

struct stripe_header {
  std::string_view time;
  std::vector<crypto::sha256_digest> signatures;
};

/// t once, any number of v1; other schemes are skipped, and so is a v1 that is no digest.
std::optional<stripe_header> read_stripe_header(std::string_view value) {
  stripe_header header;
  while (!value.empty()) {
    const auto item = value.substr(0, value.find(','));
    value.remove_prefix(std::min(item.size() + 1, value.size()));
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = item.substr(0, equals);
    const auto content = item.substr(equals + 1);
    if (name == "t") {
      if (!header.time.empty()) return std::nullopt;
      header.time = content;
    }
    crypto::sha256_digest digest{};
    if (name == "v1" && crypto::hex_decode_into(content, digest)) header.signatures.push_back(digest);
  }
  return header;
}

/// Short enough that no arithmetic overflows.
std::optional<std::int64_t> seconds_in(std::string_view text) noexcept {
  if (text.size() > longest_time) return std::nullopt;
  std::int64_t seconds = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, seconds);
  return failure == std::errc{} && stopped == end ? std::optional{seconds} : std::nullopt;
}

}  // namespace

result<std::size_t> verify_paystack_event(std::string_view raw_body, header_values signatures,
                                          event_secrets secret_keys) {
  crypto::sha512_digest signature{};
  if (signatures.size() != 1 || !crypto::hex_decode_into(signatures.front(), signature))
    return refused("x-paystack-signature is not one signature");
  return find_secret(secret_keys, [&](const std::string& key) {
    return crypto::equal_constant_time(crypto::hmac_sha512(key, raw_body), signature);
  });
}

result<std::size_t> verify_flutterwave_event(std::string_view raw_body, header_values signatures,
                                             header_values hashes, event_secrets secret_hashes,
                                             hash_in_signature accepted) {
  if (signatures.empty()) {
    if (hashes.size() != 1) return refused("verif-hash is not one hash");
    return find_secret(secret_hashes,
                       [&](const std::string& hash) { return crypto::equal_tokens(hash, hashes.front()); });
  }
  if (signatures.size() != 1) return refused("more than one flutterwave-signature");
  const auto signature = crypto::base64_decode(signatures.front());
  return find_secret(secret_hashes, [&](const std::string& hash) {
    const bool is_plain = crypto::equal_tokens(hash, signatures.front());
    const bool is_signed = signature && crypto::equal_constant_time(crypto::hmac_sha256(hash, raw_body),
                                                                    crypto::as_bytes(*signature));
    return is_signed || (is_plain && accepted == hash_in_signature::plain);
  });
}

result<std::size_t> verify_stripe_event(std::string_view raw_body, header_values signatures,
                                        event_secrets secrets, instant now, std::chrono::seconds tolerance) {
  if (signatures.size() != 1 || signatures.front().size() > longest_header)
    return refused("Stripe-Signature is not one signature");
  const auto header = read_stripe_header(signatures.front());
  const auto at = header ? seconds_in(header->time) : std::nullopt;
  if (!at || header->signatures.empty()) return refused("Stripe-Signature has the wrong shape");
  const auto seconds_now = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto age = seconds_now - *at;
  if (age > tolerance.count() || -age > tolerance.count()) return refused("Stripe-Signature is not of now");
  std::string message{header->time};
  message += '.';
  message += raw_body;
  return find_secret(secrets, [&](const std::string& secret) {
    const auto expected = crypto::hmac_sha256(secret, message);
    bool is_match = false;
    for (const auto& signature : header->signatures)
      is_match = crypto::equal_constant_time(expected, signature) || is_match;
    return is_match;
  });
}

}  // namespace sellavie::payment
