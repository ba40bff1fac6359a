#include "storage/journal_statements.hpp"

#include <vector>

#include "storage/journal_activity.hpp"
#include "storage/journal_commerce.hpp"
#include "storage/journal_contacts.hpp"
#include "storage/journal_jobs.hpp"
#include "storage/journal_message_path.hpp"
#include "storage/journal_outgoing.hpp"
#include "storage/journal_people.hpp"
#include "storage/journal_plans.hpp"

namespace sellavie::storage {
namespace {

constexpr statement fence{"fence", "SELECT fence($1::bigint)"};

std::vector<statement> joined() {
  std::vector<statement> all{fence};
  for (const auto part :
       {message_path_statements(), contact_statements(), outgoing_statements(), commerce_statements(),
        people_statements(), plan_statements(), job_statements(), activity_statements()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::span<const statement> journal_statements() {
  static const std::vector<statement> all = joined();
  return all;
}

int queue_change_sets(pipeline& into, change_sets sets, std::int64_t incarnation) {
  into.queue(fence, {binary_int8(incarnation)});
  const int inbound_at = queue_message_path(into, sets) ? 1 : -1;
  queue_contacts(into, sets);
  queue_outgoing(into, sets);
  queue_commerce(into, sets);
  queue_people(into, sets);
  queue_tasks(into, sets);
  queue_plan_warnings(into, sets);
  queue_jobs(into, sets, incarnation);
  queue_activities(into, sets);
  return inbound_at;
}

}  // namespace sellavie::storage
