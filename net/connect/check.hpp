#pragma once
// Asks Meta how a connection is: whether its token lives, and whether Meta still calls our webhook for it.

#include <optional>
#include <string>

#include "net/connect/platform.hpp"

namespace sellavie::net {

struct connection_facts {
  connect::subscription subscription;
  /// Secret.
  std::string token;
  std::optional<instant> token_expires_at;
  std::optional<instant> connected_at;
  instant now{};
};

struct connection_health {
  /// Only a new login helps.
  bool is_broken = false;
  /// Nothing: could not be told.
  std::optional<bool> is_subscribed;
  std::optional<instant> token_expires_at;
  /// One sentence for people; empty: all is well.
  std::string error;
  /// Secret: takes the token's place; empty: the same.
  std::string new_token;
  /// There was no answer of use: what that tells a client.
  std::optional<api::problem> failed;
};

/// Subscribes again when Meta has forgotten us; renews a token of the Instagram login that ends soon.
[[nodiscard]] connection_health check_connection(platform& meta, const connection_facts& facts);

}  // namespace sellavie::net
