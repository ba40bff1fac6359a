#include "tests/bench/process_meter.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace sellavie::bench {
namespace {

struct ticks {
  std::int64_t own = 0;
  std::int64_t reaped = 0;
};

ticks ticks_of(pid_t process) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');  // the name may hold blanks
  if (name_end == std::string::npos) return {};
  std::istringstream fields{text.substr(name_end + 1)};
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::int64_t user = 0, system = 0, reaped_user = 0, reaped_system = 0;
  fields >> user >> system >> reaped_user >> reaped_system;
  return {user + system, reaped_user + reaped_system};
}

std::chrono::microseconds to_time(std::int64_t ticks) {
  static const auto per_second = ::sysconf(_SC_CLK_TCK);
  return std::chrono::microseconds{ticks * 1'000'000 / per_second};
}

std::int64_t status_kb(pid_t process, std::string_view key) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/status"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key)) return std::stoll(line.substr(key.size()));
  return 0;
}

}  // namespace

cpu_used process_meter::cpu() const {
  cpu_used used;
  if (server_ > 0) used.server = to_time(ticks_of(server_).own);
  if (postmaster_ <= 0) return used;
  const auto parent = ticks_of(postmaster_);
  std::int64_t all = parent.own + parent.reaped;
  const auto number = std::to_string(postmaster_);
  std::ifstream children{"/proc/" + number + "/task/" + number + "/children"};
  for (pid_t child = 0; children >> child;) all += ticks_of(child).own;
  used.postgres = to_time(all);
  return used;
}

std::int64_t process_meter::resident_kb() const { return status_kb(server_, "VmRSS:"); }
std::int64_t process_meter::peak_resident_kb() const { return status_kb(server_, "VmHWM:"); }

}  // namespace sellavie::bench
