#include "actors/quota_desk.hpp"

#include <algorithm>

namespace sellavie::actors {
namespace {

/// Beyond the model's deadline: actions and commits.
constexpr std::chrono::minutes rest_of_turn{1};
constexpr std::chrono::seconds until_next_look{2};

std::string task_reason(quota_level level, std::int64_t used, std::int64_t allowed) {
  const std::string counts = std::to_string(used) + " of " + std::to_string(allowed);
  if (level == quota_level::most) return "80 % of this month's AI replies are used (" + counts + ")";
  return "all of this month's AI replies are used (" + counts +
         "): new chats go to people until the next month, purchases under way go on";
}

}  // namespace

void quota_desk_state::start(services_ptr node, tenant_ptr business) {
  node_ = std::move(node);
  business_ = std::move(business);
}

caf::result<reply_reserved> quota_desk_state::reserve(reserve_reply wanted) {
  // Whoever asks again died in between, and came back.
  granted_.erase(wanted.chat);
  waiting one{std::move(wanted), owe_answer<reply_reserved>(self_)};
  auto answer = one.answer.to_return();
  waiting_.push_back(std::move(one));
  if (month_ && node_->now() >= month_->ends) month_.reset();
  if (month_) decide_waiting();
  else load();
  return answer;
}

void quota_desk_state::settle(const reply_settled& ended) {
  const auto granted = granted_.extract(ended.chat);
  // Taken over before it was granted: nobody reads the answer.
  std::erase_if(waiting_, [&](const waiting& one) { return one.wanted.chat == ended.chat; });
  if (is_loading_) ended_meanwhile_.insert(ended.chat);
  if (!month_) return;
  const bool is_in_count = !granted.empty() && granted.mapped().perhaps_counted;
  if (ended.is_used && !is_in_count) ++month_->ai_replies;
  warn();
  decide_waiting();
}

// --- counting --------------------------------------------------------------------------------------

void quota_desk_state::change_business(const tenant_ptr& business) {
  business_ = business;
  // Without a limit nobody told it of replies; and months may begin elsewhere.
  month_.reset();
  if (!waiting_.empty()) load();
}

void quota_desk_state::load() {
  if (std::exchange(is_loading_, true)) return;
  ended_meanwhile_.clear();
  for (auto& [chat, one] : granted_) one.perhaps_counted = true;
  self_
      ->request(node_->reader_of(business_->id.value), caf::infinite, load_quota{business_->id, node_->now()})
      .then(
          [this, asked = business_](const shared<storage::quota_record>& record) {
            is_loading_ = false;
            // Changed while it was loaded.
            if (asked != business_) return load();
            on_loaded(*record);
          },
          [this](const caf::error& failure) { self_->quit(make_error(code_of(failure))); });
}

void quota_desk_state::on_loaded(const storage::quota_record& record) {
  month_ = record;
  const instant now = node_->now();
  for (const auto& [account, customer] : record.answering) {
    const chat_key chat{account, customer};
    if (!ended_meanwhile_.contains(chat)) granted_.try_emplace(chat, granted_reply{now});
  }
  ended_meanwhile_.clear();
  warn();
  decide_waiting();
}

void quota_desk_state::decide_waiting() {
  if (!month_) return;
  for (auto& one : std::exchange(waiting_, {})) {
    const auto permit = decide(one.wanted);
    if (permit == reply_permit::wait) {
      waiting_.push_back(std::move(one));
      continue;
    }
    const bool is_granted = permit == reply_permit::granted;
    if (is_granted) granted_.insert_or_assign(one.wanted.chat, granted_reply{node_->now()});
    one.answer.deliver(reply_reserved{is_granted});
  }
  if (waiting_.empty() || std::exchange(looks_again_, true)) return;
  self_->delayed_send(self_, until_next_look, look_again_atom::value);
}

reply_permit quota_desk_state::decide(const reserve_reply& wanted) {
  const reply_count count{month_->ai_replies, static_cast<std::int64_t>(granted_.size())};
  return permit_reply(business_->ai_replies_per_month, count, wanted.buying);
}

void quota_desk_state::look_again() {
  looks_again_ = false;
  forget_dead();
  decide_waiting();
}

void quota_desk_state::forget_dead() {
  const instant begun = node_->now() - node_->settings->llm.deadline_ms - rest_of_turn;
  std::erase_if(granted_, [begun](const auto& entry) { return entry.second.at < begun; });
}

// --- warnings --------------------------------------------------------------------------------------

quota_level quota_desk_state::given() const {
  std::int16_t highest = 0;
  for (const auto& one : month_->warned)
    if (one.allowed == business_->ai_replies_per_month) highest = std::max(highest, one.level);
  return static_cast<quota_level>(highest);
}

// One that cannot be written is due again with the next reply.
void quota_desk_state::warn() {
  const auto allowed = business_->ai_replies_per_month;
  const auto level = warning_due(allowed, month_->ai_replies, given());
  if (level == quota_level::none || std::exchange(is_warning_, true)) return;
  auto changes = std::make_shared<storage::change_set>();
  const instant now = node_->now();
  const storage::quota_record::warning said{static_cast<std::int16_t>(level), *allowed};
  changes->plan_warnings.push_back({business_->id, month_->month, said.level, said.allowed, now});
  changes->tasks.push_back({business_->id, std::nullopt, node_->ids->next(), "plan",
                            task_reason(level, month_->ai_replies, *allowed), now});
  self_->request(node_->journal_of(business_->id), caf::infinite, commit_request{changes, business_->id})
      .then(
          [this, said, month = month_->month](const commit_reply& reply) {
            is_warning_ = false;
            const bool is_known = reply.outcome == storage::commit_outcome::committed ||
                                  reply.outcome == storage::commit_outcome::refused;
            if (is_known && month_ && month_->month == month) month_->warned.push_back(said);
          },
          [this](const caf::error&) { is_warning_ = false; });
}

// --- behaviour -------------------------------------------------------------------------------------

quota_desk_actor::behavior_type quota_desk(quota_desk_state::pointer self, services_ptr node,
                                           tenant_ptr business) {
  auto& state = self->state;
  state.start(std::move(node), std::move(business));
  return {
      [&state](reserve_reply& wanted) { return state.reserve(std::move(wanted)); },
      [&state](const reply_settled& ended) { state.settle(ended); },
      [&state](const tenant_ptr& changed) { state.change_business(changed); },
      [&state](look_again_atom) { state.look_again(); },
  };
}

}  // namespace sellavie::actors
