#pragma once
// untold_worker
//
// Role       carries out the background work about notices that the chat did not take (actors/untold.hpp): mails them to
//            customers who left an address, and asks a person of the business where there is none.
// Grain      one per node. Remembers only how many mails went to an address within the hour.
// Invariant  the mail or the task is written together with the end of the job and with a key of the message's, which a
//            second run finds or is refused by: there is one of them, once. The mail has the id of the message.
// Bounds     jobs are bounded by their runner; an address gets so many mails an hour, and then a person is asked.
// Supervised by the node.

#include <caf/all.hpp>

#include "actors/customer_mail.hpp"
#include "actors/job_runner.hpp"
#include "actors/services.hpp"
#include "actors/untold.hpp"

namespace sellavie::actors {

struct untold_work {
  storage::claimed_job job;
  job_answer answer;
};

using untold_worker_actor = caf::typed_actor<caf::reacts_to<untold_work>>;

class untold_worker_state {
 public:
  using pointer = untold_worker_actor::stateful_pointer<untold_worker_state>;
  explicit untold_worker_state(pointer self) : self_{self} {}
  void start(services_ptr node);
  void carry_out(const untold_work& work);

  static constexpr const char* name = "untold_worker";

 private:
  void look_up(const untold_work& work, const untold_notice& notice);
  void tell(const untold_work& work, const untold_notice& notice, const storage::mailbox_record& whom);
  [[nodiscard]] bool may_mail(const business_id& business, const std::string& address);

  pointer self_;
  services_ptr node_;
  mail_allowance mails_;
};
static_assert(!std::is_aggregate_v<untold_worker_state>);

untold_worker_actor::behavior_type untold_worker(untold_worker_state::pointer self, services_ptr node);

/// The kind of job that it carries out.
void add_untold_kind(job_kinds& kinds, const untold_worker_actor& worker);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::untold_work)
