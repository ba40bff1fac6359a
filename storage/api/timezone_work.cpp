#include "storage/api/timezone_work.hpp"

namespace sellavie::storage {
namespace {

// Files of the folder that are no zones of the database, or depend on the machine.
constexpr const char* known_zone = R"(
SELECT count(*) FROM pg_timezone_names
WHERE name = $1 AND name !~ '^(posix|right)/' AND name NOT IN ('localtime', 'posixrules', 'Factory'))";

}  // namespace

bool is_timezone(pqxx::work& work, const std::string& name) {
  return work.exec_params1(known_zone, name)[0].as<std::int64_t>() > 0;
}

}  // namespace sellavie::storage
