#pragma once
// Which names of timezones this PostgreSQL knows; for the sources of this folder only, because it shows libpqxx.

#include <pqxx/pqxx>
#include <string>

namespace sellavie::storage {

/// A name of the IANA database, in its case. Reads the folder of zones: some milliseconds.
[[nodiscard]] bool is_timezone(pqxx::work& work, const std::string& name);

}  // namespace sellavie::storage
