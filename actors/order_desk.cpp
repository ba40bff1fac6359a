#include "actors/order_desk.hpp"

#include <algorithm>

#include "actors/money_records.hpp"
#include "protocol/action/outcome_codec.hpp"
#include "protocol/payment/port.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

bool ends_links(const tenant& business) {
  return std::any_of(business.payments.begin(), business.payments.end(), [](const payment_account& account) {
    return payment::port_of(account.provider).expires_links;
  });
}

/// Where nothing is paid by link, money is real.
payment_mode mode_of(const tenant& business) {
  const auto* account = business.paying();
  return account != nullptr ? account->mode : payment_mode::live;
}

bool pays_an_order(const decision& decided) {
  return std::any_of(decided.events.begin(), decided.events.end(), [](const desk_event& event) {
    const auto* changed = std::get_if<order_event>(&event);
    return changed != nullptr && changed->kind == order_event_kind::paid;
  });
}

// A link that another request has recorded changes nothing here, and is told all the same.
bool is_told(const desk_request& request, const decision& decided) {
  if (!request.tell || !is_worth_telling(decided.outcome)) return false;
  return !request.tell->only_when_paid || pays_an_order(decided);
}

/// An attempt of a customer's that the provider calls failed: the order stays as it is, people hear of it. A link that nobody
/// used has no transaction.
const payment_fact* failed_attempt(const desk_request& request, const decision& decided) {
  const auto* confirmed = std::get_if<desk::confirm_payment>(&request.command);
  const bool is_one = confirmed != nullptr && decided.outcome.effect == action_effect::payment_failed &&
                      !confirmed->fact.transaction.empty();
  return is_one ? &confirmed->fact : nullptr;
}

}  // namespace

void order_desk_state::start(services_ptr node, tenant_ptr business) {
  node_ = std::move(node);
  business_ = std::move(business);
  load();
}

// Behind every commit that a former desk of this business asked for.
void order_desk_state::load() {
  const auto failed = [this](const caf::error& failure) { self_->quit(make_error(code_of(failure))); };
  self_->request(node_->journal_of(business_->id), caf::infinite, inbox_check{})
      .then(
          [this, failed](const inbox_still_open&) {
            const instant since = node_->now() - desk_settings{}.duplicate_window;
            self_
                ->request(node_->reader_of(business_->id.value), caf::infinite,
                          load_desk{business_->id, since})
                .then([this](const shared<storage::desk_record>& record) { on_loaded(*record); }, failed);
          },
          failed);
}

void order_desk_state::on_loaded(const storage::desk_record& record) {
  const auto currency = parse_currency(record.currency);
  if (!currency) return self_->quit(make_error(errc::internal));
  std::size_t skipped = 0;
  book_ = make_book(record, *currency, skipped);
  if (skipped > 0) node_->log->error("orders_unreadable", {{}, business_->id, {}}, {{"count", skipped}});
  loaded_ = true;
  for (auto& [conversation, answer] : std::exchange(facts_waiting_, {}))
    answer.deliver(facts_now(conversation));
  for (auto& [query, answer] : std::exchange(finds_waiting_, {})) find_now(query, answer);
  next();
}

turn_facts order_desk_state::facts_now(const conversation_id& conversation) {
  if (!products_) {
    auto products = std::make_shared<std::vector<product>>();
    products->reserve(book_.products.size());
    for (const auto& [id, one] : book_.products)
      if (one.active) products->push_back(one);
    products_ = std::move(products);
  }
  turn_facts known{products_, std::nullopt, std::nullopt};
  if (const order* open = open_order_of(book_, conversation)) known.open_order = *open;
  if (const order* last = last_order_of(book_, conversation)) known.status = last->status;
  return known;
}

caf::result<turn_facts> order_desk_state::facts(const turn_facts_query& query) {
  if (loaded_) return facts_now(query.conversation);
  facts_waiting_.emplace_back(query.conversation, owe_answer<turn_facts>(self_));
  return facts_waiting_.back().second.to_return();
}

caf::result<order_found> order_desk_state::find(const order_query& query) {
  const auto answer = owe_answer<order_found>(self_);
  if (loaded_) find_now(query, answer);
  else finds_waiting_.emplace_back(query, answer);
  return answer.to_return();
}

void order_desk_state::find_now(const order_query& query, const owed_answer<order_found>& answer) {
  const bool by_id = !query.order.is_nil();
  const order* known = by_id ? find_order(book_, query.order) : last_order_of(book_, query.conversation);
  if (known != nullptr) return answer.deliver(order_found{*known});
  if (!by_id) return answer.deliver(order_found{});
  self_->request(node_->reader_of(business_->id.value), caf::infinite, load_order{business_->id, query.order})
      .then(
          [this, answer](const found_order& found) {
            answer.deliver(order_found{found.row ? to_order(*found.row, book_.currency) : std::nullopt});
          },
          [answer](const caf::error& failure) { answer.deliver(make_error(code_of(failure))); });
}

caf::result<action_outcome> order_desk_state::enqueue(desk_request request) {
  fifo_.push_back({std::move(request), owe_answer<action_outcome>(self_)});
  auto answer = fifo_.back().answer.to_return();
  next();
  return answer;
}

void order_desk_state::next() {
  if (!loaded_ || busy_) return;
  if (is_catalogue_stale_) return load_products();
  if (fifo_.empty()) return;
  waiting one = std::move(fifo_.front());
  fifo_.pop_front();
  busy_ = true;
  look_up_told(std::move(one));
}

// Asked again, or twice at once: what the customer was told is the answer, whatever the order has become.
void order_desk_state::look_up_told(waiting one) {
  if (!one.request.tell || one.request.tell->key.empty()) return look_up_action(std::move(one));
  const auto key = one.request.tell->key;
  look_up_result(std::move(one), key, &order_desk_state::look_up_action);
}

void order_desk_state::look_up_action(waiting one) {
  if (!one.request.replay || one.request.action_key.empty()) return look_up_order(std::move(one));
  const auto key = one.request.action_key;
  look_up_result(std::move(one), key, &order_desk_state::look_up_order);
}

// Nothing of the desk is on its way to the table: what is read of a closed order is how it stands.
void order_desk_state::look_up_order(waiting one) {
  if (one.request.only_known) return deliver(one, make_refusal(std::nullopt, refusal::not_found));
  const order_id named = order_named_by(one.request.command);
  if (named.is_nil() || find_order(book_, named) != nullptr) return look_up_money(std::move(one));
  auto held = std::make_shared<waiting>(std::move(one));
  self_->request(node_->reader_of(business_->id.value), caf::infinite, load_order{business_->id, named})
      .then(
          [this, held](const found_order& found) {
            if (found.row) held->stored = to_order(*found.row, book_.currency);
            look_up_money(std::move(*held));
          },
          [this](const caf::error& failure) { self_->quit(make_error(code_of(failure))); });
}

// The desk alone writes it, and nothing of its own is on the way.
void order_desk_state::look_up_money(waiting one) {
  const auto named = money_named_by(one.request.command);
  if (!named) return decide_now(std::move(one));
  auto held = std::make_shared<waiting>(std::move(one));
  self_->request(node_->reader_of(business_->id.value), caf::infinite, question_of(*named, business_->id))
      .then(
          [this, held](const shared<storage::stored_money_rows>& rows) {
            auto found = to_money(*rows);
            if (!found) {
              node_->log->error("money_unreadable", {{}, business_->id, {}});
              held->answer.deliver(make_error(errc::internal));
              busy_ = false;
              return next();
            }
            held->money = std::move(*found);
            look_up_subject(std::move(*held));
          },
          [this](const caf::error& failure) { self_->quit(make_error(code_of(failure))); });
}

void order_desk_state::look_up_subject(waiting one) {
  const order_id subject = one.money.payment ? one.money.payment->order : order_id{};
  const bool is_found = one.stored && one.stored->id == subject;
  if (subject.is_nil() || is_found) return decide_now(std::move(one));
  if (const order* known = find_order(book_, subject)) {
    one.money.subject = *known;
    return decide_now(std::move(one));
  }
  auto held = std::make_shared<waiting>(std::move(one));
  self_->request(node_->reader_of(business_->id.value), caf::infinite, load_order{business_->id, subject})
      .then(
          [this, held](const found_order& found) {
            if (found.row) held->money.subject = to_order(*found.row, book_.currency);
            decide_now(std::move(*held));
          },
          [this](const caf::error& failure) { self_->quit(make_error(code_of(failure))); });
}

caf::result<products_refreshed> order_desk_state::refresh() {
  is_catalogue_stale_ = true;
  refreshes_.push_back(owe_answer<products_refreshed>(self_));
  auto answer = refreshes_.back().to_return();
  next();
  return answer;
}

// Whoever changed it may have changed its products as well. Amounts of another currency are another book.
void order_desk_state::adopt(const tenant_ptr& changed) {
  if (changed->currency != business_->currency) return self_->quit(make_error(errc::unavailable));
  business_ = changed;
  is_catalogue_stale_ = true;
  next();
}

// Nothing of the desk is on its way to the table, so that the table's stock is the book's.
void order_desk_state::load_products() {
  busy_ = true;
  is_catalogue_stale_ = false;
  const auto asked =
      std::make_shared<std::vector<owed_answer<products_refreshed>>>(std::exchange(refreshes_, {}));
  self_->request(node_->reader_of(business_->id.value), caf::infinite, actors::load_products{business_->id})
      .then(
          [this, asked](const shared<product_list>& stored) {
            replace_products(book_, make_products(stored->rows, book_.currency));
            book_.tax = stored->tax;
            products_ = nullptr;
            for (const auto& one : *asked) one.deliver(products_refreshed{});
            busy_ = false;
            next();
          },
          [this](const caf::error& failure) { self_->quit(make_error(code_of(failure))); });
}

void order_desk_state::look_up_result(waiting one, const std::string& key,
                                      void (order_desk_state::*otherwise)(waiting)) {
  auto held = std::make_shared<waiting>(std::move(one));
  self_->request(node_->reader_of(business_->id.value), caf::infinite, find_action_result{business_->id, key})
      .then(
          [this, held, key, otherwise](const found_action_result& found) {
            if (!found.outcome) return (this->*otherwise)(std::move(*held));
            if (held->request.tell && held->request.tell->key == key) held->request.tell.reset();
            answer_known(std::move(*held), *found.outcome);
          },
          [this](const caf::error& failure) { self_->quit(make_error(code_of(failure))); });
}

// A known key decides nothing. A checkout goes on with the reference that its order has now, and answers with the
// link when that was recorded meanwhile. Whoever recorded it need not have told the customer.
void order_desk_state::answer_known(waiting one, const std::string& stored) {
  auto outcome = decode_outcome(stored);
  if (!outcome) {
    one.answer.deliver(make_error(errc::internal));
    busy_ = false;
    return next();
  }
  auto& known = outcome.value();
  if (!known.wish.empty() && known.wish != one.request.wish)
    return deliver(one, make_refusal(std::nullopt, refusal::key_reused));
  const order* open = find_open_order(book_, known.order);
  if (known.effect == action_effect::checkout_started && open != nullptr &&
      !open->payment_reference.empty()) {
    describe(known, *open);
    if (!open->payment_url.empty()) known.effect = action_effect::checkout_ready;
  }
  const auto& tell = one.request.tell;
  if (!tell || tell->key.empty() || !is_worth_telling(known)) return deliver(one, std::move(known));
  decision made_up_for{std::move(known), {}, {}, one.request.actor, node_->now()};
  commit(std::move(one), std::move(made_up_for));
}

void order_desk_state::deliver(const waiting& one, action_outcome outcome) {
  one.answer.deliver(std::move(outcome));
  busy_ = false;
  next();
}

desk_context order_desk_state::context(const waiting& one) const {
  return {.now = node_->now(),
          .new_order = node_->ids->next_as<order_id>(),
          .actor = one.request.actor,
          .settings = {.refund_limit_minor = business_->refund_limit_minor, .mode = mode_of(*business_)},
          .stored = one.stored,
          .new_payment = node_->ids->next_as<payment_id>(),
          .new_refund = node_->ids->next_as<refund_id>(),
          .money = one.money,
          .noticed_by = one.request.noticed_by};
}

const order* order_desk_state::before(const decision& decided, const waiting& one) const {
  for (const desk_event& event : decided.events)
    if (const auto* moved = std::get_if<order_event>(&event)) {
      const order* known = find_order(book_, moved->after.id);
      if (known != nullptr) return known;
      return one.stored ? &*one.stored : nullptr;
    }
  return nullptr;
}

void order_desk_state::decide_now(waiting one) {
  auto decided = decide(book_, one.request.command, context(one));
  decided.outcome.wish = one.request.wish;
  const bool writes = !decided.events.empty() || !decided.action_key.empty() ||
                      is_told(one.request, decided) || failed_attempt(one.request, decided) != nullptr;
  if (!writes) return deliver(one, std::move(decided.outcome));
  commit(std::move(one), std::move(decided));
}

void order_desk_state::commit(waiting one, decision decided) {
  auto changes =
      std::make_shared<storage::change_set>(write_decision(decided, {.business = business_->id,
                                                                     .paying = business_->paying(),
                                                                     .reminders = business_->reminders,
                                                                     .ids = *node_->ids,
                                                                     .ends_links = ends_links(*business_),
                                                                     .by = one.request.by,
                                                                     .before = before(decided, one)}));
  if (one.request.finishes) changes->jobs_done.push_back({*one.request.finishes});
  if (is_told(one.request, decided))
    tell_customer(*node_, *business_, *one.request.tell, decided.outcome, *changes);
  if (const auto* failed = failed_attempt(one.request, decided))
    changes->notices.push_back({.business = business_->id,
                                .kind = notification_kind::failed_payment,
                                .subject = failed->reference,
                                .about = decided.outcome.order.value,
                                .at = decided.at});
  auto held = std::make_shared<std::pair<waiting, decision>>(std::move(one), std::move(decided));
  self_
      ->request(node_->journal_of(business_->id), caf::infinite,
                commit_request{std::move(changes), business_->id})
      .then(
          [this, held](const commit_reply& reply) {
            if (reply.outcome != storage::commit_outcome::committed) {
              node_->log->warning("order_desk_reloads", {{}, business_->id, {}}, {{"why", reply.failure}});
              const bool refused = reply.outcome == storage::commit_outcome::refused;
              held->first.answer.deliver(make_error(refused ? errc::conflict : errc::unavailable));
              return self_->quit(make_error(errc::unavailable));
            }
            storage::fault_point("desk.committed");
            for (const desk_event& event : held->second.events) apply(book_, event);
            if (!held->second.events.empty()) products_ = nullptr;
            deliver(held->first, std::move(held->second.outcome));
          },
          [this](const caf::error&) { self_->quit(make_error(errc::unavailable)); });
}

due_links order_desk_state::links_to_ask(const due_links_query& query) const {
  return {sellavie::links_to_ask(book_, desk_settings{}, node_->now(), query.most)};
}

caf::result<action_outcome> order_desk_state::expire(expire_orders& ended) {
  forget_recent(book_, node_->now() - desk_settings{}.duplicate_window);
  const auto due = next_expiry(book_, {});
  if (!loaded_ || !due || *due > node_->now())
    return make_outcome(std::nullopt, action_effect::reservations_expired);
  return enqueue(
      {desk::expire_reservations{std::move(ended.unpaid), std::move(ended.silent)}, {}, false, "system"});
}

order_desk_actor::behavior_type order_desk(order_desk_state::pointer self, services_ptr node,
                                           tenant_ptr business) {
  auto& state = self->state;
  state.start(std::move(node), std::move(business));
  return {
      [&state](const turn_facts_query& query) { return state.facts(query); },
      [&state](desk_request& request) { return state.enqueue(std::move(request)); },
      [&state](const refresh_products&) { return state.refresh(); },
      [&state](const tenant_ptr& changed) { state.adopt(changed); },
      [&state](const order_query& query) { return state.find(query); },
      [&state](const due_links_query& query) { return state.links_to_ask(query); },
      [&state](expire_orders& ended) { return state.expire(ended); },
  };
}

}  // namespace sellavie::actors
