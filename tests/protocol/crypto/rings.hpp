#pragma once

#include <string>
#include <vector>

#include "protocol/crypto/fernet.hpp"

namespace sellavie::crypto::test {

/// That of the Fernet specification.
inline const std::string key_text = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
inline const std::string other_key_text = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

inline fernet_ring ring_of(std::vector<std::string> keys) { return *fernet_ring::parse(keys); }

}  // namespace sellavie::crypto::test
