#pragma once
// A private PostgreSQL for tests: one cluster per test process, started by the first call and gone
// with the process (also when it is killed), and a database of its own for each test, copied from
// a migrated template. fsync is off unless SELLAVIE_TEST_FSYNC=1. Failures throw: a test cannot go on.
//
// Call it from the main thread first: the cluster ends when the thread that started it does.

#include <span>
#include <string>

#include "storage/embedded_postgres.hpp"
#include "storage/migrations.hpp"
#include "tests/support/print_result.hpp"

namespace sellavie::test {

/// The running cluster.
[[nodiscard]] storage::embedded_postgres& test_cluster();

/// A database that is dropped with the object, whoever is still connected.
class test_database final {
 public:
  explicit test_database(std::string name);
  test_database(test_database&& other) noexcept;
  test_database& operator=(test_database&&) = delete;
  ~test_database();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] storage::database_access access() const { return test_cluster().access(name_); }
  /// As superuser, whom row-level security does not bind: to arrange and to look.
  [[nodiscard]] storage::database_role superuser() const { return test_cluster().bootstrap(name_); }

 private:
  std::string name_;
};

/// Has the program's whole schema and no rows.
[[nodiscard]] test_database fresh_database();
/// Without any schema.
[[nodiscard]] test_database empty_database();

/// Runs statements as that role; the last result. Throws with the server's message.
storage::pg_result run_sql(const storage::database_role& role, const std::string& sql);

/// A new folder that every user may pass through, removed with the object.
class temporary_folder final {
 public:
  explicit temporary_folder(const std::string& prefix = "/tmp/sellavie-test-");
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sellavie::test
