// The stand-ins as a program, for trying things by hand:
//   bench_stand_ins --model-port 9801 --graph-port 9802 --latency-ms 300
// Prints what they counted when it is stopped.
#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "tests/bench/stand_ins.hpp"

int main(int argc, char** argv) {
  using namespace sellavie::bench;
  CLI::App app{"Stand-ins for the model and for Graph."};
  std::uint16_t model_port = 0, graph_port = 0;
  int latency = 0, spread = 0;
  app.add_option("--model-port", model_port);
  app.add_option("--graph-port", graph_port);
  app.add_option("--latency-ms", latency);
  app.add_option("--spread-ms", spread, "Answers come between latency and latency + spread");
  CLI11_PARSE(app, argc, argv);

  boost::asio::io_context context{1};
  stand_ins world{
      context, {.latency = std::chrono::milliseconds{latency}, .spread = std::chrono::milliseconds{spread}}};
  if (const auto listening = world.listen(model_port, graph_port); !listening) {
    std::fprintf(stderr, "cannot listen: %s\n", listening.error().detail.c_str());
    return 1;
  }
  std::printf("model http://127.0.0.1:%u/v1\ngraph http://127.0.0.1:%u\n", world.model_port(),
              world.graph_port());
  std::fflush(stdout);
  boost::asio::signal_set stop{context, SIGINT, SIGTERM};
  stop.async_wait([&](const auto&, int) { context.stop(); });
  context.run();
  const auto& counts = world.counts();
  std::printf("asked %llu, answered %llu, most at once %llu, sends %llu\n",
              static_cast<unsigned long long>(counts.asked), static_cast<unsigned long long>(counts.answered),
              static_cast<unsigned long long>(counts.most_thinking),
              static_cast<unsigned long long>(counts.sends));
  return 0;
}
