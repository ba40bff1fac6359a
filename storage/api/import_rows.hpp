#pragma once
// Columns of import jobs, and the JSON in them; for sources only, because it shows libpqxx.

#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

#include "storage/api/import_jobs.hpp"
#include "storage/postgres_fields.hpp"

namespace sellavie::storage {

inline constexpr std::string_view import_job_columns =
    "id, state, account_id, records, next_record, created, updated, unchanged, refused, cancel_wanted, problem, "
    "created_at, finished_at";

/// Of a row that begins with `import_job_columns`.
[[nodiscard]] import_job import_job_in(fields& row);

[[nodiscard]] std::string columns_text(const catalogue::column_names& names);
[[nodiscard]] catalogue::column_names columns_in(const std::string& stored);

[[nodiscard]] std::string outcomes_text(const std::vector<row_outcome>& rows);
[[nodiscard]] std::vector<row_outcome> outcomes_in(const std::string& stored);

[[nodiscard]] std::string counted_text(const std::vector<counted_product>& counted);
[[nodiscard]] std::vector<counted_product> counted_in(const std::string& stored);

}  // namespace sellavie::storage
