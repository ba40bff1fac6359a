// Loads what a business has used of its plan.

#include <array>

#include "storage/postgres_reading.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

constexpr statement select_quota{"quota", R"(
SELECT to_char(month, 'YYYY-MM'), begins, ends, ai_replies FROM plan_month($1::uuid, $2::bigint))"};

constexpr statement select_warnings{"plan_warnings", R"(
SELECT level, allowed FROM plan_warnings WHERE business_id = $1::uuid AND month = ($2 || '-01')::date)"};

// Live plans are few, and have an index of their own.
constexpr statement select_answering{"answering", R"(
SELECT k.connection_id, k.scoped_id
FROM turns t JOIN conversations c ON c.id = t.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE t.state = 0 AND (t.business_id = $1::uuid) IS TRUE)"};

constexpr std::array statements_of_plans{select_quota, select_warnings, select_answering};

}  // namespace

std::span<const statement> plan_reads() noexcept { return statements_of_plans; }

// The chats first: one that completes in between is counted as well, and not forgotten.
result<quota_record> postgres_reads::load_quota(business_id business, instant at) {
  const auto found = read([&](pqxx::nontransaction& session) -> std::optional<quota_record> {
    const auto whose = to_string(business);
    quota_record record;
    for (const auto& row : session.exec_prepared(select_answering.name, whose)) {
      fields from{row};
      const auto account = from.id<connection_id>();
      record.answering.emplace_back(account, from.text());
    }
    const auto months = session.exec_prepared(select_quota.name, whose, to_unix_ms(at));
    if (months.empty()) return std::nullopt;
    const auto month = months.front();
    fields from{month};
    record.month = from.text();
    record.begins = from.at();
    record.ends = from.at();
    record.ai_replies = from.integer();
    for (const auto& row : session.exec_prepared(select_warnings.name, whose, record.month)) {
      fields warning{row};
      const auto level = warning.small();
      record.warned.push_back({level, warning.integer()});
    }
    return record;
  });
  if (!found) return found.error();
  if (!*found) return make_failure(errc::not_found, "no such business");
  return **found;
}

}  // namespace sellavie::storage
