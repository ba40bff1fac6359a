#include "storage/api/import_jobs.hpp"

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/import_rows.hpp"
#include "storage/api/list_room.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

constexpr const char* count_open = R"(
SELECT count(*) FROM product_imports WHERE business_id = $1::uuid AND state IN ('queued', 'running'))";
constexpr const char* delete_oldest = R"(
DELETE FROM product_imports WHERE business_id = $1::uuid AND id IN (
  SELECT id FROM (
    SELECT id, row_number() OVER newest_first AS place, sum(bytes) OVER newest_first AS bytes_so_far FROM (
      SELECT i.id, octet_length(i.sheet) + coalesce((SELECT sum(octet_length(p.outcomes)) FROM product_import_parts p
                                                     WHERE p.import_id = i.id), 0) AS bytes
      FROM product_imports i WHERE i.business_id = $1::uuid AND i.finished_at > 0) ended
    WINDOW newest_first AS (ORDER BY id DESC)) counted
  WHERE place > $2::integer OR bytes_so_far > $3::bigint))";
constexpr const char* insert_import = R"(
INSERT INTO product_imports (id, business_id, account_id, session_id, address, request_id, idempotency_key, fingerprint,
                             column_names, counts_stock, sheet, records, created_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6, $7, $8, $9, $10::boolean, $11, $12::integer,
        $13::bigint))";
constexpr const char* end_queued = R"(
UPDATE product_imports SET state = 'cancelled', cancel_wanted = true, finished_at = $3::bigint
WHERE business_id = $1::uuid AND id = $2::uuid AND state = 'queued')";
constexpr const char* ask_running = R"(
UPDATE product_imports SET cancel_wanted = true WHERE business_id = $1::uuid AND id = $2::uuid AND state = 'running')";
constexpr const char* select_parts = R"(
SELECT outcomes FROM product_import_parts WHERE business_id = $1::uuid AND import_id = $2::uuid ORDER BY first_record)";

std::string select_jobs(std::string_view where) {
  return "SELECT " + std::string{import_job_columns} + " FROM product_imports WHERE business_id = $1::uuid " +
         std::string{where};
}

const two_ends select_page{select_jobs(
    "AND id {<} $2::uuid AND $4 IN ('', state) ORDER BY business_id{desc}, id{desc} LIMIT $3::integer")};

import_job job_in(const pqxx::row& one) {
  fields row{one};
  return import_job_in(row);
}

std::optional<import_job> job_of(pqxx::work& work, const business_id& business, const import_id& id,
                                 std::string_view lock = {}) {
  const auto rows = work.exec_params(select_jobs("AND id = $2::uuid " + std::string{lock}),
                                     to_string(business), to_string(id));
  return rows.empty() ? std::nullopt : std::optional{job_in(rows.front())};
}

std::string fingerprint_of(const import_order& wanted) {
  const auto digest = crypto::sha256(columns_text(wanted.columns) +
                                     (wanted.stock == stock_column::counts ? "set" : "keep") + wanted.sheet);
  return crypto::hex_encode(digest);
}

/// What this key was used for.
std::optional<ordered_import> known_order(pqxx::work& work, const business_id& business,
                                          const change_origin& by, const import_order& wanted,
                                          const std::string& fingerprint) {
  const auto rows =
      work.exec_params("SELECT " + std::string{import_job_columns} +
                           ", fingerprint FROM product_imports WHERE business_id = $1::uuid AND "
                           "account_id = $2::uuid AND idempotency_key = $3",
                       to_string(business), to_string(by.account), wanted.idempotency_key);
  if (rows.empty()) return std::nullopt;
  const auto first = rows.front();
  fields row{first};
  auto job = import_job_in(row);
  if (row.text() != fingerprint) return ordered_import{order_outcome::other_order};
  return ordered_import{order_outcome::queued, std::move(job)};
}

// As the engine: the tenant role removes nothing that was uploaded.
result<void> forget_oldest_imports(api_session& session, const business_id& business) {
  return for_accounts(session, [&](pqxx::work& work) {
    work.exec_params(delete_oldest, to_string(business), most_kept_imports, most_kept_import_bytes);
  });
}

}  // namespace

result<ordered_import> order_import(api_session& session, const business_id& business,
                                    const change_origin& by, const import_order& wanted) {
  if (const auto has_room = forget_oldest_imports(session, business); !has_room) return has_room.error();
  const auto fingerprint = fingerprint_of(wanted);
  return for_business(session, business, [&](pqxx::work& work) -> ordered_import {
    const auto whose = to_string(business);
    hold_list(work, "product imports", whose);
    if (auto known = known_order(work, business, by, wanted, fingerprint)) return *std::move(known);
    if (work.exec_params1(count_open, whose)[0].as<int>() >= most_open_imports) return {order_outcome::full};
    work.exec_params(insert_import, to_string(wanted.id), whose, to_string(by.account), to_string(by.session),
                     by.address, by.request_id, wanted.idempotency_key, fingerprint,
                     columns_text(wanted.columns), wanted.stock == stock_column::counts,
                     pqxx::binarystring{wanted.sheet.data(), wanted.sheet.size()}, wanted.rows,
                     to_unix_ms(by.at));
    record_activity(work, &business, by,
                    {"product_import.ordered",
                     "product_import",
                     wanted.id.value,
                     nullptr,
                     {{"rows", wanted.rows}, {"counts_stock", wanted.stock == stock_column::counts}}});
    return {order_outcome::queued, *job_of(work, business, wanted.id)};
  });
}

result<std::vector<import_job>> list_imports(api_session& session, const business_id& business,
                                             const std::string& state, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return page_by_id(work, select_page, business, wish, job_in, state);
  });
}

result<std::optional<import_job>> find_import(api_session& session, const business_id& business,
                                              const import_id& id) {
  return for_business(session, business, [&](pqxx::work& work) { return job_of(work, business, id); });
}

result<cancelled_import> cancel_import(api_session& session, const business_id& business,
                                       const change_origin& by, const import_id& id) {
  return for_business(session, business, [&](pqxx::work& work) -> cancelled_import {
    const auto was = job_of(work, business, id, "FOR UPDATE");
    if (!was) return {cancel_outcome::not_found};
    if (was->finished_at != instant{}) return {cancel_outcome::ended};
    if (was->state == import_state::queued)
      work.exec_params(end_queued, to_string(business), to_string(id), to_unix_ms(by.at));
    else work.exec_params(ask_running, to_string(business), to_string(id));
    if (!was->is_cancel_wanted)
      record_activity(
          work, &business, by,
          {"product_import.cancelled", "product_import", id.value, {{"rows_done", was->rows_done}}, nullptr});
    return {cancel_outcome::done, *job_of(work, business, id)};
  });
}

result<std::optional<import_result>> find_import_result(api_session& session, const business_id& business,
                                                        const import_id& id) {
  return for_business(session, business, [&](pqxx::work& work) -> std::optional<import_result> {
    const auto rows =
        work.exec_params("SELECT " + std::string{import_job_columns} +
                             ", sheet FROM product_imports WHERE business_id = $1::uuid AND id = $2::uuid",
                         to_string(business), to_string(id));
    if (rows.empty()) return std::nullopt;
    const auto first = rows.front();
    fields row{first};
    import_result found;
    found.job = import_job_in(row);
    found.sheet = row.bytes();
    for (const auto& part : work.exec_params(select_parts, to_string(business), to_string(id))) {
      auto taken = outcomes_in(part[0].c_str());
      std::move(taken.begin(), taken.end(), std::back_inserter(found.rows));
    }
    return found;
  });
}

}  // namespace sellavie::storage
