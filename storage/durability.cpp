#include "storage/durability.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* unsafe_sql =
    "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name";

}  // namespace

result<std::vector<std::string>> durability_warnings(const database_role& role) {
  const auto connection = open_pq(role, "sellavie start");
  if (!connection) return connection.error();
  const auto rows = execute(**connection, unsafe_sql);
  if (!rows) return rows.error();
  std::vector<std::string> warnings;
  for (int i = 0; i < PQntuples(rows->get()); ++i)
    warnings.push_back("the database has " + std::string{field(*rows, i, 0)} +
                       " = off: a power cut may cost what it committed, or all of it");
  return warnings;
}

}  // namespace sellavie::storage
