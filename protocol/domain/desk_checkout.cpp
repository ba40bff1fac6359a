// Payment links, payment facts and what follows a payment: rules R8-R13, R17 and R21-R23 of order_book.hpp, R25-R27,
// R36 and R41 of desk_money.hpp.

#include <algorithm>

#include "protocol/domain/money_case.hpp"

namespace sellavie::desk {
namespace {

constexpr std::size_t longest_url = 2'048;

/// The open order whose current link this is.
const order* awaiting_under(const order_book& book, const order_id& id, const std::string& reference) {
  const auto* open = find_open_order(book, id);
  const bool current = open != nullptr && open->status == order_status::awaiting_payment &&
                       !reference.empty() && open->payment_reference == reference;
  return current ? open : nullptr;
}

std::optional<action_kind> asked_by(const confirm_payment& command) {
  if (command.action_key.empty()) return std::nullopt;
  return action_kind::check_payment;
}

bool is_usable_url(const std::string& url) {
  if (url.empty() || url.size() > longest_url) return false;
  for (const char c : url)
    if (c <= ' ' || c > '~') return false;
  return url.starts_with("https://") || url.starts_with("http://");
}

/// R25.
payment_record written_down(const confirm_payment& command, payment_place place, const order* subject,
                            const desk_context& context) {
  const payment_fact& fact = command.fact;
  payment_record fresh;
  fresh.id = context.new_payment;
  fresh.reference = fact.reference;
  fresh.transaction = fact.transaction;
  fresh.from = command.from;
  fresh.mode = fact.mode;
  fresh.received = fact.received;
  fresh.place = place;
  if (subject != nullptr) fresh.order = subject->id;
  fresh.at = context.now;
  return fresh;
}

/// Events that write it down with all that is said of it.
void write_down(const order_book& book, const confirm_payment& command, payment_record fresh,
                std::optional<order> subject, const desk_context& context, decision& decided) {
  money_case about{book, context, std::move(fresh), std::move(subject)};
  about.hear(command.fact);
  about.follow();
  auto written = about.finish({}, {}, {});
  std::move(written.events.begin(), written.events.end(), std::back_inserter(decided.events));
  if (about.subject()) describe(decided.outcome, *about.subject());
}

decision put_under_review(const order_book& book, const confirm_payment& command, payment_reviewed money,
                          const order* subject, const desk_context& context) {
  auto outcome = make_outcome(asked_by(command), action_effect::payment_review);
  const bool is_new = !book.reviewed.contains(money.subject());
  if (is_new) outcome.review = money.reason;
  auto decided = answer(std::move(outcome), command.action_key, context, subject);
  if (!is_new) return decided;
  decided.events.emplace_back(std::move(money));
  write_down(book, command, written_down(command, payment_place::in_review, subject, context),
             subject == nullptr ? std::nullopt : std::optional{*subject}, context, decided);
  return decided;
}

decision tell(const confirm_payment& command, action_effect effect, const order& subject,
              const desk_context& context) {
  return answer(make_outcome(asked_by(command), effect), command.action_key, context, &subject);
}

/// What a customer hears about an order to which a fact changes nothing.
action_effect standing_of(const order& subject) {
  switch (subject.status) {
    case order_status::paid:
    case order_status::fulfilled: return action_effect::payment_confirmed;
    case order_status::refunded: return action_effect::order_refunded;
    case order_status::draft:
    case order_status::awaiting_payment: return action_effect::payment_pending;
    case order_status::cancelled: return action_effect::nothing;
  }
  return action_effect::nothing;
}

bool is_settled(order_status status) {
  return status == order_status::paid || status == order_status::fulfilled ||
         status == order_status::refunded;
}

/// R12 and R17: why this money does not settle this order.
std::optional<review_reason> objection(const confirm_payment& command, const order& subject) {
  if (subject.status == order_status::cancelled) return review_reason::order_cancelled;
  if (is_settled(subject.status)) return review_reason::already_settled;
  if (subject.payment_reference != command.fact.reference) return review_reason::old_reference;
  return mismatch_of(command.fact, subject.total, command.mode);
}

decision confirm_success(const order_book& book, const confirm_payment& command, const order& subject,
                         const desk_context& context) {
  const bool same_payment = is_settled(subject.status) &&
                            subject.payment_reference == command.fact.reference &&
                            subject.payment_transaction == command.fact.transaction;
  if (same_payment) return tell(command, standing_of(subject), subject, context);
  if (const auto reason = objection(command, subject))
    return put_under_review(book, command, {subject.id, command.fact, *reason}, &subject, context);
  auto fresh = written_down(command, payment_place::on_order, &subject, context);
  auto after = paid_with(subject, fresh, context);
  auto decided =
      become({order_event_kind::paid, after, {}},
             make_outcome(asked_by(command), action_effect::payment_confirmed), command.action_key, context);
  decided.events.emplace_back(payment_settled{subject.id, command.fact});
  write_down(book, command, std::move(fresh), std::move(after), context, decided);
  return decided;
}

/// What a customer hears about money that is written down already.
action_effect standing_of(const money_case& about) {
  const bool waits = about.payment().place == payment_place::in_review && about.payment().left() > 0;
  if (waits) return action_effect::payment_review;
  return about.subject() ? standing_of(*about.subject()) : action_effect::nothing;
}

/// R26.
decision hear_again(const order_book& book, const confirm_payment& command, const desk_context& context) {
  money_case about{book, context};
  about.hear(command.fact);
  about.follow();
  return about.finish(make_outcome(asked_by(command), standing_of(about)), command.action_key,
                      about.provider());
}

bool is_known(const payment_fact& fact, const stored_money& money) {
  return money.payment && money.payment->reference == fact.reference &&
         money.payment->transaction == fact.transaction;
}

/// R41: the provider is silent no more.
void answer_silence(const confirm_payment& command, const desk_context& context, decision& decided) {
  const auto& waiting = context.money.unanswered;
  const bool is_answer = command.fact.status != payment_status::pending && waiting &&
                         waiting->reference == command.fact.reference;
  if (!is_answer || !is_open(waiting->state)) return;
  auto after = *waiting;
  after.state = review_state::answered;
  after.resolved_by = command.from.provider.empty() ? context.actor : "provider:" + command.from.provider;
  after.note = to_string(command.fact.status);
  after.resolved_at = context.now;
  ++after.version;
  decided.events.emplace_back(review_event{std::move(after)});
}

/// R27: all of it is back already.
bool is_given_back(const payment_fact& fact) {
  return fact.status == payment_status::success && fact.returned &&
         fact.returned->minor >= fact.received.minor;
}

decision note_pending(const confirm_payment& command, const order& subject, const desk_context& context) {
  const bool awaited =
      subject.status == order_status::awaiting_payment && subject.payment_reference == command.fact.reference;
  if (!awaited) return tell(command, standing_of(subject), subject, context);
  const auto grace = context.settings.payment_grace;
  const auto until = renewed_hold(subject, grace, context);
  const bool worth_a_write =
      subject.reserved_until - context.now < grace / 2 && until > subject.reserved_until;
  if (!worth_a_write) return tell(command, action_effect::payment_pending, subject, context);
  auto after = next_version(subject);
  after.reserved_until = until;
  return become({order_event_kind::payment_pending, std::move(after), {}},
                make_outcome(asked_by(command), action_effect::payment_pending), command.action_key, context);
}

decision note_failed(const confirm_payment& command, const order& subject, const desk_context& context) {
  const bool open = !is_closed(subject.status);
  return tell(command, open ? action_effect::payment_failed : standing_of(subject), subject, context);
}

decision hear_first(const order_book& book, const confirm_payment& command, const desk_context& context) {
  const auto parts = parse_payment_reference(command.fact.reference);
  const auto named = parts ? parts->order : order_id{};
  const auto* subject = parts ? any_order(book, named, context.stored) : nullptr;
  const auto status = is_given_back(command.fact) ? payment_status::refunded : command.fact.status;
  if (subject == nullptr) {
    if (status == payment_status::success)
      return put_under_review(book, command, {named, command.fact, review_reason::unknown_order}, nullptr,
                              context);
    return answer(make_refusal(asked_by(command), refusal::not_found), command.action_key, context);
  }
  switch (status) {
    case payment_status::success: return confirm_success(book, command, *subject, context);
    case payment_status::pending: return note_pending(command, *subject, context);
    case payment_status::failed:
    case payment_status::refunded: return note_failed(command, *subject, context);
    case payment_status::not_started: break;
  }
  return tell(command, standing_of(*subject), *subject, context);
}

/// R17, R23 and R36: the order that a person moves on to `to`, or why not.
template <class Command>
std::variant<order, decision> moved_on(const order_book& book, const Command& command, order_status to,
                                       const desk_context& context) {
  const auto* subject = any_order(book, command.target.order, context.stored);
  const auto refuse = [&](refusal why) {
    return answer(make_refusal(std::nullopt, why), command.action_key, context, subject);
  };
  if (subject == nullptr) return refuse(refusal::not_found);
  if (!can_become(subject->status, to)) return refuse(refusal::order_closed);
  if (is_overtaken(*subject, command.target)) return refuse(refusal::stale);
  if (subject->dispute == dispute_state::open) return refuse(refusal::disputed);
  auto after = next_version(*subject);
  after.status = to;
  return after;
}

payment_record taken_by_hand(const order& open, hand_payment how, const desk_context& context) {
  payment_record taken;
  taken.id = context.new_payment;
  taken.reference = by_hand_reference(open.id);
  taken.from.provider = to_string(how);
  taken.mode = payment_mode::live;
  taken.received = open.total;
  taken.place = payment_place::on_order;
  taken.order = open.id;
  taken.at = context.now;
  return taken;
}

}  // namespace

decision decide(const order_book& book, const start_checkout& command, const desk_context& context) {
  constexpr auto kind = action_kind::request_checkout;
  const auto where = locate(book, command.target, context);
  if (where.open == nullptr)
    return answer(make_refusal(kind, where.why), command.action_key, context, where.closed);
  const auto& open = *where.open;
  const bool is_live = !open.payment_url.empty();
  if (is_live && command.known == live_link::keep)
    return answer(make_outcome(kind, action_effect::checkout_ready), command.action_key, context, &open);
  if (!is_live && !open.payment_reference.empty())
    return answer(make_outcome(kind, action_effect::checkout_started), command.action_key, context, &open);
  if (open.total.minor < 1)
    return answer(make_refusal(kind, refusal::total_out_of_range), command.action_key, context, &open);
  auto after = next_version(open);
  after.status = order_status::awaiting_payment;
  after.payment_url.clear();
  after.payment_reference = make_payment_reference(open.id, ++after.payment_attempt);
  after.reserved_until = renewed_hold(open, context.settings.reservation_time, context);
  return become({order_event_kind::checkout_started, std::move(after), {}},
                make_outcome(kind, action_effect::checkout_started), command.action_key, context);
}

decision decide(const order_book& book, const record_payment_link& command, const desk_context& context) {
  constexpr auto kind = action_kind::request_checkout;
  const auto* open = awaiting_under(book, command.order, command.reference);
  if (open == nullptr)
    return answer(make_refusal(kind, refusal::stale), {}, context, find_open_order(book, command.order));
  if (!is_usable_url(command.url))
    return answer(make_refusal(kind, refusal::invalid_input), {}, context, open);
  if (open->payment_url == command.url)
    return answer(make_outcome(kind, action_effect::checkout_ready), {}, context, open);
  if (!open->payment_url.empty()) return answer(make_refusal(kind, refusal::stale), {}, context, open);
  auto after = next_version(*open);
  after.payment_url = command.url;
  return become({order_event_kind::payment_link_recorded, std::move(after), {}, command.link_id},
                make_outcome(kind, action_effect::checkout_ready), {}, context);
}

decision decide(const order_book& book, const fail_payment_link& command, const desk_context& context) {
  constexpr auto kind = action_kind::request_checkout;
  const auto* open = awaiting_under(book, command.order, command.reference);
  if (open == nullptr || !open->payment_url.empty())
    return answer(make_refusal(kind, refusal::stale), {}, context, find_open_order(book, command.order));
  auto after = next_version(*open);
  after.payment_reference.clear();
  return become({order_event_kind::payment_link_failed, std::move(after), command.reason},
                make_outcome(kind, action_effect::checkout_failed), {}, context);
}

decision decide(const order_book& book, const confirm_payment& command, const desk_context& context) {
  auto decided = is_known(command.fact, context.money) ? hear_again(book, command, context)
                                                       : hear_first(book, command, context);
  answer_silence(command, context, decided);
  return decided;
}

decision decide(const order_book& book, const mark_paid& command, const desk_context& context) {
  const auto where = locate(book, command.target, context);
  if (where.open == nullptr)
    return answer(make_refusal(std::nullopt, where.why), command.action_key, context, where.closed);
  const auto taken = taken_by_hand(*where.open, command.how, context);
  std::string detail{to_string(command.how)};
  if (!command.note.empty()) detail += ", " + command.note;
  auto decided =
      become({order_event_kind::paid, paid_with(*where.open, taken, context), std::move(detail)},
             make_outcome(std::nullopt, action_effect::payment_confirmed), command.action_key, context);
  decided.events.emplace_back(paid_by_hand{where.open->id, command.how, where.open->total});
  if (taken.received.minor > 0) decided.events.emplace_back(payment_event{taken});
  return decided;
}

// R42. A refusal is not kept: the key is for the reminder that is told.
decision decide(const order_book& book, const remind_of_checkout& command, const desk_context& context) {
  const auto where = locate(book, command.target, context);
  if (where.open == nullptr) return answer(make_refusal(std::nullopt, where.why), {}, context, where.closed);
  const auto& open = *where.open;
  const bool is_live = open.status == order_status::awaiting_payment && !open.payment_url.empty();
  if (!is_live || open.reserved_until <= context.now)
    return answer(make_refusal(std::nullopt, refusal::stale), {}, context, &open);
  return answer(make_outcome(std::nullopt, action_effect::checkout_reminded), command.action_key, context,
                &open);
}

decision decide(const order_book& book, const set_hold& command, const desk_context& context) {
  const auto where = locate(book, command.target, context);
  if (where.open == nullptr)
    return answer(make_refusal(std::nullopt, where.why), command.action_key, context, where.closed);
  if (command.until > context.now + context.settings.longest_hold)
    return answer(make_refusal(std::nullopt, refusal::invalid_input), command.action_key, context,
                  where.open);
  auto after = next_version(*where.open);
  after.reserved_until = std::max(command.until, context.now);
  const auto kind =
      command.until > context.now ? order_event_kind::hold_set : order_event_kind::hold_released;
  return become({kind, std::move(after), {}}, make_outcome(std::nullopt, action_effect::hold_set),
                command.action_key, context);
}

decision decide(const order_book& book, const mark_fulfilled& command, const desk_context& context) {
  auto moved = moved_on(book, command, order_status::fulfilled, context);
  if (auto* refused = std::get_if<decision>(&moved)) return std::move(*refused);
  auto& after = std::get<order>(moved);
  after.tracking = command.tracking;
  return become({order_event_kind::fulfilled, std::move(after), command.tracking},
                make_outcome(std::nullopt, action_effect::order_fulfilled), command.action_key, context);
}

}  // namespace sellavie::desk
