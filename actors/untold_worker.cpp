#include "actors/untold_worker.hpp"

#include "actors/failure.hpp"
#include "protocol/domain/email.hpp"
#include "protocol/mail/customer_letters.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

/// A link to pay by lives no longer.
constexpr std::chrono::hours notice_life{24};

/// Under which is kept that it was dealt with.
std::string key_of(const untold_notice& notice) { return "untold." + to_string(notice.message); }

auto fails(const untold_work& work) {
  return [work](const caf::error& failure) {
    work.answer(job_ends::failed{std::string{to_string(code_of(failure))}, {}});
  };
}

}  // namespace

void untold_worker_state::start(services_ptr node) { node_ = std::move(node); }

void untold_worker_state::carry_out(const untold_work& work) {
  const auto notice = read_untold(work.job.payload);
  if (!notice) return work.answer(job_ends::hopeless{"payload_unreadable"});
  const auto business = work.job.hold.business;
  self_
      ->request(node_->reader_of(business.value), caf::infinite,
                find_action_result{business, key_of(*notice)})
      .then(
          [this, work, notice = *notice](const found_action_result& before) {
            if (before.outcome) return work.answer(job_ends::done{});
            look_up(work, notice);
          },
          fails(work));
}

void untold_worker_state::look_up(const untold_work& work, const untold_notice& notice) {
  const auto business = work.job.hold.business;
  self_->request(node_->reader_of(business.value), caf::infinite, load_mailbox{business, notice.conversation})
      .then(
          [this, work, notice](const found_mailbox& found) {
            // The chat is gone, and who it was with.
            if (!found.whom) return work.answer(job_ends::done{});
            tell(work, notice, *found.whom);
          },
          fails(work));
}

bool untold_worker_state::may_mail(const business_id& business, const std::string& address) {
  if (!sends_mail(*node_) || !looks_like_email(address)) return false;
  return mails_.take(to_string(business) + ' ' + address, node_->now(),
                     node_->settings->limits.mails_per_recipient_per_hour);
}

void untold_worker_state::tell(const untold_work& work, const untold_notice& notice,
                               const storage::mailbox_record& whom) {
  const auto business = work.job.hold.business;
  const auto now = node_->now();
  const bool has_email = !notice.text.empty() && !whom.is_blocked && may_mail(business, whom.address);
  storage::change_set changes;
  changes.jobs_done.push_back({work.job.hold});
  changes.action_results.push_back(
      {business, key_of(notice), std::string{has_email ? "mailed" : "asked"}, now});
  if (has_email) {
    const auto letter = mail::order_news(notice.text, parse_language(whom.locale));
    changes.mails.push_back(
        mail_to(*node_, storage::mail_id{notice.message.value}, letter, whom.address, notice_life));
    if (!notice.order.is_nil())
      changes.timeline.push_back({business, notice.order, "told_by_mail", "system", now});
  } else {
    changes.tasks.push_back(
        {business, notice.conversation, node_->ids->next(), "customer_not_told", notice.reason, now});
  }
  self_
      ->request(node_->journal_of(business), caf::infinite,
                commit_request{std::make_shared<storage::change_set>(std::move(changes)), business})
      .then(
          [work](const commit_reply& reply) {
            // One that is refused may have been told by another run: the next look says so.
            if (reply.outcome != storage::commit_outcome::committed)
              return work.answer(job_ends::failed{"commit", {}});
            storage::fault_point("untold.committed");
            work.answer(job_ends::done{});
          },
          fails(work));
}

untold_worker_actor::behavior_type untold_worker(untold_worker_state::pointer self, services_ptr node) {
  auto& state = self->state;
  state.start(std::move(node));
  return {[&state](const untold_work& work) { state.carry_out(work); }};
}

void add_untold_kind(job_kinds& kinds, const untold_worker_actor& worker) {
  const job_handler run = [worker](const storage::claimed_job& job, job_answer answer) {
    caf::anon_send(worker, untold_work{job, std::move(answer)});
  };
  kinds.emplace(std::string{untold_job}, job_kind{.run = run, .policy = {.max_attempts = 20}});
}

}  // namespace sellavie::actors
