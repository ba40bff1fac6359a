#pragma once
// How the database is reached as each of the three roles, and opening a connection as one of them:
// by libpq (migrations, the journal's pipelines) or by libpqxx (everything else). Never throws.

#include <functional>
#include <memory>
#include <pqxx/connection>
#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

/// Secret: the connection string may hold a password.
struct database_role {
  /// URL or keyword=value list, as libpq takes it.
  std::string conninfo;
  /// Role to change to after connecting; empty when the connection's own user is the role.
  std::string set_role;

  friend bool operator==(const database_role&, const database_role&) = default;
};

struct database_access {
  /// Owns the tables; migrates. Not used to serve.
  database_role owner;
  /// The server's own work, all businesses.
  database_role engine;
  /// Work for one business: sees only rows of `app.business_id`.
  database_role tenant;
};

struct free_options {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using conninfo_options = std::unique_ptr<PQconninfoOption, free_options>;

/// What has to run first on a new connection, one statement or empty.
[[nodiscard]] std::string set_role_statement(const database_role& role);

/// The connection string with client encoding, time-out and application name filled in.
[[nodiscard]] result<std::string> complete_conninfo(const std::string& conninfo,
                                                    std::string_view application_name);

/// A connection that has its role.
[[nodiscard]] result<pg_connection> open_pq(const database_role& role, std::string_view application_name);

/// The same for libpqxx. The connection never reconnects by itself: that would lose the role.
[[nodiscard]] result<std::unique_ptr<pqxx::connection>> open_pqxx(const database_role& role,
                                                                  std::string_view application_name);

/// Runs one or more statements as one implicit transaction; the last result comes back.
[[nodiscard]] result<pg_result> execute(PGconn& connection, const std::string& sql);
/// One statement with text parameters $1…
[[nodiscard]] result<pg_result> execute(PGconn& connection, const std::string& sql,
                                        std::span<const std::string> parameters);
/// COPY … FROM stdin; `next` gives a line without its end, until it says false.
[[nodiscard]] result<void> copy_in(PGconn& connection, const std::string& statement,
                                   const std::function<bool(std::string&)>& next);
/// A field as text; empty for NULL.
[[nodiscard]] std::string_view field(const pg_result& rows, int row, int column) noexcept;
/// A field as a whole number; 0 for what is none.
[[nodiscard]] std::int64_t number_in(std::string_view field) noexcept;

/// "name" with quotes, safe in a statement.
[[nodiscard]] std::string quoted_name(std::string_view identifier);

}  // namespace sellavie::storage
