#include "actors/conversation.hpp"

namespace sellavie::actors {
namespace {

using storage::chat_owner;
using storage::turn_outcome;

constexpr std::chrono::seconds planned_patience{5};

}  // namespace

// The first delivery brings the name that a new contact gets.
void conversation_state::load() {
  if (std::exchange(is_loading_, true)) return;
  const auto& node = *with_.node;
  loading_began_ = node.now();
  static const delivery nobody{.event = std::make_shared<channel::channel_event>()};
  const delivery& any = !held_.empty() ? held_.begin()->second : records_.empty() ? nobody : records_.front();
  auto wanted = wanted_conversation(any);
  // After a failure the rows are made at once: perhaps half of them is there.
  const bool is_fresh = (!held_.empty() || !records_.empty()) && any.tries == 0;
  const bool is_home = !wanted.who || channel::home_of(*wanted.who, std::nullopt) == with_.customer;
  if (!is_fresh && is_home) wanted.missing = storage::missing_conversation::make;
  self_->request(node.reader_of(with_.connection.value), caf::infinite, wanted)
      .then([this, wanted](const shared<storage::conversation_record>& record) { on_found(wanted, *record); },
            [this](const caf::error& failure) { fail(failure); });
}

storage::new_conversation conversation_state::wanted_conversation(const delivery& any) const {
  const auto& node = *with_.node;
  const bool has_two_ids = any.event->channel == channel_kind::whatsapp && !any.event->customer_id.empty();
  const auto who = has_two_ids ? channel::identity_of(*any.event) : channel::customer_identity{};
  return {with_.business->id,
          with_.connection,
          with_.customer,
          who.user,
          any.event->customer_name,
          node.ids->next_as<contact_id>(),
          node.ids->next_as<conversation_id>(),
          node.now(),
          node.settings->conversation.history_messages,
          storage::missing_conversation::leave,
          has_two_ids && !with_.is_settled ? std::optional{who} : std::nullopt};
}

// One customer has one conversation: under another id of theirs nothing is done.
void conversation_state::on_found(const storage::new_conversation& wanted,
                                  const storage::conversation_record& record) {
  const bool is_known = !record.id.is_nil();
  if (wanted.who) {
    const auto known = is_known ? std::optional{record.customer} : std::nullopt;
    const std::string& home = channel::home_of(*wanted.who, known);
    if (home != with_.customer) return self_->send(with_.parent, lives_elsewhere{home});
    if (!is_known || record.customer.scoped_id != home) return begin_unwritten(wanted);
  }
  is_known ? on_loaded(record, wanted.who) : begin_unwritten(wanted);
}

void conversation_state::begin_unwritten(const storage::new_conversation& customer) {
  unwritten_ = {customer.business,  customer.connection, customer.contact, customer.conversation,
                customer.scoped_id, customer.user_id,    customer.name,    customer.at};
  storage::conversation_record empty;
  empty.id = customer.conversation;
  empty.contact = customer.contact;
  empty.contact_name = customer.name;
  empty.customer = {customer.scoped_id, customer.user_id, false, true};
  on_loaded(empty, channel::customer_identity{{}, customer.user_id});
}

void conversation_state::on_loaded(const storage::conversation_record& record,
                                   const std::optional<channel::customer_identity>& who) {
  adopt_ids(record, who);
  chat_.conversation = record.id;
  chat_.contact = record.contact;
  chat_.customer_name = record.contact_name;
  chat_.customer_email = record.contact_email;
  chat_.last_customer_at = record.last_customer_at;
  handover_reason_ = record.handover_reason;
  adopt_history(record);
  // The answer of an earlier takeover may have been lost: the sender must know its epoch.
  if (record.epoch > 1)
    self_->send(with_.parent, epoch_raised{chat_.connection, chat_.conversation, record.epoch});
  phases_.block(record.is_blocked);
  loaded_ = {record.owner == chat_owner::person, record.epoch};
  if (record.plan) return find_planned(*record.plan);
  on_ready({});
}

void conversation_state::adopt_ids(const storage::conversation_record& record,
                                   const std::optional<channel::customer_identity>& who) {
  const auto& known = record.customer;
  channel::customer_identity leading;
  if (who && known.by_user) leading.user = who->user;
  if (who && known.by_phone) leading.phone = who->phone;
  ids_.load(known.scoped_id, known.user_id, record.address_id, leading);
  chat_.customer = ids_.address();
}

// On channels with one id there is nothing to learn.
void conversation_state::meet(const channel::channel_event& event) {
  if (event.channel != channel_kind::whatsapp) return;
  ids_.meet(event);
  chat_.customer = ids_.address();
}

std::function<void()> conversation_state::tell_news(storage::change_set& to) {
  auto news = ids_.to_store();
  if (!news) return {};
  for (const std::string& id : news->ids)
    to.aliases.push_back({chat_.business->id, chat_.connection, chat_.contact, id, with_.node->now()});
  to.addresses.push_back({chat_.contact, chat_.business->id, news->user_id, news->address_id});
  return [this, news = *std::move(news)] { ids_.stored(news); };
}

void conversation_state::adopt_history(const storage::conversation_record& record) {
  chat_.history.clear();
  for (const auto& message : record.recent) {
    const auto by = message.origin == storage::message_origin::customer ? llm::speaker::customer
                    : message.origin == storage::message_origin::person ? llm::speaker::person
                                                                        : llm::speaker::assistant;
    chat_.history.push_back({by, message.body});
  }
}

// One of its deliveries may have been parked: the plan is completed with those that are still open.
void conversation_state::find_planned(storage::live_plan plan) {
  self_->request(with_.node->journal_of(with_.business->id), caf::infinite, inbox_check{plan.inbox_ids})
      .then(
          [this, plan](inbox_still_open& open) {
            if (open.ids.empty()) return drop_plan(plan);
            to_resume_ = plan;
            to_resume_->inbox_ids = open.ids;
            await_planned();
            on_ready({std::move(open.ids), plan.epoch});
          },
          [this](const caf::error& failure) { fail(failure); });
}

void conversation_state::await_planned() {
  const auto& planned = to_resume_->inbox_ids;
  const bool all_here =
      std::all_of(planned.begin(), planned.end(), [this](inbox_id id) { return held_.contains(id); });
  if (all_here) return;
  self_->send(with_.parent, offer_together{planned});
  self_->delayed_send(self_, planned_patience, planned_atom::value);
}

// One that is parked while it is awaited never comes: this conversation ends and finds the plan anew.
void conversation_state::recheck_planned() {
  if (!to_resume_) return;
  self_
      ->request(with_.node->journal_of(with_.business->id), caf::infinite, inbox_check{to_resume_->inbox_ids})
      .then(
          [this](const inbox_still_open& open) {
            if (!to_resume_) return;
            if (open.ids.size() < to_resume_->inbox_ids.size()) return fail(errc::unavailable);
            await_planned();
          },
          [this](const caf::error& failure) { fail(failure); });
}

void conversation_state::drop_plan(const storage::live_plan& plan) {
  auto changes = std::make_shared<storage::change_set>();
  changes->turns.push_back({.conversation = chat_.conversation,
                            .id = plan.turn,
                            .business = chat_.business->id,
                            .completed = true,
                            .outcome = turn_outcome::stored,
                            .round = plan.round,
                            .started_at = plan.started_at,
                            .ended_at = with_.node->now()});
  commit(std::move(changes), [this] { on_ready({}); });
}

void conversation_state::on_ready(stored_plan planned) {
  with_.node->metrics->phase_time(monitoring::phase::loading).observe(with_.node->now() - loading_began_);
  follow(phases_.loaded(loaded_.person, loaded_.epoch, std::move(planned)));
}

}  // namespace sellavie::actors
