// One measurement against a running server, printed as one line of JSON. The stand-ins live in the
// same process and thread as the load, so that a turn's end is seen where it happens.
//
//   bench_load --port 8080 --model-port 9801 --graph-port 9802 --secret S --count 50000   webhooks
//   … --payments ID --payments ID                                 events of payments, to these Paystack connections
//   … --turns --in-flight 256                                     whole turns, closed loop
//   … --turns --rate 1000                                         whole turns, open loop
//   … --turns --in-flight 5000 --latency-ms 2000 --spread-ms 2000
#include <libpq-fe.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/bench/load.hpp"
#include "tests/bench/process_meter.hpp"
#include "tests/bench/stand_ins.hpp"

namespace {

using namespace sellavie::bench;
using std::chrono::milliseconds;

constexpr auto settle_patience = std::chrono::seconds{60};
constexpr milliseconds settle_poll{5};

/// Looks at the tables as a superuser.
class database {
 public:
  explicit database(const std::string& conninfo) {
    if (conninfo.empty()) return;
    connection_ = PQconnectdb(conninfo.c_str());
    if (PQstatus(connection_) == CONNECTION_OK) return;
    std::fprintf(stderr, "database: %s\n", PQerrorMessage(connection_));
    std::exit(1);
  }
  ~database() { PQfinish(connection_); }
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  [[nodiscard]] bool is_open() const { return connection_ != nullptr; }
  [[nodiscard]] std::int64_t number(const char* sql) const {
    PGresult* rows = PQexec(connection_, sql);
    const bool good = PQresultStatus(rows) == PGRES_TUPLES_OK && PQntuples(rows) == 1;
    const std::int64_t value = good ? std::atoll(PQgetvalue(rows, 0, 0)) : -1;
    PQclear(rows);
    return value;
  }

 private:
  PGconn* connection_ = nullptr;
};

struct arguments {
  webhook_options webhooks;
  load_options load;
  stand_in_options stand_ins;
  std::uint16_t model_port = 0;
  std::uint16_t graph_port = 0;
  std::size_t count = 10'000;
  bool turns = false;
  bool to_itself = false;
  pid_t server = 0;
  pid_t postmaster = 0;
  std::string conninfo;
};

constexpr const char* open_rows_sql =
    "SELECT (SELECT count(*) FROM inbound_events) + (SELECT count(*) FROM outbox)";

/// Until inbox and outbox are empty: all that was accepted is committed to its end.
bool wait_until_settled(const database& tables) {
  const auto until = steady::now() + settle_patience;
  while (tables.number(open_rows_sql) != 0) {
    if (steady::now() > until) return false;
    std::this_thread::sleep_for(settle_poll);
  }
  return true;
}

double seconds(steady::duration of) { return std::chrono::duration<double>(of).count(); }
double own_cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto whole = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return whole(used.ru_utime) + whole(used.ru_stime);
}

void allow_many_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct stored_counts {
  std::int64_t messages = 0;
  std::int64_t turns = 0;
};
stored_counts count_stored(const database& tables) {
  if (!tables.is_open()) return {};
  return {tables.number("SELECT count(*) FROM messages"),
          tables.number("SELECT count(*) FROM turns WHERE state = 1")};
}

int measure(arguments with) {
  boost::asio::io_context context{1};
  webhook_factory factory{with.webhooks};
  load posting{context, with.load, factory, factory.make(with.count)};
  stand_ins world{context, with.stand_ins, [&](std::string_view recipient) { posting.on_reply(recipient); }};
  if (const auto listening = world.listen(with.model_port, with.graph_port); !listening) {
    std::fprintf(stderr, "cannot listen: %s\n", listening.error().detail.c_str());
    return 1;
  }
  const database tables{with.conninfo};
  const process_meter meter{with.server, with.postmaster};
  const auto stored_before = count_stored(tables);
  const auto cpu_before = meter.cpu();
  const double own_before = own_cpu_seconds();

  // The stand-ins go on serving while the tables are watched: by a thread of its own for the context.
  bool done = false;
  posting.start([&] {
    done = true;
    context.stop();
  });
  context.run();
  const double own_used = own_cpu_seconds() - own_before;
  const auto cpu_answered = meter.cpu();
  context.restart();
  std::thread serving{[&] {
    const auto guard = boost::asio::make_work_guard(context);
    context.run();
  }};
  const bool settled = !tables.is_open() || wait_until_settled(tables);
  const auto ended = steady::now();
  const auto cpu_after = meter.cpu();
  context.stop();
  serving.join();

  const auto& outcome = posting.outcome();
  const auto stored_after = count_stored(tables);
  const auto items =
      static_cast<double>(std::max<std::uint64_t>(1, with.turns ? outcome.replied : outcome.accepted));
  const auto per_item = [&](std::chrono::microseconds from, std::chrono::microseconds to) {
    return static_cast<double>((to - from).count()) / items;
  };
  const auto accept_seconds = seconds(outcome.last_accepted - outcome.began);
  const auto settle_seconds = seconds(ended - outcome.began);
  const auto answers = percentiles_of(outcome.answer_ms);
  const auto replies = percentiles_of(outcome.reply_ms);
  const nlohmann::json line{
      {"count", with.count},
      {"accepted", outcome.accepted},
      {"refused", outcome.refused},
      {"broken", outcome.broken},
      {"replied", outcome.replied},
      {"gave_up", outcome.gave_up || !done},
      {"settled", settled},
      {"accept_seconds", accept_seconds},
      {"settle_seconds", settle_seconds},
      {"accepted_per_second", static_cast<double>(outcome.accepted) / std::max(accept_seconds, 1e-9)},
      {"turns_per_second", static_cast<double>(outcome.replied) / std::max(settle_seconds, 1e-9)},
      {"answer_p50_ms", answers.p50_ms},
      {"answer_p99_ms", answers.p99_ms},
      {"answer_max_ms", answers.max_ms},
      {"reply_p50_ms", replies.p50_ms},
      {"reply_p99_ms", replies.p99_ms},
      {"reply_max_ms", replies.max_ms},
      {"server_us", per_item(cpu_before.server, cpu_after.server)},
      {"postgres_us", per_item(cpu_before.postgres, cpu_after.postgres)},
      {"server_us_answered", per_item(cpu_before.server, cpu_answered.server)},
      {"postgres_us_answered", per_item(cpu_before.postgres, cpu_answered.postgres)},
      {"bench_us", own_used * 1e6 / items},
      {"most_thinking", world.counts().most_thinking},
      {"reply_after_last_answer_ms", seconds(outcome.last_reply - world.counts().last_answer) * 1000},
      {"messages", stored_after.messages - stored_before.messages},
      {"turns", stored_after.turns - stored_before.turns},
      {"resident_kb", meter.resident_kb()},
      {"peak_resident_kb", meter.peak_resident_kb()}};
  std::printf("%s\n", line.dump().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  arguments with;
  int latency = 0, spread = 0, patience = 20;
  CLI::App app{"Posts webhooks, answers as model and Graph, prints one line of JSON."};
  app.add_option("--port", with.load.port, "The server's public port")->required();
  app.add_option("--model-port", with.model_port)->required();
  app.add_option("--graph-port", with.graph_port)->required();
  app.add_option("--secret", with.webhooks.app_secret, "The Meta app's secret, or of payments the API's key")
      ->required()
      ->take_last();
  app.add_option("--count", with.count);
  app.add_option("--connections", with.load.connections);
  app.add_option("--customers", with.webhooks.customers);
  app.add_option("--accounts", with.webhooks.accounts);
  app.add_flag("--turns", with.turns, "Wait for the reply, not only for the 200");
  app.add_flag("--to-itself", with.to_itself, "Messages of an account to itself: recorded, no turn starts");
  app.add_option("--payments", with.webhooks.payment_connections,
                 "Events of payments to these Paystack connections, signed with --secret");
  app.add_option("--in-flight", with.load.in_flight, "Turns under way (closed loop)");
  app.add_option("--rate", with.load.rate, "Requests a second (open loop)");
  app.add_option("--latency-ms", latency, "Of each model answer");
  app.add_option("--spread-ms", spread, "Answers come between latency and latency + spread");
  app.add_option("--patience-s", patience);
  app.add_option("--server-pid", with.server);
  app.add_option("--postmaster-pid", with.postmaster);
  app.add_option("--database", with.conninfo, "To wait until the tables are empty");
  CLI11_PARSE(app, argc, argv);
  with.webhooks.port = with.load.port;
  with.webhooks.kind = !with.webhooks.payment_connections.empty() ? webhook_kind::payment_event
                       : with.to_itself                           ? webhook_kind::to_itself
                                                                  : webhook_kind::message;
  with.load.until = with.turns ? wait_for::reply : wait_for::answer;
  with.load.patience = std::chrono::seconds{patience};
  with.stand_ins.latency = milliseconds{latency};
  with.stand_ins.spread = milliseconds{spread};
  allow_many_files();
  return measure(std::move(with));
}
