#include "storage/guarded.hpp"

#include <pqxx/except>

#include <string>
#include <string_view>

namespace sellavie::storage {
namespace {

constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyz0123456789_";

// … violates unique constraint "orders_one_open" …
std::string_view constraint_in(std::string_view message) noexcept {
  constexpr std::string_view before = "constraint \"";
  const auto at = message.find(before);
  if (at == std::string_view::npos) return {};
  const auto name = message.substr(at + before.size());
  const auto end = name.find_first_not_of(name_characters);
  return end == std::string_view::npos || name[end] != '"' ? std::string_view{} : name.substr(0, end);
}

errc code_of(std::string_view state) noexcept {
  if (state == "SV001") return errc::fenced;
  if (state == "SV002" || state.starts_with("23")) return errc::conflict;
  if (state == "57014" || state == "55P03") return errc::timed_out;
  if (state == "42501" || state.starts_with("28")) return errc::forbidden;
  if (state.starts_with("08") || state.starts_with("40") || state.starts_with("53") ||
      state.starts_with("57"))
    return errc::unavailable;
  return errc::internal;
}

error describe(const pqxx::sql_error& failure) {
  std::string detail = failure.sqlstate().empty() ? "SQL error" : failure.sqlstate();
  if (const auto constraint = constraint_in(failure.what()); !constraint.empty()) {
    detail += ' ';
    detail += constraint;
  }
  return make_failure(code_of(failure.sqlstate()), std::move(detail));
}

}  // namespace

error error_of(std::exception_ptr failure) {
  try {
    std::rethrow_exception(std::move(failure));
  } catch (const pqxx::broken_connection&) {
    return make_failure(errc::unavailable, "database connection lost");
  } catch (const pqxx::in_doubt_error&) {
    return make_failure(errc::in_doubt, "connection lost in commit");
  } catch (const pqxx::statement_completion_unknown&) {
    return make_failure(errc::in_doubt, "connection lost in commit");
  } catch (const pqxx::transaction_rollback&) {
    return make_failure(errc::unavailable, "rolled back by the server");
  } catch (const pqxx::sql_error& failed) {
    return describe(failed);
  } catch (const pqxx::conversion_error&) {
    return make_failure(errc::internal, "a column does not hold what was expected");
  } catch (const std::exception&) {
    return make_failure(errc::internal, "database access failed");
  } catch (...) {
    return make_failure(errc::internal, "database access failed");
  }
}

}  // namespace sellavie::storage
