// GETs of the REST bridge over keep-alive connections, printed as one line of JSON.
//
//   bench_api --port 8080 --requests FILE --count 20000 --connections 64            closed loop
//   … --rate 500                                                                    open loop
//   bench_api --statement                                                           the inbox's first page in SQL
//
// FILE has a line "PATH TOKEN" per request; they are taken in turn.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "storage/api/inbox.hpp"
#include "tests/bench/load.hpp"

namespace {

using namespace sellavie::bench;

std::vector<std::string> requests_in(const std::string& file, std::uint16_t port) {
  std::vector<std::string> all;
  std::ifstream lines{file};
  for (std::string path, token; lines >> path >> token;)
    all.push_back("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                  "\r\nAccept: application/json\r\nAuthorization: Bearer " + token + "\r\n\r\n");
  return all;
}

int measure(const load_options& options, const std::string& file, std::size_t count) {
  const auto requests = requests_in(file, options.port);
  if (requests.empty()) {
    std::fprintf(stderr, "%s names no request\n", file.c_str());
    return 2;
  }
  std::vector<signed_webhook> posts;
  posts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) posts.push_back({0, requests[i % requests.size()]});

  boost::asio::io_context context{1};
  const webhook_factory nobody{webhook_options{}};
  load getting{context, options, nobody, std::move(posts)};
  getting.start([&] { context.stop(); });
  context.run();

  const auto& outcome = getting.outcome();
  const auto seconds = std::chrono::duration<double>(outcome.last_accepted - outcome.began).count();
  const auto latency = percentiles_of(outcome.answer_ms);
  std::printf("%s\n",
              nlohmann::json{{"answered", outcome.accepted},
                             {"refused", outcome.refused},
                             {"broken", outcome.broken},
                             {"per_second", static_cast<double>(outcome.accepted) / std::max(seconds, 1e-9)},
                             {"p50_ms", latency.p50_ms},
                             {"p99_ms", latency.p99_ms}}
                  .dump()
                  .c_str());
  return outcome.refused + outcome.broken == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  load_options options;
  options.connections = 64;
  std::string file;
  std::size_t count = 10'000;
  bool statement = false;
  CLI::App app{"GETs of the REST bridge"};
  app.add_option("--port", options.port);
  app.add_option("--requests", file);
  app.add_option("--count", count);
  app.add_option("--connections", options.connections);
  app.add_option("--rate", options.rate);
  app.add_flag("--statement", statement);
  CLI11_PARSE(app, argc, argv);
  if (statement) {
    std::puts(sellavie::storage::inbox_statements().front().sql.c_str());
    return 0;
  }
  return measure(options, file, count);
}
