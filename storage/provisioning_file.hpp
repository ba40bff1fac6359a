#pragma once
// The provisioning file: JSON Lines, one business a line. Reading it is pure and lists
// every problem, with its line and what to do; nothing of a file with problems is to be applied.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/channel.hpp"

namespace sellavie::storage {

struct provisioned_owner {
  std::string email;
  /// Secret.
  std::string password;
};

struct provisioned_connection {
  channel_kind channel = channel_kind::messenger;
  std::string external_id;
  /// Further platform ids of the same account, of the same kind.
  std::vector<std::string> aliases;
  /// "page" or "instagram".
  std::string login = "page";
  /// Secret.
  std::string access_token;
};

struct provisioned_product {
  std::string sku;
  std::string name;
  std::string description;
  std::int64_t price_minor = 0;
  std::int64_t stock = 0;
};

struct provisioned_payment {
  std::string provider;
  std::string mode;
  /// Secret.
  std::string secret_key;
  /// Secret.
  std::vector<std::string> webhook_secrets;
};

struct provisioned_business {
  int line = 0;
  std::string key;
  std::string name;
  std::string currency;
  std::string timezone;
  std::string locale = "en";
  /// Of [plans]; none: it stays as it is, and a new business gets the default.
  std::optional<std::string> plan;
  std::optional<provisioned_owner> owner;
  std::vector<provisioned_connection> connections;
  std::vector<provisioned_product> products;
  std::vector<provisioned_payment> payments;
  /// As protocol/training/content_codec writes it; empty when not given, or when it says nothing.
  std::string training;
  /// JSON object: models; "{}" when not given.
  std::string settings = "{}";
};

struct provisioning_problem {
  int line = 0;
  /// Names what is wrong; quotes ids and field names, never secrets.
  std::string what;
  std::string remedy;
};
/// "line 3: …; …"
[[nodiscard]] std::string to_string(const provisioning_problem& problem);

struct parsed_provisioning {
  std::vector<provisioned_business> businesses;
  std::vector<provisioning_problem> problems;
};

/// Total: any bytes, no throw. Whether a time zone exists only the database knows: provision() asks.
[[nodiscard]] parsed_provisioning parse_provisioning(std::string_view text);

/// Namespace of a connection's ids in connection_ids.
[[nodiscard]] std::string_view id_space_of(channel_kind channel) noexcept;

}  // namespace sellavie::storage
