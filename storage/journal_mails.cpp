#include "storage/journal_mails.hpp"

#include <array>

#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

// Whoever repeats one that waits still changes nothing.
constexpr statement insert_mails{"insert_mails", R"(
INSERT INTO mails (id, recipient, kind, letter, created_at, expires_at, due_at)
SELECT id, recipient, kind, letter, created_at, expires_at, created_at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
  AS t (id, recipient, kind, letter, created_at, expires_at)
ON CONFLICT (id) DO NOTHING)"};

constexpr std::array mails_writes{insert_mails};

}  // namespace

std::span<const statement> mail_statements() noexcept { return mails_writes; }

void queue_mails(pipeline& into, change_sets sets) {
  using row = queued_mail;
  queue_rows(into, insert_mails, sets, &change_set::mails, &row::id, &row::recipient, &row::kind,
             &row::sealed_letter, &row::created_at, &row::expires_at);
}

}  // namespace sellavie::storage
