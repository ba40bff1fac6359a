#include "storage/journal_statements.hpp"

#include <vector>

#include "storage/journal_activity.hpp"
#include "storage/journal_commerce.hpp"
#include "storage/journal_contacts.hpp"
#include "storage/journal_jobs.hpp"
#include "storage/journal_mails.hpp"
#include "storage/journal_message_path.hpp"
#include "storage/journal_money.hpp"
#include "storage/journal_notices.hpp"
#include "storage/journal_outgoing.hpp"
#include "storage/journal_payment_events.hpp"
#include "storage/journal_people.hpp"
#include "storage/journal_plans.hpp"

namespace sellavie::storage {
namespace {

constexpr statement fence{"fence", "SELECT fence($1::bigint)"};

std::vector<statement> joined() {
  std::vector<statement> all{fence};
  for (const auto part :
       {message_path_statements(), contact_statements(), outgoing_statements(), notice_statements(),
        commerce_statements(), money_statements(), people_statements(), plan_statements(), mail_statements(),
        job_statements(), payment_event_statements(), activity_statements()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::span<const statement> journal_statements() {
  static const std::vector<statement> all = joined();
  return all;
}

queued_answers queue_change_sets(pipeline& into, change_sets sets, std::int64_t incarnation) {
  into.queue(fence, {binary_int8(incarnation)});
  queued_answers answers;
  if (queue_message_path(into, sets)) answers.inbound = 1;
  queue_contacts(into, sets);
  queue_outgoing(into, sets);
  queue_notices(into, sets);
  queue_commerce(into, sets);
  queue_money(into, sets);
  queue_people(into, sets);
  queue_tasks(into, sets);
  queue_review_tasks(into, sets);
  queue_plan_warnings(into, sets);
  queue_mails(into, sets);
  queue_jobs(into, sets, incarnation);
  const auto position = static_cast<int>(into.queued());
  if (queue_payment_events(into, sets)) answers.payment_events = position;
  queue_activities(into, sets);
  return answers;
}

}  // namespace sellavie::storage
