#include "storage/api/import_rows.hpp"

#include <array>
#include <stdexcept>

namespace sellavie::storage {
namespace {

using nlohmann::json;

constexpr std::array state_names{std::string_view{"queued"}, std::string_view{"running"},
                                 std::string_view{"done"}, std::string_view{"failed"},
                                 std::string_view{"cancelled"}};

import_state state_of(std::string_view name) {
  for (std::size_t i = 0; i < state_names.size(); ++i)
    if (state_names[i] == name) return static_cast<import_state>(i);
  throw std::runtime_error("unknown state of an import");
}

}  // namespace

std::string_view to_string(import_state state) noexcept {
  return state_names[static_cast<std::size_t>(state)];
}

import_job import_job_in(fields& row) {
  import_job job;
  job.id = row.id<import_id>();
  job.state = state_of(row.text());
  job.ordered_by = row.id<api::account_id>();
  job.rows = row.integer();
  job.rows_done = row.integer();
  job.counts.created = row.integer();
  job.counts.updated = row.integer();
  job.counts.unchanged = row.integer();
  job.counts.refused = row.integer();
  job.is_cancel_wanted = row.flag();
  job.problem = row.text();
  job.created_at = row.at();
  job.finished_at = row.at();
  return job;
}

std::string columns_text(const catalogue::column_names& names) { return json(names).dump(); }

catalogue::column_names columns_in(const std::string& stored) {
  return json::parse(stored).get<catalogue::column_names>();
}

std::string outcomes_text(const std::vector<row_outcome>& rows) {
  auto list = json::array();
  for (const auto& one : rows)
    list.push_back({one.row, static_cast<int>(one.outcome), one.column, one.reason});
  return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<row_outcome> outcomes_in(const std::string& stored) {
  std::vector<row_outcome> rows;
  for (const auto& one : json::parse(stored))
    rows.push_back({one[0].get<std::size_t>(), static_cast<import_outcome>(one[1].get<int>()),
                    one[2].get<std::string>(), one[3].get<std::string>()});
  return rows;
}

std::string counted_text(const std::vector<counted_product>& counted) {
  auto list = json::array();
  for (const auto& one : counted) list.push_back({one.row, one.sku, one.seen, one.stock, one.is_all});
  return list.dump();
}

std::vector<counted_product> counted_in(const std::string& stored) {
  std::vector<counted_product> counted;
  for (const auto& one : json::parse(stored))
    counted.push_back({one[0].get<std::size_t>(), one[1].get<std::string>(), one[2].get<std::int64_t>(),
                       one[3].get<std::int64_t>(), one[4].get<bool>()});
  return counted;
}

}  // namespace sellavie::storage
