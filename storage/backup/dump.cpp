#include "storage/backup/dump.hpp"

#include <algorithm>
#include <array>

#include "storage/backup/postgres_programs.hpp"
#include "storage/process.hpp"
#include "storage/roles.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view backup_application = "sellavie backup";
constexpr auto longest_dump = 24h;

constexpr const char* session_sql =
    "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET search_path = public";
// R4; see roll_inbound_keys in storage/housekeeping.
constexpr const char* keep_partitions = "SELECT pg_advisory_lock_shared(1936027753, 2)";
constexpr const char* begin_sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr const char* export_sql =
    "SELECT pg_export_snapshot(), current_user, current_setting('server_version_num')";
// A server's sessions are called "sellavie/…", a tool's are not.
constexpr const char* serving_sql = R"(
  SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'sellavie/%'))";
constexpr const char* fingerprints_sql =
    "SELECT fingerprint FROM key_fingerprints WHERE purpose = $1 ORDER BY recorded_at, fingerprint";
constexpr const char* counts_sql = R"(
  SELECT (SELECT count(*) FROM public.businesses), (SELECT count(*) FROM public.accounts),
         (SELECT count(*) FROM public.orders), (SELECT count(*) FROM public.invoices))";

// Without a policy that shows this user all rows, or with one that takes some away.
constexpr const char* hidden_sql = R"(
  SELECT c.relname FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity
     AND (c.relforcerowsecurity OR NOT pg_has_role(current_user, c.relowner, 'USAGE'))
     AND (EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive)
          OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r')
                           AND pg_get_expr(p.polqual, p.polrelid) = 'true'
                           AND EXISTS (SELECT FROM unnest(p.polroles) AS role
                                        WHERE CASE WHEN role = 0 THEN true ELSE pg_has_role(current_user, role, 'USAGE') END)))
   ORDER BY 1 LIMIT 1)";

result<std::vector<std::string>> fingerprints_in(PGconn& connection, const char* purpose) {
  const auto rows = execute(connection, fingerprints_sql, std::array{std::string{purpose}});
  if (!rows) return rows.error();
  std::vector<std::string> all;
  for (int i = 0; i < PQntuples(rows->get()); ++i) all.emplace_back(field(*rows, i, 0));
  return all;
}

struct snapshot {
  std::string id;
  backup_label label;
};

/// R2. The transaction stays open.
result<snapshot> begin_snapshot(PGconn& connection, std::span<const migration> migrations, instant now) {
  if (const auto begun = execute(connection, begin_sql); !begun) return begun.error();
  const auto exported = execute(connection, export_sql);
  if (!exported) return exported.error();
  snapshot taken;
  taken.id = field(*exported, 0, 0);
  taken.label.taken_at = now;
  taken.label.owner = field(*exported, 0, 1);
  taken.label.server_version = static_cast<int>(number_in(field(*exported, 0, 2)));
  const auto version = schema_version(connection, migrations);
  if (!version) return version.error();
  if (*version == 0)
    return make_failure(errc::not_found, "the database is empty: there is nothing to back up");
  taken.label.schema_version = *version;
  if (const auto seen = see_every_row(connection); !seen) return seen.error();
  auto fernet = fingerprints_in(connection, "fernet");
  if (!fernet) return fernet.error();
  taken.label.fernet_fingerprints = *std::move(fernet);
  auto jwt = fingerprints_in(connection, "jwt");
  if (!jwt) return jwt.error();
  taken.label.jwt_fingerprints = *std::move(jwt);
  const auto rows = count_rows(connection);
  if (!rows) return rows.error();
  taken.label.rows = *rows;
  const auto serving = execute(connection, serving_sql);
  if (!serving) return serving.error();
  taken.label.was_serving = field(*serving, 0, 0) == "t";
  return taken;
}

result<void> dump_to(const std::filesystem::path& file, PGconn& connection, const snapshot& taken) {
  const auto programs = find_backup_programs(taken.label.server_version);
  if (!programs) return programs.error();
  command dump{
      {(*programs / "pg_dump").string(), "--format=custom", "--snapshot=" + taken.id, "--enable-row-security",
       "--no-password", "--file=" + std::filesystem::absolute(file).string()},
      {},
      true,
      environment_of(connection)};
  const auto outcome = run(dump, longest_dump);
  if (!outcome) return outcome.error();
  if (outcome->status == 0) return {};
  const auto& said = outcome->output;
  return make_failure(
      errc::unavailable,
      "pg_dump failed: " + said.substr(said.size() - std::min<std::size_t>(said.size(), 1000)));
}

}  // namespace

result<row_counts> count_rows(PGconn& owner) {
  const auto rows = execute(owner, counts_sql);
  if (!rows) return rows.error();
  return row_counts{number_in(field(*rows, 0, 0)), number_in(field(*rows, 0, 1)),
                    number_in(field(*rows, 0, 2)), number_in(field(*rows, 0, 3))};
}

result<void> see_every_row(PGconn& owner) {
  const auto hidden = execute(owner, hidden_sql);
  if (!hidden) return hidden.error();
  if (PQntuples(hidden->get()) == 0) return {};
  return make_failure(errc::forbidden, "row-level security hides rows of the table \"" +
                                           std::string{field(*hidden, 0, 0)} + "\" from its owner: GRANT " +
                                           std::string{engine_role} +
                                           " TO the user of database.url, WITH INHERIT");
}

result<backup_made> take_backup(const database_role& owner, std::span<const migration> migrations,
                                const backup_wish& wish) {
  auto file = unfinished_backup::make(wish.file, wish.unique);
  if (!file) return file.error();
  const auto connection = open_pq(owner, backup_application);
  if (!connection) return connection.error();
  for (const char* step : {session_sql, keep_partitions})
    if (const auto done = execute(**connection, step); !done) return done.error();
  if (const auto allowed = let_owner_act_as_engine(**connection); !allowed) return allowed.error();
  const auto taken = begin_snapshot(**connection, migrations, wish.now);
  if (!taken) return taken.error();
  if (const auto dumped = dump_to(file->path(), **connection, *taken); !dumped) return dumped.error();
  const auto bytes = file->finish(taken->label);
  if (!bytes) return bytes.error();
  return backup_made{taken->label, *bytes};
}

}  // namespace sellavie::storage
