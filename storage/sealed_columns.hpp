#pragma once
// What the Fernet keys seal: a start with other keys is refused while one of them that lasts holds something
// (key_guard), and a rotation seals them all anew (key_rotation). tests/storage/key_rotation_test looks for one that is missing.

#include <array>
#include <cstdint>
#include <string>

namespace sellavie::storage {

enum class sealed_as : std::uint8_t {
  /// Text, a Fernet token.
  fernet,
  /// Bytes, a box of an inbox body under the row's id (crypto::body_cipher).
  box,
};

struct sealed_column {
  const char* table;
  const char* key;
  const char* key_type;
  const char* column;
  sealed_as form;
  /// For the operator.
  const char* what;
  /// Nobody can make it again. The others are over within days, and are asked for again.
  bool lasts = true;
};

/// Every column that holds something sealed.
inline constexpr std::array sealed_columns{
    sealed_column{"connections", "id", "uuid", "access_token", sealed_as::fernet, "tokens of channels"},
    sealed_column{"payment_connections", "id", "uuid", "secret_key", sealed_as::fernet, "payment keys"},
    sealed_column{"payment_connections", "id", "uuid", "webhook_secrets", sealed_as::fernet,
                  "webhook secrets of payments"},
    sealed_column{"webhook_endpoints", "id", "uuid", "secret", sealed_as::fernet, "secrets of webhooks"},
    sealed_column{"webhook_endpoints", "id", "uuid", "previous_secret", sealed_as::fernet,
                  "secrets of webhooks that were replaced", false},
    sealed_column{"connect_flows", "id", "uuid", "sealed", sealed_as::fernet, "logins under way", false},
    sealed_column{"second_factors", "account_id", "uuid", "secret", sealed_as::fernet, "second factors"},
    sealed_column{"refresh_tokens", "token_hash", "bytea", "successor", sealed_as::fernet,
                  "refresh tokens in their overlap", false},
    sealed_column{"push_subscriptions", "id", "uuid", "sealed", sealed_as::fernet,
                  "browsers that take messages", false},
    sealed_column{"mails", "id", "uuid", "letter", sealed_as::fernet, "waiting mails", false},
    sealed_column{"inbound_events", "id", "bigint", "payload", sealed_as::box, "deliveries in the inbox"},
    sealed_column{"parked_events", "id", "bigint", "payload", sealed_as::box, "parked deliveries"},
    sealed_column{"recorded_events", "id", "bigint", "payload", sealed_as::box, "recorded deliveries"},
    sealed_column{"quarantined_events", "id", "bigint", "payload", sealed_as::box, "quarantined deliveries",
                  false},
};

/// SQL: this row holds a sealed value. '[]' is the default of webhook_secrets, '' of the others.
[[nodiscard]] inline std::string holds_secret(const sealed_column& of) {
  if (of.form == sealed_as::box) return "true";
  return std::string{of.column} + " NOT IN ('', '[]')";
}

}  // namespace sellavie::storage
