#pragma once
// quota_desk
//
// Role       says whether the AI may answer one more turn of one business this month, and warns people when most
//            or all of the plan is used. The rules: protocol/domain/quota (pure).
// Grain      a business, where its plan has a limit; without one nobody asks.
// Invariant  reserve, then commit: a granted turn counts as used until it ended; the commit is the completed turn
//            itself, from which the count is loaded (docs/adr/0033). The count here is never above what the turns
//            show, so nobody is paused below the limit; a conversation that dies between its commit and saying so
//            is missed until the next load, and so much is granted beyond it.
//            A month is loaded when the first one asks in it, in the business's time zone. Warnings are written
//            with their task in one commit, under a unique key.
// Supervised by the tenant_supervisor; on store trouble it ends and is loaded anew.

#include <caf/all.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "actors/owed_answer.hpp"
#include "actors/services.hpp"
#include "actors/tenant_message.hpp"
#include "protocol/domain/quota.hpp"

namespace sellavie::actors {

/// A chat that may have no row yet; or a trial, which is on no account.
struct chat_key {
  connection_id connection;
  std::string customer;

  friend auto operator<=>(const chat_key&, const chat_key&) = default;
};

/// Before the model is asked. Asking again for the same chat takes the place of what was granted before.
struct reserve_reply {
  chat_key chat;
  purchase buying = purchase::none;
};
struct reply_reserved {
  bool is_granted = false;
};

/// The turn ended, or needs no answer any more.
struct reply_settled {
  chat_key chat;
  /// The AI answered: it is committed.
  bool is_used = false;
};

/// To itself: those who wait are looked at again, should somebody have died who was granted a reply.
using look_again_atom = caf::atom_constant<caf::atom("lookagain")>;

using quota_desk_actor =
    caf::typed_actor<caf::replies_to<reserve_reply>::with<reply_reserved>, caf::reacts_to<reply_settled>,
                     // The business, and with it perhaps its plan or its time zone, changed.
                     caf::reacts_to<tenant_ptr>, caf::reacts_to<look_again_atom>>;

class quota_desk_state {
 public:
  using pointer = quota_desk_actor::stateful_pointer<quota_desk_state>;
  explicit quota_desk_state(pointer self) : self_{self} {}
  void start(services_ptr node, tenant_ptr business);

  caf::result<reply_reserved> reserve(reserve_reply wanted);
  void settle(const reply_settled& ended);
  void change_business(const tenant_ptr& business);
  void look_again();

  static constexpr const char* name = "quota_desk";

 private:
  struct granted_reply {
    instant at{};
    /// The count was loaded meanwhile, and may have this one already.
    bool perhaps_counted = false;
  };
  struct waiting {
    reserve_reply wanted;
    owed_answer<reply_reserved> answer;
  };
  void load();
  void on_loaded(const storage::quota_record& record);
  void decide_waiting();
  [[nodiscard]] reply_permit decide(const reserve_reply& wanted);
  void forget_dead();
  void warn();
  [[nodiscard]] quota_level given() const;

  pointer self_;
  services_ptr node_;
  tenant_ptr business_;
  std::optional<storage::quota_record> month_;
  bool is_loading_ = false;
  bool is_warning_ = false;
  bool looks_again_ = false;
  std::map<chat_key, granted_reply> granted_;
  std::deque<waiting> waiting_;
  /// They ended while the count was loaded: what it says of them is not known.
  std::set<chat_key> ended_meanwhile_;
};
static_assert(!std::is_aggregate_v<quota_desk_state>);

quota_desk_actor::behavior_type quota_desk(quota_desk_state::pointer self, services_ptr node,
                                           tenant_ptr business);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::reserve_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::reply_reserved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::reply_settled)
