#include "protocol/domain/money_case.hpp"

#include <algorithm>

namespace sellavie::desk {
namespace {

std::optional<attention> attention_to(const refund& one) {
  if (one.origin == refund_origin::elsewhere) return std::nullopt;
  switch (one.state) {
    case refund_state::awaiting_approval: return attention::refund_awaits_approval;
    case refund_state::needs_attention: return attention::refund_needs_attention;
    case refund_state::failed: return attention::refund_failed;
    case refund_state::unproved: return attention::refund_unproved;
    case refund_state::rejected:
    case refund_state::approved:
    case refund_state::sending:
    case refund_state::pending:
    case refund_state::succeeded: return std::nullopt;
  }
  return std::nullopt;
}

bool is_unfinished(const refund& one) {
  return one.origin == refund_origin::here && is_live(one.state) && one.state != refund_state::succeeded;
}

/// What may still be called off: the last that was asked for.
std::optional<refund> last_unsent(const std::vector<refund>& refunds) {
  const refund* last = nullptr;
  for (const refund& one : refunds) {
    if (one.origin != refund_origin::here || !is_unsent(one.state)) continue;
    const bool is_later =
        last == nullptr || std::pair{one.requested_at, one.id} > std::pair{last->requested_at, last->id};
    if (is_later) last = &one;
  }
  return last == nullptr ? std::nullopt : std::optional{*last};
}

/// Whether all that may still go back is no more than what came.
bool fits(const payment_record& payment, const std::vector<refund>& refunds) {
  std::int64_t ours = 0;
  std::int64_t theirs = 0;
  for (const refund& one : refunds)
    if (is_live(one.state)) (one.origin == refund_origin::here ? ours : theirs) += one.amount.minor;
  return ours + std::max(theirs, payment.elsewhere) <= payment.received.minor;
}

std::optional<order> copy_of(const order* found) {
  return found == nullptr ? std::nullopt : std::optional{*found};
}

}  // namespace

money_case::money_case(const order_book& book, const desk_context& context)
    : book_{book},
      context_{context},
      before_{context.money.payment},
      payment_{*context.money.payment},
      refunds_{context.money.refunds},
      reviewed_{context.money.reviewed},
      subject_{copy_of(any_order(book, payment_.order, context.money.subject))} {
  if (!subject_) subject_ = copy_of(any_order(book, payment_.order, context.stored));
}

money_case::money_case(const order_book& book, const desk_context& context, payment_record fresh,
                       std::optional<order> subject)
    : book_{book}, context_{context}, payment_{std::move(fresh)}, subject_{std::move(subject)} {}

const refund* money_case::find_refund(const refund_id& id) const {
  const auto found =
      std::find_if(refunds_.begin(), refunds_.end(), [&](const refund& one) { return one.id == id; });
  return found == refunds_.end() ? nullptr : &*found;
}

bool money_case::is_frozen() const noexcept {
  return payment_.place == payment_place::on_order && subject_ && subject_->dispute == dispute_state::open;
}

std::string money_case::provider() const {
  return payment_.from.provider.empty() ? context_.actor : "provider:" + payment_.from.provider;
}

void money_case::hear(const payment_fact& fact) {
  if (fact.mode != payment_.mode) return;
  const auto is_ours = [&](const money& amount) { return amount.currency == payment_.received.currency; };
  const bool has_come = fact.status == payment_status::success || fact.status == payment_status::refunded;
  if (has_come && is_ours(fact.received))
    payment_.received.minor = std::max(payment_.received.minor, fact.received.minor);
  // All of what had come by then: the word may be older than what is known.
  const bool says_what_came = is_ours(fact.received) && fact.received.minor > 0;
  std::int64_t back = 0;
  if (fact.status == payment_status::refunded)
    back = says_what_came ? fact.received.minor : payment_.received.minor;
  else if (fact.returned && is_ours(*fact.returned)) back = fact.returned->minor;
  payment_.elsewhere = std::max(payment_.elsewhere, foreign_part(payment_, refunds_, back));
  if (fact.is_disputed && !payment_.is_disputed) dispute();
}

void money_case::change(refund after) {
  const auto known =
      std::find_if(refunds_.begin(), refunds_.end(), [&](const refund& one) { return one.id == after.id; });
  const bool is_new = known == refunds_.end();
  const bool has_moved = is_new || known->state != after.state;
  if (!is_new) ++after.version;
  events_.emplace_back(refund_event{after});
  if (const auto why = attention_to(after); why && has_moved) tell(*why, after.amount);
  if (is_new) refunds_.push_back(std::move(after));
  else *known = std::move(after);
}

void money_case::take_for_ours(std::int64_t minor) {
  payment_.elsewhere = std::max<std::int64_t>(0, payment_.elsewhere - minor);
}

void money_case::settle(const order& open, std::string detail) {
  payment_.place = payment_place::on_order;
  payment_.order = open.id;
  subject_ = open;
  auto after = paid_with(open, payment_, context_);
  --after.version;
  change_order(order_event_kind::paid, std::move(after), std::move(detail));
  if (!payment_.is_disputed) return;
  after = *subject_;
  after.dispute = dispute_state::open;
  change_order(order_event_kind::disputed, std::move(after), {});
}

void money_case::resolve(review_state to, std::string by, std::string note) {
  reviewed_->state = to;
  reviewed_->resolved_by = std::move(by);
  reviewed_->note = std::move(note);
  reviewed_->resolved_at = to == review_state::open ? instant{} : context_.now;
  ++reviewed_->version;
  events_.emplace_back(review_event{*reviewed_});
}

void money_case::dismiss() { payment_.place = payment_place::dismissed; }

void money_case::dispute() {
  payment_.is_disputed = true;
  tell(attention::dispute, payment_.received);
  const bool is_out =
      subject_ && (subject_->status == order_status::paid || subject_->status == order_status::fulfilled);
  if (!is_out || payment_.place != payment_place::on_order || subject_->dispute != dispute_state::none)
    return;
  auto after = *subject_;
  after.dispute = dispute_state::open;
  change_order(order_event_kind::disputed, std::move(after), {});
}

void money_case::tell(attention why, const money& amount) {
  auto text = payment_.reference;
  if (!payment_.transaction.empty()) text += " (" + payment_.transaction + ")";
  events_.emplace_back(attention_needed{why, subject_ ? subject_->id : order_id{},
                                        std::move(text) + ", " + format_money(amount)});
}

void money_case::change_order(order_event_kind kind, order after, std::string detail) {
  ++after.version;
  subject_ = after;
  events_.emplace_back(order_event{kind, std::move(after), std::move(detail)});
}

void money_case::drop_what_does_not_fit() {
  while (!fits(payment_, refunds_)) {
    auto last = last_unsent(refunds_);
    if (!last) return;
    last->state = refund_state::failed;
    last->note = "more than what is left";
    change(std::move(*last));
  }
}

void money_case::follow() {
  drop_what_does_not_fit();
  payment_.returned = returned_of(payment_, refunds_);
  if (!before_ || *before_ != payment_) {
    if (before_) ++payment_.version;
    events_.emplace_back(payment_event{payment_});
  }
  if (payment_.place == payment_place::on_order && subject_) follow_order();
  if (reviewed_) follow_review();
}

void money_case::follow_order() {
  const auto sum = [&](std::int64_t minor) { return format_money({minor, payment_.received.currency}); };
  if (subject_->received != payment_.received.minor) {
    auto after = *subject_;
    const auto more = payment_.received.minor - std::exchange(after.received, payment_.received.minor);
    const bool is_over = after.status == order_status::refunded;
    change_order(order_event_kind::payment_grew, std::move(after), sum(more));
    if (is_over) tell(attention::more_came, {more, payment_.received.currency});
  }
  if (subject_->refunded == payment_.returned) return;
  auto after = *subject_;
  const auto back = payment_.returned - std::exchange(after.refunded, payment_.returned);
  const bool is_whole = after.refunded == after.received && can_become(after.status, order_status::refunded);
  if (!is_whole) return change_order(order_event_kind::partly_refunded, std::move(after), sum(back));
  after.status = order_status::refunded;
  change_order(order_event_kind::refunded, std::move(after), sum(back));
  const bool goods_return = std::any_of(refunds_.begin(), refunds_.end(), [](const refund& one) {
    return one.state == refund_state::succeeded && one.goods == restock::yes;
  });
  if (goods_return) return_stock(book_, subject_->lines, events_);
}

void money_case::follow_review() {
  if (reviewed_->state == review_state::refunded && payment_.left() > 0)
    return resolve(review_state::open, {}, {});
  if (!is_open(reviewed_->state)) return;
  const auto unfinished = std::find_if(refunds_.begin(), refunds_.end(), is_unfinished);
  const bool is_refunding = reviewed_->state == review_state::refunding;
  if (payment_.left() == 0)
    return resolve(review_state::refunded, is_refunding ? reviewed_->resolved_by : provider(),
                   reviewed_->note);
  if (unfinished == refunds_.end() && is_refunding) return resolve(review_state::open, {}, {});
  if (unfinished != refunds_.end() && !is_refunding)
    resolve(review_state::refunding, unfinished->requested_by, unfinished->reason);
}

decision money_case::finish(action_outcome outcome, const std::string& action_key, std::string actor) const {
  if (subject_) describe(outcome, *subject_);
  return decision{std::move(outcome), events_, action_key, std::move(actor), context_.now};
}

void describe(action_outcome& outcome, const refund& subject) {
  outcome.refund = subject.id;
  outcome.attempt = subject.attempt;
  outcome.amount = subject.amount;
  outcome.state = to_string(subject.state);
}

void describe(action_outcome& outcome, const review& subject) {
  outcome.state = to_string(subject.state);
  outcome.by = subject.resolved_by;
}

bool is_said(std::string_view text, std::size_t most) noexcept {
  return text.size() <= most && text.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

}  // namespace sellavie::desk
