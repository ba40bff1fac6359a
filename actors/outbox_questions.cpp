// outbox_sender: what only the store remembers of our messages.
#include "actors/failure.hpp"
#include "actors/outbox_sender.hpp"

namespace sellavie::actors {
namespace {

using storage::send_state;

// Its row has left the table: nothing but evidence changes it any more.
bool is_settled(send_state state) noexcept {
  return state == send_state::delivered || state == send_state::overtaken || state == send_state::dead ||
         state == send_state::unconfirmed;
}

}  // namespace

void outbox_sender_state::ask_store() {
  while (questions_ < most_questions && !to_ask_.empty() && stalled_until_ <= node_->now()) {
    const std::string customer = std::move(to_ask_.front());
    to_ask_.pop_front();
    ask(customer);
  }
}

void outbox_sender_state::ask(const std::string& customer) {
  const channel::channel_event& event = *lines_.at(customer).front().event;
  const bool is_echo = event.kind == channel::event_kind::echo;
  ++questions_;
  self_
      ->request(node_->reader_of(connection_.value), caf::infinite,
                storage::sent_question{.connection = connection_,
                                       .scoped_id = customer,
                                       .alias = event.customer_alias,
                                       .id = our_metadata(event.metadata),
                                       .external_id = is_echo ? event.external_id : event.subject_id})
      .then([this, customer](const found_sent& told) { on_told(customer, told); },
            [this, customer](const caf::error& why) { on_not_told(customer, code_of(why)); });
}

void outbox_sender_state::on_told(const std::string& customer, const found_sent& told) {
  if (is_stopping_) return;
  --questions_;
  // What happened here since the question was asked is newer than its answer.
  if (told.message && is_settled(told.message->state) && sent_.find(told.message->id) == nullptr &&
      !lanes_.find(told.message->id))
    remember(told.message->id, {told.message->conversation, told.message->state, std::nullopt},
             told.message->external_id);
  auto& line = lines_.at(customer);
  const delivery first = std::move(line.front());
  line.pop_front();
  (void)try_judge(first, true);
  advance(customer);
  settle_up();
}

void outbox_sender_state::on_not_told(const std::string& customer, errc why) {
  if (is_stopping_) return;
  if (!is_store_trouble(why) && why != errc::timed_out) return fail(why);
  // Not a reason to end: the calls under way would have to be taken for lost.
  --questions_;
  to_ask_.push_front(customer);
  stalled_until_ = node_->now() + stall_pause;
  settle_up();
}

void outbox_sender_state::advance(const std::string& customer) {
  auto& line = lines_.at(customer);
  while (!line.empty()) {
    const delivery next = line.front();
    if (!try_judge(next, false)) return to_ask_.push_back(customer);
    line.pop_front();
  }
  lines_.erase(customer);
  // A row that has waited for this.
  if (const outbox_lane* lane = lanes_.lane_of_customer(customer)) run(conversation_id{lane->conversation});
}

}  // namespace sellavie::actors
