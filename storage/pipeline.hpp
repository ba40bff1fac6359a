#pragma once
// One libpq connection in pipeline mode: the statements of a transaction travel together, so a
// batch costs one round trip. Everything queued up to finish() is one implicit transaction.
// libpqxx has no pipelines of prepared statements with binary parameters (docs/adr/0003).

#include <libpq-fe.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/error.hpp"
#include "storage/binary_array.hpp"
#include "storage/unit_of_work.hpp"

namespace sellavie::storage {

struct close_result {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using pg_result = std::unique_ptr<PGresult, close_result>;

struct close_connection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using pg_connection = std::unique_ptr<PGconn, close_connection>;

/// A statement that is prepared once per connection; parameters are binary.
struct statement {
  const char* name;
  const char* sql;
};

/// One binary parameter.
class parameter {
 public:
  parameter(const std::string& scalar) : bytes_{scalar} {}   // NOLINT: arrays and scalars alike
  parameter(binary_array& array) : bytes_{array.bytes()} {}  // NOLINT
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

 private:
  std::string_view bytes_;
};

class pipeline {
 public:
  /// The connection must be in pipeline mode with all statements prepared.
  explicit pipeline(PGconn& connection) noexcept : connection_{connection} {}

  void queue(const statement& what, std::initializer_list<parameter> parameters);
  [[nodiscard]] std::size_t queued() const noexcept { return queued_; }
  /// Sends what is queued and waits for the outcome. `results` has one entry per statement.
  [[nodiscard]] commit_report finish(std::vector<pg_result>& results);
  /// It was rolled back because another transaction and this one waited for each other; that one goes on.
  [[nodiscard]] bool lost_deadlock() const noexcept { return lost_deadlock_; }

 private:
  PGconn& connection_;
  std::size_t queued_ = 0;
  bool broken_ = false;
  bool lost_deadlock_ = false;
};

/// Prepares the statements and enters pipeline mode.
[[nodiscard]] result<void> prepare_pipeline(PGconn& connection, const statement* first, std::size_t count);

/// An int8 as a binary scalar.
[[nodiscard]] std::string binary_int8(std::int64_t value);

}  // namespace sellavie::storage
