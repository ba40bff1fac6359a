#include "storage/mail_queue.hpp"

#include "storage/api/api_work.hpp"
#include "storage/mail_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* insert_mail = R"(
INSERT INTO mails (id, recipient, kind, letter, created_at, expires_at, due_at)
VALUES ($1::uuid, $2, $3, $4, $5::bigint, $6::bigint, $5::bigint))";

constexpr const char* release_claims = R"(
UPDATE mails SET claimed_by = NULL, due_at = $2::bigint
WHERE dead_at IS NULL AND claimed_by IS NOT NULL AND claimed_by <> $1::bigint
  AND NOT EXISTS (SELECT FROM nodes n WHERE n.incarnation = mails.claimed_by AND n.alive))";

// A claimed one is not due before ten minutes have passed, far more than a batch takes: whoever claimed it is still at it, or was killed.
constexpr const char* claim_due = R"(
UPDATE mails SET claimed_by = $1::bigint, attempts = attempts + 1, due_at = $2::bigint + 600000
WHERE id = ANY (ARRAY(SELECT id FROM mails WHERE dead_at IS NULL AND due_at <= $2::bigint
                      ORDER BY due_at LIMIT $3::integer FOR UPDATE SKIP LOCKED))
RETURNING id, recipient, kind, letter, created_at, expires_at, attempts)";

constexpr const char* delete_mail = "DELETE FROM mails WHERE id = $1::uuid";

constexpr const char* put_off = R"(
UPDATE mails SET claimed_by = NULL, due_at = $2::bigint, last_status = $3::integer WHERE id = $1::uuid)";

constexpr const char* give_up = R"(
UPDATE mails SET claimed_by = NULL, dead_at = $2::bigint, last_status = $3::integer, letter = ''
WHERE id = $1::uuid)";

claimed_mail mail_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<mail_id>(),
          row.text(),
          row.text(),
          row.text(),
          row.at(),
          row.at(),
          static_cast<int>(row.integer())};
}

}  // namespace

void queue_mail(pqxx::work& work, const queued_mail& mail) {
  work.exec_params(insert_mail, to_string(mail.id), mail.recipient, std::string{mail.kind},
                   mail.sealed_letter, to_unix_ms(mail.created_at), to_unix_ms(mail.expires_at));
}

result<void> release_mails(const mail_desk& desk, instant now) {
  return for_accounts(desk.store, [&](pqxx::work& work) {
    work.exec_params(release_claims, desk.incarnation, to_unix_ms(now));
  });
}

result<std::vector<claimed_mail>> claim_mails(const mail_desk& desk, instant now, int most) {
  return for_accounts(desk.store, [&](pqxx::work& work) {
    return all_of(work.exec_params(claim_due, desk.incarnation, to_unix_ms(now), most), mail_in);
  });
}

result<void> finish_mail(const mail_desk& desk, const mail_id& id) {
  return for_accounts(desk.store, [&](pqxx::work& work) { work.exec_params(delete_mail, to_string(id)); });
}

result<void> postpone_mail(const mail_desk& desk, const mail_id& id, instant due_at, int status) {
  return for_accounts(desk.store, [&](pqxx::work& work) {
    work.exec_params(put_off, to_string(id), to_unix_ms(due_at), status);
  });
}

result<void> bury_mail(const mail_desk& desk, const mail_id& id, instant now, int status) {
  return for_accounts(desk.store, [&](pqxx::work& work) {
    work.exec_params(give_up, to_string(id), to_unix_ms(now), status);
  });
}

}  // namespace sellavie::storage
