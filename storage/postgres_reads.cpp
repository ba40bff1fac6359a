#include "storage/postgres_reads.hpp"

#include <utility>
#include <vector>

#include "storage/postgres_reading.hpp"

namespace sellavie::storage {
namespace {

// As the journal: a plan made on an empty table must not teach a sequential scan.
constexpr const char* session_settings =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
    "SET plan_cache_mode = force_generic_plan; SET jit = off; "
    "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '10s'";

std::vector<statement> joined() {
  std::vector<statement> all;
  for (const auto part : {directory_reads(), conversation_reads(), queues_reads(), commerce_reads(),
                          money_reads(), plan_reads(), job_reads()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::span<const statement> read_statements() {
  static const std::vector<statement> all = joined();
  return all;
}

postgres_reads::postgres_reads(connector connect, std::int64_t incarnation,
                               std::shared_ptr<const doubt_gate> doubts)
    : connect_{std::move(connect)}, incarnation_{incarnation}, doubts_{std::move(doubts)} {}

postgres_reads::~postgres_reads() = default;

result<void> postgres_reads::ensure_connected() {
  if (connection_ && connection_->is_open()) return {};
  connection_.reset();
  auto fresh = connect_();
  if (!fresh) return fresh.error();
  const auto ready = guarded([&] {
    pqxx::nontransaction{**fresh}.exec(session_settings);
    for (const statement& one : read_statements()) (*fresh)->prepare(one.name, one.sql);
  });
  if (!ready) return ready.error();
  connection_ = std::move(*fresh);
  return {};
}

}  // namespace sellavie::storage
