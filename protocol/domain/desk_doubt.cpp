// What providers say of refunds, and what is done when they say nothing: rules R30 to R33 of desk_money.hpp.

#include <algorithm>

#include "protocol/domain/money_case.hpp"

namespace sellavie::desk {
namespace {

decision refuse(refusal why, const std::string& action_key, const desk_context& context) {
  return answer(make_refusal(std::nullopt, why), action_key, context);
}

bool is_oldest_of(const refund& one, const refund* known) {
  return known == nullptr || std::pair{one.requested_at, one.id} < std::pair{known->requested_at, known->id};
}

/// A call was made, and the provider never said what became of it; a person may have.
bool is_unheard(const refund& one) {
  const bool may_have_happened = is_live(one.state) && one.state != refund_state::awaiting_approval;
  return one.origin == refund_origin::here && one.attempt > 0 && one.provider_id.empty() && may_have_happened;
}

/// R33: which of ours this is; null: it was made elsewhere.
const refund* meant_by(const money_case& about, const confirm_refund& command) {
  const auto& refunds = about.refunds();
  const auto& fact = command.fact;
  const auto known = std::find_if(refunds.begin(), refunds.end(), [&](const refund& one) {
    return !fact.id.empty() && one.provider_id == fact.id;
  });
  if (known != refunds.end()) return &*known;
  // One that is known by another id is another one, whatever it is called: both went back.
  const auto is_free = [](const refund* one) { return one != nullptr && one->provider_id.empty(); };
  if (const auto* asked = about.find_refund(command.refund); is_free(asked)) return asked;
  const auto* keyed = about.find_refund(parse_refund_key(fact.key).value_or(refund_id{}));
  if (is_free(keyed)) return keyed;
  if (!fact.key.empty()) return nullptr;
  const refund* oldest = nullptr;
  for (const refund& one : refunds)
    if (is_unheard(one) && one.amount == fact.amount && is_oldest_of(one, oldest)) oldest = &one;
  return oldest;
}

refund made_elsewhere(const money_case& about, const refund_fact& fact, const desk_context& context) {
  refund found;
  found.id = context.new_refund;
  found.payment = about.payment().id;
  found.order = about.subject() ? about.subject()->id : order_id{};
  found.amount = fact.amount;
  found.origin = refund_origin::elsewhere;
  found.requested_by = about.provider();
  found.provider_id = fact.id;
  found.requested_at = context.now;
  // From the least that can be said of one that is at the provider.
  found.state = state_after(refund_state::sending, fact.status).value_or(refund_state::pending);
  return found;
}

bool is_about(const refund_fact& fact, const payment_record& payment) {
  const bool is_same = fact.transaction.empty() || fact.transaction == payment.transaction;
  return is_same && !fact.id.empty() && fact.amount.currency == payment.received.currency &&
         fact.amount.minor > 0 && fact.amount.minor <= payment.received.minor;
}

/// R31.
void hear(money_case& about, const refund& known, const confirm_refund& command) {
  const auto& fact = command.fact;
  const bool is_guessed = known.provider_id.empty() && fact.key.empty() && command.refund.is_nil();
  if (is_guessed) about.take_for_ours(fact.amount.minor);
  auto after = known;
  after.provider_id = fact.id;
  after.amount = fact.amount;
  if (const auto state = state_after(known.state, fact.status)) after.state = *state;
  const bool is_undone = known.state == refund_state::succeeded && fact.status == refund_status::failed;
  const bool tells = is_undone && !known.is_contradicted;
  after.is_contradicted = known.is_contradicted || is_undone;
  if (after != known) about.change(std::move(after));
  if (tells) about.tell(attention::refund_contradicted, fact.amount);
}

/// R32: a call whose fate the list, begun then, tells.
bool is_told_by(const refund& one, instant begun, const desk_settings& settings) {
  const bool in_doubt = one.state == refund_state::sending || one.state == refund_state::unproved;
  return is_unheard(one) && in_doubt && one.sent_at + settings.refund_settle_time <= begun;
}

refund proved_absent(refund one, const desk_settings& settings) {
  const bool may_repeat = one.state == refund_state::sending && one.attempt < settings.max_refund_attempts;
  one.state = may_repeat ? refund_state::approved : refund_state::failed;
  one.note = may_repeat ? "" : "the provider does not have it";
  return one;
}

}  // namespace

decision decide(const order_book& book, const refuse_refund& command, const desk_context& context) {
  if (!context.money.payment) return refuse(refusal::not_found, {}, context);
  money_case about{book, context};
  const auto* found = about.find_refund(command.refund);
  if (found == nullptr) return refuse(refusal::not_found, {}, context);
  if (found->state != refund_state::sending || found->attempt != command.attempt)
    return refuse(refusal::stale, {}, context);
  auto after = *found;
  after.state = refund_state::failed;
  after.note = command.code;
  auto outcome = make_outcome(std::nullopt, action_effect::refund_updated);
  describe(outcome, after);
  about.change(std::move(after));
  about.follow();
  return about.finish(std::move(outcome), {}, about.provider());
}

decision decide(const order_book& book, const confirm_refund& command, const desk_context& context) {
  if (!context.money.payment || context.money.payment->id != command.payment)
    return refuse(refusal::not_found, {}, context);
  if (!is_about(command.fact, *context.money.payment)) return refuse(refusal::invalid_input, {}, context);
  money_case about{book, context};
  auto id = context.new_refund;
  if (const auto* known = meant_by(about, command)) {
    id = known->id;
    hear(about, refund{*known}, command);
  } else {
    about.change(made_elsewhere(about, command.fact, context));
  }
  about.follow();
  auto outcome = make_outcome(std::nullopt, action_effect::refund_updated);
  describe(outcome, *about.find_refund(id));
  return about.finish(std::move(outcome), {}, about.provider());
}

decision decide(const order_book& book, const settle_doubt& command, const desk_context& context) {
  if (!context.money.payment || context.money.payment->id != command.payment)
    return refuse(refusal::not_found, {}, context);
  money_case about{book, context};
  const auto refunds = about.refunds();
  for (refund one : refunds) {
    if (command.listing == refund_listing::complete) {
      if (is_told_by(one, command.begun, context.settings))
        about.change(proved_absent(std::move(one), context.settings));
      continue;
    }
    const bool is_too_long = context.now - one.sent_at >= context.settings.refund_doubt_time;
    if (one.state != refund_state::sending || !is_too_long) continue;
    one.state = refund_state::unproved;
    about.change(std::move(one));
  }
  about.follow();
  return about.finish(make_outcome(std::nullopt, action_effect::refund_updated), {}, context.actor);
}

decision decide(const order_book& book, const resolve_refund& command, const desk_context& context) {
  if (!context.money.payment) return refuse(refusal::not_found, command.action_key, context);
  money_case about{book, context};
  const auto* found = about.find_refund(command.refund);
  if (found == nullptr) return refuse(refusal::not_found, command.action_key, context);
  if (!is_person(context.actor)) return refuse(refusal::not_allowed, command.action_key, context);
  if (found->state != refund_state::unproved) {
    auto refused = refuse(refusal::already_resolved, command.action_key, context);
    describe(refused.outcome, *found);
    return refused;
  }
  if (!is_said(command.note, max_refund_reason_bytes))
    return refuse(refusal::invalid_input, command.action_key, context);
  auto after = *found;
  after.state = command.end == refund_end::happened ? refund_state::succeeded : refund_state::failed;
  after.note = command.note;
  auto outcome = make_outcome(std::nullopt, action_effect::refund_updated);
  describe(outcome, after);
  about.change(std::move(after));
  about.follow();
  return about.finish(std::move(outcome), command.action_key, context.actor);
}

}  // namespace sellavie::desk
