#pragma once
// outbox_sender
//
// Role       brings the outbox of one channel account to the channel and settles what it learns:
//            answers, echoes, statuses, read and delivery marks.
// Grain      a channel account (connection): its pacing and its pauses.
// Invariant  per conversation one message under way, in the order of the rows; a row is committed as
//            `sending` before its bytes leave; a lost answer is `unknown` until an echo, a status or
//            `evidence_s` decides; re-sent once, counted; then `unconfirmed`, shown to a person.
//            An AI row whose epoch has passed is never handed to the socket.
// Supervised by the tenant_supervisor, which restarts it from the table.
//
//            ready ──► sending ──► delivered
//              ▲          ├──► backoff ──► sending …
//              │          ├──► unknown ──(evidence)──► delivered
//              │          │        └──(none)──► sending again, once ──► unconfirmed
//              │          └──► dead          any AI row ──(epoch passed)──► overtaken
//
// Rules
//  R1  A row found as sending or unknown at the start may have arrived: it waits evidence_s. If its commit
//      is announced only afterwards, nobody had handed it over yet, and it goes at once.
//  R2  An announced `sending` row goes at once; if it must wait (pace, pause, an earlier row) for more than
//      100 ms it is committed back to ready. Every other row is committed as sending before it goes.
//  R3  Per conversation one row is under way, in order of (created_at, id); at most 512 calls an account.
//  R4  Right before the transport: an AI row of a passed epoch ends as overtaken, a closed window as dead.
//      An AI row that waits for evidence when its epoch passes ends as overtaken too, without a resend;
//      late evidence makes it delivered. One whose bytes had left when its epoch passed cannot be recalled:
//      it is counted, and the commit that ends it tells the person who has the chat.
//  R5  Certainly not sent: again with backoff, 8 attempts, then dead. A rate limit rests its scope (of an app or a
//      token also the other accounts: actors/send_pauses) and does not count as an attempt: the send window ends it.
//  R6  auth blocks the account, with one task; another token ends the block at once, else one probe an hour. So
//      do the codes by which the platform restricts the account (policy, payment, spam), told once a day.
//  R15 A notice of the server's that may go by other ways does (untold.hpp): outside the window in
//      the template of the account where there is one, else, and whenever its row ends as dead, by background work in
//      place of the task.
//  R7  Anything else that is refused is dead with a task, and kills its later siblings: the rows of the same
//      conversation, author, epoch and created_at, which are the parts of one reply. A recipient who is gone
//      is noted with the customer.
//  R8  A lost answer waits evidence_s; without evidence it is sent once more; again without, it ends as
//      unconfirmed with a task, and later rows proceed.
//  R9  An echo is ours by message id in its metadata, by an external id that we got, by our app id, or by
//      equal words while a row to that customer may have arrived; exact names first. Metadata in the form
//      of our ids is ours although nobody knows it, and then its words prove nothing. Otherwise a person (or
//      another app that holds the thread: standby) has written. Equal words count only when the call under
//      way has ended; if it certainly failed, they are a person's.
//  R10 A status settles like an exact echo; `failed` is treated like a refusal, also after the row was
//      settled (task and message). No state is left for a lower one: dead stays dead.
//  R13 The last 4096 messages are remembered; after a restart none. The store is asked (docs/adr/0016) before
//      an unknown echo counts as a person's or settles a row by its words, and before evidence by an
//      unknown metadata id, or a failure of an unknown external id, is dropped. Meanwhile what else is heard
//      about this customer waits behind it, and a row to this customer is not sent again. At most 4
//      questions are under way; the rest waits in order, bounded by what the pump lets in. A store
//      that cannot answer is asked again every 500 ms; other failures end the sender (and are counted).
//  R14 Rows and epochs whose commit nobody lived to announce are looked for in the table when a conversation
//      died. A row that is found then was handed over by nobody: it does not wait for evidence.
//  R16 Pictures and files go at the pace of media where the channel has one; what waits for it holds up its own
//      conversation alone.
//  R11 Reads move the customer's mark and delivery marks change nothing. Everything else that comes here
//      and is neither an echo nor a status starts nothing and is recorded (docs/adr/0021).
//  R12 A commit without a connection is repeated. One that is refused or in doubt is compared with the
//      table: what it wanted counts as committed, what is untouched is asked again, a row that is gone
//      (a takeover deletes what was not sent) is forgotten. Where that does not help, the sender ends
//      itself and is loaded anew.

#include <array>
#include <caf/all.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/delivery.hpp"
#include "actors/exchange.hpp"
#include "actors/outbox_lanes.hpp"
#include "actors/outbox_recent.hpp"
#include "actors/outbox_rules.hpp"
#include "actors/services.hpp"
#include "actors/tenant_message.hpp"
#include "actors/untold.hpp"
#include "storage/change_set.hpp"

namespace sellavie::actors {

/// Rows that a commit has just written. Those in state `sending` may be sent at once; if that is not
/// possible (pacing, an earlier row) the sender commits them back to `ready`.
struct outbox_committed {
  connection_id connection;
  std::vector<storage::outbox_row> rows;
  /// When the customer last wrote: opens the send window.
  instant last_customer_at{};
};

/// The chat changed hands: AI rows of an older epoch must not go out any more.
struct epoch_raised {
  connection_id connection;
  conversation_id conversation;
  std::int64_t epoch = 0;
};

/// A conversation died, perhaps behind a commit that it did not live to announce.
struct unannounced_rows {
  connection_id connection;
};

/// The customer's messages are seen and answered: best effort, never stored. One call on WhatsApp, where
/// the read mark carries the indicator; two on Messenger and Instagram, where each action stands alone.
struct show_typing {
  connection_id connection;
  std::string customer;
  /// WhatsApp needs the message that is being answered.
  std::string message_external_id;
};

/// A person wrote to the customer from the phone app or the platform's inbox. The conversation
/// completes the echo's inbox row with its takeover commit.
struct person_spoke {
  delivery echo;
};

using tick_atom = caf::atom_constant<caf::atom("tick")>;

using outbox_sender_actor =
    caf::typed_actor<caf::reacts_to<outbox_committed>, caf::reacts_to<epoch_raised>,
                     caf::reacts_to<unannounced_rows>, caf::reacts_to<show_typing>,
                     // Echoes, statuses, reads, delivery marks: anything that wakes no conversation.
                     caf::reacts_to<delivery>,
                     // A new snapshot of the business (tokens may have changed).
                     caf::reacts_to<tenant_ptr>,
                     // To itself: evidence, pauses, retries.
                     caf::reacts_to<tick_atom>>;

/// What a sender tells its supervisor.
using outbox_sender_parent =
    caf::typed_actor<caf::reacts_to<deliveries_finished>, caf::reacts_to<person_spoke>>;

/// The sender with the door for its own HTTP calls.
using outbox_sender_with_calls = outbox_sender_actor::extend<caf::reacts_to<transport_answer>>;

class outbox_sender_state {
 public:
  using pointer = outbox_sender_with_calls::stateful_pointer<outbox_sender_state>;
  explicit outbox_sender_state(pointer self) : self_{self} {}
  ~outbox_sender_state();
  outbox_sender_state(const outbox_sender_state&) = delete;
  outbox_sender_state& operator=(const outbox_sender_state&) = delete;
  void start(services_ptr node, tenant_ptr business, connection_id connection, outbox_sender_parent parent);

  void take(const outbox_committed& announced);
  void raise_epoch(const epoch_raised& raised);
  void look_for(const unannounced_rows& missed);
  void type(const show_typing& typing);
  void deliver(const delivery& one);
  void change_business(const tenant_ptr& business);
  void finish_exchange(transport_answer& answer);
  void tick();

  static constexpr const char* name = "outbox_sender";
  static constexpr std::size_t most_calls = 512;
  static constexpr std::size_t most_remembered = 4096;
  static constexpr std::size_t most_completed_at_once = 512;
  static constexpr std::size_t most_questions = 4;
  /// Before a store that was away is tried again.
  static constexpr milliseconds stall_pause{500};

 private:
  using place = outbox_lanes::place;

  /// A commit under way. `rows` are in phase `committing` until `then` has run.
  struct pending_commit {
    std::shared_ptr<const storage::change_set> changes;
    std::vector<message_id> rows;
    std::function<void()> then;
    int repeats = 0;
  };
  using pending_ptr = std::shared_ptr<pending_commit>;
  /// How rows leave the table.
  struct row_end {
    storage::send_state state = storage::send_state::delivered;
    std::string external_id;
    /// Kind and reason of the task for a person; empty: none.
    std::string task;
    std::string reason;
    std::vector<inbox_id> inbox;
    bool recipient_gone = false;
    /// Instead of the task: it goes on by another way.
    std::optional<untold_notice> untold{};
  };
  /// How a row moves on.
  struct row_move {
    storage::send_state to = storage::send_state::sending;
    std::int16_t attempts = 0;
    bool resent = false;
    instant due_at{};
    std::vector<inbox_id> inbox;
    std::function<void(place)> then;
  };
  struct sent_message {
    conversation_id conversation;
    storage::send_state state = storage::send_state::delivered;
    /// Of a notice that may go by another way when the channel says later that it failed.
    std::optional<untold_notice> notice{};
  };
  /// Deliveries that are completed together.
  struct completed_batch {
    std::vector<inbox_id> inbox;
    std::vector<storage::recorded_event> recorded;
    std::map<std::string, instant> reads;
    std::vector<storage::message_change> messages;
    std::vector<storage::person_task> tasks;
    std::vector<storage::job_row> jobs;
    /// Always beside a task.
    std::vector<storage::connection_fault> faults;
    std::vector<storage::contact_reach> reaches;
    [[nodiscard]] bool is_empty() const {
      return inbox.empty() && recorded.empty() && tasks.empty() && jobs.empty() && reads.empty() &&
             reaches.empty();
    }
  };

  // outbox_sender.cpp: life, and what is due
  void load();
  void on_loaded(const loaded_outbox& found);
  void adopt_account();
  std::optional<place> add_stored(const storage::stored_outbox_row& stored);
  void take_unannounced(const loaded_outbox& found);
  [[nodiscard]] bool is_loading(std::function<void()> again);
  void settle_up();
  void arm();
  void show_rows();
  void fail(errc why);
  // outbox_sending.cpp: from the lane to the socket and back
  void run(const conversation_id& conversation);
  void end_where_they_stand(outbox_lane& lane);
  void put_back(outbox_lane& lane, queued_row& one);
  void evidence_missing(outbox_lane& lane, queued_row& one);
  void drain();
  void start_first(outbox_lane& lane);
  void hand_over(place at);
  [[nodiscard]] bool goes_in_template(const place& at) const;
  void call(place at, const channel::wire_message& wire, const channel::send_permit& permit);
  void on_answer(const message_id& id, std::uint64_t call, outbound_response& response);
  void lost(place at);
  void apply_failure(place at, const channel::send_failure& failure, std::vector<inbox_id> inbox);
  void give_up(place at, const std::string& reason, std::vector<inbox_id> inbox, bool recipient_gone = false);
  void release_slot(queued_row& one);
  void act(channel::sender_action what, const show_typing& typing);
  void rest_account(instant until);
  void block_account(instant until, const channel::send_failure& why);
  void tell_connection(const std::string& reason);
  [[nodiscard]] bool is_usable() const;
  [[nodiscard]] bool may_start(instant now) const;
  [[nodiscard]] instant account_ready_at(instant now) const;
  [[nodiscard]] instant row_ready_at(outbox_lane& lane, queued_row& one, instant now);
  [[nodiscard]] bool is_media(queued_row& one) const;
  [[nodiscard]] channel::token_bucket* pair_of(const outbox_lane& lane);
  [[nodiscard]] instant evidence_deadline() const;
  // outbox_settling.cpp: commits
  void finish(outbox_lane& lane, const std::vector<message_id>& ids, row_end end);
  void on_finished(const conversation_id& conversation, const std::vector<message_id>& ids,
                   const row_end& end);
  void move(place at, row_move step);
  void commit(pending_ptr one);
  void on_reply(const pending_ptr& one, const commit_reply& reply);
  void compare_with_table(pending_ptr one, storage::commit_outcome outcome);
  void compare(const pending_ptr& one, const loaded_outbox& found, storage::commit_outcome outcome);
  void check(const std::vector<message_id>& ids);
  void adopt(const message_id& id, const storage::stored_outbox_row* found);
  void tell_unrecalled(const outbox_lane& lane, const queued_row& one, storage::send_state end,
                       storage::change_set& to);
  void recheck_inbox(pending_ptr one, storage::commit_outcome outcome);
  void flush_completed();
  void report_finished(std::vector<inbox_id> ids);
  // outbox_evidence.cpp: what the channel tells
  void judge(const delivery& one);
  [[nodiscard]] bool try_judge(const delivery& one, bool asked);
  [[nodiscard]] bool judge_echo(const delivery& one, bool asked);
  [[nodiscard]] bool judge_status(const delivery& one, bool asked);
  void judge_kept(const queued_row::deferred& kept);
  void judge_again(queued_row& one);
  void mark_read(const channel::channel_event& event, instant up_to);
  void prove(place at, const delivery& one, bool by_words);
  void fail_later(place at, const delivery& one);
  void fail_settled(const message_id& id, sent_message& message, const delivery& one);
  void correct(const message_id& id, sent_message& message, const std::string& external_id);
  void complete(const delivery& one) { completed_.inbox.push_back(one.id); }
  void record(const delivery& one);
  [[nodiscard]] std::optional<place> open_row(const std::string& external_id,
                                              std::optional<message_id> metadata);
  [[nodiscard]] std::optional<message_id> known_message(const std::string& external_id,
                                                        std::optional<message_id> metadata);
  [[nodiscard]] std::optional<place> said_to(const channel::channel_event& echo, bool is_our_app);
  void remember(const message_id& id, const sent_message& message, const std::string& external_id);
  // outbox_questions.cpp: what only the store remembers
  void ask_store();
  void ask(const std::string& customer);
  void on_told(const std::string& customer, const found_sent& told);
  void on_not_told(const std::string& customer, errc why);
  void advance(const std::string& customer);
  /// Something about this row's customer is not judged yet, and may prove that it arrived.
  [[nodiscard]] bool is_in_question(const outbox_lane& lane, const queued_row& one) const {
    return one.handed && lines_.contains(lane.recipient);
  }

  pointer self_;
  services_ptr node_;
  tenant_ptr business_;
  connection_id connection_;
  outbox_sender_parent parent_;
  channel_kind channel_ = channel_kind::messenger;
  channel::send_account account_;
  channel::approved_template notices_;
  std::string token_;
  std::uint64_t token_number_ = 1;
  bool is_stopping_ = false;
  bool loading_ = true;
  std::vector<std::function<void()>> before_load_;

  outbox_lanes lanes_;
  channel::send_pacing pacing_{channel::pace{}};
  channel::pace pace_;
  channel::token_bucket media_;
  bounded_map<std::string, channel::token_bucket> pairs_{most_remembered};
  /// Begun and not ended: a commit to `sending`, then its call.
  std::size_t slots_ = 0;
  std::uint64_t last_call_ = 0;
  exchanges exchanges_;
  std::uint32_t account_limits_ = 0;
  /// The token was refused: until then nothing goes, and then one call at a time until one succeeds.
  instant blocked_until_{};
  bool is_suspect_ = false;
  bool connection_told_ = false;
  /// The account is restricted: told, and not again before.
  instant restriction_told_until_{};
  /// The rest of app or token that our lanes heeded last, whoever was told of it.
  instant heeded_{};

  std::vector<pending_ptr> stalled_;
  instant stalled_until_{};
  completed_batch completed_;
  bool completing_ = false;
  /// Deliveries that we have and that are not finished.
  std::unordered_set<inbox_id> held_;
  bounded_map<message_id, sent_message> sent_{most_remembered};
  bounded_map<std::string, message_id> external_ids_{most_remembered};
  /// Whose read mark is whose: by recipient, of what was delivered lately.
  bounded_map<std::string, conversation_id> chats_{most_remembered};
  /// By customer: deliveries in order, the first of which needs the store.
  std::unordered_map<std::string, std::deque<delivery>> lines_;
  /// Lines whose question is not under way.
  std::deque<std::string> to_ask_;
  std::size_t questions_ = 0;

  /// When ticks under way will come.
  std::multiset<instant> ticks_;
  std::array<std::size_t, 4> shown_{};
  bool shows_oldest_ = false;
};
static_assert(!std::is_aggregate_v<outbox_sender_state>);

outbox_sender_with_calls::behavior_type outbox_sender(outbox_sender_state::pointer self, services_ptr node,
                                                      tenant_ptr business, connection_id connection,
                                                      outbox_sender_parent parent);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::outbox_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::epoch_raised)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::unannounced_rows)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::show_typing)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::person_spoke)
