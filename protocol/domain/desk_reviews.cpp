// What people do with money that they had to look at: rules R37 to R40 of desk_money.hpp.

#include "protocol/domain/money_case.hpp"

namespace sellavie::desk {
namespace {

decision refuse(refusal why, const resolve_review& command, const desk_context& context,
                const order* subject = nullptr) {
  return answer(make_refusal(std::nullopt, why), command.action_key, context, subject);
}

decision refuse_resolved(const review& known, const resolve_review& command, const desk_context& context) {
  auto refused = refuse(refusal::already_resolved, command, context);
  describe(refused.outcome, known);
  return refused;
}

decision resolved(money_case& about, review_state to, const resolve_review& command,
                  const desk_context& context) {
  about.resolve(to, context.actor, command.note);
  about.follow();
  auto outcome = make_outcome(std::nullopt, action_effect::review_resolved);
  describe(outcome, *about.reviewed());
  return about.finish(std::move(outcome), command.action_key, context.actor);
}

std::string difference_of(const payment_record& payment, const order& open, const std::string& note) {
  std::string text = format_money(payment.received);
  if (payment.received != open.total) text += " of " + format_money(open.total);
  text += ", accepted";
  if (!note.empty()) text += ": " + note;
  return text;
}

/// R38: money that somebody looked at settles this order.
decision settle_order(const order_book& book, money_case& about, const order_target& target,
                      const resolve_review& command, const desk_context& context) {
  const auto where = locate(book, target, context);
  if (where.open == nullptr) return refuse(where.why, command, context, where.closed);
  const bool is_ours = about.payment().received.currency == where.open->total.currency &&
                       about.payment().mode == context.settings.mode;
  if (!is_ours) return refuse(refusal::not_allowed, command, context, where.open);
  about.settle(*where.open, difference_of(about.payment(), *where.open, command.note));
  const bool accepts = command.how == review_resolution::accept;
  return resolved(about, accepts ? review_state::accepted : review_state::attached, command, context);
}

decision accept(const order_book& book, money_case& about, const resolve_review& command,
                const desk_context& context) {
  const auto named = about.payment().order;
  if (named.is_nil()) return refuse(refusal::no_open_order, command, context);
  return settle_order(book, about, {{}, named, 0}, command, context);
}

decision attach(const order_book& book, money_case& about, const resolve_review& command,
                const desk_context& context) {
  if (command.target.order.is_nil()) return refuse(refusal::invalid_input, command, context);
  return settle_order(book, about, command.target, command, context);
}

/// R39.
decision ask_for_refund(const order_book& book, const payment_record& payment, const resolve_review& command,
                        const desk_context& context) {
  return decide(book,
                request_refund{command.action_key, {}, payment.id, std::nullopt, command.note, restock::no},
                context);
}

/// R40: what nobody gave, and play money, need no other word than a note.
bool may_dismiss(const review& known, const payment_record* payment, review_resolution how) {
  if (how == review_resolution::dismiss_as_handled || payment == nullptr) return true;
  return known.reason == review_reason::wrong_mode && payment->mode == payment_mode::test;
}

decision dismiss_silence(review known, const resolve_review& command, const desk_context& context) {
  known.state = review_state::dismissed;
  known.resolved_by = context.actor;
  known.note = command.note;
  known.resolved_at = context.now;
  ++known.version;
  auto outcome = make_outcome(std::nullopt, action_effect::review_resolved);
  describe(outcome, known);
  auto decided = answer(std::move(outcome), command.action_key, context);
  decided.events.emplace_back(review_event{std::move(known)});
  return decided;
}

}  // namespace

decision decide(const order_book& book, const resolve_review& command, const desk_context& context) {
  const auto& known = context.money.reviewed;
  if (!known || known->id != command.review) return refuse(refusal::not_found, command, context);
  if (!is_person(context.actor)) return refuse(refusal::not_allowed, command, context);
  if (known->state != review_state::open) return refuse_resolved(*known, command, context);
  const bool dismisses =
      command.how == review_resolution::dismiss || command.how == review_resolution::dismiss_as_handled;
  const auto* payment = context.money.payment ? &*context.money.payment : nullptr;
  const bool has_note = is_said(command.note, max_review_note_bytes);
  if (command.note.size() > max_review_note_bytes || (dismisses && !has_note))
    return refuse(refusal::invalid_input, command, context);
  if (dismisses && !may_dismiss(*known, payment, command.how))
    return refuse(refusal::not_allowed, command, context);
  if (payment == nullptr)
    return dismisses ? dismiss_silence(*known, command, context)
                     : refuse(refusal::not_allowed, command, context);
  money_case about{book, context};
  switch (command.how) {
    case review_resolution::accept: return accept(book, about, command, context);
    case review_resolution::attach: return attach(book, about, command, context);
    case review_resolution::refund: return ask_for_refund(book, *payment, command, context);
    case review_resolution::dismiss:
    case review_resolution::dismiss_as_handled: break;
  }
  about.dismiss();
  return resolved(about, review_state::dismissed, command, context);
}

}  // namespace sellavie::desk
