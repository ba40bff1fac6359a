#include "storage/key_rotation.hpp"

#include <array>
#include <map>
#include <optional>
#include <pqxx/transaction>
#include <vector>

#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/sealed_box.hpp"
#include "storage/fault_point.hpp"
#include "storage/guarded.hpp"
#include "storage/key_guard.hpp"
#include "storage/sealed_columns.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

constexpr const char* lock_all_records =
    "SET LOCAL lock_timeout = '30s'; LOCK TABLE key_fingerprints IN SHARE ROW EXCLUSIVE MODE";
constexpr const char* strange_sealers = "SELECT count(*) FROM nodes WHERE alive AND sealing_key <> $1";
constexpr const char* drop_older =
    "DELETE FROM key_fingerprints WHERE purpose = 'fernet' AND fingerprint <> $1";
constexpr const char* note_key = "UPDATE nodes SET sealing_key = $2 WHERE incarnation = $1::bigint AND alive";
constexpr const char* keep_key = R"(
INSERT INTO key_fingerprints (purpose, fingerprint, recorded_at) VALUES ('fernet', $1, $2::bigint) ON CONFLICT DO NOTHING)";

std::string sql_key(const sealed_column& of, const std::string& parameter) {
  return parameter + "::" + of.key_type;
}

/// $1 the last key, "" at the beginning; $2 how many; of boxes $3: how one of the first key begins.
std::string select_batch(const sealed_column& of) {
  std::string sql = std::string{"SELECT "} + of.key + "::text, " + of.column + " FROM " + of.table +
                    " WHERE ($1 = '' OR " + of.key + " > " + sql_key(of, "nullif($1, '')") + ") AND ";
  if (of.form == sealed_as::fernet) sql += holds_secret(of) + " AND $3 = ''";
  else sql += std::string{"substring("} + of.column + " from 1 for 5) <> $3::bytea";
  return sql + " ORDER BY " + of.key + " LIMIT $2::integer";
}

/// Waits for nobody: so it can be in no deadlock with the server's own batches.
std::string lock_row(const sealed_column& of) {
  return std::string{"SELECT 1 FROM "} + of.table + " WHERE " + of.key + " = " + sql_key(of, "$1") +
         " FOR NO KEY UPDATE SKIP LOCKED";
}

std::string update_row(const sealed_column& of) {
  const std::string type = of.form == sealed_as::box ? "::bytea" : "";
  return std::string{"UPDATE "} + of.table + " SET " + of.column + " = $2" + type + " WHERE " + of.key +
         " = " + sql_key(of, "$1") + " AND " + of.column + " = $3" + type;
}

// --- steps ---------------------------------------------------------------------------------------

struct found_secret {
  std::string key;
  /// As SQL text.
  std::string stored;
};

struct round_count {
  std::int64_t sealed_anew = 0;
  std::int64_t unreadable = 0;
  /// Somebody else was at them.
  std::int64_t skipped = 0;
};

class rotation {
 public:
  rotation(pqxx::connection& engine, const rotation_context& context)
      : engine_{engine}, context_{context}, boxes_{context.secrets} {}

  rotation_report run();

 private:
  round_count seal_column(const sealed_column& of);
  std::vector<found_secret> read_batch(pqxx::work& work, const sealed_column& of, const std::string& after);
  void seal_batch(pqxx::work& work, const sealed_column& of, const std::vector<found_secret>& batch,
                  round_count& counts);
  /// Sealed with the first key; nothing when it opens with none.
  std::optional<std::string> sealed_anew(const sealed_column& of, const found_secret& one);
  [[nodiscard]] bool is_current(const sealed_column& of, const found_secret& one) const;
  std::int64_t left_over(pqxx::work& work);
  /// R4. Empty: proved, and recorded.
  std::string prove();

  pqxx::connection& engine_;
  const rotation_context& context_;
  crypto::body_cipher boxes_;
};

std::vector<found_secret> rotation::read_batch(pqxx::work& work, const sealed_column& of,
                                               const std::string& after) {
  const std::string prefix =
      of.form == sealed_as::box ? "\\x" + crypto::hex_encode(crypto::as_bytes(boxes_.current_prefix())) : "";
  std::vector<found_secret> found;
  for (const auto& row : work.exec_params(select_batch(of), after, context_.batch, prefix))
    found.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
  return found;
}

bool rotation::is_current(const sealed_column& of, const found_secret& one) const {
  // Of boxes only the others are read.
  return of.form == sealed_as::fernet && context_.secrets.is_current(one.stored);
}

std::optional<std::string> rotation::sealed_anew(const sealed_column& of, const found_secret& one) {
  if (of.form == sealed_as::fernet) {
    const auto opened = context_.secrets.decrypt(one.stored);
    if (!opened) return std::nullopt;
    crypto::fernet_iv iv{};
    context_.random(iv);
    return context_.secrets.encrypt(opened.value().plaintext, iv, context_.now);
  }
  const auto box = crypto::hex_decode(std::string_view{one.stored}.substr(2));
  if (!box) return std::nullopt;
  const auto opened = boxes_.open(one.key, *box);
  if (!opened) return std::nullopt;
  // Random, and nobody else takes random ones: the writer's are ids (actors/inbox_writer), which end in zeros.
  crypto::gcm_nonce nonce{};
  context_.random(nonce);
  nonce.back() |= 1U;
  return "\\x" + crypto::hex_encode(crypto::as_bytes(boxes_.seal(nonce, one.key, opened.value())));
}

void rotation::seal_batch(pqxx::work& work, const sealed_column& of, const std::vector<found_secret>& batch,
                          round_count& counts) {
  for (const found_secret& one : batch) {
    if (is_current(of, one)) continue;
    const auto anew = sealed_anew(of, one);
    if (!anew) {
      ++counts.unreadable;
    } else if (work.exec_params(lock_row(of), one.key).empty()) {
      ++counts.skipped;
    } else {
      counts.sealed_anew += static_cast<std::int64_t>(
          work.exec_params(update_row(of), one.key, *anew, one.stored).affected_rows());
    }
  }
}

round_count rotation::seal_column(const sealed_column& of) {
  round_count counts;
  std::string after;
  for (;;) {
    pqxx::work work{engine_};
    const auto batch = read_batch(work, of, after);
    seal_batch(work, of, batch, counts);
    work.commit();
    fault_point("rotation.batch");
    if (batch.size() < static_cast<std::size_t>(context_.batch)) return counts;
    after = batch.back().key;
  }
}

std::int64_t rotation::left_over(pqxx::work& work) {
  std::int64_t left = 0;
  for (const sealed_column& of : sealed_columns) {
    std::string after;
    for (;;) {
      const auto batch = read_batch(work, of, after);
      for (const found_secret& one : batch)
        if (!is_current(of, one)) ++left;
      if (batch.size() < static_cast<std::size_t>(context_.batch)) break;
      after = batch.back().key;
    }
  }
  return left;
}

std::string rotation::prove() {
  const auto first = context_.secrets.keys().front().fingerprint();
  pqxx::work work{engine_};
  work.exec(lock_all_records);
  if (work.exec_params1(strange_sealers, first)[0].as<int>() > 0)
    return "a server runs, or was killed while it ran, whose first key is another one: start it with these keys, "
           "then run this again";
  if (const auto left = left_over(work); left > 0)
    return std::to_string(left) + " secrets are still sealed with an older key: run this again";
  work.exec_params(drop_older, first);
  work.commit();
  return {};
}

rotation_report rotation::run() {
  constexpr int most_rounds = 5;
  rotation_report report;
  std::map<const sealed_column*, std::int64_t> done;
  for (int round = 0; round < most_rounds; ++round) {
    round_count all;
    for (const sealed_column& of : sealed_columns) {
      const auto counts = seal_column(of);
      done[&of] += counts.sealed_anew;
      all.unreadable += counts.unreadable;
      all.skipped += counts.skipped;
    }
    report.unreadable = all.unreadable;
    if (all.skipped == 0) break;
  }
  for (const sealed_column& of : sealed_columns) {
    report.sealed_anew += done[&of];
    if (done[&of] > 0) context_.tell(std::to_string(done[&of]) + " sealed anew: " + of.what);
  }
  report.obstacle = report.unreadable > 0
                        ? std::to_string(report.unreadable) +
                              " secrets open with none of the given keys: list the key that "
                              "sealed them too"
                        : prove();
  report.is_complete = report.obstacle.empty();
  return report;
}

}  // namespace

result<void> note_sealing_key(pqxx::connection& engine, std::int64_t incarnation,
                              const crypto::fernet_ring& secrets, instant now) {
  return guarded([&]() -> result<void> {
    const auto first = secrets.keys().front().fingerprint();
    pqxx::work work{engine};
    work.exec(lock_all_records);
    // A rotation may have dropped it since it was admitted.
    work.exec_params(keep_key, first, to_unix_ms(now));
    const auto noted = work.exec_params(note_key, incarnation, first).affected_rows();
    if (noted == 0) return make_failure(errc::fenced, "another process took over");
    work.commit();
    return {};
  });
}

result<rotation_report> rotate_keys(pqxx::connection& engine, const rotation_context& context) {
  return guarded([&]() -> result<rotation_report> {
    {
      pqxx::work work{engine};
      if (const auto admitted = admit_tool_keys(work, context.secrets, context.now); !admitted)
        return admitted.error();
      work.commit();
    }
    return rotation{engine, context}.run();
  });
}

}  // namespace sellavie::storage
