#pragma once
// tenant_registry
//
// Role       business -> supervisor on this node.
// Grain      one per node.
// Invariant  at most one supervisor per business; what a dead one held is forgotten here and found
//            again in the table.
// Supervised by the node.

#include <caf/all.hpp>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {

/// A person's command to a chat of a business.
struct command_business {
  business_id business;
  command_chat command;
};

/// A person's command to the order desk of a business.
struct command_desk {
  business_id business;
  desk_request request;
};

/// What a person wants done with an order of a business.
struct command_order {
  business_id business;
  order_command command;
};
struct invoice_order {
  business_id business;
  order_invoice wanted;
};

/// A look at a payment of a business.
struct check_business_payment {
  business_id business;
  payment_check wanted;
};

/// Background work about a refund, and about a payment link, of a business.
struct run_business_refund {
  business_id business;
  run_refund wanted;
};
struct expire_business_link {
  business_id business;
  expire_link wanted;
};

/// The time of a reminder of this business has come.
struct remind_business_customer {
  business_id business;
  remind_customer wanted;
};

/// Products of this business were edited in their table. Answered when its desk, if it runs, knows them.
struct products_edited {
  business_id business;
};

/// This business published training. Answered when its chats, if any run, take it from their next turn on.
struct training_published {
  business_id business;
};

/// Before a trial of this business's training asks the model; and what became of it.
struct reserve_trial {
  business_id business;
  uuid trial;
};
struct trial_ended {
  business_id business;
  uuid trial;
  /// A model answered: it is committed.
  bool is_used = false;
};

/// Rows wait in the outbox of this account from an earlier run.
struct wake_account {
  business_id business;
  connection_id connection;
};

/// Businesses were added or changed: these; empty: nobody knows which.
struct directory_changed {
  std::vector<business_id> businesses;
};

/// Tell the order desks of these businesses that reservations ended.
struct reservations_ended {
  std::vector<business_id> businesses;
};

/// First message: the pump that supervisors report to. The registry then lets it begin.
struct meet_pump {
  inbox_pump_actor pump;
};

using tenant_registry_actor = caf::typed_actor<
    caf::reacts_to<meet_pump>, caf::reacts_to<delivery>,
    caf::replies_to<command_business>::with<chat_commanded>,
    caf::replies_to<command_desk>::with<action_outcome>, caf::replies_to<command_order>::with<action_outcome>,
    caf::replies_to<invoice_order>::with<action_outcome>,
    caf::replies_to<check_business_payment>::with<payment_checked>,
    caf::replies_to<run_business_refund>::with<refund_ran>,
    caf::replies_to<expire_business_link>::with<link_end>,
    caf::replies_to<remind_business_customer>::with<reminder_ran>,
    caf::replies_to<products_edited>::with<products_refreshed>,
    caf::replies_to<training_published>::with<training_taken>,
    caf::replies_to<reserve_trial>::with<reply_reserved>, caf::reacts_to<trial_ended>,
    caf::reacts_to<wake_account>, caf::reacts_to<directory_changed>, caf::reacts_to<reservations_ended>,
    // To itself: the pause after a supervisor's crash is over.
    caf::reacts_to<restart_atom, business_id>>;

struct tenant_registry_dependencies {
  services_ptr node;
  llm_router_actor model;
  std::shared_ptr<const child_factory> children;
};

class tenant_registry_state {
 public:
  using pointer = tenant_registry_actor::stateful_pointer<tenant_registry_state>;
  explicit tenant_registry_state(pointer self) : self_{self} {}
  tenant_registry_state(const tenant_registry_state&) = delete;
  tenant_registry_state& operator=(const tenant_registry_state&) = delete;
  /// No supervisor outlives the only one who knows it.
  ~tenant_registry_state();
  void start(tenant_registry_dependencies dependencies);

  void meet(const meet_pump& introduced);
  void deliver(delivery& one);
  void on_down(const caf::down_msg& down);
  void wake(const wake_account& account);
  void spread_change(const directory_changed& changed);
  void expire(const reservations_ended& ended);
  caf::result<chat_commanded> command(const command_business& wanted);
  caf::result<action_outcome> command(const command_desk& wanted);
  caf::result<action_outcome> command(const command_order& wanted);
  caf::result<action_outcome> command(const invoice_order& wanted);
  caf::result<payment_checked> check(const check_business_payment& wanted);
  caf::result<refund_ran> run(const run_business_refund& wanted);
  caf::result<link_end> expire(const expire_business_link& wanted);
  caf::result<reminder_ran> remind(const remind_business_customer& wanted);
  caf::result<products_refreshed> refresh(const products_edited& edited);
  caf::result<training_taken> retrain(const training_published& published);
  caf::result<reply_reserved> reserve(const reserve_trial& wanted);
  void end(const trial_ended& trial);
  void unblock(const business_id& business) { resting_.erase(business); }

  static constexpr const char* name = "tenant_registry";

 private:
  [[nodiscard]] tenant_supervisor_actor* find_or_spawn(const business_id& business);

  pointer self_;
  tenant_registry_dependencies dependencies_;
  inbox_pump_actor pump_;
  std::unordered_map<business_id, tenant_supervisor_actor> supervisors_;
  std::map<caf::actor_addr, business_id> businesses_;
  /// Businesses whose supervisor just crashed: their deliveries wait in the table.
  std::unordered_set<business_id> resting_;
};
static_assert(!std::is_aggregate_v<tenant_registry_state>);

tenant_registry_actor::behavior_type tenant_registry(tenant_registry_state::pointer self,
                                                     tenant_registry_dependencies dependencies);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::meet_pump)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::command_business)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::command_desk)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::command_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::invoice_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::check_business_payment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::run_business_refund)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::expire_business_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::remind_business_customer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::products_edited)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::training_published)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::reserve_trial)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::trial_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::wake_account)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::directory_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::reservations_ended)
