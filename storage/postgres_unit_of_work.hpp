#pragma once
// unit_of_work on PostgreSQL: one connection as the engine role, one round trip a commit, fenced by
// this process's incarnation. Reconnects by itself; after a commit in doubt it closes the gate of the
// readers, commits nothing and opens it again when the old session is known to be gone: at once as a rule,
// later when the database or that session hangs.

#include <functional>

#include "storage/doubt_gate.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

class postgres_unit_of_work final : public unit_of_work {
 public:
  using connector = std::function<result<pg_connection>()>;

  postgres_unit_of_work(connector connect, std::int64_t incarnation,
                        std::shared_ptr<doubt_gate> doubts = std::make_shared<doubt_gate>());

  [[nodiscard]] commit_report commit(std::span<const change_set* const> sets) override;
  [[nodiscard]] bool settle() override;

 private:
  struct attempt {
    commit_report report;
    /// Certainly rolled back, and what it waited for goes on: the same again will do.
    bool lost_deadlock = false;
  };
  [[nodiscard]] attempt try_commit(std::span<const change_set* const> sets);
  [[nodiscard]] result<void> ensure_connected();
  [[nodiscard]] result<void> end_lost_session(PGconn& fresh);
  void begin_doubt();

  connector connect_;
  std::int64_t incarnation_;
  std::shared_ptr<doubt_gate> doubts_;
  pg_connection connection_;
  /// Of `connection_`; libpq forgets it together with the connection.
  int backend_ = 0;
  /// Backend of a session lost in commit, until it is known to be gone; 0 when none.
  int lost_backend_ = 0;
};

}  // namespace sellavie::storage
