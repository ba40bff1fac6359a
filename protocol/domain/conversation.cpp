#include "protocol/domain/conversation.hpp"

#include <algorithm>
#include <tuple>

namespace sellavie {
namespace {

constexpr std::size_t remembered_completions = 256;

constexpr std::string_view taken = "taken over by ";

bool in_order(const pending_delivery& left, const pending_delivery& right) noexcept {
  return std::tie(left.provider_time, left.id) < std::tie(right.provider_time, right.id);
}

}  // namespace

std::string_view to_string(conversation_phase phase) noexcept {
  switch (phase) {
    case conversation_phase::loading: return "loading";
    case conversation_phase::idle: return "idle";
    case conversation_phase::gathering: return "gathering";
    case conversation_phase::thinking: return "thinking";
    case conversation_phase::acting: return "acting";
    case conversation_phase::human: return "human";
  }
  return "unknown";
}

std::string taken_over_by(std::string_view who) { return std::string{taken} + std::string{who}; }

std::string_view taker_in(std::string_view handover_reason) noexcept {
  return handover_reason.starts_with(taken) ? handover_reason.substr(taken.size()) : std::string_view{};
}

bool conversation_phases::is_quiet() const noexcept {
  return (phase_ == conversation_phase::idle || phase_ == conversation_phase::human) && waiting_.empty();
}

bool conversation_phases::has_completed(inbox_id id) const noexcept {
  return std::find(completed_.begin(), completed_.end(), id) != completed_.end();
}

bool conversation_phases::knows(inbox_id id) const noexcept {
  const auto is_it = [id](const pending_delivery& one) { return one.id == id; };
  return std::any_of(waiting_.begin(), waiting_.end(), is_it) ||
         std::any_of(turn_.begin(), turn_.end(), is_it) || has_completed(id);
}

bool conversation_phases::person_waits() const noexcept {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [](const pending_delivery& one) { return one.from_person; });
}

void conversation_phases::take_all() {
  turn_.insert(turn_.end(), waiting_.begin(), waiting_.end());
  waiting_.clear();
  std::sort(turn_.begin(), turn_.end(), in_order);
}

next_step conversation_phases::loaded(bool person_owns, std::int64_t epoch, stored_plan planned) {
  person_owns_ = person_owns;
  epoch_ = epoch;
  planned_ = std::move(planned);
  phase_ = person_owns ? conversation_phase::human : conversation_phase::idle;
  return next();
}

next_step conversation_phases::deliver(pending_delivery one) {
  if (knows(one.id)) return next_step::wait;
  waiting_.push_back(one);
  switch (phase_) {
    case conversation_phase::idle:
    case conversation_phase::human: return next();
    case conversation_phase::gathering:
    case conversation_phase::thinking:
      if (!one.from_person) return next_step::wait;
      take_all();
      phase_ = conversation_phase::acting;
      return next_step::take_over;
    case conversation_phase::loading:
    case conversation_phase::acting: return next_step::wait;
  }
  return next_step::wait;
}

// R7, R8, R4, R6 and R9, R2 in this order.
next_step conversation_phases::next() {
  const auto& planned = planned_.deliveries;
  if (!planned.empty()) {
    const auto is_planned = [&planned](const pending_delivery& one) {
      return std::find(planned.begin(), planned.end(), one.id) != planned.end();
    };
    const auto here = std::count_if(waiting_.begin(), waiting_.end(), is_planned);
    if (static_cast<std::size_t>(here) < planned.size()) return next_step::wait;
    std::copy_if(waiting_.begin(), waiting_.end(), std::back_inserter(turn_), is_planned);
    std::erase_if(waiting_, is_planned);
    std::sort(turn_.begin(), turn_.end(), in_order);
    planned_.deliveries.clear();
    phase_ = conversation_phase::acting;
    return planned_.epoch == epoch_ ? next_step::resume : next_step::end_overtaken;
  }
  if (waiting_.empty()) {
    phase_ = person_owns_ ? conversation_phase::human : conversation_phase::idle;
    return next_step::wait;
  }
  if (person_waits() || person_owns_ || is_blocked_) {
    const bool takes_over = person_waits();
    take_all();
    phase_ = conversation_phase::acting;
    return takes_over ? next_step::take_over : next_step::store;
  }
  phase_ = conversation_phase::gathering;
  return next_step::gather;
}

next_step conversation_phases::gathered() {
  if (phase_ != conversation_phase::gathering) return next_step::wait;
  take_all();
  phase_ = conversation_phase::thinking;
  return next_step::think;
}

bool conversation_phases::may_take_over() const noexcept {
  return phase_ == conversation_phase::idle || phase_ == conversation_phase::human ||
         phase_ == conversation_phase::gathering || phase_ == conversation_phase::thinking;
}

void conversation_phases::acting() { phase_ = conversation_phase::acting; }

void conversation_phases::thinking() { phase_ = conversation_phase::thinking; }

void conversation_phases::owner_changed(bool person_owns, std::int64_t epoch) {
  person_owns_ = person_owns;
  epoch_ = epoch;
}

void conversation_phases::remember_completed(inbox_id id) {
  completed_.push_back(id);
  if (completed_.size() > remembered_completions) completed_.pop_front();
}

next_step conversation_phases::settled() {
  for (const pending_delivery& one : turn_) remember_completed(one.id);
  turn_.clear();
  phase_ = person_owns_ ? conversation_phase::human : conversation_phase::idle;
  return next();
}

}  // namespace sellavie
