#include "storage/key_guard.hpp"

#include <algorithm>
#include <set>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/sealed_box.hpp"
#include "storage/guarded.hpp"
#include "storage/sealed_columns.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// Unless the session has a bound of its own.
constexpr const char* bound_wait =
    "SELECT set_config('lock_timeout', '30s', true) WHERE current_setting('lock_timeout') = '0'";
constexpr const char* lock_records = "LOCK TABLE key_fingerprints IN SHARE ROW EXCLUSIVE MODE";
constexpr const char* select_recorded =
    "SELECT fingerprint FROM key_fingerprints WHERE purpose = $1 ORDER BY recorded_at, fingerprint";
constexpr const char* record = R"(
INSERT INTO key_fingerprints (purpose, fingerprint, recorded_at) VALUES ($1, $2, $3::bigint) ON CONFLICT DO NOTHING)";
constexpr const char* forget = "DELETE FROM key_fingerprints WHERE purpose = $1";

bool is_token(const sealed_column& of) { return of.lasts && of.form == sealed_as::fernet; }
bool is_box(const sealed_column& of) { return of.lasts && of.form == sealed_as::box; }

std::string any_secret() {
  std::string sql;
  for (const auto& of : sealed_columns)
    if (of.lasts)
      sql += std::string{sql.empty() ? "SELECT " : " OR "} + "EXISTS (SELECT FROM " + of.table + " WHERE " +
             holds_secret(of) + ")";
  return sql;
}

std::string select_tokens() {
  std::string sql;
  for (const auto& of : sealed_columns)
    if (is_token(of))
      sql += std::string{sql.empty() ? "SELECT " : " UNION ALL SELECT "} + of.column + " FROM " + of.table +
             " WHERE " + holds_secret(of);
  return sql;
}

/// Boxes are many: the newest of each table stands for them.
std::string select_newest_box(const sealed_column& of) {
  return std::string{"SELECT "} + of.key + "::text, encode(" + of.column + ", 'hex') FROM " + of.table +
         " ORDER BY " + of.key + " DESC LIMIT 1";
}

constexpr const char* fernet = "fernet";
constexpr const char* jwt = "jwt";

// --- steps ---------------------------------------------------------------------------------------

enum class visitor : std::uint8_t { server, tool };

using fingerprints = std::vector<std::string>;

bool contains(const fingerprints& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

fingerprints recorded(pqxx::work& in, const char* purpose) {
  fingerprints all;
  for (const auto& row : in.exec_params(select_recorded, purpose)) all.push_back(row[0].as<std::string>());
  return all;
}

void keep(pqxx::work& in, const char* purpose, const std::string& fingerprint, instant now) {
  in.exec_params(record, purpose, fingerprint, to_unix_ms(now));
}

error missing(const fingerprints& lost, bool knows_none) {
  std::string names;
  for (const auto& one : lost) names += (names.empty() ? "" : ", ") + one;
  if (knows_none)
    return make_failure(
        errc::forbidden,
        "none of the given Fernet keys is this database's: its secrets were sealed with key " + names +
            " (fingerprint). Give that key: restore fernet.key in data.dir, or list it in "
            "security.fernet_keys; or point data.dir and database.url to what belongs together");
  return make_failure(errc::forbidden,
                      "a Fernet key that this database's secrets need is missing: " + names +
                          " (fingerprint). Keep it listed after the new one, in security.fernet_keys or as a "
                          "further line of fernet.key");
}

/// R3. Those of the keys that opened something.
result<fingerprints> prove(pqxx::work& in, const crypto::fernet_ring& ring) {
  std::vector<crypto::fernet_ring> rings;
  std::vector<crypto::body_cipher> ciphers;
  for (const auto& key : ring.keys()) {
    rings.emplace_back(key);
    ciphers.emplace_back(rings.back());
  }
  std::set<std::string> proved;
  int closed = 0, all = 0;
  const auto look = [&](auto& keys, const auto& opens) {
    ++all;
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (opens(keys[i])) return static_cast<void>(proved.insert(ring.keys()[i].fingerprint()));
    ++closed;
  };
  for (const auto& row : in.exec(select_tokens())) {
    const auto token = row[0].as<std::string>();
    look(rings, [&](const crypto::fernet_ring& one) { return one.decrypt(token).has_value(); });
  }
  for (const auto& of : sealed_columns) {
    if (!is_box(of)) continue;
    for (const auto& row : in.exec(select_newest_box(of))) {
      const auto id = row[0].as<std::string>();
      const auto box = crypto::hex_decode(row[1].as<std::string>());
      look(ciphers, [&](crypto::body_cipher& one) { return box && one.open(id, *box).has_value(); });
    }
  }
  if (closed == 0) return fingerprints(proved.begin(), proved.end());
  return make_failure(errc::forbidden,
                      std::to_string(closed) + " of " + std::to_string(all) +
                          " stored secrets open with none of the given Fernet keys. Give the "
                          "key that sealed them: restore fernet.key in data.dir, or list it "
                          "in security.fernet_keys");
}

result<void> admit_fernet(pqxx::work& in, const crypto::fernet_ring& ring, visitor who, instant now) {
  in.exec(bound_wait);
  in.exec(lock_records);
  const bool holds_secrets = in.exec1(any_secret())[0].as<bool>();
  const auto known = recorded(in, fernet);
  const auto given = fingerprints_of(ring);
  fingerprints lost;
  for (const auto& one : known)
    if (!contains(given, one)) lost.push_back(one);

  if (!lost.empty() && holds_secrets) return missing(lost, lost.size() == known.size());
  if (who == visitor::tool && !known.empty() && !contains(known, given.front()))
    return make_failure(errc::forbidden,
                        "the first Fernet key is new to this database, and a server that runs now does not "
                        "have it. Start the server with these keys, then run the command again");
  if (!lost.empty()) in.exec_params(forget, fernet);
  if (known.empty() && holds_secrets) {
    const auto proved = prove(in, ring);
    if (!proved) return proved.error();
    for (const auto& one : *proved) keep(in, fernet, one, now);
  }
  keep(in, fernet, given.front(), now);
  return {};
}

/// R5.
void admit_jwt(pqxx::work& in, std::span<const std::string> keys, instant now,
               std::vector<std::string>& notes) {
  if (keys.empty()) return;
  const auto known = recorded(in, jwt);
  fingerprints given;
  for (const auto& key : keys) given.push_back(fingerprint_of_jwt(key));
  const auto is_given = [&](const std::string& one) { return contains(given, one); };
  if (!known.empty() && std::none_of(known.begin(), known.end(), is_given))
    notes.emplace_back("none of the JWT keys was used here before: everybody has to log in again");
  keep(in, jwt, given.front(), now);
}

}  // namespace

std::vector<std::string> fingerprints_of(const crypto::fernet_ring& ring) {
  fingerprints all;
  for (const auto& key : ring.keys()) all.push_back(key.fingerprint());
  return all;
}

std::string fingerprint_of_jwt(std::string_view key) {
  const auto digest = crypto::sha256("sellavie jwt key fingerprint v1:" + std::string{key});
  return crypto::hex_encode(std::span{digest}.first(8));
}

result<bool> has_no_businesses(pqxx::connection& engine) {
  return guarded([&] {
    pqxx::nontransaction look{engine};
    return look.exec1("SELECT NOT EXISTS (SELECT FROM businesses)")[0].as<bool>();
  });
}

result<std::vector<std::string>> admit_server_keys(pqxx::connection& engine, const crypto::fernet_ring& ring,
                                                   std::span<const std::string> jwt_keys, instant now) {
  return guarded([&]() -> result<std::vector<std::string>> {
    std::vector<std::string> notes;
    pqxx::work transaction{engine};
    if (auto done = admit_fernet(transaction, ring, visitor::server, now); !done) return done.error();
    admit_jwt(transaction, jwt_keys, now, notes);
    transaction.commit();
    return notes;
  });
}

result<void> admit_tool_keys(pqxx::work& transaction, const crypto::fernet_ring& ring, instant now) {
  return admit_fernet(transaction, ring, visitor::tool, now);
}

}  // namespace sellavie::storage
