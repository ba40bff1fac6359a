#include "storage/journal_activity.hpp"

#include <array>

#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

constexpr statement insert_activities{"insert_activities", R"(
INSERT INTO audit_log (business_id, account_id, session_id, address, request_id, at, action, subject_kind, subject_id,
                       before, after)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[],
                     $9::uuid[], $10::text[], $11::text[]))"};

constexpr std::array activity_writes{insert_activities};

template <auto Member>
constexpr auto of_origin = [](const activity_row& row) -> const auto& {
  return row.by.*Member;
};

}  // namespace

std::span<const statement> activity_statements() noexcept { return activity_writes; }

void queue_activities(pipeline& into, change_sets sets) {
  using row = activity_row;
  using origin = change_origin;
  queue_rows(into, insert_activities, sets, &change_set::activities, &row::business,
             of_origin<&origin::account>, of_origin<&origin::session>, of_origin<&origin::address>,
             of_origin<&origin::request_id>, of_origin<&origin::at>, &row::action, &row::subject_kind,
             &row::subject, &row::before, &row::after);
}

}  // namespace sellavie::storage
