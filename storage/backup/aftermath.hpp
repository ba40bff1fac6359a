#pragma once
// What a backup had open was going on when it was taken: whatever it was, it has most likely ended since, and
// nothing here knows how. So a restored database starts none of it again; people are told (docs/adr/0036).
//
//   replies in the outbox     -> unconfirmed, a task per chat
//   stored plans              -> ended as overtaken, counted with the chat's task
//   deliveries in the inbox   -> parked, a task per business
//   mails that waited         -> given up; who needs one asks again
//   background jobs           -> dead; people of the business retry those that they want
//   sessions, password tokens -> ended: they may have been revoked or used since
//
// A table that comes later and queues work, or holds a token that is used once, has its place here.

#include <cstdint>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"
#include "storage/connect.hpp"

namespace sellavie::storage {

struct aftermath {
  std::int64_t replies = 0;
  std::int64_t plans = 0;
  std::int64_t deliveries = 0;
  std::int64_t mails = 0;
  std::int64_t jobs = 0;
  std::int64_t sessions = 0;
  /// For people, made by this.
  std::int64_t tasks = 0;
};

/// In the caller's transaction; the owner sees every row.
[[nodiscard]] result<aftermath> settle_open_work(PGconn& owner, instant now, id_source& ids);

/// No incarnation of before is alive, and the next one is above all that may have been given since the
/// backup, or before it in the database that was replaced (`highest_known`).
[[nodiscard]] result<void> raise_incarnations(PGconn& owner, std::int64_t highest_known);

}  // namespace sellavie::storage
