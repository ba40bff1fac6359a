#pragma once
// conversation
//
// Role       turns what one customer writes into turns: gather, think, act, reply; or leaves it to a
//            person. Phases and queue: protocol/domain/conversation (pure).
// Grain      one customer on one channel account.
// Invariant  one turn at a time, in order; one commit under way; every delivery is completed by
//            exactly one turn, or recorded between two (edits, unsends, what is not ours to answer).
//            Who speaks is the epoch: an answer of an older epoch is dropped. A plan is stored before its first action; a replay repeats no action.
// Supervised by the tenant_supervisor. On anything but `committed` it ends and is loaded anew.
//
// The steps of a turn are in conversation_{loading,thinking,acting,ending}.cpp, a person's commands in
// conversation_commands.cpp, what a person writes here in conversation_composing.cpp, what only changes what
// is remembered in conversation_recording.cpp.

#include <caf/all.hpp>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "actors/chat_command.hpp"
#include "actors/checkout.hpp"
#include "actors/composed.hpp"
#include "actors/delivery.hpp"
#include "actors/inbox_pump.hpp"
#include "actors/invoice_desk.hpp"
#include "actors/llm_router.hpp"
#include "actors/order_desk.hpp"
#include "actors/outbox_sender.hpp"
#include "actors/owed_answer.hpp"
#include "actors/payment_client.hpp"
#include "actors/quota_desk.hpp"
#include "actors/services.hpp"
#include "actors/tenant.hpp"
#include "actors/turn_ending.hpp"
#include "protocol/action/action_parser.hpp"
#include "protocol/channel/customer_ids.hpp"
#include "protocol/domain/conversation.hpp"
#include "protocol/domain/policy.hpp"

namespace sellavie::actors {

using gathered_atom = caf::atom_constant<caf::atom("gathered")>;
using idle_atom = caf::atom_constant<caf::atom("idle")>;
using planned_atom = caf::atom_constant<caf::atom("planned")>;

using conversation_actor =
    caf::typed_actor<caf::reacts_to<delivery>,
                     // Answered after the commit.
                     caf::replies_to<command_chat>::with<chat_commanded>, caf::reacts_to<tenant_ptr>,
                     // To itself: the gathering of a turn is over; nothing happened for a while; a
                     // stored plan has waited for its deliveries.
                     caf::reacts_to<gathered_atom, std::uint64_t>, caf::reacts_to<idle_atom>,
                     caf::reacts_to<planned_atom>>;

/// The child asks to be stopped; the supervisor decides and parks what comes meanwhile.
struct stop_me {};

/// Loaded by a delivery whose ids lead to another child's customer (protocol/channel/customer_ids): nothing
/// was done, and what it was offered is that child's.
struct lives_elsewhere {
  std::string customer;
};

/// What a conversation tells its supervisor.
using conversation_parent =
    caf::typed_actor<caf::reacts_to<deliveries_finished>, caf::reacts_to<offer_together>,
                     caf::reacts_to<lives_elsewhere>, caf::reacts_to<outbox_committed>,
                     caf::reacts_to<epoch_raised>, caf::reacts_to<show_typing>, caf::reacts_to<stop_me>>;

struct conversation_dependencies {
  services_ptr node;
  tenant_ptr business;
  connection_id connection;
  std::string customer;
  conversation_parent parent;
  order_desk_actor orders;
  invoice_desk_actor invoices;
  payment_client_actor payments;
  quota_desk_actor quota;
  llm_router_actor model;
  /// Where it lives is decided: it is the customer of this scoped id whatever a delivery says.
  bool is_settled = false;
};

/// Deliveries that are recorded together, and what the store said of the messages that they name.
struct record_batch {
  std::vector<delivery> deliveries;
  std::unordered_map<std::string, message_id> known;
};

class conversation_state {
 public:
  using pointer = conversation_actor::stateful_pointer<conversation_state>;
  explicit conversation_state(pointer self) : self_{self} {}
  void start(conversation_dependencies dependencies);

  void deliver(const delivery& one);
  void gathered(std::uint64_t gathering);
  void idle();
  void recheck_planned();
  void change_business(const tenant_ptr& business) { chat_.business = business; }
  caf::result<chat_commanded> command(const command_chat& wanted);

  static constexpr const char* name = "conversation";

 private:
  // loading
  void load();
  void begin_unwritten(const storage::new_conversation& customer);
  void on_found(const storage::new_conversation& wanted, const storage::conversation_record& record);
  void on_loaded(const storage::conversation_record& record,
                 const std::optional<channel::customer_identity>& who);
  void adopt_ids(const storage::conversation_record& record,
                 const std::optional<channel::customer_identity>& who);
  void find_planned(storage::live_plan plan);
  void await_planned();
  void drop_plan(const storage::live_plan& plan);
  void on_ready(stored_plan planned);
  // what all steps share
  void follow(next_step step);
  void begin_turn();
  void collect_turn();
  /// What an event tells of the customer's ids and whereabouts.
  void meet(const channel::channel_event& event);
  /// Adds what is new of the customer's ids to a commit that is made anyway; the answer: it is stored.
  [[nodiscard]] std::function<void()> tell_news(storage::change_set& to);
  /// What comes next begins now.
  void end_phase(monitoring::phase done);
  void commit(std::shared_ptr<storage::change_set> changes, std::function<void()> then);
  // thinking
  void think();
  [[nodiscard]] const std::string* handed_over_by() const;
  void ask_desk_for_facts();
  void ask_permission();
  void begin_answer();
  void pause();
  void settle_quota(bool is_used);
  void consult_model();
  void on_answer(const model_answer& answer);
  void hand_over_unanswered(model_outcome why);
  void read_answer(const model_answer& answer);
  void accept_plan(parsed_reply parsed);
  void return_to_model(const parsed_reply& parsed);
  // acting
  void store_plan();
  void begin_stored_turn(const storage::live_plan& stored);
  void resume();
  void end_overtaken();
  void run_next_action();
  void run(const proposed_action& proposed, const std::string& key);
  void check_out(const std::string& key, link_attempt attempt);
  void make_link(const action_outcome& started, link_attempt attempt);
  void store_link(desk_command result, link_step step, link_attempt attempt);
  [[nodiscard]] instant payment_deadline() const;
  void issue(const std::string& key);
  void check_payment(const std::string& key);
  void confirm(payment_fact fact, const asked_account& asked, const std::string& key);
  void on_outcome(action_outcome outcome);
  void end_round();
  void second_round();
  // ending
  void store_for_person();
  void take_over();
  void reply();
  [[nodiscard]] std::string with_told(std::string text) const;
  void hand_over(std::string reason, std::string text, storage::turn_outcome outcome);
  void finish_silently(storage::turn_outcome outcome);
  void finish(turn_end wanted);
  void on_completed(const turn_end& end, const storage::change_set& changes);
  void remember(const turn_end& end);
  void bound_history();
  // commands
  void run_command();
  void change_owner();
  void change_block();
  void answer_command(chat_commanded answer);
  [[nodiscard]] std::string name_of_taker() const;
  /// Of the person who waits to take the chat over, if one does; from the API, not from the phone app.
  [[nodiscard]] std::vector<storage::activity_row> takeover_activity() const;
  [[nodiscard]] storage::activity_row owner_activity(const command_chat& wanted,
                                                     storage::chat_owner to) const;
  // composing
  void send();
  void look_up_key();
  void answer_again(const std::vector<storage::composed_row>& rows);
  [[nodiscard]] instant last_customer_action() const;
  void write_composed();
  void on_composed(const storage::change_set& changes);
  // recording
  void keep_for_record(const delivery& one);
  void settle();
  void record();
  void look_up(std::shared_ptr<record_batch> batch, std::size_t next);
  void write_records(const std::shared_ptr<record_batch>& batch);
  void on_recorded(const std::vector<inbox_id>& ids, bool has_changed);
  void reload_history();
  [[nodiscard]] storage::new_conversation wanted_conversation(const delivery& any) const;
  void adopt_history(const storage::conversation_record& record);

  template <class Answer, class Actor, class Message>
  void ask(const Actor& whom, Message question, std::function<void(Answer&)> then);
  void fail(errc why) { self_->quit(make_error(why)); }
  void fail(const caf::error& failure);
  [[nodiscard]] std::string next_key() const;
  [[nodiscard]] storage::chat_owner owner() const noexcept;
  [[nodiscard]] policy_facts policy() const;
  /// The handover_reason of an outage, while no person has touched the chat.
  static constexpr const char* provider_outage = "provider_outage";
  /// ... and of a plan without AI replies left; people read it.
  static constexpr const char* plan_used_up = "this month's AI replies are used up";
  /// Why a person looks at a chat although somebody has it: what was done before a crash is told to nobody.
  static constexpr const char* may_have_acted =
      "the AI may have acted on these messages before it was interrupted, and told nobody";
  /// A hand-over by an outage or by the plan that no person has touched: the AI may try again.
  [[nodiscard]] bool is_untouched() const;
  [[nodiscard]] chat_key own_key() const { return {with_.connection, with_.customer}; }
  [[nodiscard]] reply_language language() const { return parse_language(chat_.business->locale); }

  struct chat_owner_at_load {
    bool person = false;
    std::int64_t epoch = 1;
  };
  /// Of the command in front: what the store knows of its key.
  enum class key_state : std::uint8_t { unasked, asked, fresh };
  struct waiting_command {
    command_chat wanted;
    owed_answer<chat_commanded> answer;
    key_state key = key_state::unasked;
  };

  pointer self_;
  conversation_dependencies with_;
  chat_context chat_;
  conversation_phases phases_;
  std::unordered_map<inbox_id, delivery> held_;
  turn turn_;
  channel::customer_ids ids_;
  /// A first-time customer's rows: written with the first commit.
  std::optional<storage::opened_conversation> unwritten_;
  /// With those of its deliveries that were still open when it was found.
  std::optional<storage::live_plan> to_resume_;
  /// Deliveries that start no turn, in the order of acceptance; bounded by what the pump lets in.
  std::deque<delivery> records_;
  std::vector<waiting_command> commands_;
  std::string handover_reason_;
  chat_owner_at_load loaded_;
  /// Answers to questions of an older round of asking are not wanted any more.
  std::uint64_t asking_ = 0;
  std::uint64_t gathering_ = 0;
  instant gathering_began_{};
  instant loading_began_{};
  bool is_loading_ = false;
  /// Something came since the last idle check.
  bool touched_ = false;
};
static_assert(!std::is_aggregate_v<conversation_state>);

conversation_actor::behavior_type conversation(conversation_state::pointer self,
                                               conversation_dependencies dependencies);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::command_chat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::chat_commanded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::stop_me)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::lives_elsewhere)
