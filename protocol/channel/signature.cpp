#include "protocol/channel/signature.hpp"

#include <array>
#include <optional>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::channel {
namespace {

constexpr std::string_view scheme = "sha256=";
constexpr std::size_t longest_challenge = 1024;

// No early exit: the time taken does not tell which key matched.
std::optional<std::size_t> find_signer(std::string_view message, std::span<const std::uint8_t> signature,
                                       std::span<const crypto::hmac_key> keys) {
  std::optional<std::size_t> signer;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].verify(message, signature) && !signer) signer = i;
  }
  return signer;
}

// hub.<name> or hub_<name>, exactly once.
std::optional<std::string_view> hub_parameter(std::span<const query_parameter> parameters,
                                              std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& parameter : parameters) {
    if (!parameter.name.starts_with("hub.") && !parameter.name.starts_with("hub_")) continue;
    if (parameter.name.substr(4) != name) continue;
    if (found) return std::nullopt;
    found = parameter.value;
  }
  return found;
}

bool is_accepted_token(std::string_view offered, std::span<const std::string> tokens) {
  bool accepted = false;
  for (const std::string& token : tokens) {
    const bool equal = crypto::equal_tokens(offered, token);
    accepted = accepted || (equal && !token.empty());
  }
  return accepted;
}

}  // namespace

result<std::size_t> verify_meta_signature(std::string_view raw_body,
                                          std::span<const std::string_view> header_values,
                                          std::span<const crypto::hmac_key> app_secrets) {
  if (header_values.empty()) return make_failure(errc::bad_signature, "no X-Hub-Signature-256");
  if (header_values.size() > 1) return make_failure(errc::bad_signature, "more than one X-Hub-Signature-256");
  crypto::sha256_digest signature{};
  const std::string_view value = header_values.front();
  if (!value.starts_with(scheme) || !crypto::hex_decode_into(value.substr(scheme.size()), signature)) {
    return make_failure(errc::bad_signature, "X-Hub-Signature-256 has the wrong shape");
  }
  const auto signer = find_signer(raw_body, signature, app_secrets);
  if (!signer) return make_failure(errc::bad_signature, "no app secret gives this signature");
  return *signer;
}

handshake_answer answer_handshake(std::span<const query_parameter> parameters,
                                  std::span<const std::string> tokens) {
  const auto mode = hub_parameter(parameters, "mode");
  const auto challenge = hub_parameter(parameters, "challenge");
  const auto token = hub_parameter(parameters, "verify_token");
  if (!mode || !challenge || !token || challenge->empty() || challenge->size() > longest_challenge)
    return {400, {}};
  if (*mode != "subscribe" || !is_accepted_token(*token, tokens)) return {403, {}};
  return {200, std::string{*challenge}};
}

}  // namespace sellavie::channel
