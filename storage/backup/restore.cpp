#include "storage/backup/restore.hpp"

#include <charconv>
#include <string>

#include "storage/backup/dump.hpp"
#include "storage/backup/postgres_programs.hpp"
#include "storage/fault_point.hpp"
#include "storage/roles.hpp"

namespace sellavie::storage {
namespace {

constexpr std::string_view restore_application = "sellavie restore";

constexpr const char* facts_sql = "SELECT current_user, current_setting('server_version_num')";
constexpr const char* others_sql = R"(
  SELECT pid, application_name FROM pg_stat_activity
   WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
     AND coalesce(backend_type, 'client backend') = 'client backend'  -- hidden from us of other users' sessions
   ORDER BY application_name LIKE 'sellavie/%' DESC, pid LIMIT 1)";
constexpr const char* there_sql = R"(
  SELECT count(*), to_regclass('public.schema_migrations') IS NOT NULL,
         to_regclass('public.nodes') IS NOT NULL AND to_regclass('public.accounts') IS NOT NULL
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f'))";
constexpr const char* lock_nodes = "LOCK TABLE public.nodes IN ACCESS EXCLUSIVE MODE";
constexpr const char* highest_sql =
    "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('public.nodes', 'incarnation')::regclass), 0)";

// As text at once: a name that is looked up after a cascade took its object would be a number.
constexpr const char* clear_sql = R"(
DO $$
DECLARE
  old record;
BEGIN
  FOR old IN SELECT c.oid::regclass::text AS name, c.relkind FROM pg_class c
              WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  LOOP
    EXECUTE format('DROP %s IF EXISTS %s CASCADE',
                   CASE old.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, old.name);
  END LOOP;
  FOR old IN SELECT p.oid::regprocedure::text AS name FROM pg_proc p
              WHERE p.pronamespace = 'public'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP
    EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', old.name);
  END LOOP;
  FOR old IN SELECT c.oid::regclass::text AS name FROM pg_class c
              WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S'
  LOOP
    EXECUTE format('DROP SEQUENCE IF EXISTS %s CASCADE', old.name);
  END LOOP;
  FOR old IN SELECT t.oid::regtype::text AS name FROM pg_type t
              WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
  LOOP
    EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', old.name);
  END LOOP;
END $$)";

// The archive's own settings end here.
constexpr const char* own_settings = R"(
  RESET ALL; SET statement_timeout = 0; SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0;
  SET client_min_messages = warning; SET search_path = public)";

result<void> run_step(PGconn& owner, const std::string& sql) {
  const auto done = execute(owner, sql);
  if (!done) return done.error();
  return {};
}

/// R1.
result<void> alone(PGconn& owner) {
  const auto others = execute(owner, others_sql);
  if (!others) return others.error();
  if (PQntuples(others->get()) == 0) return {};
  const auto name = std::string{field(*others, 0, 1)};
  const bool serves = name.starts_with("sellavie/");
  return make_failure(errc::conflict, std::string{serves ? "a server uses" : "somebody is connected to"} +
                                          " the database (session \"" + name + "\", process " +
                                          std::string{field(*others, 0, 0)} +
                                          " of PostgreSQL): stop it, then run this again");
}

struct found_there {
  row_counts rows;
  bool has_tables = false;
  bool has_nodes = false;
  std::int64_t highest_incarnation = 0;
};

/// R2.
result<found_there> look(PGconn& owner) {
  const auto facts = execute(owner, there_sql);
  if (!facts) return facts.error();
  found_there found;
  found.has_tables = field(*facts, 0, 0) != "0";
  if (!found.has_tables) return found;
  if (field(*facts, 0, 1) != "t")
    return make_failure(
        errc::forbidden,
        "the database holds tables that are not sellavie's: give it one of its own, nothing was changed");
  found.has_nodes = field(*facts, 0, 2) == "t";
  if (!found.has_nodes) return found;
  if (const auto seen = see_every_row(owner); !seen) return seen.error();
  const auto rows = count_rows(owner);
  if (!rows) return rows.error();
  found.rows = *rows;
  const auto highest = execute(owner, highest_sql);
  if (!highest) return highest.error();
  const auto text = field(*highest, 0, 0);
  std::from_chars(text.data(), text.data() + text.size(), found.highest_incarnation);
  return found;
}

result<found_there> look_and_lock(PGconn& owner, const restore_wish& wish) {
  auto found = look(owner);
  if (!found) return found;
  if (!found->rows.is_empty() && !wish.may_replace)
    return make_failure(errc::forbidden, "the database holds " + to_string(found->rows) +
                                             ": nothing was changed. --replace puts the backup (" +
                                             to_string(wish.label.rows) +
                                             ") in their place; take a backup of them first");
  if (found->has_nodes)
    if (const auto locked = run_step(owner, lock_nodes); !locked) return locked.error();
  if (const auto still = alone(owner); !still) return still.error();
  return found;
}

bool begins_copy(std::string_view line) {
  return line.starts_with("COPY ") && line.ends_with(" FROM stdin;");
}

result<void> load_section(PGconn& owner, const std::filesystem::path& programs,
                          const std::filesystem::path& file, const std::string& section) {
  auto text = archive_text::open(programs, file, section);
  if (!text) return text.error();
  std::string statements;
  result<void> outcome;
  for (std::string line; outcome && text->next(line);) {
    statements += line + "\n";
    if (!begins_copy(line)) continue;
    outcome = copy_in(owner, statements, [&](std::string& row) { return text->next(row) && row != "\\."; });
    statements.clear();
  }
  if (!outcome) return outcome;
  // A reader that failed may have said half a statement.
  if (auto whole = text->finish(); !whole) return whole;
  return run_step(owner, statements);
}

/// R3, R4.
result<int> load(PGconn& owner, std::span<const migration> migrations, const restore_wish& wish,
                 const std::filesystem::path& programs) {
  if (const auto cleared = run_step(owner, clear_sql); !cleared) return cleared.error();
  for (const char* section : {"pre-data", "data", "post-data"}) {
    if (const auto loaded = load_section(owner, programs, wish.file, section); !loaded) return loaded.error();
    fault_point("restore.section_loaded");
  }
  if (const auto set = run_step(owner, own_settings); !set) return set.error();
  if (const auto seen = see_every_row(owner); !seen) return seen.error();
  const auto rows = count_rows(owner);
  if (!rows) return rows.error();
  if (!(*rows == wish.label.rows))
    return make_failure(errc::malformed, "the archive holds " + to_string(*rows) + ", its label says " +
                                             to_string(wish.label.rows));
  return migrate_within(owner, migrations, wish.now, wish.log);
}

result<restored> replace_all(PGconn& owner, std::span<const migration> migrations, const restore_wish& wish,
                             id_source& ids, const std::filesystem::path& programs) {
  const auto found = look_and_lock(owner, wish);
  if (!found) return found.error();
  restored outcome;
  outcome.replaced = found->rows;
  const auto migrated = load(owner, migrations, wish, programs);
  if (!migrated) return migrated.error();
  outcome.migrated = *migrated;
  if (!wish.resume) {
    const auto settled = settle_open_work(owner, wish.now, ids);
    if (!settled) return settled.error();
    outcome.settled = *settled;
  }
  if (const auto raised = raise_incarnations(owner, found->highest_incarnation); !raised)
    return raised.error();
  fault_point("restore.before_commit");
  return outcome;
}

}  // namespace

result<void> check_fits(const restore_wish& wish, std::span<const migration> migrations) {
  const auto known = static_cast<int>(migrations.size());
  if (wish.label.schema_version > known)
    return make_failure(errc::invalid_value, "the backup was made by a newer sellavie (schema " +
                                                 std::to_string(wish.label.schema_version) +
                                                 ", this one knows " + std::to_string(known) +
                                                 "): install that version, then run this again");
  if (wish.resume && wish.label.was_serving)
    return make_failure(
        errc::invalid_value,
        "--resume: a server ran when the backup was taken and went on afterwards; restore without it");
  return {};
}

result<restored> restore_backup(const database_role& owner, std::span<const migration> migrations,
                                const restore_wish& wish, id_source& ids) {
  if (const auto fits = check_fits(wish, migrations); !fits) return fits.error();
  const auto connection = open_pq(owner, restore_application);
  if (!connection) return connection.error();
  const auto locked = try_lock_schema(**connection);
  if (!locked) return locked.error();
  if (!*locked)
    return make_failure(
        errc::conflict,
        "a server starts on the database, or another restore is at it: stop it, then run this again");
  if (const auto solitary = alone(**connection); !solitary) return solitary.error();
  const auto facts = execute(**connection, facts_sql);
  if (!facts) return facts.error();
  if (const auto user = field(*facts, 0, 0); user != wish.label.owner)
    return make_failure(errc::invalid_value, "the backup's tables belong to the role \"" + wish.label.owner +
                                                 "\", this database's owner is \"" + std::string{user} +
                                                 "\": give database.url a user of that name");
  const auto programs = find_backup_programs(std::stoi(std::string{field(*facts, 0, 1)}));
  if (!programs) return programs.error();
  if (const auto allowed = let_owner_act_as_engine(**connection); !allowed) return allowed.error();
  if (const auto begun = run_step(**connection, "BEGIN"); !begun) return begun.error();
  auto outcome = replace_all(**connection, migrations, wish, ids, *programs);
  // When it failed, the transaction ends with the connection.
  if (!outcome) return outcome;
  if (const auto committed = run_step(**connection, "COMMIT"); !committed)
    return make_failure(committed.error().code,
                        "the last step did not answer, look before you go on: " + committed.error().detail);
  fault_point("restore.committed");
  // Only plans suffer without it, until autovacuum comes by.
  if (const auto analyzed = analyze_tables(**connection); !analyzed && wish.log)
    wish.log("the tables could not be analysed: " + analyzed.error().detail);
  return outcome;
}

}  // namespace sellavie::storage
