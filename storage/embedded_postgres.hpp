#pragma once
// The private PostgreSQL cluster below data.dir, used when database.url is empty. Unix socket only;
// the kernel vouches for who connects (peer), so there is no password: only our user, root and the
// database's user get in. The postmaster runs in its own session as an unprivileged user.
//
//   start: lock the folder -> initdb once (beside, then rename) -> adopt or spawn -> roles, database
//   stop:  fast shutdown, then immediate, SIGKILL only as the last resort; the data stays
//   revive: the postmaster died under us (kill -9, out of memory): its backends are ended, then a new one
//           is spawned and recovers; a backend that could still commit would be seen by nobody
//
// When our process is killed, the postmaster lives on. The next start takes the lock, adopts it,
// and ends the sessions that the dead process left, so that nothing of it can commit any more.
// A second server on the same folder is refused; a tool (`cluster_use::tool`) joins the first one.
//
// <data.dir>/postgres/
//   cluster/     PGDATA, the database user's      custom.conf  the operator's own settings, optional
//   socket/      unless its path is too long       *.conf       written by each start
//   start.log    of the last start; later messages are in cluster/log/, one file a weekday

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/domain/error.hpp"
#include "storage/connect.hpp"

namespace sellavie::storage {

/// A server owns the cluster while it runs; a tool uses what runs and starts it only if nothing does.
enum class cluster_use : std::uint8_t { serve, tool };

struct embedded_options {
  std::filesystem::path data_dir;
  /// Empty: the newest below /usr/lib/postgresql (of the data's own version when there is data), or pg_config's.
  std::filesystem::path postgres_bin_dir;
  /// Only as root. Empty: postgres, sellavie, nobody: the first that exists.
  std::string run_as;
  cluster_use use = cluster_use::serve;
  /// A server waits this long for a predecessor that is just ending.
  std::chrono::milliseconds lock_patience{5000};
  std::chrono::seconds start_timeout{300};
  std::chrono::seconds stop_timeout{60};
  /// For what an operator should see; may be empty.
  std::function<void(std::string_view)> log;

  // For tests.
  std::vector<std::pair<std::string, std::string>> settings;
  /// Roles besides ours as which our user may connect.
  std::vector<std::string> further_roles;
  bool dies_with_us = false;
};

class embedded_postgres final {
 public:
  [[nodiscard]] static result<embedded_postgres> start(embedded_options options);

  embedded_postgres(embedded_postgres&&) noexcept;
  embedded_postgres& operator=(embedded_postgres&&) noexcept;
  /// Stops what this object owns.
  ~embedded_postgres();

  [[nodiscard]] database_access access(std::string_view database = "sellavie") const;
  /// One role of the cluster that logs in by itself.
  [[nodiscard]] database_role role(std::string_view name, std::string_view database = "sellavie") const;
  /// The superuser: for backups (row-level security does not bind it) and tests, never to serve.
  [[nodiscard]] database_role bootstrap(std::string_view database = "postgres") const;

  [[nodiscard]] pid_t pid() const noexcept;
  /// It was running already when we started.
  [[nodiscard]] bool is_adopted() const noexcept;
  [[nodiscard]] bool is_alive() const;

  /// Starts the postmaster again if it is dead; whether it was. Blocks until it answers (crash recovery) or
  /// until stop() is called by another thread. Never for a tool that only joined: the owner does it.
  [[nodiscard]] result<bool> revive();

  /// Waits until it is down. A tool that only joined leaves it running. Calling it again is harmless.
  /// From any thread, also during revive(), which then gives up.
  [[nodiscard]] result<void> stop();

 private:
  struct running;
  explicit embedded_postgres(std::unique_ptr<running> state) noexcept;
  std::unique_ptr<running> state_;
};

}  // namespace sellavie::storage
