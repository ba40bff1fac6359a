#pragma once
// From the code of a login to the accounts that it opens, all of them confirmed by Meta: an id that a browser names
// only narrows what Meta said.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "net/connect/platform.hpp"

namespace sellavie::net {

struct login {
  connect::flow_kind kind = connect::flow_kind::facebook;
  /// Secret.
  std::string code;
  /// Of a signup for WhatsApp; empty: any.
  std::string business_account;
  std::string phone_number;
  instant now{};
};

struct confirmed_account {
  channel_kind channel = channel_kind::messenger;
  /// "page" or "instagram".
  std::string login = "page";
  std::string external_id;
  std::vector<std::string> aliases;
  std::string name;
  /// Secret.
  std::string token;
  std::string subscription_id;
  std::string login_user_id;
  std::optional<instant> expires_at;
  /// A WhatsApp number that the Cloud API does not have yet.
  bool needs_registration = false;
};

using confirmed_accounts = std::vector<confirmed_account>;

/// Never empty.
[[nodiscard]] std::variant<confirmed_accounts, api::problem> find_accounts(platform& meta, const login& done);

/// Subscribes our app, and registers a WhatsApp number with this PIN. Harmless when repeated.
[[nodiscard]] platform_answer<void> attach(platform& meta, const confirmed_account& account,
                                           const std::string& pin);

/// With the tokens: to be sealed.
[[nodiscard]] std::string write_accounts(const confirmed_accounts& accounts);
[[nodiscard]] confirmed_accounts read_accounts(const std::string& text);
/// Without: what a person chooses from.
[[nodiscard]] nlohmann::json without_tokens(const confirmed_accounts& accounts);

}  // namespace sellavie::net
