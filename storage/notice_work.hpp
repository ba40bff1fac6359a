#pragma once
// Queues what people are told in the transaction of the change that causes it, as the tenant or the engine; for sources only,
// because it shows libpqxx. A change_set says it by itself (storage/notice_events).

#include <pqxx/pqxx>

#include "storage/notice_rows.hpp"

namespace sellavie::storage {

/// Of a task that this transaction made; nothing when it made none, or the business has no people.
void queue_task_notice(pqxx::transaction_base& work, const uuid& task, notification_kind kind, instant at);

}  // namespace sellavie::storage
