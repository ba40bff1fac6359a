#pragma once
// Queues a mail in the transaction of the change that causes it, as the engine; for sources only, because it shows
// libpqxx.

#include <pqxx/pqxx>

#include "storage/mail_queue.hpp"

namespace sellavie::storage {

void queue_mail(pqxx::work& work, const queued_mail& mail);

}  // namespace sellavie::storage
