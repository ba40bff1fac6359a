#include "storage/pipeline.hpp"

#include <array>

namespace sellavie::storage {
namespace {

constexpr std::size_t max_parameters = 24;

std::string_view field(const PGresult* result, int code) noexcept {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

// Nothing is wrong with the rows: rolled back for a deadlock, out of space or memory, shutting down.
bool is_transient(std::string_view state) noexcept {
  return state.starts_with("40") || state.starts_with("53") || state.starts_with("57") ||
         state.starts_with("58") || state == "55P03";
}

commit_outcome outcome_of(const PGresult* failed) noexcept {
  const auto state = field(failed, PG_DIAG_SQLSTATE);
  if (state == "SV001") return commit_outcome::fenced;
  return is_transient(state) ? commit_outcome::unavailable : commit_outcome::refused;
}

// The server's detail line quotes row values; the primary text does so for bad data (class 22) only.
error describe(const PGresult* result) {
  std::string detail{field(result, PG_DIAG_SQLSTATE)};
  if (!detail.starts_with("22")) {
    detail += ' ';
    detail += field(result, PG_DIAG_MESSAGE_PRIMARY);
  }
  if (const auto constraint = field(result, PG_DIAG_CONSTRAINT_NAME); !constraint.empty()) {
    detail += " (";
    detail += constraint;
    detail += ')';
  }
  return make_failure(errc::conflict, std::move(detail));
}

// An ERROR leaves the session alive and the transaction certainly rolled back; FATAL does not say.
bool ends_session(const PGresult* result) noexcept {
  const auto severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity != "ERROR";
}

}  // namespace

void pipeline::queue(const statement& what, std::initializer_list<parameter> parameters) {
  if (broken_) return;
  std::array<const char*, max_parameters> values{};
  std::array<int, max_parameters> lengths{};
  std::array<int, max_parameters> formats{};
  std::size_t n = 0;
  for (const parameter& one : parameters) {
    values.at(n) = one.bytes().data();
    lengths.at(n) = static_cast<int>(one.bytes().size());
    formats.at(n) = 1;
    ++n;
  }
  broken_ = PQsendQueryPrepared(&connection_, what.name, static_cast<int>(n), values.data(), lengths.data(),
                                formats.data(), 1) == 0;
  if (!broken_) ++queued_;
}

commit_report pipeline::finish(std::vector<pg_result>& results) {
  commit_report report;
  // Without a sync the server commits nothing.
  if (broken_ || PQstatus(&connection_) != CONNECTION_OK) {
    report.outcome = commit_outcome::unavailable;
    report.failure = make_failure(errc::unavailable, "connection lost before commit");
    return report;
  }
  if (PQpipelineSync(&connection_) == 0) {
    report.outcome = commit_outcome::in_doubt;
    report.failure = make_failure(errc::in_doubt, "connection lost in commit");
    return report;
  }
  bool failed = false;
  bool synced = false;
  report.outcome = commit_outcome::in_doubt;
  for (std::size_t i = 0; i < queued_ && !failed; ++i) {
    pg_result one{PQgetResult(&connection_)};
    if (!one) break;
    const ExecStatusType status = PQresultStatus(one.get());
    if (status == PGRES_FATAL_ERROR) {
      report.failure = describe(one.get());
      failed = true;
      if (ends_session(one.get())) return report;
      report.outcome = outcome_of(one.get());
      lost_deadlock_ = field(one.get(), PG_DIAG_SQLSTATE) == "40P01";
    }
    results.push_back(std::move(one));
    while (pg_result rest{PQgetResult(&connection_)}) {
    }
  }
  // After an error the rest arrives as aborted, then the sync.
  for (std::size_t nulls = 0; nulls < 2 * queued_ + 4 && !synced;) {
    pg_result one{PQgetResult(&connection_)};
    if (!one) {
      if (PQstatus(&connection_) != CONNECTION_OK) break;
      ++nulls;
      continue;
    }
    const ExecStatusType status = PQresultStatus(one.get());
    synced = status == PGRES_PIPELINE_SYNC;
    if (status == PGRES_FATAL_ERROR && !failed) {
      report.failure = describe(one.get());
      failed = true;
      if (ends_session(one.get())) return report;
      report.outcome = outcome_of(one.get());
      lost_deadlock_ = field(one.get(), PG_DIAG_SQLSTATE) == "40P01";
    }
  }
  if (!synced) {
    report.outcome = commit_outcome::in_doubt;
    report.failure = make_failure(errc::in_doubt, "connection lost in commit");
  } else if (!failed) {
    report.outcome = commit_outcome::committed;
  }
  return report;
}

result<void> prepare_pipeline(PGconn& connection, const statement* first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const pg_result prepared{PQprepare(&connection, first[i].name, first[i].sql, 0, nullptr)};
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
      error failure = describe(prepared.get());
      failure.code = PQstatus(&connection) == CONNECTION_OK ? errc::internal : errc::unavailable;
      failure.detail = std::string{first[i].name} + ": " + failure.detail;
      return failure;
    }
  }
  if (PQenterPipelineMode(&connection) == 0) return make_failure(errc::unavailable, "no pipeline mode");
  return {};
}

std::string binary_int8(std::int64_t value) {
  std::string bytes(8, '\0');
  const auto raw = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(raw >> (8 * (7 - i)));
  return bytes;
}

}  // namespace sellavie::storage
