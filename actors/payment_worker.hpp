#pragma once
// payment_worker
//
// Role       carries out the background work about payments: looks at them (actors/payment_check.hpp), refunds on their way, their
//            credit notes, and links that nobody is meant to pay by any more. Tells how each job ends. Looks after customers who come back from a
//            pay page, too.
// Grain      one per node. Holds no state that matters: what nobody finishes is begun again by its job.
// Invariant  a job of an event ends in the desk's own transaction, or by an answer that leaves nothing to do; one that could
//            not be carried out fails and is tried again. A poll goes on until nothing more will come of its payment, at most
//            `polls_go_on`; a refund is followed to its end.
// Bounds     jobs are bounded by their runner. Of customers `most_visits` are looked after at once, the others are told to
//            wait for the chat; nobody but a payment that the store knows wakes a business.
// Supervised by the node.

#include <caf/all.hpp>

#include "actors/job_runner.hpp"
#include "actors/tenant_registry.hpp"

namespace sellavie::actors {

/// By its kind.
struct payment_work {
  storage::claimed_job job;
  job_answer answer;
};

enum class customer_news : std::uint8_t { paid, waiting, nothing_known };

/// A browser came back from a pay page and says for which payment. Answered once, from any thread.
struct customer_returned {
  business_id business;
  std::string reference;
  std::function<void(customer_news)> tell;
};

using payment_worker_actor =
    caf::typed_actor<caf::reacts_to<payment_work>, caf::reacts_to<customer_returned>>;

/// How the job ends that had this look.
[[nodiscard]] job_end end_after(const payment_checked& looked, const payment_check& wanted,
                                const storage::claimed_job& job, instant now);
/// Of a link: longer than any order waits for its money (desk_settings::longest_hold).
inline constexpr std::chrono::hours polls_go_on{30 * 24};
/// A reference that nobody knows is waited for so many times.
inline constexpr std::int32_t looks_for_the_unknown = 4;

class payment_worker_state {
 public:
  using pointer = payment_worker_actor::stateful_pointer<payment_worker_state>;
  explicit payment_worker_state(pointer self) : self_{self} {}
  void start(services_ptr node, tenant_registry_actor registry);
  void carry_out(const payment_work& work);
  void welcome(const customer_returned& who);

  static constexpr const char* name = "payment_worker";
  static constexpr std::size_t most_visits = 64;

 private:
  void check(const payment_work& work);
  void run_refund(const payment_work& work);
  void end_link(const payment_work& work);
  void credit(const payment_work& work);
  void remind(const payment_work& work);
  void look_for(const customer_returned& who);
  void tell(const customer_returned& who, customer_news news);

  pointer self_;
  services_ptr node_;
  tenant_registry_actor registry_;
  std::size_t visits_ = 0;
};
static_assert(!std::is_aggregate_v<payment_worker_state>);

payment_worker_actor::behavior_type payment_worker(payment_worker_state::pointer self, services_ptr node,
                                                   tenant_registry_actor registry);

/// The kinds of job that it carries out.
void add_payment_kinds(job_kinds& kinds, const payment_worker_actor& worker);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::payment_work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::customer_returned)
