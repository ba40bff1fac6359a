#include "storage/connect.hpp"

#include <pqxx/nontransaction>

#include <charconv>
#include <map>
#include <vector>

namespace sellavie::storage {
namespace {

std::string escaped_value(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

std::string first_line(std::string_view text) { return std::string{text.substr(0, text.find('\n'))}; }

/// Notices would go to stderr. Whoever was told "committed" relies on it: a server or a role that commits
/// asynchronously is overruled, anything stricter stays. The role comes last, so that nothing after it can fail half-way.
std::string session_start(const database_role& role) {
  return "SET client_min_messages = warning;"
         "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';" +
         set_role_statement(role);
}

errc code_of(std::string_view state) {
  if (state.empty() || state.starts_with("08") || state.starts_with("57P") || state.starts_with("53"))
    return errc::unavailable;
  if (state == "40001" || state == "40P01") return errc::unavailable;
  if (state == "55P03" || state == "57014") return errc::timed_out;
  if (state.starts_with("42501") || state.starts_with("28")) return errc::forbidden;
  if (state.starts_with("23") || state == "42710" || state == "42P04" || state == "42P07")
    return errc::conflict;
  return errc::internal;
}

/// Only the primary message: the detail line quotes rows.
error failure_of(PGconn& connection, const PGresult* rows) {
  const auto part = [rows](int what) {
    const char* text = PQresultErrorField(rows, what);
    return std::string{text == nullptr ? "" : text};
  };
  const auto state = part(PG_DIAG_SQLSTATE);
  if (state.empty()) return make_failure(errc::unavailable, first_line(PQerrorMessage(&connection)));
  auto text = state + ": " + part(PG_DIAG_MESSAGE_PRIMARY);
  if (const auto position = part(PG_DIAG_STATEMENT_POSITION); !position.empty())
    text += " (at character " + position + ")";
  return make_failure(code_of(state), std::move(text));
}

result<pg_result> checked(PGconn& connection, PGresult* raw) {
  pg_result rows{raw};
  const auto status = PQresultStatus(rows.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return rows;
  return failure_of(connection, rows.get());
}

/// libpqxx 6 reconnects between transactions without a word; 7 no longer does and has no such call.
template <class Connection>
void forbid_silent_reconnect(Connection& connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  if constexpr (requires { connection.inhibit_reactivation(true); }) connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

}  // namespace

std::string quoted_name(std::string_view identifier) {
  std::string text = "\"";
  for (const char c : identifier) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

std::string set_role_statement(const database_role& role) {
  return role.set_role.empty() ? std::string{} : "SET ROLE " + quoted_name(role.set_role);
}

result<std::string> complete_conninfo(const std::string& conninfo, std::string_view application_name) {
  char* complaint = nullptr;
  const conninfo_options given{PQconninfoParse(conninfo.c_str(), &complaint)};
  PQfreemem(complaint);  // may quote the password
  if (!given) return make_failure(errc::invalid_value, "not a PostgreSQL connection string or URL");
  std::map<std::string, std::string> values{// A half-open connection is noticed in seconds, not in minutes.
                                            {"connect_timeout", "10"},
                                            {"tcp_user_timeout", "10000"},
                                            {"keepalives_idle", "5"},
                                            {"keepalives_interval", "2"},
                                            {"keepalives_count", "3"}};
  for (const auto* option = given.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) values[option->keyword] = option->val;
  values["client_encoding"] = "UTF8";
  values["application_name"] = application_name;
  std::string text;
  for (const auto& [key, value] : values) text += key + "=" + escaped_value(value) + " ";
  return text;
}

result<pg_connection> open_pq(const database_role& role, std::string_view application_name) {
  const auto complete = complete_conninfo(role.conninfo, application_name);
  if (!complete) return complete.error();
  pg_connection connection{PQconnectdb(complete->c_str())};
  if (PQstatus(connection.get()) != CONNECTION_OK)
    return make_failure(errc::unavailable, first_line(PQerrorMessage(connection.get())));
  if (const auto started = execute(*connection, session_start(role)); !started)
    return make_failure(started.error().code, "cannot become the role: " + started.error().detail);
  return connection;
}

result<std::unique_ptr<pqxx::connection>> open_pqxx(const database_role& role,
                                                    std::string_view application_name) {
  const auto complete = complete_conninfo(role.conninfo, application_name);
  if (!complete) return complete.error();
  try {
    auto connection = std::make_unique<pqxx::connection>(*complete);
    forbid_silent_reconnect(*connection);
    pqxx::nontransaction{*connection}.exec(session_start(role));
    return connection;
  } catch (const pqxx::sql_error& failure) {
    return make_failure(code_of(failure.sqlstate()), "cannot become the role: " + first_line(failure.what()));
  } catch (const std::exception& failure) {
    return make_failure(errc::unavailable, first_line(failure.what()));
  }
}

result<pg_result> execute(PGconn& connection, const std::string& sql) {
  return checked(connection, PQexec(&connection, sql.c_str()));
}

result<pg_result> execute(PGconn& connection, const std::string& sql,
                          std::span<const std::string> parameters) {
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter.c_str());
  return checked(connection, PQexecParams(&connection, sql.c_str(), static_cast<int>(values.size()), nullptr,
                                          values.data(), nullptr, nullptr, 0));
}

result<void> copy_in(PGconn& connection, const std::string& statement,
                     const std::function<bool(std::string&)>& next) {
  const pg_result begun{PQexec(&connection, statement.c_str())};
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return failure_of(connection, begun.get());
  for (std::string line; next(line);) {
    line += '\n';
    if (PQputCopyData(&connection, line.data(), static_cast<int>(line.size())) != 1) break;
  }
  // Whatever went wrong, the server's answer says it.
  [[maybe_unused]] const int told = PQputCopyEnd(&connection, nullptr);
  result<void> outcome;
  for (pg_result rows{PQgetResult(&connection)}; rows; rows.reset(PQgetResult(&connection)))
    if (auto done = checked(connection, rows.release()); !done) outcome = done.error();
  return outcome;
}

std::string_view field(const pg_result& rows, int row, int column) noexcept {
  return {PQgetvalue(rows.get(), row, column),
          static_cast<std::size_t>(PQgetlength(rows.get(), row, column))};
}

std::int64_t number_in(std::string_view field) noexcept {
  std::int64_t value = 0;
  std::from_chars(field.data(), field.data() + field.size(), value);
  return value;
}

}  // namespace sellavie::storage
