// Refunds that people ask for, and disputes: rules R28 to R30, R34 and R36 of desk_money.hpp.

#include <algorithm>

#include "protocol/domain/money_case.hpp"

namespace sellavie::desk {
namespace {

decision refuse(refusal why, const std::string& action_key, const desk_context& context,
                const order* subject = nullptr) {
  return answer(make_refusal(std::nullopt, why), action_key, context, subject);
}

const order* pointer_to(const std::optional<order>& subject) { return subject ? &*subject : nullptr; }

bool is_settled(order_status status) {
  return status == order_status::paid || status == order_status::fulfilled;
}

/// R28: why this money is not to be refunded now. That an order is closed is said first (R23).
refusal objection_on_order(const money_case& about, const order_target& target) {
  const auto& subject = about.subject();
  if (!subject || (!target.order.is_nil() && target.order != subject->id)) return refusal::not_found;
  const bool has_rest = subject->status == order_status::refunded && about.payment().left() > 0;
  if (!is_settled(subject->status) && !has_rest) return refusal::order_closed;
  if (is_overtaken(*subject, target)) return refusal::stale;
  return about.is_frozen() ? refusal::disputed : refusal::none;
}

refusal objection_in_review(const money_case& about) {
  if (!about.reviewed()) return refusal::not_found;
  if (!is_open(about.reviewed()->state)) return refusal::already_resolved;
  return about.reviewed()->reason == review_reason::wrong_mode ? refusal::not_allowed : refusal::none;
}

refusal objection_to(const money_case& about, const order_target& target) {
  switch (about.payment().place) {
    case payment_place::on_order: return objection_on_order(about, target);
    case payment_place::in_review: return objection_in_review(about);
    case payment_place::dismissed: break;
  }
  return refusal::already_resolved;
}

bool names(const request_refund& command, const payment_record& payment) {
  if (!command.payment.is_nil()) return command.payment == payment.id;
  return payment.place == payment_place::on_order && payment.order == command.target.order;
}

/// R29: what of this payment may go back on one person's word.
bool passes_limit(const money_case& about, std::int64_t wanted, const desk_settings& settings) {
  if (!settings.refund_limit_minor) return false;
  for (const refund& one : about.refunds())
    if (one.origin == refund_origin::here && is_live(one.state) && one.decided_by.empty())
      wanted += one.amount.minor;
  return wanted > *settings.refund_limit_minor;
}

/// R34: agreed is done when no provider is asked.
refund_state agreed(const money_case& about) {
  return is_by_hand(about.payment()) ? refund_state::succeeded : refund_state::approved;
}

decision changed(money_case& about, refund after, const std::string& action_key,
                 const desk_context& context) {
  const auto id = after.id;
  about.change(std::move(after));
  about.follow();
  auto outcome = make_outcome(std::nullopt, action_effect::refund_updated);
  describe(outcome, *about.find_refund(id));
  return about.finish(std::move(outcome), action_key, context.actor);
}

refund asked_for(const money_case& about, const request_refund& command, const money& amount,
                 const desk_context& context) {
  refund fresh;
  fresh.id = context.new_refund;
  fresh.payment = about.payment().id;
  fresh.order = about.subject() ? about.subject()->id : order_id{};
  fresh.amount = amount;
  fresh.reason = command.reason;
  fresh.goods = command.goods;
  fresh.requested_by = context.actor;
  fresh.requested_at = context.now;
  fresh.state =
      passes_limit(about, amount.minor, context.settings) ? refund_state::awaiting_approval : agreed(about);
  return fresh;
}

/// The refund that waits for a second person, or why not.
using awaited = std::variant<refund, decision>;
awaited awaiting(const order_book& book, const refund_id& id, const std::string& action_key,
                 const desk_context& context) {
  if (!context.money.payment) return refuse(refusal::not_found, action_key, context);
  const money_case about{book, context};
  const auto* found = about.find_refund(id);
  if (found == nullptr) return refuse(refusal::not_found, action_key, context);
  if (!is_person(context.actor)) return refuse(refusal::not_allowed, action_key, context);
  if (found->state == refund_state::awaiting_approval) return *found;
  auto refused = refuse(refusal::already_resolved, action_key, context, pointer_to(about.subject()));
  describe(refused.outcome, *found);
  refused.outcome.by = found->decided_by;
  return refused;
}

}  // namespace

decision decide(const order_book& book, const request_refund& command, const desk_context& context) {
  const auto* named = any_order(book, command.target.order, context.stored);
  if (!is_person(context.actor)) return refuse(refusal::not_allowed, command.action_key, context, named);
  if (!context.money.payment || !names(command, *context.money.payment)) {
    const bool is_unpaid = named != nullptr && !is_settled(named->status);
    return refuse(is_unpaid ? refusal::order_closed : refusal::not_found, command.action_key, context, named);
  }
  money_case about{book, context};
  const auto* subject = pointer_to(about.subject());
  if (const auto why = objection_to(about, command.target); why != refusal::none) {
    auto refused = refuse(why, command.action_key, context, subject);
    if (why == refusal::already_resolved && about.reviewed()) describe(refused.outcome, *about.reviewed());
    return refused;
  }
  const money rest{refundable_of(about.payment(), about.refunds()), about.payment().received.currency};
  const money wanted = command.amount.value_or(rest);
  const bool is_sensible = is_said(command.reason, max_refund_reason_bytes) &&
                           wanted.currency == rest.currency && (wanted.minor > 0 || !command.amount);
  if (!is_sensible) return refuse(refusal::invalid_input, command.action_key, context, subject);
  if (rest.minor == 0 || wanted.minor > rest.minor) {
    auto refused = refuse(refusal::refund_exceeds, command.action_key, context, subject);
    refused.outcome.amount = rest;
    return refused;
  }
  if (about.refunds().size() >= max_refunds_of_a_payment)
    return refuse(refusal::too_many_actions, command.action_key, context, subject);
  auto fresh = asked_for(about, command, wanted, context);
  return changed(about, std::move(fresh), command.action_key, context);
}

decision decide(const order_book& book, const approve_refund& command, const desk_context& context) {
  auto found = awaiting(book, command.refund, command.action_key, context);
  if (auto* refused = std::get_if<decision>(&found)) return std::move(*refused);
  auto& after = std::get<refund>(found);
  money_case about{book, context};
  if (about.is_frozen())
    return refuse(refusal::disputed, command.action_key, context, pointer_to(about.subject()));
  if (after.requested_by == context.actor)
    return refuse(refusal::needs_another_person, command.action_key, context, pointer_to(about.subject()));
  after.state = agreed(about);
  after.decided_by = context.actor;
  return changed(about, std::move(after), command.action_key, context);
}

decision decide(const order_book& book, const reject_refund& command, const desk_context& context) {
  auto found = awaiting(book, command.refund, command.action_key, context);
  if (auto* refused = std::get_if<decision>(&found)) return std::move(*refused);
  if (command.note.size() > max_refund_reason_bytes)
    return refuse(refusal::invalid_input, command.action_key, context);
  auto& after = std::get<refund>(found);
  money_case about{book, context};
  after.state = refund_state::rejected;
  after.decided_by = context.actor;
  after.note = command.note;
  return changed(about, std::move(after), command.action_key, context);
}

decision decide(const order_book& book, const begin_refund& command, const desk_context& context) {
  if (!context.money.payment) return refuse(refusal::not_found, {}, context);
  money_case about{book, context};
  const auto* subject = pointer_to(about.subject());
  const auto* found = about.find_refund(command.refund);
  if (found == nullptr) return refuse(refusal::not_found, {}, context, subject);
  if (found->state != refund_state::approved) return refuse(refusal::stale, {}, context, subject);
  if (about.is_frozen()) return refuse(refusal::disputed, {}, context, subject);
  auto after = *found;
  after.state = refund_state::sending;
  ++after.attempt;
  after.sent_at = context.now;
  return changed(about, std::move(after), {}, context);
}

decision decide(const order_book& book, const release_dispute& command, const desk_context& context) {
  const auto* subject = any_order(book, command.target.order, context.stored);
  const auto refused = [&](refusal why) { return refuse(why, command.action_key, context, subject); };
  if (subject == nullptr) return refused(refusal::not_found);
  if (!is_person(context.actor) || subject->dispute == dispute_state::none)
    return refused(refusal::not_allowed);
  if (subject->dispute == dispute_state::released) return refused(refusal::already_resolved);
  if (is_overtaken(*subject, command.target)) return refused(refusal::stale);
  if (!is_said(command.note, max_review_note_bytes)) return refused(refusal::invalid_input);
  auto after = next_version(*subject);
  after.dispute = dispute_state::released;
  return become({order_event_kind::dispute_released, std::move(after), command.note},
                make_outcome(std::nullopt, action_effect::dispute_released), command.action_key, context);
}

}  // namespace sellavie::desk
