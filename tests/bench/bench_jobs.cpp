// Background jobs worked off by the real runner, set against pgbench's single rows on the same cluster, round by round.
//
//   bench_jobs --rounds 3 --jobs 60000 --businesses 50
//
// A private cluster in a temporary folder, fsync on. The jobs are in the table when the clock starts, beside the polls
// of a thousand other businesses that are due tomorrow; it stops when they are gone from it. The handler answers at once,
// so what is measured is claiming and ending.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <caf/all.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>
#include <vector>

#include "actors/job_runner.hpp"
#include "storage/postgres_reads.hpp"
#include "storage/postgres_unit_of_work.hpp"
#include "tests/bench/process_meter.hpp"
#include "tests/support/test_cluster.hpp"

namespace {

using namespace sellavie;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

struct wishes {
  int rounds = 3;
  int jobs = 60'000;
  int businesses = 50;
  int seconds = 5;
  int writers = 2;
};

class wall_clock final : public actors::clock {
 public:
  [[nodiscard]] instant now() const override {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  }
};

/// A cluster as a server has it.
struct database {
  test::temporary_folder folder{"/tmp/sellavie-bench-jobs-"};
  storage::embedded_postgres cluster = start(folder.path());

  static storage::embedded_postgres start(const std::filesystem::path& folder) {
    storage::embedded_options options;
    options.data_dir = folder;
    options.dies_with_us = true;
    options.settings = {{"max_connections", "150"}};
    return storage::embedded_postgres::start(std::move(options)).value();
  }
  storage::pg_result sql(const std::string& text) const {
    return test::run_sql(cluster.bootstrap("sellavie"), text);
  }
  std::int64_t number(const std::string& text) const {
    return std::stoll(std::string{storage::field(sql(text), 0, 0)});
  }
};

void arrange(const database& db, const wishes& wish) {
  (void)storage::migrate(db.cluster.access().owner, storage::embedded_migrations(), instant_from_ms(0))
      .value();
  db.sql(
      "INSERT INTO businesses (id, key, name, currency, timezone, created_at) SELECT gen_random_uuid(), 'b' || n, 'n', 'NGN', 'UTC', n "
      "FROM generate_series(1, " +
      std::to_string(wish.businesses + 1000) +
      ") n;"
      "INSERT INTO jobs (id, business_id, kind, priority, state, due_at, created_at, payload) SELECT gen_random_uuid(), id, 'poll', 1, 0, "
      "(extract(epoch FROM clock_timestamp()) * 1000)::bigint + 86400000, 0, '{}' FROM businesses, generate_series(1, 20) WHERE created_at > " +
      std::to_string(wish.businesses));
}

// As tests/bench/run: the row of an accepted webhook, without row-level security, fence or partition.
void prepare_pgbench(const database& db, const std::filesystem::path& script) {
  db.sql(
      "CREATE TABLE bench_inbox (id bigint PRIMARY KEY, business_id uuid NOT NULL, connection_id uuid NOT NULL, dedupe_key text NOT NULL, "
      "day integer NOT NULL, accepted_at bigint NOT NULL, tries smallint NOT NULL DEFAULT 0, deaths smallint NOT NULL DEFAULT 0, "
      "alone boolean NOT NULL DEFAULT false, lane bigint NOT NULL DEFAULT 0, payload bytea NOT NULL, UNIQUE (connection_id, dedupe_key, "
      "day)) WITH (fillfactor = 90)");
  constexpr std::size_t payload_bytes = 650;
  constexpr std::size_t padding = 55;  // of a key of 74 characters
  std::string payload;
  for (std::size_t i = 0; i < payload_bytes; ++i) payload += "5a";
  std::ofstream{script}
      << "\\set n :n + 1\n\\set id :client_id * 4294967296 + :n\n"
         "\\set key random(1000000000000000000, 9000000000000000000)\n"
         "INSERT INTO bench_inbox (id, business_id, connection_id, dedupe_key, day, accepted_at, payload) VALUES (:id, "
         "'01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-774b-bcce-b302099a8058', '"
      << std::string(padding, 'k') << "' || :key::text, 20000, 1700000000000, '\\x" << payload
      << "'::bytea);\n";
}

double pgbench(const database& db, const std::filesystem::path& script, int seconds) {
  db.sql("TRUNCATE bench_inbox");
  db.sql("CHECKPOINT");
  const auto role = db.cluster.bootstrap("sellavie");
  const auto command = "pgbench -n -M prepared -c 64 -j 2 -T " + std::to_string(seconds) + " -D n=0 -f " +
                       script.string() + " \"" + role.conninfo + "\" 2>&1";
  auto* const output = ::popen(command.c_str(), "r");
  std::string said;
  char line[512];
  while (output != nullptr && std::fgets(line, sizeof line, output) != nullptr) said += line;
  const int status = output == nullptr ? -1 : ::pclose(output);
  const auto at = said.find("tps = ");
  if (status != 0 || at == std::string::npos) throw std::runtime_error{"pgbench: " + said};
  return std::stod(said.substr(at + 6));
}

void queue_jobs(const database& db, const wishes& wish) {
  db.sql(
      "INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, created_at, payload) SELECT gen_random_uuid(), b.id, 'bench', "
      "'key-' || n, 1, 1, n, 0, '{\"order\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"attempt\":1}' FROM generate_series(1, " +
      std::to_string(wish.jobs) + ") n JOIN businesses b ON b.created_at = 1 + n % " +
      std::to_string(wish.businesses));
  db.sql("VACUUM ANALYZE jobs");
  db.sql("CHECKPOINT");
}

struct measured {
  double per_second = 0;
  /// Of CPU, a job.
  double own_us = 0;
  double postgres_us = 0;
};

/// Journals, a reader and the runner, as the server has them.
measured work_off(const database& db, const wishes& wish) {
  const auto incarnation = db.number(
      "INSERT INTO nodes (node_id, started_at, heartbeat_at) VALUES ('bench', 0, 0) RETURNING incarnation");
  const auto engine = db.cluster.access().engine;
  auto node = std::make_shared<actors::services>();
  node->settings = std::make_shared<config::settings>();
  node->time = std::make_shared<wall_clock>();
  node->metrics = std::make_shared<monitoring::metrics>();
  node->log = std::make_shared<monitoring::logger>();
  node->jitter = [] { return 0.5; };
  node->incarnation = incarnation;
  const auto reads = [&] {
    return std::make_shared<storage::postgres_reads>(
        [engine] { return storage::open_pqxx(engine, "bench_jobs"); }, incarnation);
  };
  std::atomic<int> done{0};
  auto kinds = std::make_shared<actors::job_kinds>();
  (*kinds)["bench"] = {[&done](const storage::claimed_job&, const actors::job_answer& answer) {
                         ++done;
                         answer(actors::job_ends::done{});
                       },
                       {}};
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{2});
  caf::actor_system system{config};
  for (int i = 0; i < wish.writers; ++i)
    node->journals.push_back(system.spawn<caf::detached>(
        actors::journal, actors::journal_dependencies{
                             .store = std::make_shared<storage::postgres_unit_of_work>(
                                 [engine] { return storage::open_pq(engine, "bench_jobs"); }, incarnation),
                             .reads = reads(),
                             .metrics = node->metrics,
                             .on_fenced = [] {}}));
  const auto claims = system.spawn<caf::detached>(actors::reader, reads(), node->metrics);
  const bench::process_meter meter{::getpid(), db.cluster.pid()};
  const auto cpu_before = meter.cpu();
  const auto begun = steady_clock::now();
  const auto runner = system.spawn(actors::job_runner, actors::job_runner_dependencies{node, claims, kinds});
  while (done < wish.jobs) std::this_thread::sleep_for(2ms);
  while (db.number("SELECT count(*) FROM (SELECT FROM jobs WHERE state = 2 LIMIT 1) one") > 0)
    std::this_thread::sleep_for(1ms);
  const std::chrono::duration<double> took = steady_clock::now() - begun;
  const auto cpu = meter.cpu();
  const measured found{wish.jobs / took.count(),
                       static_cast<double>((cpu.server - cpu_before.server).count()) / wish.jobs,
                       static_cast<double>((cpu.postgres - cpu_before.postgres).count()) / wish.jobs};
  if (db.number("SELECT count(*) FROM jobs WHERE kind = 'bench'") != 0)
    std::fprintf(stderr, "  ! jobs are left\n");
  if (done != wish.jobs) std::fprintf(stderr, "  ! %d jobs were begun %d times\n", wish.jobs, done.load());
  caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(claims, caf::exit_reason::user_shutdown);
  for (const auto& journal : node->journals) caf::anon_send_exit(journal, caf::exit_reason::user_shutdown);
  node->journals.clear();
  return found;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

int main(int argc, char** argv) {
  wishes wish;
  CLI::App app{"Background jobs worked off, against pgbench's single rows"};
  app.add_option("--rounds", wish.rounds);
  app.add_option("--jobs", wish.jobs);
  app.add_option("--businesses", wish.businesses);
  app.add_option("--seconds", wish.seconds, "of pgbench");
  app.add_option("--writers", wish.writers, "journals");
  CLI11_PARSE(app, argc, argv);
  const database db;
  const auto script = db.folder.path() / "insert.sql";
  arrange(db, wish);
  prepare_pgbench(db, script);
  std::vector<double> rates;
  std::vector<double> jobs;
  std::vector<double> ratios;
  for (int round = 1; round <= wish.rounds; ++round) {
    rates.push_back(pgbench(db, script, wish.seconds));
    queue_jobs(db, wish);
    const auto found = work_off(db, wish);
    jobs.push_back(found.per_second);
    ratios.push_back(jobs.back() / rates.back());
    std::fprintf(
        stderr,
        "round %d: pgbench %.0f/s, jobs %.0f/s (%.2f x), %.0f us own CPU and %.0f us PostgreSQL's a job\n",
        round, rates.back(), jobs.back(), ratios.back(), found.own_us, found.postgres_us);
  }
  const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
  std::printf("| figure | median | spread | target | |\n|---|---:|---:|---:|---|\n");
  std::printf("| Jobs worked off/s, %d of %d businesses | %.0f | | | |\n", wish.jobs, wish.businesses,
              median(jobs));
  std::printf("| ... as ratio to `pgbench -c64` (%.0f/s) | %.2f | %.2f – %.2f | 0.5 | %s |\n", median(rates),
              median(ratios), *least, *most, median(ratios) >= 0.5 ? "met" : "missed");
}
