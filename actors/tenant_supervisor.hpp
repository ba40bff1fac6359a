#pragma once
// tenant_supervisor
//
// Role       the door to everything of one business: finds or spawns its actors, restarts them with
//            back-off, passivates them, and holds the business's snapshot.
// Grain      a business.
// Invariant  a delivery is held until its child reports it finished; a child that died abnormally is
//            offered again what is still open in the store, and then one at a time. A handled failure
//            counts as a try; after 5 the delivery is parked with its reason and a person is told.
//            Trouble of the store does not count. Nobody else keeps a child's handle for long.
//            One customer has one conversation: an id that is not a running child's own, or known to be
//            one's, starts a child that asks the store whose it is while it loads; before it has done
//            anything it says who has the customer, and what it was offered goes there in its order.
//            A business that cannot be loaded holds nothing: its deliveries go back to the pump, which
//            lets it rest; until the pump has taken them back every one that still comes is refused,
//            so that none overtakes another.
// Commands   a person's command is never lost in silence: it is answered, or fails. While the business
//            loads, or its conversation stops or comes back after a failure, it waits: at most 8 for
//            one conversation and 32 of the business, beyond that `overloaded`. It waits for one load
//            (`unavailable` when that fails, and at once until the next attempt) or for one restart:
//            a pause of at most 5 s, `unavailable` when the store cannot be asked what is open or the
//            incarnation is over. A conversation that dies on it answers with an error. It is not stopped
//            while it owes an answer.
// Desk       a person's command to the order desk waits for the first load like one to a chat, and is then
//            passed on: a desk that dies on it answers with an error. Before a person cancels, changes or settles an order
//            with a live payment link, its provider is asked, so that money that has come counts (4 s; one that
//            does not answer holds nothing up). Payment links are made from here, as a conversation makes them.
// Payments   a look at a payment (actors/payment_check.hpp) asks its provider and gives the desk the fact. Whoever looked, the
//            customer hears of an order that became paid by it, in the desk's transaction; money of a reference that is not
//            of our making is another till's and none of ours.
// Reminders  of a live link (actors/checkout_reminding.hpp): its provider is asked from here, then the desk decides and tells.
// Trials     of the training (actors/tenant_trials.cpp) reserve AI replies at the quota desk, as conversations do.
// Expiry     the desk never waits for a provider, so it is asked from here about the live links of orders whose
//            time is over: at most 16 in a round, one round at a time, after a silent one a minute's rest.
// Supervised by the tenant_registry.

#include <caf/all.hpp>
#include <deque>
#include <map>
#include <unordered_map>

#include "actors/checkout_reminding.hpp"
#include "actors/conversation.hpp"
#include "actors/inbox_pump.hpp"
#include "actors/owed_answer.hpp"
#include "actors/payment_check.hpp"
#include "actors/refund_run.hpp"
#include "actors/services.hpp"
#include "actors/tenant.hpp"

namespace sellavie::actors {

/// Load the business's snapshot anew, and what the desk has of its catalogue.
struct tenant_changed {};

/// Training was published: the snapshot is loaded anew, the desk goes on. Answered when every child that runs was told,
/// or when the store cannot say what was published; it is asked again then.
struct take_training {};
struct training_taken {};

/// A channel account has rows in the outbox from an earlier run.
struct wake_sender {
  connection_id connection;
};

/// Time passed: reservations may have ended.
using expire_atom = caf::atom_constant<caf::atom("expire")>;
using restart_atom = caf::atom_constant<caf::atom("restart")>;

/// (connection, customer's scoped id); an empty customer is the connection's outbox_sender.
struct child_key {
  connection_id connection;
  std::string customer;

  friend bool operator==(const child_key&, const child_key&) = default;
};

using tenant_supervisor_actor = caf::typed_actor<
    caf::reacts_to<delivery>, caf::reacts_to<tenant_changed>, caf::reacts_to<wake_sender>,
    caf::replies_to<command_chat>::with<chat_commanded>, caf::replies_to<desk_request>::with<action_outcome>,
    caf::replies_to<order_command>::with<action_outcome>,
    caf::replies_to<order_invoice>::with<action_outcome>,
    caf::replies_to<payment_check>::with<payment_checked>, caf::replies_to<run_refund>::with<refund_ran>,
    caf::replies_to<expire_link>::with<link_end>, caf::replies_to<remind_customer>::with<reminder_ran>,
    caf::replies_to<refresh_products>::with<products_refreshed>,
    caf::replies_to<take_training>::with<training_taken>,
    caf::replies_to<reserve_reply>::with<reply_reserved>, caf::reacts_to<reply_settled>,
    caf::reacts_to<expire_atom>,
    // From its children.
    caf::reacts_to<deliveries_finished>, caf::reacts_to<offer_together>, caf::reacts_to<lives_elsewhere>,
    caf::reacts_to<outbox_committed>, caf::reacts_to<epoch_raised>, caf::reacts_to<show_typing>,
    caf::reacts_to<person_spoke>, caf::reacts_to<stop_me>,
    // To itself: a back-off is over.
    caf::reacts_to<restart_atom, child_key>, caf::reacts_to<restart_atom>>;

/// How the supervisor makes its children; a test gives its own.
struct child_factory {
  std::function<conversation_actor(caf::scheduled_actor& parent, conversation_dependencies)> conversation;
  std::function<outbox_sender_actor(caf::scheduled_actor& parent, services_ptr, tenant_ptr, connection_id,
                                    outbox_sender_parent)>
      sender;
  std::function<order_desk_actor(caf::scheduled_actor& parent, services_ptr, tenant_ptr)> orders;
  std::function<invoice_desk_actor(caf::scheduled_actor& parent, services_ptr, tenant_ptr)> invoices;
  std::function<payment_client_actor(caf::scheduled_actor& parent, services_ptr, tenant_ptr)> payments;
  std::function<quota_desk_actor(caf::scheduled_actor& parent, services_ptr, tenant_ptr)> quota;
};

struct tenant_supervisor_dependencies {
  services_ptr node;
  business_id business;
  inbox_pump_actor pump;
  llm_router_actor model;
  std::shared_ptr<const child_factory> children;
};

}  // namespace sellavie::actors

template <>
struct std::hash<sellavie::actors::child_key> {
  std::size_t operator()(const sellavie::actors::child_key& key) const noexcept {
    return std::hash<sellavie::connection_id>{}(key.connection) ^ std::hash<std::string>{}(key.customer);
  }
};

namespace sellavie::actors {

class tenant_supervisor_state {
 public:
  using pointer = tenant_supervisor_actor::stateful_pointer<tenant_supervisor_state>;
  explicit tenant_supervisor_state(pointer self) : self_{self} {}
  tenant_supervisor_state(const tenant_supervisor_state&) = delete;
  tenant_supervisor_state& operator=(const tenant_supervisor_state&) = delete;
  /// No child outlives the only one who knows it: its successor spawns others.
  ~tenant_supervisor_state();
  void start(tenant_supervisor_dependencies dependencies);

  void offer(delivery one);
  void offer_to(const child_key& key, delivery one);
  void finish(const deliveries_finished& done, const caf::strong_actor_ptr& child);
  void complete(const offer_together& planned, const caf::strong_actor_ptr& child);
  void hand_to_conversation(person_spoke& spoke);
  void move_home(const lives_elsewhere& found, const caf::strong_actor_ptr& child);
  void forward_outbox(outbox_committed& rows);
  void forward_epoch(const epoch_raised& raised);
  void forward_typing(const show_typing& typing);
  caf::result<chat_commanded> forward_command(const command_chat& command);
  caf::result<action_outcome> forward_to_desk(desk_request& request);
  caf::result<action_outcome> command_order(order_command& wanted);
  caf::result<action_outcome> issue_for_order(const order_invoice& wanted);
  caf::result<payment_checked> check_payment(const payment_check& wanted);
  caf::result<refund_ran> run(const run_refund& wanted);
  caf::result<link_end> expire_payment_link(const expire_link& wanted);
  caf::result<reminder_ran> remind(const remind_customer& wanted);
  caf::result<products_refreshed> refresh_desk();
  caf::result<training_taken> retrain();
  caf::result<reply_reserved> reserve(const reserve_reply& wanted);
  void end_trial(const reply_settled& ended);
  void let_stop(const caf::strong_actor_ptr& child);
  void on_down(const caf::down_msg& down);
  void restart(const child_key& key);
  void restart_desks();
  void reload();
  void expire();
  void wake(const connection_id& connection);

  static constexpr const char* name = "tenant_supervisor";
  static constexpr std::int16_t max_tries = 5;
  static constexpr std::size_t waiting_per_chat = 8;
  static constexpr std::size_t waiting_per_business = 32;
  static constexpr std::size_t links_per_round = 16;

 private:
  enum class child_phase : std::uint8_t { running, stopping, recovering, ended };
  struct waiting_command {
    command_chat wanted;
    owed_answer<chat_commanded> answer;
  };
  struct death {
    errc why = errc::internal;
    std::vector<inbox_id> offered;
  };
  struct child {
    child_phase phase = child_phase::recovering;
    delivery_sink door;
    caf::actor_addr address;
    conversation_actor conversation;
    outbox_sender_actor sender;
    /// Not finished, in the order of arrival. Offered are the first `offered`.
    std::deque<delivery> held;
    std::size_t offered = 0;
    /// After a failure: one delivery at a time, so that a bad one takes no neighbour with it.
    bool one_by_one = false;
    std::uint32_t failures = 0;
    /// Died, and the store could not be asked yet what of it is still open: asked again, never guessed.
    std::optional<death> unchecked;
    /// Decided by the store: its key is the scoped id of whom it serves.
    bool is_settled = false;
    /// Further ids that lead here; in `also_`.
    std::vector<std::string> also;
    /// For when it runs (again).
    std::vector<waiting_command> commands;
    /// Answers that it owes.
    std::size_t commands_under_way = 0;

    [[nodiscard]] bool is_unused() const {
      return held.empty() && commands.empty() && commands_under_way == 0;
    }
  };

  struct link_round {
    order_desk_actor orders;
    std::size_t open = 0;
    expire_orders answered;
  };

  void load();
  void tell_children();
  void answer_trained();
  void on_load_failed();
  void hand_back(std::uint32_t round);
  void on_loaded(const shared<storage::tenant_record>& record);
  child& find_or_spawn(const child_key& key);
  /// Whose conversation the event is.
  [[nodiscard]] child_key customer_of(const connection_id& connection, const channel::channel_event& event);
  [[nodiscard]] std::optional<child_key> child_of(const connection_id& connection,
                                                  const std::string& id) const;
  void lead(const connection_id& connection, const std::string& id, const child_key& to);
  void forget(const child_key& key);
  void spawn(const child_key& key, child& entry);
  void offer_held(child& entry);
  static void release(child& entry, inbox_id id);
  void recover(const child_key& key, errc why, const std::vector<inbox_id>& offered);
  void check_held(const child_key& key);
  void count_failure(child& entry, errc why, const std::vector<inbox_id>& blamed);
  void look_for_unannounced(const child_key& key);
  void drop_closed(const child_key& key, const std::vector<inbox_id>& open, std::vector<inbox_id> asked);
  static constexpr std::chrono::milliseconds first_pause{100};
  /// Doubles with each failure in a row, up to five seconds.
  [[nodiscard]] static std::chrono::milliseconds pause_after(std::uint32_t failures);
  void schedule_restart(const child_key& key, std::uint32_t failures);
  void spawn_desks();
  using order_answer = owed_answer<action_outcome>;
  using order_command_ptr = std::shared_ptr<order_command>;
  /// Runs the work for the desks when the business is loaded, or fails it.
  caf::result<action_outcome> when_loaded(std::function<void(const order_answer&)> work);
  void ask_desk(desk_request request, std::function<void(const action_outcome&)> then,
                const order_answer& answer);
  [[nodiscard]] static caf::error told_as_ours(const caf::error& failure);
  void settle_first(const order_command_ptr& command, const order_answer& answer);
  void ask_provider(const order_command_ptr& command, const order& subject, const order_answer& answer);
  /// What the desk made of the provider's word; nothing when the provider said none.
  using payment_word = std::function<void(const std::optional<action_outcome>& decided)>;
  /// Lets the desk settle what the provider says of this link.
  void confirm_payment(const std::string& reference, const order_answer& answer, const payment_word& then);
  void when_ready(std::function<void()> work, const std::function<void(errc)>& otherwise);
  using refund_answer = owed_answer<refund_ran>;
  using refund_handler = std::function<void(const stored_money&, const refund&)>;
  void with_refund(const refund_id& id, const refund_answer& answer, refund_handler then);
  using failure_handler = std::function<void(const caf::error&)>;
  template <class Answer>
  [[nodiscard]] static failure_handler fails(const Answer& answer) {
    return [answer](const caf::error& failure) { answer.deliver(told_as_ours(failure)); };
  }
  void tell_desk(desk_command command, std::function<void(const action_outcome&)> then,
                 failure_handler otherwise, std::optional<payment_hint> noticed_by = {});
  void begin_refund(const stored_money& money, const refund& subject, const refund_answer& answer);
  void call_refund(const payment_record& payment, const refund& subject, std::int32_t attempt,
                   const refund_answer& answer);
  struct refund_words {
    payment_id payment;
    payment_hint noticed_by = payment_hint::poll;
    std::vector<refund_fact> refunds;
    /// To the last page, and the desk has taken each so far.
    bool are_all = false;
    instant begun{};
    std::function<void()> then;
    failure_handler otherwise;
    std::size_t told = 0;
  };
  void tell_refunds(const std::shared_ptr<refund_words>& words);
  /// The desk hears of all refunds of a payment that its provider lists.
  void hear_refunds(const payment_record& payment, payment_hint noticed_by, const std::function<void()>& then,
                    const failure_handler& otherwise);
  void rest_after(const refund_id& id, const refund_answer& answer);
  using reminder_answer = owed_answer<reminder_ran>;
  struct due_reminder {
    order subject;
    storage::reminder_record about;
    std::optional<instant> next_at;
  };
  void look_at_chat(const order& subject, const reminder_answer& answer);
  void ask_before_reminding(const due_reminder& due, const reminder_answer& answer);
  void tell_reminder(const due_reminder& due, const reminder_answer& answer);
  using check_answer = owed_answer<payment_checked>;
  void weigh(const payment_check& wanted, const payment_truth& truth, const check_answer& answer);
  void settle(const payment_check& wanted, const payment_truth& truth, const check_answer& answer);
  using desk_handler = std::function<void(const action_outcome&)>;
  /// Gives the desk a provider's word; the customer hears of an order that becomes paid by it.
  void hear_fact(const order_desk_actor& desk, desk_request request, desk_handler then,
                 failure_handler otherwise);
  void look_at_refunds(const payment_check& wanted, const payment_fact& fact, const check_answer& answer);
  void carry_out(const order_command_ptr& command, const order_answer& answer);
  void check_out(const order_command_ptr& command, link_attempt attempt, const order_answer& answer);
  void settle(const order_command_ptr& command, const payment_link& paid, link_attempt attempt,
              const order_answer& answer);
  void make_link(const order_command_ptr& command, const action_outcome& started, link_attempt attempt,
                 const order_answer& answer);
  void check_out_again(const order_command_ptr& command, const order_answer& answer);
  void finish_order(const order_command_ptr& command, const action_outcome& outcome,
                    const order_answer& answer);
  void begin_command(waiting_command command);
  void wait(waiting_command command, std::vector<waiting_command>& where);
  void run(const child_key& key, child& entry, waiting_command command);
  void run_waiting(const child_key& key, child& entry);
  void refuse_waiting(std::vector<waiting_command>& commands, errc why);
  void end_orders(const order_desk_actor& desk, expire_orders ended);
  void ask_about_links();
  void begin_round(const std::vector<std::string>& references);
  void confirm_link(const std::shared_ptr<link_round>& round, const std::string& reference,
                    const payment_truth& truth);
  void settle_link(const std::shared_ptr<link_round>& round);
  void settle_silent(const std::shared_ptr<link_round>& round, const std::string& reference);
  [[nodiscard]] const child_key* key_of(const caf::strong_actor_ptr& child) const;

  pointer self_;
  tenant_supervisor_dependencies dependencies_;
  tenant_ptr business_;
  bool loading_ = false;
  /// The business changed while its snapshot was being loaded, or a load failed.
  bool is_stale_ = false;
  std::vector<owed_answer<training_taken>> want_training_;
  std::uint32_t load_failures_ = 0;
  std::vector<delivery> before_load_;
  /// Handed back: the deliveries of this round and of earlier ones.
  std::optional<std::uint32_t> refused_round_;
  std::vector<waiting_command> commands_before_load_;
  /// Dropped, each of them answers that it was not done.
  std::vector<std::function<void()>> desk_work_before_load_;
  /// All commands that wait, also the children's.
  std::size_t commands_waiting_ = 0;
  std::vector<connection_id> wake_after_load_;
  bool is_asking_ = false;
  instant rests_until_{};
  std::unordered_map<child_key, child> children_;
  std::map<caf::actor_addr, child_key> keys_;
  /// Further ids of the customers of children.
  std::unordered_map<child_key, child_key> also_;
  order_desk_actor orders_;
  invoice_desk_actor invoices_;
  payment_client_actor payments_;
  quota_desk_actor quota_;
};
static_assert(!std::is_aggregate_v<tenant_supervisor_state>);

tenant_supervisor_actor::behavior_type tenant_supervisor(tenant_supervisor_state::pointer self,
                                                         tenant_supervisor_dependencies dependencies);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::tenant_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::take_training)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::training_taken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::wake_sender)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::child_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::order_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::order_invoice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::payment_check)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::payment_checked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::remind_customer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::reminder_ran)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::run_refund)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::refund_ran)
