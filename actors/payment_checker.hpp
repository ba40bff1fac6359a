#pragma once
// payment_checker
//
// Role       has the payments looked at that background jobs name (actors/payment_check.hpp), and tells how each job ends;
//            and those of customers who come back from a pay page.
// Grain      one per node. Holds no state that matters: a look that nobody finishes is begun again by its job.
// Invariant  a job of an event ends in the desk's own transaction, or by an answer that leaves nothing to do; one that could
//            not be looked at fails and is tried again. A poll goes on until nothing more will come of its payment.
// Bounds     jobs are bounded by their runner. Of customers `most_visits` are looked after at once, the others are told to
//            wait for the chat; nobody but a payment that the store knows wakes a business.
// Supervised by the node.

#include <caf/all.hpp>

#include "actors/job_runner.hpp"
#include "actors/tenant_registry.hpp"

namespace sellavie::actors {

struct check_for_job {
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

using payment_checker_actor =
    caf::typed_actor<caf::reacts_to<check_for_job>, caf::reacts_to<customer_returned>>;

/// How the job ends that had this look.
[[nodiscard]] job_end end_after(const payment_checked& looked, const payment_check& wanted,
                                const storage::claimed_job& job, instant now);
/// A reference that nobody knows is waited for so many times.
inline constexpr std::int32_t looks_for_the_unknown = 4;

class payment_checker_state {
 public:
  using pointer = payment_checker_actor::stateful_pointer<payment_checker_state>;
  explicit payment_checker_state(pointer self) : self_{self} {}
  void start(services_ptr node, tenant_registry_actor registry);
  void check(const check_for_job& wanted);
  void welcome(const customer_returned& who);

  static constexpr const char* name = "payment_checker";
  static constexpr std::size_t most_visits = 64;

 private:
  void look_for(const customer_returned& who);
  void tell(const customer_returned& who, customer_news news);

  pointer self_;
  services_ptr node_;
  tenant_registry_actor registry_;
  std::size_t visits_ = 0;
};
static_assert(!std::is_aggregate_v<payment_checker_state>);

payment_checker_actor::behavior_type payment_checker(payment_checker_state::pointer self, services_ptr node,
                                                     tenant_registry_actor registry);

/// Of payment_check_job.
[[nodiscard]] job_kind payment_check_kind(const payment_checker_actor& checker);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::check_for_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::customer_returned)
