#pragma once
// unit_of_work on PostgreSQL: one connection as the engine role, one round trip a commit, fenced by
// this process's incarnation. Reconnects by itself; after a commit in doubt it first makes sure
// that the old session is gone, so that what is loaded afterwards is the truth.

#include <functional>

#include "storage/pipeline.hpp"

namespace sellavie::storage {

class postgres_unit_of_work final : public unit_of_work {
 public:
  using connector = std::function<result<pg_connection>()>;

  postgres_unit_of_work(connector connect, std::int64_t incarnation);

  [[nodiscard]] commit_report commit(std::span<const change_set* const> sets) override;

 private:
  [[nodiscard]] result<void> ensure_connected();
  [[nodiscard]] result<void> end_lost_session(PGconn& fresh);
  void settle_doubt();

  connector connect_;
  std::int64_t incarnation_;
  pg_connection connection_;
  /// Of `connection_`; libpq forgets it together with the connection.
  int backend_ = 0;
  /// Backend of a session lost in commit, until it is known to be gone; 0 when none.
  int lost_backend_ = 0;
};

}  // namespace sellavie::storage
