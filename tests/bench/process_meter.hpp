#pragma once
// CPU and memory of the server and of its whole PostgreSQL cluster, from /proc.

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace sellavie::bench {

struct cpu_used {
  std::chrono::microseconds server{0};
  std::chrono::microseconds postgres{0};
};

class process_meter {
 public:
  /// 0: not measured.
  process_meter(pid_t server, pid_t postmaster) : server_{server}, postmaster_{postmaster} {}

  /// User and system time since the processes began. The cluster's is the postmaster's own, that of
  /// its living children, and that of the children it has reaped: an ended backend is not lost.
  [[nodiscard]] cpu_used cpu() const;

  /// Resident memory of the server, now and at most since its start, in kB.
  [[nodiscard]] std::int64_t resident_kb() const;
  [[nodiscard]] std::int64_t peak_resident_kb() const;

 private:
  pid_t server_;
  pid_t postmaster_;
};

}  // namespace sellavie::bench
