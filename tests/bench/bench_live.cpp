// Thousands of readers of live events on one thread: what each costs the server's memory, and how long until
// an event has reached all of them, measured from the request that causes it. Prints one line of JSON.
// Driven by tests/bench/live.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/process_meter.hpp"

namespace {

using steady = std::chrono::steady_clock;

constexpr std::string_view awaited = "event: conversation.owner_changed";

struct wish {
  std::uint16_t port = 0;
  std::size_t clients = 5000;
  int rounds = 20;
  pid_t server = 0;
  /// One access token a line; used in turn.
  std::string tokens_file;
  std::string business;
  std::string conversation;
};

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
    throw std::runtime_error("cannot connect");
  return fd;
}

void send_all(int fd, const std::string& text) {
  if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("cannot send");
}

class audience {
 public:
  audience(const wish& wanted, const std::vector<std::string>& tokens)
      : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
    for (std::size_t i = 0; i < wanted.clients; ++i) {
      const int fd = connect_to(wanted.port);
      send_all(fd, "GET /api/v1/events?business_id=" + wanted.business +
                       " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + tokens[i % tokens.size()] +
                       "\r\n\r\n");
      ::fcntl(fd, F_SETFL, O_NONBLOCK);
      epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
      fds_.push_back(fd);
      if (i % 100 == 99) await("event: snapshot", i + 1, std::chrono::seconds{20});
    }
    await("event: snapshot", wanted.clients, std::chrono::seconds{60});
  }
  ~audience() {
    for (const int fd : fds_) ::close(fd);
    ::close(epoll_);
  }
  audience(const audience&) = delete;
  audience& operator=(const audience&) = delete;

  /// Until `count` have had it since forget(): when the last one did.
  steady::time_point await(std::string_view mark, std::size_t count, std::chrono::seconds patience) {
    const auto end = steady::now() + patience;
    std::vector<epoll_event> ready(512);
    while (had_ < count) {
      if (steady::now() > end) throw std::runtime_error("only " + std::to_string(had_) + " heard it in time");
      const int found = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 100);
      for (int i = 0; i < found; ++i) read(ready[static_cast<std::size_t>(i)].data.fd, mark);
    }
    return steady::now();
  }
  void forget() { had_ = 0; }
  [[nodiscard]] std::size_t lost() const { return lost_; }

 private:
  void read(int fd, std::string_view mark) {
    char buffer[8192];
    const auto size = ::recv(fd, buffer, sizeof buffer, 0);
    if (size <= 0) {
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
      ++lost_;
      return;
    }
    // One event is one write of the server, and fits.
    if (std::string_view{buffer, static_cast<std::size_t>(size)}.find(mark) != std::string_view::npos) ++had_;
  }

  int epoll_;
  std::vector<int> fds_;
  std::size_t had_ = 0;
  std::size_t lost_ = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void measure(const wish& wanted) {
  std::vector<std::string> tokens;
  std::ifstream file{wanted.tokens_file};
  for (std::string line; std::getline(file, line);) tokens.push_back(line);
  if (tokens.empty()) throw std::runtime_error("no tokens");
  const sellavie::bench::process_meter meter{wanted.server, 0};
  const auto before = meter.resident_kb();
  const auto began = steady::now();
  audience all{wanted, tokens};
  const std::chrono::duration<double> opening = steady::now() - began;
  const auto after = meter.resident_kb();
  std::vector<double> times;
  for (int round = 0; round < wanted.rounds; ++round) {
    all.forget();
    const int asking = connect_to(wanted.port);
    const char* what = round % 2 == 0 ? "/take-over" : "/return-to-ai";
    const auto asked = steady::now();
    send_all(
        asking,
        "POST /api/v1/businesses/" + wanted.business + "/conversations/" + wanted.conversation + what +
            " HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nContent-Length: 0\r\nAuthorization: Bearer " +
            tokens.front() + "\r\n\r\n");
    const auto last = all.await(awaited, wanted.clients, std::chrono::seconds{20});
    times.push_back(std::chrono::duration<double, std::milli>(last - asked).count());
    ::close(asking);
  }
  // With what is written to all of them at once.
  const auto most = std::max(after, meter.peak_resident_kb());
  std::printf(
      "{\"clients\":%zu,\"opening_s\":%.2f,\"resident_before_kb\":%lld,\"resident_after_kb\":%lld,"
      "\"most_resident_kb\":%lld,\"kb_per_client\":%.2f,\"all_have_it_ms\":{\"median\":%.1f,\"worst\":%.1f},\"lost\":%zu}\n",
      wanted.clients, opening.count(), static_cast<long long>(before), static_cast<long long>(after),
      static_cast<long long>(most), static_cast<double>(most - before) / static_cast<double>(wanted.clients),
      median(times), *std::max_element(times.begin(), times.end()), all.lost());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Readers of live events."};
  wish wanted;
  app.add_option("--port", wanted.port)->required();
  app.add_option("--clients", wanted.clients);
  app.add_option("--rounds", wanted.rounds);
  app.add_option("--server-pid", wanted.server)->required();
  app.add_option("--tokens", wanted.tokens_file)->required();
  app.add_option("--business", wanted.business)->required();
  app.add_option("--conversation", wanted.conversation)->required();
  CLI11_PARSE(app, argc, argv);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  try {
    measure(wanted);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_live: %s\n", failure.what());
    return 1;
  }
  return 0;
}
