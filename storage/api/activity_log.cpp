#include "storage/api/activity_log.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

#define ACTIVITY_COLUMNS                                                                          \
  "SELECT action, subject_kind, subject_id, account_id, address, request_id, before, after, at, " \
  "coalesce(position, 0), id FROM audit_log "

constexpr const char* newest_begin = ACTIVITY_COLUMNS R"(
WHERE business_id = $1::uuid AND (at, id) < ($2::bigint, $3::bigint) AND at >= $4::bigint)";
constexpr const char* oldest_begin = ACTIVITY_COLUMNS R"(
WHERE business_id = $1::uuid AND (at, id) > ($2::bigint, $3::bigint) AND at < $4::bigint)";
// One index for each of them (0007): a condition that is not wished must not be in the statement.
constexpr const char* by_subject = " AND subject_id = ";
constexpr const char* by_account = " AND account_id = ";
constexpr const char* by_action = " AND action = ";
constexpr const char* newest_end = " ORDER BY at DESC, id DESC LIMIT $5::integer";
constexpr const char* oldest_end = " ORDER BY at, id LIMIT $5::integer";

constexpr const char* select_own = ACTIVITY_COLUMNS
    "WHERE business_id IS NULL AND account_id = $1::uuid AND id < $2::bigint ORDER BY id DESC LIMIT $3::integer";
constexpr const char* select_one = ACTIVITY_COLUMNS "WHERE business_id = $1::uuid AND id = $2::bigint";
#undef ACTIVITY_COLUMNS

constexpr const char* select_names = "SELECT id, name, email FROM accounts WHERE id = ANY ($1::uuid[])";

constexpr const char* select_chain = R"(
SELECT position, hash, at, action, subject_kind, subject_id, account_id, session_id, address, request_id, before, after
FROM audit_log WHERE business_id = $1::uuid AND position BETWEEN $2::bigint AND $3::bigint ORDER BY position)";

constexpr const char* select_head =
    "SELECT position, hash FROM audit_log WHERE business_id = $1::uuid AND position IS NOT NULL "
    "ORDER BY position DESC LIMIT 1";

using parameters = std::vector<std::string>;

/// Ids are UUIDs, of cursors too; ours is a row number.
uuid as_uuid(std::int64_t row) {
  uuid id;
  for (int i = 0; i < 8; ++i)
    id.bytes[static_cast<std::size_t>(15 - i)] = static_cast<std::uint8_t>(row >> (8 * i) & 0xff);
  return id;
}
std::int64_t row_of(const uuid& id) {
  std::uint64_t row = 0;
  for (std::size_t i = 8; i < 16; ++i) row = row << 8U | id.bytes[i];
  return static_cast<std::int64_t>(row & 0x7fff'ffff'ffff'ffffU);
}

/// Where a page begins and the time that it does not pass: $1 to $5.
parameters page_values(const business_id& business, const activity_filter& filter,
                       const std::optional<api::page_position>& after, int limit) {
  constexpr auto end_of_time = std::numeric_limits<std::int64_t>::max();
  const std::int64_t since = filter.since ? to_unix_ms(*filter.since) : 0;
  const std::int64_t until = filter.until ? to_unix_ms(*filter.until) : end_of_time;
  // Rows are numbered from 1: at a time, 0 is before all of them.
  std::pair edge{filter.oldest_first ? since : until, std::int64_t{0}};
  if (after) {
    const std::pair last{after->key, row_of(after->id)};
    edge = filter.oldest_first ? std::max(edge, last) : std::min(edge, last);
  }
  return {to_string(business), std::to_string(edge.first), std::to_string(edge.second),
          std::to_string(filter.oldest_first ? until : since), std::to_string(limit + 1)};
}

std::string page_statement(const activity_filter& filter, parameters& values) {
  std::string sql = filter.oldest_first ? oldest_begin : newest_begin;
  const auto add = [&](const char* condition, const char* type, std::string value) {
    values.push_back(std::move(value));
    sql += condition + ("$" + std::to_string(values.size())) + type;
  };
  if (filter.subject) add(by_subject, "::uuid", to_string(*filter.subject));
  if (filter.account) add(by_account, "::uuid", to_string(*filter.account));
  if (filter.action) add(by_action, "::text", *filter.action);
  return sql + (filter.oldest_first ? oldest_end : newest_end);
}

listed_activity activity_in(const pqxx::row& one) {
  fields row{one};
  listed_activity found;
  found.action = row.text();
  found.subject_kind = row.text();
  found.subject = row.id<uuid>();
  found.account = row.id<api::account_id>();
  found.address = row.text();
  found.request_id = row.text();
  found.before = row.text();
  found.after = row.text();
  found.at = row.at();
  found.position = row.integer();
  found.id = as_uuid(row.integer());
  found.place = {to_unix_ms(found.at), found.id};
  return found;
}

crypto::sha256_digest digest_in(const pqxx::field& hash) {
  crypto::sha256_digest digest{};
  const std::string_view text{hash.c_str(), hash.size()};
  if (!text.starts_with("\\x") || !crypto::hex_decode_into(text.substr(2), digest))
    throw std::runtime_error{"a hash of the activity log is none"};
  return digest;
}

api::chain_entry entry_in(const pqxx::row& one, const business_id& business) {
  api::chain_entry entry;
  entry.business_id = to_string(business);
  entry.position = one[0].as<std::int64_t>();
  entry.hash = digest_in(one[1]);
  entry.at_ms = one[2].as<std::int64_t>();
  const auto text = [&](int column) { return std::string{one[column].c_str(), one[column].size()}; };
  entry.action = text(3);
  entry.subject_kind = text(4);
  entry.subject_id = text(5);
  entry.account_id = text(6);
  if (!one[7].is_null()) entry.session_id = text(7);
  entry.address = text(8);
  entry.request_id = text(9);
  entry.before = text(10);
  entry.after = text(11);
  return entry;
}

api::chain_head head_in(pqxx::work& work, const business_id& business) {
  const auto rows = work.exec_params(select_head, to_string(business));
  if (rows.empty()) return {};
  return {rows[0][0].as<std::int64_t>(), digest_in(rows[0][1])};
}

result<void> name_accounts(api_session& session, std::vector<listed_activity>& rows) {
  std::string wanted;
  for (const auto& one : rows) wanted += (wanted.empty() ? '{' : ',') + to_string(one.account);
  if (wanted.empty()) return {};
  return for_accounts(session, [&](pqxx::work& work) {
    std::map<std::string, std::string> names;
    for (const auto& one : work.exec_params(select_names, wanted + '}'))
      names[one[0].c_str()] = one[1].size() > 0 ? one[1].c_str() : one[2].c_str();
    for (auto& one : rows) one.account_name = names[to_string(one.account)];
  });
}

}  // namespace

std::vector<std::string> activity_statements() {
  std::vector<std::string> all{select_chain, select_head, select_own};
  for (const bool oldest_first : {false, true})
    for (const int filtered : {0, 1, 2, 3}) {
      activity_filter filter;
      filter.oldest_first = oldest_first;
      if (filtered == 1) filter.subject.emplace();
      if (filtered == 2) filter.account.emplace();
      if (filtered == 3) filter.action.emplace();
      auto values = page_values({}, filter, {}, 50);
      all.push_back(page_statement(filter, values));
    }
  return all;
}

result<std::vector<listed_activity>> list_activity(api_session& session, const business_id& business,
                                                   const activity_filter& filter,
                                                   const std::optional<api::page_position>& after,
                                                   int limit) {
  auto found = for_business(session, business, [&](pqxx::work& work) {
    auto values = page_values(business, filter, after, limit);
    const auto sql = page_statement(filter, values);
    return all_of(work.exec_params(sql, pqxx::prepare::make_dynamic_params(values)), activity_in);
  });
  if (!found) return found;
  if (const auto named = name_accounts(session, found.value()); !named) return named.error();
  return found;
}

result<std::optional<listed_activity>> find_activity(api_session& session, const business_id& business,
                                                     const uuid& id) {
  const auto row = row_of(id);
  if (as_uuid(row) != id) return std::optional<listed_activity>{};
  auto found = for_business(session, business, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_one, to_string(business), row), activity_in);
  });
  if (!found) return found.error();
  if (const auto named = name_accounts(session, found.value()); !named) return named.error();
  if (found.value().empty()) return std::optional<listed_activity>{};
  return std::optional{std::move(found.value().front())};
}

result<std::vector<listed_activity>> list_own_activity(api_session& session, const api::account_id& account,
                                                       const std::optional<api::page_position>& after,
                                                       int limit) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto before = after ? row_of(after->id) : std::numeric_limits<std::int64_t>::max();
    return all_of(work.exec_params(select_own, to_string(account), before, limit + 1), activity_in);
  });
}

result<std::vector<api::chain_entry>> export_activity(api_session& session, const business_id& business,
                                                      std::int64_t position, int limit,
                                                      const change_origin& by) {
  return for_business(session, business, [&](pqxx::work& work) {
    std::vector<api::chain_entry> entries;
    crypto::sha256_digest previous{};
    // The entry before the first one gives what that one follows.
    for (const auto& one : work.exec_params(select_chain, to_string(business), position, position + limit)) {
      auto entry = entry_in(one, business);
      entry.previous = std::exchange(previous, entry.hash);
      if (entry.position > position) entries.push_back(std::move(entry));
    }
    record_activity(work, &business, by,
                    {.action = "activity.exported",
                     .subject_kind = "business",
                     .subject = business.value,
                     .after = {{"after", position}, {"entries", entries.size()}}});
    return entries;
  });
}

result<api::chain_head> activity_head(api_session& session, const business_id& business) {
  return for_business(session, business, [&](pqxx::work& work) { return head_in(work, business); });
}

}  // namespace sellavie::storage
