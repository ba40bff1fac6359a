#include "storage/import_queue.hpp"

#include <algorithm>
#include <map>

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/import_rows.hpp"
#include "storage/api/product_import_work.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

constexpr const char* release_claims = R"(
UPDATE product_imports SET state = 'queued', claimed_by = NULL
WHERE state = 'running' AND (claimed_by = $1::bigint
  OR NOT EXISTS (SELECT FROM nodes n WHERE n.incarnation = product_imports.claimed_by AND n.alive)))";

constexpr const char* claim_oldest = R"(
UPDATE product_imports SET state = 'running', claimed_by = $1::bigint, attempts = attempts + 1
WHERE EXISTS (SELECT FROM nodes WHERE incarnation = $1::bigint AND alive)
  AND id = (SELECT id FROM product_imports p WHERE state = 'queued'
              AND NOT EXISTS (SELECT FROM product_imports r WHERE r.business_id = p.business_id AND r.state = 'running')
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, business_id, account_id, session_id, address, request_id, sheet, column_names, counts_stock, next_record,
          attempts)";

// Holds the row until the part is committed: a takeover waits for it, and then finds the claim its own.
constexpr const char* hold_claim = R"(
SELECT cancel_wanted FROM product_imports
WHERE business_id = $1::uuid AND id = $2::uuid AND state = 'running' AND claimed_by = $3::bigint
  AND next_record = $4::integer FOR UPDATE)";
constexpr const char* insert_part = R"(
INSERT INTO product_import_parts (import_id, first_record, business_id, outcomes, counted)
VALUES ($1::uuid, $2::integer, $3::uuid, $4, NULLIF($5, '')))";
constexpr const char* advance = R"(
UPDATE product_imports SET next_record = next_record + $3::integer, attempts = 0, created = created + $4::integer,
       updated = updated + $5::integer, unchanged = unchanged + $6::integer, refused = refused + $7::integer
WHERE business_id = $1::uuid AND id = $2::uuid)";

constexpr const char* select_counted = R"(
SELECT first_record, stock_attempt, counted FROM product_import_parts
WHERE business_id = $1::uuid AND import_id = $2::uuid AND counted IS NOT NULL)";
constexpr const char* clear_counted = R"(
UPDATE product_import_parts SET counted = NULL
WHERE business_id = $1::uuid AND import_id = $2::uuid AND first_record = $3::integer)";
constexpr const char* select_stock = R"(
SELECT sku, stock FROM products
WHERE business_id = $1::uuid AND sku IN (SELECT jsonb_array_elements_text($2::jsonb)))";
constexpr const char* lock_part = R"(
SELECT outcomes FROM product_import_parts
WHERE business_id = $1::uuid AND import_id = $2::uuid AND first_record = $3::integer FOR UPDATE)";
constexpr const char* recount_part = R"(
UPDATE product_import_parts SET outcomes = $4, counted = NULLIF($5, ''), stock_attempt = stock_attempt + 1
WHERE business_id = $1::uuid AND import_id = $2::uuid AND first_record = $3::integer)";
constexpr const char* count_refused = R"(
UPDATE product_imports SET updated = updated - $3::integer, refused = refused + $3::integer
WHERE business_id = $1::uuid AND id = $2::uuid)";

constexpr const char* end_claim = R"(
UPDATE product_imports SET state = $4, claimed_by = NULL, problem = $5, finished_at = $6::bigint
WHERE business_id = $1::uuid AND id = $2::uuid AND state = 'running' AND claimed_by = $3::bigint
RETURNING next_record, created, updated, unchanged, refused)";
constexpr const char* delete_ended = R"(
DELETE FROM product_imports WHERE id IN (SELECT id FROM product_imports WHERE finished_at > 0 AND finished_at < $1::bigint
                                         ORDER BY finished_at LIMIT 100))";

constexpr const char* stock_moved = "the stock was not set: it changed while the sheet was imported";

claimed_import claimed_in(const pqxx::row& one, instant now) {
  fields row{one};
  claimed_import job;
  job.id = row.id<import_id>();
  job.business = row.id<business_id>();
  job.by.account = row.id<api::account_id>();
  job.by.session = row.id<api::session_id>();
  job.by.address = row.text();
  job.by.request_id = row.text();
  job.by.at = now;
  job.sheet = row.bytes();
  job.columns = columns_in(row.text());
  job.stock = row.flag() ? stock_column::counts : stock_column::ignored;
  job.next_record = static_cast<std::size_t>(row.integer());
  job.attempts = static_cast<int>(row.integer());
  return job;
}

std::int64_t count_of(const product_import& report, import_outcome outcome) {
  return std::count_if(report.rows.begin(), report.rows.end(),
                       [&](const imported_row& row) { return row.outcome == outcome; });
}

void write_part(pqxx::work& work, const claimed_import& job, const import_part& part,
                const product_import& report) {
  std::vector<row_outcome> outcomes;
  outcomes.reserve(report.rows.size());
  for (const auto& row : report.rows) outcomes.push_back({row.row, row.outcome, row.column, row.reason});
  work.exec_params(insert_part, to_string(job.id), part.first_record, to_string(job.business),
                   outcomes_text(outcomes),
                   report.counted.empty() ? std::string{} : counted_text(report.counted));
  work.exec_params(advance, to_string(job.business), to_string(job.id), part.records,
                   count_of(report, import_outcome::created), count_of(report, import_outcome::updated),
                   count_of(report, import_outcome::unchanged), count_of(report, import_outcome::refused));
}

/// Takes those whose stock is another one by now out of `part`; their rows.
std::vector<counted_product> take_moved(pqxx::work& work, const business_id& business, counted_part& part) {
  auto skus = json::array();
  for (const auto& one : part.items) skus.push_back(one.sku);
  std::map<std::string, std::int64_t, std::less<>> now;
  for (const auto& row : work.exec_params(select_stock, to_string(business), skus.dump()))
    now.emplace(row[0].c_str(), row[1].as<std::int64_t>());
  const auto stays = std::stable_partition(part.items.begin(), part.items.end(), [&](const auto& one) {
    const auto found = now.find(one.sku);
    return found != now.end() && found->second == one.seen;
  });
  std::vector<counted_product> moved(stays, part.items.end());
  part.items.erase(stays, part.items.end());
  return moved;
}

/// How many rows are refused that were not.
std::int64_t tell_moved(std::vector<row_outcome>& outcomes, const std::vector<counted_product>& moved) {
  std::int64_t refused = 0;
  for (const auto& one : moved)
    for (auto& row : outcomes)
      if (row.row == one.row) {
        row.reason = stock_moved;
        if (!one.is_all) continue;
        row.outcome = import_outcome::refused;
        ++refused;
      }
  return refused;
}

}  // namespace

result<void> release_imports(const import_desk& desk) {
  return for_accounts(desk.store,
                      [&](pqxx::work& work) { work.exec_params(release_claims, desk.incarnation); });
}

result<std::optional<claimed_import>> claim_import(const import_desk& desk, instant now) {
  return for_accounts(desk.store, [&](pqxx::work& work) -> std::optional<claimed_import> {
    const auto rows = work.exec_params(claim_oldest, desk.incarnation);
    return rows.empty() ? std::nullopt : std::optional{claimed_in(rows.front(), now)};
  });
}

result<part_outcome> take_part(const import_desk& desk, const claimed_import& job,
                               const catalogue::product_sheet& sheet, const import_part& part,
                               id_source& ids) {
  auto done = for_business(desk.store, job.business, [&](pqxx::work& work) {
    const auto held = work.exec_params(hold_claim, to_string(job.business), to_string(job.id),
                                       desk.incarnation, part.first_record);
    if (held.empty()) return part_outcome::lost;
    if (held.front()[0].as<bool>()) return part_outcome::cancelled;
    auto report = take_rows(work, job.business, job.by, sheet, part.rows,
                            {import_mode::commit, job.stock, ids, desk.plans});
    add_problems(report, part.problems);
    write_part(work, job, part, report);
    fault_point("import.before_commit");
    return part_outcome::taken;
  });
  if (done) fault_point("import.committed");
  return done;
}

result<std::optional<counted_part>> find_counted(const import_desk& desk, const claimed_import& job) {
  return for_business(desk.store, job.business, [&](pqxx::work& work) -> std::optional<counted_part> {
    const auto rows = work.exec_params(select_counted, to_string(job.business), to_string(job.id));
    if (rows.empty()) return std::nullopt;
    const auto first = rows.front();
    fields row{first};
    counted_part part;
    part.first_record = static_cast<std::size_t>(row.integer());
    part.attempt = static_cast<int>(row.integer());
    part.items = counted_in(row.text());
    return part;
  });
}

result<void> settle_counted(const import_desk& desk, const claimed_import& job, const counted_part& part) {
  return for_business(desk.store, job.business, [&](pqxx::work& work) {
    work.exec_params(clear_counted, to_string(job.business), to_string(job.id), part.first_record);
  });
}

result<std::optional<counted_part>> count_again(const import_desk& desk, const claimed_import& job,
                                                const counted_part& part) {
  return for_business(desk.store, job.business, [&](pqxx::work& work) -> std::optional<counted_part> {
    const auto whose = to_string(job.business);
    const auto id = to_string(job.id);
    auto outcomes = outcomes_in(work.exec_params1(lock_part, whose, id, part.first_record)[0].c_str());
    auto left = part;
    ++left.attempt;
    const auto refused = tell_moved(outcomes, take_moved(work, job.business, left));
    work.exec_params(recount_part, whose, id, part.first_record, outcomes_text(outcomes),
                     left.items.empty() ? std::string{} : counted_text(left.items));
    work.exec_params(count_refused, whose, id, refused);
    return left.items.empty() ? std::nullopt : std::optional{std::move(left)};
  });
}

result<void> end_import(const import_desk& desk, const claimed_import& job, import_state how,
                        const std::string& problem) {
  return for_business(desk.store, job.business, [&](pqxx::work& work) {
    const auto rows =
        work.exec_params(end_claim, to_string(job.business), to_string(job.id), desk.incarnation,
                         std::string{to_string(how)}, problem, to_unix_ms(job.by.at));
    if (rows.empty()) return;
    const auto first = rows.front();
    fields row{first};
    json after{{"state", to_string(how)}, {"rows_done", row.integer()}};
    for (const auto* name : {"created", "updated", "unchanged", "refused"}) after[name] = row.integer();
    record_activity(work, &job.business, job.by,
                    {"product_import.ended", "product_import", job.id.value, nullptr, std::move(after)});
  });
}

result<std::int64_t> purge_imports(const import_desk& desk, instant before) {
  return for_accounts(desk.store, [&](pqxx::work& work) {
    return static_cast<std::int64_t>(work.exec_params(delete_ended, to_unix_ms(before)).affected_rows());
  });
}

}  // namespace sellavie::storage
