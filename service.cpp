#include "service.hpp"

#include <unistd.h>

#include <atomic>
#include <caf/all.hpp>
#include <csignal>
#include <cstdio>
#include <stop_token>
#include <thread>

#include "apart.hpp"
#include "config/keys.hpp"
#include "database.hpp"
#include "directory_watch.hpp"
#include "health.hpp"
#include "janitor_duties.hpp"
#include "net/client/client.hpp"
#include "net/descriptors.hpp"
#include "net/http/server.hpp"
#include "net/imports/import_runner.hpp"
#include "net/mail/mail_sender.hpp"
#include "net/notices/notice_runner.hpp"
#include "net/ops/http_counts.hpp"
#include "net/ops/ops_routes.hpp"
#include "net/push/push_key.hpp"
#include "node_actors.hpp"
#include "outgoing_work.hpp"
#include "protocol/api/access_token.hpp"
#include "public_listener.hpp"
#include "stop_signal.hpp"
#include "storage/durability.hpp"
#include "storage/housekeeping.hpp"
#include "storage/incarnation.hpp"
#include "storage/key_guard.hpp"
#include "storage/key_rotation.hpp"
#include "storage/migrations.hpp"
#include "storage/postgres_reads.hpp"
#include "storage/restart_pace.hpp"
#include "system_ports.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;
namespace log = monitoring;

using time_point = std::chrono::steady_clock::time_point;

/// From the signal to the end of our own work; the embedded database then has its own time for its last checkpoint.
constexpr auto stop_limit = 10s;
/// Of that: what is left when turns are no longer waited for, when threads are not, when the database is not.
constexpr auto after_turns = 3s;
constexpr auto after_threads = 1500ms;
constexpr auto after_database = 500ms;
/// A start looks between its steps whether it was asked to stop; one that hangs is left where it is.
constexpr auto start_limit = 5s;
constexpr auto last_lines_limit = 1s;
constexpr const char* node_name = "node";

std::vector<std::string> revealed(const std::vector<config::secret>& keys) {
  std::vector<std::string> texts;
  for (const auto& key : keys) texts.push_back(key.reveal());
  return texts;
}

/// Prints for the operator at start: once, plain, before any customer is served.
void say(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

class server {
 public:
  explicit server(config::settings settings)
      : settings_{std::make_shared<config::settings>(std::move(settings))},
        metrics_{std::make_shared<monitoring::metrics>(settings_->llm.order, SELLAVIE_VERSION)},
        log_{std::make_shared<monitoring::logger>()},
        counts_{*metrics_, log_, [time = make_system_clock()] { return time->now(); }} {}

  result<void> start();
  /// From another thread: start() gives up at its next step.
  void give_up_start() { asked_.request_stop(); }
  /// False: something of it had died, or another server has taken over.
  bool stop(time_point deadline);

 private:
  [[nodiscard]] result<void> end_incarnation();
  result<void> stop_threads();
  [[nodiscard]] bool is_busy() const;
  [[nodiscard]] result<void> not_asked_to_stop() const;
  result<void> open_ops();
  result<void> open_database();
  result<void> open_keys();
  result<void> admit_keys(pqxx::connection& engine);
  void build_node();
  result<storage::started> begin();
  void open_feed();
  void spawn_actors();
  [[nodiscard]] actors::job_kinds job_handlers() const;
  result<void> wake_senders();
  void watch(const actors::janitor_actor& janitor);
  std::vector<actors::duty> duties();
  result<void> watch_database(instant now);
  result<void> open_public();
  void open_mail();
  void open_imports();
  [[nodiscard]] result<std::unique_ptr<pqxx::connection>> engine_connection() const {
    return storage::open_pqxx(database_->access().engine, storage::application_name_of(node_name));
  }

  std::stop_source asked_;
  std::shared_ptr<config::settings> settings_;
  std::shared_ptr<monitoring::metrics> metrics_;
  std::shared_ptr<monitoring::logger> log_;
  net::http_counts counts_;
  health health_;
  std::unique_ptr<net::io_threads> io_;
  std::unique_ptr<net::http_server> ops_;
  std::unique_ptr<public_listener> public_;
  std::unique_ptr<net::mail_sender> mail_sender_;
  std::unique_ptr<net::import_runner> import_runner_;
  std::unique_ptr<outgoing_work> outgoing_;
  std::unique_ptr<net::notice_runner> notices_;
  std::shared_ptr<net::feed_hub> live_;
  std::optional<database> database_;
  std::shared_ptr<const crypto::fernet_ring> secrets_;
  std::optional<crypto::p256_key> push_key_;
  std::unique_ptr<caf::actor_system_config> caf_config_;
  std::unique_ptr<caf::actor_system> system_;
  std::shared_ptr<actors::services> node_;
  std::shared_ptr<net::client> client_;
  webhook_directories directories_;
  std::unique_ptr<storage::postgres_reads> janitor_reads_;
  std::optional<directory_watch> directory_watch_;
  storage::restart_pace pace_;
  node_actors actors_;
  caf::actor watchman_;
};

result<void> server::start() {
  io_ = std::make_unique<net::io_threads>(static_cast<std::size_t>(settings_->workers.io_threads));
  if (auto done = open_ops(); !done) return done;
  if (auto done = open_database(); !done) return done;
  if (auto done = open_keys(); !done) return done;
  if (auto on = not_asked_to_stop(); !on) return on;
  build_node();
  const auto begun = begin();
  if (!begun) return begun.error();
  open_feed();
  spawn_actors();
  if (auto done = wake_senders(); !done) return done;
  if (const auto done = directory_watch_->load(); !done) return done.error();
  // From here on the janitor's thread owns its connections.
  watch(system_->spawn<caf::detached>(actors::janitor,
                                      actors::janitor_dependencies{node_->time, log_, duties()}));
  open_mail();
  open_imports();
  if (auto done = open_public(); !done) return done;
  health_.database_answered(std::chrono::steady_clock::now());
  health_.started = true;
  log_->info("serving", {{"incarnation", node_->incarnation}});
  return {};
}

result<void> server::not_asked_to_stop() const {
  if (asked_.stop_requested()) return make_failure(errc::unavailable, "it was asked to stop");
  return {};
}

result<void> server::open_ops() {
  net::ops_callbacks callbacks{[metrics = metrics_, log = log_] {
                                 metrics->show_dropped_log_lines(log->dropped());
                                 return metrics->render();
                               },
                               [this] { return health_.report(std::chrono::steady_clock::now()); }};
  ops_ = std::make_unique<net::http_server>(io_->contexts(), net::make_ops_routes(std::move(callbacks)));
  const auto& listen = settings_->ops.listen;
  if (auto port = ops_->listen(listen.host, listen.port); !port) return port.error();
  return {};
}

result<void> server::open_database() {
  const auto tell = [](std::string_view line) { say(std::string{line}); };
  auto opened = database::open(*settings_, storage::cluster_use::serve, tell);
  if (!opened) return opened.error();
  database_.emplace(std::move(opened.value()));
  const auto warnings = storage::durability_warnings(database_->access().owner);
  if (!warnings) return warnings.error();
  for (const auto& warning : warnings.value()) tell("warning: " + warning);
  const auto now = make_system_clock()->now();
  const auto migrated = storage::migrate(database_->access().owner, storage::embedded_migrations(), now, tell,
                                         asked_.get_token());
  if (!migrated) return migrated.error();
  return {};
}

result<void> server::open_keys() {
  auto connection = engine_connection();
  if (!connection) return connection.error();
  const auto empty = storage::has_no_businesses(*connection.value());
  if (!empty) return empty.error();
  const auto policy = empty.value() ? config::missing_keys::generate : config::missing_keys::refuse;
  auto made = config::ensure_keys(settings_->security, settings_->data.dir, policy);
  if (!made) return made.error();
  for (const auto& file : made.value()) say(config::describe_made_key(file));
  const auto made_push = config::ensure_push_key(settings_->security, settings_->data.dir);
  if (!made_push) return made_push.error();
  for (const auto& file : made_push.value()) say(config::describe_made_key(file));
  auto push_key = net::push_key_of(settings_->security);
  if (!push_key) return push_key.error();
  push_key_.emplace(std::move(push_key.value()));
  return admit_keys(*connection.value());
}

// Before anything is sealed, opened or taken over: a wrong key must change nothing.
result<void> server::admit_keys(pqxx::connection& engine) {
  auto ring = crypto::fernet_ring::parse(revealed(settings_->security.fernet_keys));
  if (!ring) return ring.error();
  const auto notes = storage::admit_server_keys(engine, ring.value(), revealed(settings_->security.jwt_keys),
                                                make_system_clock()->now());
  if (!notes) return notes.error();
  for (const auto& note : notes.value()) say(note);
  secrets_ = std::make_shared<const crypto::fernet_ring>(std::move(ring.value()));
  return {};
}

void server::build_node() {
  node_ = std::make_shared<actors::services>();
  node_->settings = settings_;
  node_->time = make_system_clock();
  node_->ids = make_system_ids();
  node_->metrics = metrics_;
  node_->log = log_;
  node_->jitter = system_jitter;
  node_->secrets = secrets_;
  net::client_options outbound;
  outbound.limits.connections_per_origin = 8192;
  outbound.limits.waiting_per_origin = 16384;
  client_ = std::shared_ptr<net::client>{net::client::make(io_->contexts(), outbound).value()};
  node_->outside = client_;
}

// A takeover of whatever ran here before: its sessions are ended and its commits shut out.
result<storage::started> server::begin() {
  auto connection = engine_connection();
  if (!connection) return connection.error();
  storage::takeover wanted;
  wanted.node_id = node_name;
  wanted.now = node_->now();
  wanted.evidence_until = node_->now() + settings_->outbox.evidence_s;
  auto begun = storage::begin_incarnation(*connection.value(), wanted, *node_->ids);
  if (!begun) return begun.error();
  // From here on a failed start ends the incarnation: it is no death of what is in the inbox.
  node_->incarnation = begun.value().incarnation;
  if (auto noted =
          storage::note_sealing_key(*connection.value(), begun.value().incarnation, *secrets_, node_->now());
      !noted)
    return noted.error();
  storage::housekeeping house{*connection.value(), begun.value().incarnation, node_->now()};
  if (auto rolled = storage::roll_inbound_keys(house); !rolled) return rolled.error();
  log_->info("incarnation_begun", {{"incarnation", begun.value().incarnation},
                                   {"previous_stopped_cleanly", begun.value().previous_stopped_cleanly},
                                   {"parked", begun.value().parked},
                                   {"unknown_sends", begun.value().unknown_sends}});
  return begun;
}

/// Whoever watches events must leave room for those who ask and for webhooks.
void server::open_feed() {
  net::feed_limits limits;
  limits.readers = net::connections_within(net::raise_descriptor_limit(), net::http_limits{}.connections) / 2;
  live_ = std::make_shared<net::feed_hub>(node_->incarnation, metrics_, limits);
  node_->watchers = live_;
}

void server::spawn_actors() {
  caf_config_ = std::make_unique<caf::actor_system_config>();
  caf_config_->set("scheduler.policy", caf::atom("sharing"));
  caf_config_->set("scheduler.max-threads", static_cast<std::size_t>(settings_->workers.actor_threads));
  system_ = std::make_unique<caf::actor_system>(*caf_config_);
  const auto on_fenced = [this] {
    if (!health_.draining && !health_.fenced.exchange(true)) kill(getpid(), SIGTERM);
  };
  const auto engine = database_->access().engine;
  const auto session = storage::application_name_of(node_name);
  const node_database database{engine, session, on_fenced};
  actors_ = spawn_node_actors(*system_, node_, database);
  outgoing_ = std::make_unique<outgoing_work>(*node_, database_->access(), *push_key_);
  notices_ = std::make_unique<net::notice_runner>(
      net::notice_runner_dependencies{database_->access(), settings_, node_->time, node_->ids, secrets_,
                                      metrics_, log_, node_->watchers, node_->jobs, system_random});
  actors_.jobs = spawn_job_runner(*system_, node_, database, job_handlers());
  janitor_reads_ = std::make_unique<storage::postgres_reads>(
      [engine, session] { return storage::open_pqxx(engine, session); }, node_->incarnation);
  directory_watch_.emplace(*janitor_reads_, directories_, secrets_, log_);
}

/// Who runs which background jobs. A kind that is not here waits for a server that knows it.
actors::job_kinds server::job_handlers() const {
  actors::job_kinds kinds;
  actors::add_payment_kinds(kinds, actors_.payments);
  actors::add_untold_kind(kinds, actors_.untold);
  outgoing_->add_to(kinds);
  notices_->add_to(kinds);
  return kinds;
}

// Without this the rows of an earlier run, or of a sender that died with its supervisor, would wait for
// the account's next message.
result<void> server::wake_senders() {
  const auto waiting = janitor_reads_->outbox_connections();
  if (!waiting) return waiting.error();
  for (const auto& [business, account] : waiting.value())
    caf::anon_send(actors_.registry, actors::wake_account{business, account});
  return {};
}

void server::watch(const actors::janitor_actor& janitor) {
  watchman_ = watch_node_actors(*system_, actors_, *node_, janitor, [this] {
    if (health_.draining || health_.broken.exchange(true)) return;
    log_->error("node_actor_died");
    kill(getpid(), SIGTERM);
  });
}

// The janitor's thread owns what these use after the start.
std::vector<actors::duty> server::duties() {
  janitor_hands hands;
  hands.connect = [this] { return engine_connection(); };
  hands.incarnation = node_->incarnation;
  hands.on_heartbeat = [this](const result<void>& beat) {
    const bool fenced = !beat && beat.error().code == errc::fenced;
    health_.database_away = !beat && !fenced;
    if (beat) health_.database_answered(std::chrono::steady_clock::now());
    if (fenced && !health_.draining && !health_.fenced.exchange(true)) kill(getpid(), SIGTERM);
  };
  hands.on_answer = [this] { health_.database_answered(std::chrono::steady_clock::now()); };
  hands.watch_database = [this](instant now) { return watch_database(now); };
  hands.watch_directory = [this](instant) -> result<void> {
    auto changed = directory_watch_->load_changes();
    if (!changed) return changed.error();
    if (changed.value())
      caf::anon_send(actors_.registry, actors::directory_changed{*std::move(changed.value())});
    return {};
  };
  hands.end_reservations = [this](instant now) -> result<void> {
    auto ended = janitor_reads_->expired_reservations(now);
    if (!ended) return ended.error();
    if (!ended.value().empty())
      caf::anon_send(actors_.registry, actors::reservations_ended{std::move(ended.value())});
    return {};
  };
  hands.wake_senders = [this](instant) { return wake_senders(); };
  return janitor_duties(std::move(hands));
}

// Journals and readers connect again by themselves, and the incarnation is as good as before.
result<void> server::watch_database(instant now) {
  if (!health_.database_away || !database_->is_dead() || !pace_.may_try(now)) return {};
  health_.reviving = true;
  const auto revived = database_->revive();
  health_.reviving = false;
  if (!revived) return revived.error();
  log_->warning("database_restarted");
  return {};
}

result<void> server::open_public() {
  auto tokens = api::access_token_keys::parse(revealed(settings_->security.jwt_keys));
  if (!tokens) return tokens.error();
  public_ = std::make_unique<public_listener>(
      *io_, counts_,
      public_parts{node_, actors_, database_->access(), directories_, live_,
                   std::make_shared<const api::access_token_keys>(std::move(tokens.value()))});
  return public_->listen();
}

void server::open_mail() {
  if (settings_->smtp.url.empty()) return log_->info("mail_not_configured");
  mail_sender_ = std::make_unique<net::mail_sender>(
      net::mail_sender_dependencies{settings_->smtp, database_->access(), node_->incarnation, node_->time,
                                    secrets_, metrics_, log_, system_jitter});
}

void server::open_imports() {
  import_runner_ = std::make_unique<net::import_runner>(
      net::import_runner_dependencies{database_->access(), node_->incarnation, settings_, node_->time,
                                      node_->ids, log_, actors_.registry, live_});
}

result<void> server::end_incarnation() {
  auto connection = engine_connection();
  if (!connection) return connection.error();
  return storage::end_incarnation(*connection.value(), node_->incarnation, node_->now());
}

result<void> server::stop_threads() {
  if (mail_sender_) mail_sender_->stop();
  if (import_runner_) import_runner_->stop();
  if (outgoing_) outgoing_->stop();
  if (notices_) notices_->stop();
  return {};
}

// The last turn's reply is on its way to the channel when the pump is empty already.
bool server::is_busy() const {
  return metrics_->queue_depth(monitoring::queue::pump).value() > 0 ||
         metrics_->queue_depth(monitoring::queue::jobs).value() > 0 ||
         metrics_->outbox_rows(monitoring::outbox_state::sending).value() > 0;
}

// What does not end in time is left behind: all of it is stored, and the next start finds it there (ADR 9).
bool server::stop(time_point deadline) {
  health_.draining = true;
  log_->info("draining");
  if (public_) {
    public_->stop_accepting();
    caf::anon_send(actors_.pump, actors::drain_atom::value);
    caf::anon_send(actors_.jobs, actors::drain_atom::value);
    public_->drain(3s);
    // Receivers may take their time; the next start sends what they have not taken.
    outgoing_->hang_up();
    // What is fenced cannot end: another process has it.
    for (int quiet = 0;
         quiet < 3 && !health_.fenced && std::chrono::steady_clock::now() < deadline - after_turns;) {
      std::this_thread::sleep_for(20ms);
      quiet = is_busy() ? 0 : quiet + 1;
    }
  }
  const bool is_well = !health_.fenced && !health_.broken;
  bool is_clean = is_well;
  const auto need = [&](const char* what, const result<void>& done) {
    if (done) return;
    is_clean = false;
    log_->error("stop_failed", {{"what", monitoring::code{what}}, {"why", done.error()}});
  };
  need("threads", done_by(deadline - after_threads, [this] { return stop_threads(); }));
  if (node_ && node_->incarnation != 0 && is_well)
    need("end_incarnation", done_by(deadline - after_database, [this] { return end_incarnation(); }));
  // Only now, and only if it has ended: what a closed client answers would be taken for an outage and be committed.
  if (client_ && is_clean) client_->close();
  if (database_) need("stop_database", database_->stop());
  log_->info("stopped", {{"clean", is_clean}});
  log_->drain(last_lines_limit);  // the process ends without taking the logger down
  return is_well;
}

}  // namespace

int serve(config::settings settings) {
  block_stop_signals();
  std::signal(SIGPIPE, SIG_IGN);

  auto running = std::make_unique<server>(std::move(settings));
  auto starting = begin_apart([&running] { return running->start(); });
  const bool is_asked = is_stopped_during(starting);
  auto deadline = std::chrono::steady_clock::now() + stop_limit;
  if (is_asked) {
    running->give_up_start();
    if (starting.wait_for(start_limit) != std::future_status::ready) {
      say("sellavie was still starting: it ends as if it had been killed");
      std::fflush(nullptr);
      _exit(0);
    }
  }
  const auto started = starting.get();
  if (!started) {
    say((is_asked ? "sellavie ends before it has started: " : "sellavie cannot start: ") +
        started.error().detail);
  } else if (!is_asked) {
    await_stop_signal();
    deadline = std::chrono::steady_clock::now() + stop_limit;
  }
  const bool is_well = running->stop(deadline);
  std::fflush(nullptr);
  // Actors hold nothing that is not stored; taking each of them down would only take time.
  _exit(is_well && (started || is_asked) ? 0 : 1);
}

}  // namespace sellavie
