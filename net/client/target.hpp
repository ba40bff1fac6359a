#pragma once
// From an outbound_request to bytes: where it goes and what is written. Pure; refuses whatever could
// change the meaning of the message on the wire (line breaks in fields, foreign schemes, user info).

#include <string>
#include <string_view>

#include "actors/transport.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::net {

enum class origin_security : unsigned char { plain, tls };

/// What a connection can be shared for.
struct origin {
  origin_security security = origin_security::tls;
  /// Name or address, lower case, without brackets.
  std::string host;
  std::string port;

  friend bool operator==(const origin&, const origin&) = default;
};

struct origin_hash {
  std::size_t operator()(const origin& each) const noexcept;
};

/// One request, ready to be written.
struct serialised_request {
  origin to;
  std::string bytes;
  bool is_head = false;
};

/// The error's detail is a fixed text without any of the input.
[[nodiscard]] result<serialised_request> serialise(const actors::outbound_request& request);

}  // namespace sellavie::net
