#pragma once
// order_desk
//
// Role       decides every wish, fact and expiry about the orders and the stock of one business.
// Grain      a business. The ONLY writer of stock and order state.
// Invariant  decide on the state that is in memory, commit, apply, answer: one commit under way,
//            later commands wait in the FIFO. An action key that is known returns its stored result
//            and decides nothing; its customer's notice is made up for. Never waits for HTTP: links come back as commands.
//            A business that was changed is taken on between two commands; none of them is lost by it.
// Supervised by the tenant_supervisor; on anything but `committed` it ends and is loaded anew.

#include <caf/all.hpp>
#include <deque>
#include <memory>
#include <optional>

#include "actors/customer_notice.hpp"
#include "actors/desk_records.hpp"
#include "actors/order_command.hpp"
#include "actors/outcome_message.hpp"
#include "actors/owed_answer.hpp"
#include "actors/services.hpp"
#include "actors/tenant.hpp"
#include "protocol/domain/catalog.hpp"
#include "protocol/domain/order_book.hpp"

namespace sellavie::actors {

/// What a turn shows the model: products as they are now, and this customer's open order.
struct turn_facts_query {
  conversation_id conversation;
};
struct turn_facts {
  /// Shared between turns until the next change.
  std::shared_ptr<const std::vector<product>> products;
  std::optional<order> open_order;
  /// Of the open order, else of the last one that is remembered.
  std::optional<order_status> status;
};

/// Products were edited in their table, or the tax of the business: answered when the book has them as they are now.
struct refresh_products {};
struct products_refreshed {};

/// The order of a conversation, open or just closed: what invoices and payment checks are about. By its id any
/// order is found.
struct order_query {
  conversation_id conversation;
  order_id order{};
};
struct order_found {
  std::optional<order> subject;
};

/// The live links of orders whose time is over, the earliest first: they are cancelled only after their
/// provider was asked.
struct due_links_query {
  std::size_t most = 0;
};
struct due_links {
  std::vector<std::string> references;
};

/// Time passed: reservations may have ended.
struct expire_orders {
  /// Links that their provider has just called unpaid.
  std::vector<std::string> unpaid;
  /// ... and those that it was asked about in vain.
  std::vector<std::string> silent;
};

using order_desk_actor =
    caf::typed_actor<caf::replies_to<turn_facts_query>::with<turn_facts>,
                     // Answers after the commit; errors are store trouble, never a refusal.
                     caf::replies_to<desk_request>::with<action_outcome>,
                     caf::replies_to<refresh_products>::with<products_refreshed>, caf::reacts_to<tenant_ptr>,
                     caf::replies_to<order_query>::with<order_found>,
                     caf::replies_to<due_links_query>::with<due_links>,
                     // What was cancelled: `requested` of the outcome.
                     caf::replies_to<expire_orders>::with<action_outcome>>;

class order_desk_state {
 public:
  using pointer = order_desk_actor::stateful_pointer<order_desk_state>;
  explicit order_desk_state(pointer self) : self_{self} {}
  void start(services_ptr node, tenant_ptr business);

  caf::result<turn_facts> facts(const turn_facts_query& query);
  caf::result<action_outcome> enqueue(desk_request request);
  caf::result<products_refreshed> refresh();
  void adopt(const tenant_ptr& changed);
  caf::result<order_found> find(const order_query& query);
  due_links links_to_ask(const due_links_query& query) const;
  caf::result<action_outcome> expire(expire_orders& ended);

  static constexpr const char* name = "order_desk";

 private:
  struct waiting {
    desk_request request;
    owed_answer<action_outcome> answer;
    /// The order that the command names, when the book does not hold it.
    std::optional<order> stored{};
    /// What the store has of the money that it is about.
    stored_money money{};
  };
  void load();
  void on_loaded(const storage::desk_record& record);
  void next();
  void load_products();
  void look_up_told(waiting one);
  void look_up_action(waiting one);
  void look_up_result(waiting one, const std::string& key, void (order_desk_state::*otherwise)(waiting));
  void look_up_order(waiting one);
  void look_up_money(waiting one);
  void look_up_subject(waiting one);
  void decide_now(waiting one);
  void find_now(const order_query& query, const owed_answer<order_found>& answer);
  void commit(waiting one, decision decided);
  void answer_known(waiting one, const std::string& stored);
  void deliver(const waiting& one, action_outcome outcome);
  [[nodiscard]] turn_facts facts_now(const conversation_id& conversation);
  [[nodiscard]] desk_context context(const waiting& one) const;
  /// As it is before the decision; null: it is new.
  [[nodiscard]] const order* before(const decision& decided, const waiting& one) const;

  pointer self_;
  services_ptr node_;
  tenant_ptr business_;
  order_book book_;
  bool loaded_ = false;
  /// A commit or a look-up is under way.
  bool busy_ = false;
  std::deque<waiting> fifo_;
  std::vector<std::pair<conversation_id, owed_answer<turn_facts>>> facts_waiting_;
  std::vector<std::pair<order_query, owed_answer<order_found>>> finds_waiting_;
  /// Before the next command; a load under way may be older than what they are about.
  bool is_catalogue_stale_ = false;
  std::vector<owed_answer<products_refreshed>> refreshes_;
  /// Made at the first query after a change.
  std::shared_ptr<const std::vector<product>> products_;
};
static_assert(!std::is_aggregate_v<order_desk_state>);

order_desk_actor::behavior_type order_desk(order_desk_state::pointer self, services_ptr node,
                                           tenant_ptr business);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::turn_facts_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::turn_facts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::desk_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::refresh_products)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::products_refreshed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::order_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::order_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::due_links_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::due_links)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::expire_orders)
