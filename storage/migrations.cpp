#include "storage/migrations.hpp"

#include <array>
#include <charconv>
#include <thread>

#include "protocol/crypto/digest.hpp"

namespace sellavie::storage {
namespace {

constexpr std::string_view migrate_application = "sellavie migrate";

// Two-number keys are a space apart from the one-number keys that fence incarnations.
constexpr const char* try_lock_sql = "SELECT pg_try_advisory_lock(1936027753, 1)";  // "seli"
/// Between two looks at the lock.
constexpr std::chrono::milliseconds lock_pause{200};

constexpr const char* session_sql =
    "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET search_path = public";
// A table that a running server holds must not queue everybody behind us for long.
constexpr const char* lock_timeout_sql = "SET lock_timeout = '60s'";

constexpr const char* exists_sql = "SELECT to_regclass('public.schema_migrations') IS NOT NULL";
constexpr const char* create_sql = R"(
  CREATE TABLE IF NOT EXISTS public.schema_migrations (
    version    integer PRIMARY KEY CHECK (version > 0),
    name       text   NOT NULL,
    checksum   text   NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
    applied_at bigint NOT NULL))";
constexpr const char* list_sql =
    "SELECT version, name, checksum, applied_at FROM public.schema_migrations ORDER BY version";
constexpr const char* insert_sql =
    "INSERT INTO public.schema_migrations (version, name, checksum, applied_at) VALUES ($1::int, $2, $3, $4::bigint)";
constexpr const char* transaction_sql = "SELECT pg_current_xact_id()";
// A schema that grants on all tables means its own.
constexpr const char* grants_sql = R"(
  SELECT string_agg(DISTINCT format('REVOKE ALL ON public.schema_migrations FROM %s',
                                    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END), ';')
    FROM pg_class, aclexplode(relacl) WHERE oid = 'public.schema_migrations'::regclass AND grantee <> relowner)";
// An empty table that was analysed counts as known to be empty, and every plan made for it looks as good
// as any other until autovacuum comes by; one that was never analysed is assumed to have rows.
constexpr const char* analyze_sql = R"(
  SELECT 'ANALYZE ' || string_agg(format('%I.%I', n.nspname, c.relname), ', ' ORDER BY c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'm') AND pg_has_role(c.relowner, 'USAGE')
     AND pg_relation_size(c.oid) > 0)";

struct applied_row {
  int version = 0;
  std::string name;
  std::string checksum;
  instant applied_at{};
};

template <class Integer>
Integer number(std::string_view text) {
  Integer value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string checksum_of(std::string_view sql) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : crypto::sha256(sql)) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string label(int version, std::string_view name) {
  auto text = std::to_string(version);
  return std::string(text.size() < 4 ? 4 - text.size() : 0, '0') + text + "_" + std::string{name};
}
std::string label(const migration& one) { return label(one.version, one.name); }

result<void> check_given(std::span<const migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    const int expected = static_cast<int>(i) + 1;
    if (migrations[i].version == expected) continue;
    if (i > 0 && migrations[i].version == migrations[i - 1].version)
      return make_failure(errc::invalid_value, "two migrations have one number: " + label(migrations[i - 1]) +
                                                   " and " + label(migrations[i]));
    return make_failure(errc::invalid_value, "gap in the migrations: number " + std::to_string(expected) +
                                                 " is missing before " + label(migrations[i]));
  }
  return {};
}

result<void> check_applied(std::span<const migration> migrations, const std::vector<applied_row>& applied) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const auto& row = applied[i];
    if (row.version != static_cast<int>(i) + 1)
      return make_failure(errc::conflict, "gap in the database: it has migration " +
                                              label(row.version, row.name) + " but not " +
                                              std::to_string(i + 1) + "; restore a backup");
    if (i >= migrations.size())
      return make_failure(errc::conflict,
                          "the database has migration " + label(row.version, row.name) +
                              ", which this program does not know: a newer sellavie was here, run that one");
    if (row.checksum != checksum_of(migrations[i].sql) || row.name != migrations[i].name)
      return make_failure(
          errc::conflict,
          "migration " + label(migrations[i]) + " is not the one that was applied (" +
              label(row.version, row.name) +
              ", another checksum): this database was made by another state of the program; run that one, or start "
              "with an empty database");
  }
  return {};
}

result<std::vector<applied_row>> read_applied(PGconn& connection) {
  const auto table = execute(connection, exists_sql);
  if (!table) return table.error();
  std::vector<applied_row> applied;
  if (field(*table, 0, 0) != "t") return applied;
  const auto rows = execute(connection, list_sql);
  if (!rows) return rows.error();
  for (int i = 0; i < PQntuples(rows->get()); ++i)
    applied.push_back({number<int>(field(*rows, i, 0)), std::string{field(*rows, i, 1)},
                       std::string{field(*rows, i, 2)},
                       instant_from_ms(number<std::int64_t>(field(*rows, i, 3)))});
  return applied;
}

result<std::vector<applied_row>> read_checked(PGconn& connection, std::span<const migration> migrations) {
  if (const auto sound = check_given(migrations); !sound) return sound.error();
  auto applied = read_applied(connection);
  if (!applied) return applied;
  if (const auto fitting = check_applied(migrations, *applied); !fitting) return fitting.error();
  return applied;
}

result<void> go_on_unless(const std::stop_token& asked) {
  if (asked.stop_requested()) return make_failure(errc::unavailable, "it was asked to stop");
  return {};
}

/// Freed when the connection ends. It is looked at again and again: a wait inside PostgreSQL would hear of no stop.
result<void> lock(PGconn& connection, const migration_log& log, const std::stop_token& asked) {
  for (bool is_waiting = false;; is_waiting = true) {
    const auto got = execute(connection, try_lock_sql);
    if (!got) return got.error();
    if (field(*got, 0, 0) == "t") return {};
    if (log && !is_waiting) log("another server is migrating this database: waiting for it");
    if (const auto on = go_on_unless(asked); !on) return on;
    std::this_thread::sleep_for(lock_pause);
  }
}

result<std::string> transaction_id(PGconn& connection) {
  const auto rows = execute(connection, transaction_sql);
  if (!rows) return rows.error();
  return std::string{field(*rows, 0, 0)};
}

result<void> run_in_transaction(PGconn& connection, const migration& one, instant now) {
  const auto before = transaction_id(connection);
  if (!before) return before.error();
  if (const auto done = execute(connection, std::string{one.sql}); !done) return done.error();
  const auto after = transaction_id(connection);
  if (!after) return after.error();
  if (*before != *after)
    return make_failure(errc::internal, "it ends its own transaction; remove COMMIT and ROLLBACK");
  const std::array values{std::to_string(one.version), std::string{one.name}, checksum_of(one.sql),
                          std::to_string(to_unix_ms(now))};
  if (const auto noted = execute(connection, insert_sql, values); !noted) return noted.error();
  return {};
}

result<void> apply(PGconn& connection, const migration& one, instant now) {
  if (const auto begun = execute(connection, "BEGIN"); !begun) return begun.error();
  auto done = run_in_transaction(connection, one, now);
  if (done)
    if (const auto committed = execute(connection, "COMMIT"); !committed) done = committed.error();
  if (done) return {};
  // When the connection is gone the server rolls back by itself.
  [[maybe_unused]] const auto undone = execute(connection, "ROLLBACK");
  return make_failure(done.error().code, "migration " + label(one) +
                                             " failed, the database stays at version " +
                                             std::to_string(one.version - 1) + ": " + done.error().detail);
}

/// Runs the statements that a query makes.
result<void> run_made(PGconn& connection, const char* query) {
  const auto statements = execute(connection, query);
  if (!statements) return statements.error();
  if (const auto done = execute(connection, std::string{field(*statements, 0, 0)}); !done)
    return done.error();
  return {};
}

result<pg_connection> open_locked(const database_role& owner, const migration_log& log,
                                  const std::stop_token& asked) {
  auto connection = open_pq(owner, migrate_application);
  if (!connection) return connection;
  if (const auto set = execute(**connection, session_sql); !set) return set.error();
  if (const auto locked = lock(**connection, log, asked); !locked) return locked.error();
  if (const auto set = execute(**connection, lock_timeout_sql); !set) return set.error();
  return connection;
}

}  // namespace

result<int> migrate(const database_role& owner, std::span<const migration> migrations, instant now,
                    const migration_log& log, const std::stop_token& asked) {
  const auto connection = open_locked(owner, log, asked);
  if (!connection) return connection.error();
  const auto applied = read_checked(**connection, migrations);
  if (!applied) return applied.error();
  const auto missing = migrations.subspan(applied->size());
  if (missing.empty()) return 0;
  if (const auto made = execute(**connection, create_sql); !made) return made.error();
  for (const auto& one : missing) {
    if (const auto on = go_on_unless(asked); !on) return on.error();
    if (log) log("migration " + label(one));
    if (const auto done = apply(**connection, one, now); !done) return done.error();
  }
  if (const auto closed = run_made(**connection, grants_sql); !closed) return closed.error();
  if (const auto analyzed = run_made(**connection, analyze_sql); !analyzed) return analyzed.error();
  return static_cast<int>(missing.size());
}

result<bool> try_lock_schema(PGconn& owner) {
  if (const auto set = execute(owner, session_sql); !set) return set.error();
  const auto got = execute(owner, try_lock_sql);
  if (!got) return got.error();
  if (const auto set = execute(owner, lock_timeout_sql); !set) return set.error();
  return field(*got, 0, 0) == "t";
}

result<int> migrate_within(PGconn& owner, std::span<const migration> migrations, instant now,
                           const migration_log& log) {
  const auto applied = read_checked(owner, migrations);
  if (!applied) return applied.error();
  const auto missing = migrations.subspan(applied->size());
  for (const auto& one : missing) {
    if (log) log("migration " + label(one));
    if (const auto done = run_in_transaction(owner, one, now); !done)
      return make_failure(done.error().code, "migration " + label(one) + " failed: " + done.error().detail);
  }
  if (!missing.empty())
    if (const auto closed = run_made(owner, grants_sql); !closed) return closed.error();
  return static_cast<int>(missing.size());
}

result<void> analyze_tables(PGconn& owner) { return run_made(owner, analyze_sql); }

result<int> schema_version(PGconn& owner, std::span<const migration> migrations) {
  const auto applied = read_checked(owner, migrations);
  if (!applied) return applied.error();
  return static_cast<int>(applied->size());
}

result<std::vector<migration_state>> migration_status(const database_role& owner,
                                                      std::span<const migration> migrations) {
  const auto connection = open_pq(owner, migrate_application);
  if (!connection) return connection.error();
  const auto applied = read_checked(**connection, migrations);
  if (!applied) return applied.error();
  std::vector<migration_state> states;
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    const bool is_applied = i < applied->size();
    states.push_back({migrations[i].version, std::string{migrations[i].name}, is_applied,
                      is_applied ? (*applied)[i].applied_at : instant{}});
  }
  return states;
}

}  // namespace sellavie::storage
