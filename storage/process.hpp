#pragma once
// Child processes: started in their own session with nothing of ours open, if wanted as another user.
// Callers may have threads: between fork and exec only async-signal-safe calls are made.

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "protocol/domain/error.hpp"

namespace sellavie::storage {

struct os_user {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

[[nodiscard]] result<os_user> find_user(const std::string& name);
/// Whom this process runs as; an error when the system's user list does not know that number.
[[nodiscard]] result<os_user> effective_user();

struct command {
  /// The first is an absolute path.
  std::vector<std::string> arguments;
  /// Drops to this user (needs root); otherwise the child runs as we do.
  std::optional<os_user> as;
  /// The child gets SIGQUIT when the *thread* that started it ends.
  bool dies_with_us = false;
  /// "NAME=value" beside PATH and LC_ALL; nothing of our own environment is passed on.
  std::vector<std::string> environment{};
  /// Where its complaints go; below 0: with the output.
  int complaints = -1;
};

/// Starts the command; its output goes to the descriptor. A failed exec is an error here.
[[nodiscard]] result<pid_t> spawn(const command& what, int output);

struct finished {
  /// As from a shell: the exit status, or 128 + signal.
  int status = 0;
  std::string output;
};

/// Runs the command to its end; past the limit it is killed and the error is timed_out.
[[nodiscard]] result<finished> run(const command& what, std::chrono::seconds limit);

/// False for zombies too. Reaps the process if it is a child of ours.
[[nodiscard]] bool is_running(pid_t process) noexcept;
/// Whether it ended within the limit.
[[nodiscard]] bool wait_for_end(pid_t process, std::chrono::milliseconds limit);

/// Processes whose program has this name and whose working directory is this folder. Others' processes are seen
/// by root only.
[[nodiscard]] std::vector<pid_t> processes_in(const std::string& folder, const std::string& program);

}  // namespace sellavie::storage
