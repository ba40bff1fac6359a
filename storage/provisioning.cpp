#include "storage/provisioning.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <pqxx/result>
#include <pqxx/transaction>
#include <utility>

#include "protocol/connect/secret_hint.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/password.hpp"
#include "protocol/payment/webhook_path.hpp"
#include "storage/guarded.hpp"
#include "storage/key_guard.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// Also makes two runs wait for each other.
constexpr const char* lock_directory = "SELECT version FROM directory_version FOR UPDATE";
constexpr const char* raise_directory = "UPDATE directory_version SET version = version + 1";

// In SQL: a pqxx::subtransaction (6.4) whose first statement has parameters opens no savepoint.
constexpr const char* begin_line = "SAVEPOINT line";
constexpr const char* keep_line = "RELEASE SAVEPOINT line";
constexpr const char* drop_line = "ROLLBACK TO SAVEPOINT line; RELEASE SAVEPOINT line";

constexpr const char* known_zone = "SELECT count(*) FROM pg_timezone_names WHERE name = $1";

constexpr const char* find_business =
    "SELECT id, name, currency, settings, plan FROM businesses WHERE key = $1 FOR UPDATE";
constexpr const char* insert_business = R"(
INSERT INTO businesses (id, key, name, currency, timezone, locale, settings, plan, created_at)
VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9::bigint))";
constexpr const char* never_set = "{}";
constexpr const char* set_settings = "UPDATE businesses SET settings = $2 WHERE id = $1::uuid";
constexpr const char* set_plan = "UPDATE businesses SET plan = $2 WHERE id = $1::uuid";
constexpr const char* insert_training = R"(
INSERT INTO training_versions (id, business_id, number, content, note, published_at)
SELECT $1::uuid, $2::uuid, 1, $3, 'provisioned', $4::bigint
WHERE NOT EXISTS (SELECT FROM training_versions WHERE business_id = $2::uuid))";
constexpr const char* raise_business = "UPDATE businesses SET version = version + 1 WHERE id = $1::uuid";

constexpr const char* find_id =
    "SELECT business_id, connection_id FROM connection_ids WHERE space = $1 AND external_id = $2";
constexpr const char* insert_id = R"(
INSERT INTO connection_ids (business_id, connection_id, space, external_id) VALUES ($1::uuid, $2::uuid, $3, $4))";
constexpr const char* find_connection =
    "SELECT access_token, login FROM connections WHERE id = $1::uuid FOR UPDATE";
constexpr const char* insert_connection = R"(
INSERT INTO connections (id, business_id, channel, login, external_id, access_token, token_hint, created_at)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8::bigint))";
// Disconnected here before: its chats go on.
constexpr const char* find_former = R"(
SELECT id FROM connections WHERE business_id = $1::uuid AND channel = $2 AND external_id = $3 AND disconnected_at IS NOT NULL
ORDER BY id DESC LIMIT 1)";
constexpr const char* renew_connection = R"(
UPDATE connections SET access_token = $2, login = $3, token_hint = $4, token_expires_at = NULL, disconnected_at = NULL,
  broken_at = NULL, last_error = '', last_error_at = NULL WHERE id = $1::uuid)";

constexpr const char* insert_product = R"(
INSERT INTO products (id, business_id, sku, name, description, price_minor, stock)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6::bigint, $7::bigint) ON CONFLICT (business_id, sku) DO NOTHING)";

constexpr const char* find_payment = R"(
SELECT id, secret_key, webhook_secrets FROM payment_connections
WHERE business_id = $1::uuid AND provider = $2 AND mode = $3 FOR UPDATE)";
constexpr const char* insert_payment = R"(
INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, webhook_secrets, key_hint, webhook_count, created_at)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8::integer, $9::bigint))";
constexpr const char* renew_payment = R"(
UPDATE payment_connections SET secret_key = $2, webhook_secrets = $3, key_hint = $4,
  webhook_count = CASE WHEN webhook_secrets = $3 THEN webhook_count ELSE $5::integer END, version = version + 1,
  broken_at = NULL, last_error = '', last_error_at = NULL WHERE id = $1::uuid)";

constexpr const char* find_account = "SELECT id FROM accounts WHERE lower(email) = lower($1)";
constexpr const char* insert_account = R"(
INSERT INTO accounts (id, email, password_hash, created_at) VALUES ($1::uuid, $2, $3, $4::bigint))";
constexpr const char* insert_membership = R"(
INSERT INTO memberships (account_id, business_id, role, created_at) VALUES ($1::uuid, $2::uuid, 'owner', $3::bigint)
ON CONFLICT DO NOTHING)";

// --- one line ------------------------------------------------------------------------------------

/// Thrown to leave the line; its savepoint is rolled back.
struct line_refused {
  provisioning_problem problem;
};

std::vector<std::string> ids_of(const provisioned_connection& one) {
  std::vector<std::string> ids{one.external_id};
  ids.insert(ids.end(), one.aliases.begin(), one.aliases.end());
  return ids;
}

std::string label(const provisioned_connection& one) {
  return std::string{to_string(one.channel)} + " " + one.external_id;
}
std::string label(const provisioned_payment& one) { return one.provider + " (" + one.mode + ")"; }

class line_writer {
 public:
  line_writer(pqxx::work& into, const provisioned_business& wanted, const provisioning_context& context)
      : into_{into}, wanted_{wanted}, context_{context} {}

  void write();
  [[nodiscard]] bool has_changed() const noexcept { return changed_; }
  [[nodiscard]] std::vector<std::string>& lines() noexcept { return lines_; }

 private:
  void write_business();
  void write_training();
  void write_connection(const provisioned_connection& one);
  [[nodiscard]] std::string find_connection_of(const provisioned_connection& one,
                                               std::vector<std::string>& missing);
  [[nodiscard]] std::string former_connection_of(const provisioned_connection& one);
  void renew(const provisioned_connection& one, const std::string& connection);
  void write_products();
  void write_payment(const provisioned_payment& one);
  void write_owner(const provisioned_owner& owner);
  [[nodiscard]] std::string ensure_account(const provisioned_owner& owner);

  [[nodiscard]] std::array<std::uint8_t, 16> random_bytes();
  [[nodiscard]] std::string seal(const std::string& secret) {
    return context_.secrets.encrypt(secret, random_bytes(), context_.now);
  }
  /// Holds this secret already, under the current key.
  [[nodiscard]] bool holds(const std::string& sealed, const std::string& secret) const;
  [[nodiscard]] std::string new_id() { return to_string(context_.ids.next()); }
  [[nodiscard]] std::int64_t now() const { return to_unix_ms(context_.now); }

  void say(const std::string& what) { lines_.push_back(wanted_.key + ": " + what); }
  void change(const std::string& what) {
    changed_ = true;
    say(what);
  }
  void say_url(const std::string& what, const std::string& path);
  [[noreturn]] void refuse(std::string what, std::string remedy) const {
    throw line_refused{{wanted_.line, std::move(what), std::move(remedy)}};
  }

  pqxx::work& into_;
  const provisioned_business& wanted_;
  const provisioning_context& context_;
  std::string business_;
  bool changed_ = false;
  std::vector<std::string> lines_;
};

void line_writer::write() {
  write_business();
  write_training();
  for (const auto& one : wanted_.connections) write_connection(one);
  write_products();
  for (const auto& one : wanted_.payments) write_payment(one);
  if (wanted_.owner) write_owner(*wanted_.owner);
  if (changed_) into_.exec_params(raise_business, business_);
  else say("nothing new");
}

void line_writer::write_business() {
  if (wanted_.plan && !context_.plans.contains(*wanted_.plan))
    refuse("plan: \"" + *wanted_.plan + "\" is not a plan of the configuration",
           "write one of [plans], or leave it out for the default");
  const auto found = into_.exec_params(find_business, wanted_.key);
  if (found.empty()) {
    if (into_.exec_params1(known_zone, wanted_.timezone)[0].as<int>() == 0)
      refuse("timezone: \"" + wanted_.timezone + "\" is not known", "write one such as Africa/Lagos");
    business_ = new_id();
    into_.exec_params(insert_business, business_, wanted_.key, wanted_.name, wanted_.currency,
                      wanted_.timezone, wanted_.locale, wanted_.settings, wanted_.plan.value_or(""), now());
    return change("created " + wanted_.name + " (" + wanted_.currency + ", " + wanted_.timezone + ")");
  }
  business_ = found.front()["id"].as<std::string>();
  if (found.front()["settings"].as<std::string>() == never_set && wanted_.settings != never_set) {
    into_.exec_params(set_settings, business_, wanted_.settings);
    change("order of models added");
  }
  if (wanted_.plan && found.front()["plan"].as<std::string>() != *wanted_.plan) {
    into_.exec_params(set_plan, business_, *wanted_.plan);
    change("has the plan " + *wanted_.plan);
  }
}

// What was published once is edited in the dashboard only.
void line_writer::write_training() {
  if (wanted_.training.empty()) return;
  const auto written = into_.exec_params(insert_training, new_id(), business_, wanted_.training, now());
  if (written.affected_rows() > 0) change("training published as version 1");
}

/// The connection that has these ids, or empty; `missing` gets those that nobody has.
std::string line_writer::find_connection_of(const provisioned_connection& one,
                                            std::vector<std::string>& missing) {
  std::string connection;
  for (const auto& id : ids_of(one)) {
    const auto found = into_.exec_params(find_id, std::string{id_space_of(one.channel)}, id);
    if (found.empty()) {
      missing.push_back(id);
      continue;
    }
    const auto owner = found.front()[1].as<std::string>();
    if (found.front()[0].as<std::string>() != business_)
      refuse(std::string{to_string(one.channel)} + " id \"" + id + "\" belongs to another business",
             "remove it there first, or correct the id; nothing of this line was applied");
    if (!connection.empty() && connection != owner)
      refuse(label(one) + ": its ids belong to two connections of this business",
             "list each account's ids in one connection");
    connection = owner;
  }
  return connection;
}

std::string line_writer::former_connection_of(const provisioned_connection& one) {
  const auto found =
      into_.exec_params(find_former, business_, std::string{to_string(one.channel)}, one.external_id);
  return found.empty() ? std::string{} : found.front()[0].as<std::string>();
}

void line_writer::write_connection(const provisioned_connection& one) {
  std::vector<std::string> missing;
  auto connection = find_connection_of(one, missing);
  if (connection.empty()) connection = former_connection_of(one);
  if (connection.empty()) {
    connection = new_id();
    into_.exec_params(insert_connection, connection, business_, std::string{to_string(one.channel)},
                      one.login, one.external_id, seal(one.access_token),
                      connect::secret_hint(one.access_token), now());
    change(label(one) + " connected");
  } else {
    renew(one, connection);
    if (!missing.empty()) change(label(one) + ": ids added");
  }
  for (const auto& id : missing)
    into_.exec_params(insert_id, business_, connection, std::string{id_space_of(one.channel)}, id);
  say_url(label(one) + ": webhook to enter at Meta", "/webhooks/meta");
}

void line_writer::renew(const provisioned_connection& one, const std::string& connection) {
  const auto stored = into_.exec_params1(find_connection, connection);
  if (holds(stored["access_token"].as<std::string>(), one.access_token) &&
      stored["login"].as<std::string>() == one.login)
    return;
  into_.exec_params(renew_connection, connection, seal(one.access_token), one.login,
                    connect::secret_hint(one.access_token));
  change(label(one) + ": token renewed");
}

void line_writer::write_products() {
  std::size_t added = 0;
  for (const auto& one : wanted_.products)
    added += static_cast<std::size_t>(into_
                                          .exec_params(insert_product, new_id(), business_, one.sku, one.name,
                                                       one.description, one.price_minor, one.stock)
                                          .affected_rows());
  if (added > 0) change(std::to_string(added) + (added == 1 ? " product added" : " products added"));
}

void line_writer::write_payment(const provisioned_payment& one) {
  const auto secrets = nlohmann::json(one.webhook_secrets).dump();
  const auto found = into_.exec_params(find_payment, business_, one.provider, one.mode);
  const auto connection = found.empty() ? new_id() : found.front()["id"].as<std::string>();
  if (found.empty()) {
    into_.exec_params(insert_payment, connection, business_, one.provider, one.mode, seal(one.secret_key),
                      seal(secrets), connect::secret_hint(one.secret_key),
                      static_cast<int>(one.webhook_secrets.size()), now());
    change(label(one) + " connected");
  } else {
    const auto stored_secrets = found.front()["webhook_secrets"].as<std::string>();
    const bool keeps_secrets = one.webhook_secrets.empty() || holds(stored_secrets, secrets);
    if (!keeps_secrets || !holds(found.front()["secret_key"].as<std::string>(), one.secret_key)) {
      into_.exec_params(renew_payment, connection, seal(one.secret_key),
                        keeps_secrets ? stored_secrets : seal(secrets), connect::secret_hint(one.secret_key),
                        static_cast<int>(one.webhook_secrets.size()));
      change(label(one) + ": keys renewed");
    }
  }
  say_url(label(one) + ": webhook to enter there", payment::webhook_path(one.provider, connection));
}

void line_writer::write_owner(const provisioned_owner& owner) {
  const auto account = ensure_account(owner);
  if (into_.exec_params(insert_membership, account, business_, now()).affected_rows() > 0)
    change("owner " + owner.email + " added");
}

std::string line_writer::ensure_account(const provisioned_owner& owner) {
  const auto found = into_.exec_params(find_account, owner.email);
  if (!found.empty()) return found.front()[0].as<std::string>();
  const auto hash = crypto::hash_password(owner.password, random_bytes());
  if (!hash) refuse("owner.password: " + hash.error().detail, "choose another password");
  const auto account = new_id();
  into_.exec_params(insert_account, account, owner.email, *hash, now());
  return account;
}

// Half of a UUIDv7 is its time: two of them, hashed, give 148 random bits.
std::array<std::uint8_t, 16> line_writer::random_bytes() {
  const auto digest = crypto::sha256(new_id() + new_id());
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return bytes;
}

bool line_writer::holds(const std::string& sealed, const std::string& secret) const {
  const auto stored = context_.secrets.decrypt(sealed);
  return stored && stored->plaintext == secret && context_.secrets.is_current(sealed);
}

void line_writer::say_url(const std::string& what, const std::string& path) {
  auto base = context_.public_url;
  while (base.ends_with('/')) base.remove_suffix(1);
  say(what + ": " + std::string{base} + path);
}

// --- the file ------------------------------------------------------------------------------------

bool write_line(pqxx::work& transaction, const provisioned_business& wanted,
                const provisioning_context& context, provisioning_report& report) {
  transaction.exec(begin_line);
  line_writer writer{transaction, wanted, context};
  try {
    writer.write();
  } catch (const line_refused& refused) {
    transaction.exec(drop_line);
    report.problems.push_back(refused.problem);
    return false;
  }
  transaction.exec(keep_line);
  std::move(writer.lines().begin(), writer.lines().end(), std::back_inserter(report.lines));
  return writer.has_changed();
}

}  // namespace

result<provisioning_report> provision(pqxx::connection& engine,
                                      std::span<const provisioned_business> businesses,
                                      const provisioning_context& context) {
  return guarded([&]() -> result<provisioning_report> {
    provisioning_report report;
    pqxx::work transaction{engine};
    if (const auto admitted = admit_tool_keys(transaction, context.secrets, context.now); !admitted)
      return admitted.error();
    transaction.exec(lock_directory);
    bool changed = false;
    for (const auto& one : businesses) changed = write_line(transaction, one, context, report) || changed;
    if (changed) transaction.exec(raise_directory);
    transaction.commit();
    return report;
  });
}

}  // namespace sellavie::storage
