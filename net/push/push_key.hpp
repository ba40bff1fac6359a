#pragma once
// The key that signs what is sent to browsers ([security] push_key, or push.key in the data folder).

#include "config/settings.hpp"
#include "protocol/crypto/p256.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::net {

/// errc::malformed when it is no number of the curve.
[[nodiscard]] result<crypto::p256_key> push_key_of(const config::security_settings& security);

}  // namespace sellavie::net
