#include "actors/llm_router.hpp"

#include <algorithm>
#include <numeric>

#include "protocol/domain/backoff.hpp"
#include "protocol/llm/prompt_builder.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::milliseconds room_pause{100};

std::uint32_t as_bits(double uniform) { return static_cast<std::uint32_t>(uniform * 4294967295.0); }

}  // namespace

void llm_router_state::start(services_ptr node) {
  node_ = std::move(node);
  const auto& llm = node_->settings->llm;
  settings_.attempt_limit = llm.attempt_ms;
  settings_.min_attempt = std::min<std::chrono::milliseconds>(settings_.min_attempt, llm.deadline_ms / 4);
  settings_.max_attempts = std::max<std::size_t>(settings_.max_attempts, 2 * llm.order.size());
  for (const std::string& configured : llm.order) {
    provider one;
    one.name = configured;
    one.encoding =
        llm.providers.find(configured)->second.tools ? action_encoding::tools : action_encoding::tags;
    spawn(one);
    providers_.push_back(std::move(one));
  }
  std::vector<std::size_t> all(providers_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  default_order_ = std::make_shared<const std::vector<std::size_t>>(std::move(all));
  self_->set_down_handler([this](const caf::down_msg& down) {
    for (provider& one : providers_)
      if (one.actor.address() == down.source && down.reason != caf::exit_reason::user_shutdown) spawn(one);
  });
}

void llm_router_state::spawn(provider& one) {
  const auto& settings = node_->settings->llm.providers.find(one.name)->second;
  auto profile = llm::profile_for(one.name, settings.model);
  profile.speaks = config::speaks_anthropic(one.name) ? llm::dialect::anthropic : llm::dialect::openai;
  profile.tools = settings.tools;
  if (profile.speaks == llm::dialect::anthropic) profile.version = settings.anthropic_version;
  one.context_tokens = profile.context_tokens;
  one.actor =
      self_->spawn<caf::monitored>(llm_provider, llm_provider_dependencies{node_, one.name, profile, {}});
}

llm_router_state::provider_order llm_router_state::order_for(const ask_model& wanted) const {
  if (!wanted.preferred) return default_order_;
  std::vector<std::size_t> order;
  order.reserve(providers_.size());
  const auto add = [&](std::size_t place) {
    if (std::find(order.begin(), order.end(), place) == order.end()) order.push_back(place);
  };
  for (const std::string& wish : *wanted.preferred)
    for (std::size_t place = 0; place < providers_.size(); ++place)
      if (providers_[place].name == wish) add(place);
  for (const std::size_t place : *default_order_) add(place);
  return std::make_shared<const std::vector<std::size_t>>(std::move(order));
}

caf::result<model_answer> llm_router_state::ask(const ask_model& wanted) {
  const std::uint64_t id = ++last_;
  const auto& any = wanted.with_tools ? wanted.with_tools : wanted.with_tags;
  question of{wanted, owe_answer<model_answer>(self_), order_for(wanted), {}, 0, 0, false};
  of.tokens = llm::estimate_tokens(*any) + any->max_tokens;
  if (any->history > 0) of.trimmed_tokens = llm::estimate_tokens(*any, any->history) + any->max_tokens;
  auto answer = of.answer.to_return();
  questions_.emplace(id, std::move(of));
  show_depth();
  replan(id);
  return answer;
}

std::vector<provider_candidate> llm_router_state::candidates(const question& of) const {
  std::vector<provider_candidate> list;
  list.reserve(of.order->size());
  for (const std::size_t place : *of.order) {
    const provider& one = providers_[place];
    const bool asked_for = one.encoding == action_encoding::tools ? of.wanted.with_tools != nullptr
                                                                  : of.wanted.with_tags != nullptr;
    list.push_back({one.ready_at, one.has_room && asked_for, one.context_tokens});
  }
  return list;
}

void llm_router_state::replan(std::uint64_t id) {
  const auto found = questions_.find(id);
  if (found == questions_.end()) return;
  question& of = found->second;
  const instant now = node_->now();
  const failover_request request{of.wanted.deadline, of.tokens, of.trimmed_tokens};
  const auto list = candidates(of);
  const auto step = plan_attempt(request, list, of.failed, settings_, now);
  if (const auto* attempt_now = std::get_if<ask_provider>(&step)) return attempt(id, *attempt_now);
  if (const auto* wait = std::get_if<wait_until>(&step)) {
    const auto pause = std::max<std::chrono::milliseconds>(wait->until - now, std::chrono::milliseconds{1});
    for (provider& one : providers_) one.has_room = true;
    self_->delayed_send(self_, std::min(pause, room_pause), replan_atom::value, id);
    return;
  }
  const auto why = std::get<give_up>(step).reason;
  node_->log->warning("model_not_answering", {{}, of.wanted.business, of.wanted.conversation},
                      {{"why", monitoring::code{to_string(why)}}, {"attempts", of.failed.size()}});
  switch (why) {
    case give_up_reason::refusal: return finish(id, {.outcome = model_outcome::refused});
    case give_up_reason::caller_bug:
    case give_up_reason::context_overflow: return finish(id, {.outcome = model_outcome::rejected});
    case give_up_reason::deadline:
    case give_up_reason::attempts:
    case give_up_reason::nobody_left: break;
  }
  // Nobody had room and nobody failed: the load is the reason, not the chat.
  finish(id, {.outcome =
                  of.starved && of.failed.empty() ? model_outcome::overloaded : model_outcome::all_failed});
}

void llm_router_state::attempt(std::uint64_t id, const ask_provider& step) {
  const question& of = questions_.at(id);
  const provider& one = providers_[(*of.order)[step.provider]];
  auto request = one.encoding == action_encoding::tools ? of.wanted.with_tools : of.wanted.with_tags;
  if (step.trimmed) request = std::make_shared<const llm::chat_request>(llm::without_history(*request));
  self_->request(one.actor, caf::infinite, model_attempt{std::move(request), step.deadline})
      .then([this, id, step](const attempt_answer& answer) { on_answer(id, step, answer); },
            [this, id, step](const caf::error&) {
              on_answer(id, step, attempt_answer{llm::no_answer("crash")});
            });
}

void llm_router_state::on_answer(std::uint64_t id, const ask_provider& step, const attempt_answer& answer) {
  const auto found = questions_.find(id);
  if (found == questions_.end()) return;
  provider& one = providers_[(*found->second.order)[step.provider]];
  if (const auto* declined = std::get_if<attempt_declined>(&answer.what)) {
    one.ready_at = declined->ready_at;
    one.has_room = declined->has_room;
    found->second.starved = found->second.starved || !declined->has_room;
    return replan(id);
  }
  if (const auto* failure = std::get_if<llm::provider_failure>(&answer.what)) {
    on_failure(found->second, step, *failure);
    return replan(id);
  }
  one.ready_at = {};
  one.has_room = true;
  const auto& completion = std::get<llm::chat_completion>(answer.what);
  const bool refused = completion.finish == llm::finish_reason::refusal ||
                       completion.finish == llm::finish_reason::content_filter;
  finish(id, {.outcome = refused ? model_outcome::refused : model_outcome::answered,
              .completion = std::make_shared<llm::chat_completion>(completion),
              .provider = one.name,
              .encoding = one.encoding});
}

void llm_router_state::on_failure(question& of, const ask_provider& step,
                                  const llm::provider_failure& failure) {
  const instant now = node_->now();
  const auto pause = failure.retry_after.value_or(
      backoff({}, static_cast<std::uint32_t>(of.failed.size()) + 1, as_bits(node_->jitter())));
  of.failed.push_back({step.provider, failure.kind, now + pause, step.trimmed});
}

void llm_router_state::finish(std::uint64_t id, model_answer answer) {
  const auto found = questions_.find(id);
  auto promise = found->second.answer;
  questions_.erase(found);
  show_depth();
  promise.deliver(std::move(answer));
}

void llm_router_state::show_depth() const {
  node_->metrics->queue_depth(monitoring::queue::llm).set(static_cast<double>(questions_.size()));
}

llm_router_actor::behavior_type llm_router(llm_router_state::pointer self, services_ptr node) {
  auto& state = self->state;
  state.start(std::move(node));
  return {
      [&state](const ask_model& wanted) { return state.ask(wanted); },
      [&state](replan_atom, std::uint64_t question) { state.replan(question); },
  };
}

}  // namespace sellavie::actors
