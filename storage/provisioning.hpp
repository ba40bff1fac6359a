#pragma once
// Applies a provisioning file to the database, also again and again, also while the server runs.
//
//  R1 A business is known by its `key`. What is missing is added: business, connections, aliases,
//     products, payment connections, owner, training that was never set.
//  R2 Tokens and payment keys are renewed.
//  R3 Nothing else of what exists is touched: stock, prices, names, settings, passwords.
//  R4 A line with a problem (an account of another business, an unknown time zone) changes nothing;
//     the other lines are applied. The whole file is one transaction.
//  R5 Secrets are sealed (Fernet) before they reach the database, passwords hashed (bcrypt). The key is
//     one that this database takes (storage/key_guard), else nothing is applied.
//  R6 directory_version and the business's version rise when something changed: the server reloads.

#include <functional>
#include <pqxx/connection>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crypto/fernet.hpp"
#include "protocol/domain/error.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"
#include "storage/provisioning_file.hpp"

namespace sellavie::storage {

struct provisioning_report {
  /// For the operator, one a line: what was done, and the webhook URLs to enter at Meta and the payment providers. No secrets.
  std::vector<std::string> lines;
  /// Lines that were left out.
  std::vector<provisioning_problem> problems;
};

struct provisioning_context {
  const crypto::fernet_ring& secrets;
  /// Also the source of randomness for IVs and salts: its ids must be unpredictable.
  id_source& ids;
  instant now{};
  /// [http] public_url; empty: paths are printed.
  std::string_view public_url;
  /// Names of [plans]: a business may have one of these.
  std::set<std::string, std::less<>> plans{};
};

[[nodiscard]] result<provisioning_report> provision(pqxx::connection& engine,
                                                    std::span<const provisioned_business> businesses,
                                                    const provisioning_context& context);

}  // namespace sellavie::storage
