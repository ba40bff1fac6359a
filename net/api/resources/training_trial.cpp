#include "net/api/resources/training_trial.hpp"

#include <algorithm>
#include <atomic>
#include <utility>
#include <variant>

#include "actors/trial_turn.hpp"
#include "net/api/ask_actor.hpp"
#include "net/api/resources/training_shapes.hpp"
#include "net/http/rate_limiter.hpp"
#include "storage/api/trial_shop.hpp"

namespace sellavie::net {
namespace training_trial_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using namespace std::chrono_literals;

constexpr int trials_per_minute = 20;
/// Of this node: each holds a worker while the model thinks, and the others are for logins at Meta.
constexpr int trials_at_once = 1;
constexpr std::chrono::milliseconds longest_trial = 15s;
/// For those before it at the last places of the plan.
constexpr std::chrono::milliseconds longest_reservation = 5s;

/// How many may try, and how often.
class trial_limits {
 public:
  /// Seconds to wait; 0: go on.
  [[nodiscard]] int take(const business_id& business) {
    address_bytes key{};
    std::copy(business.value.bytes.begin(), business.value.bytes.end(), key.begin());
    return businesses_.take(key, std::chrono::steady_clock::now());
  }
  [[nodiscard]] bool enter() noexcept {
    if (under_way_.fetch_add(1) < trials_at_once) return true;
    leave();
    return false;
  }
  void leave() noexcept { under_way_.fetch_sub(1); }

 private:
  rate_limiter businesses_{trials_per_minute};
  std::atomic<int> under_way_ = 0;
};

class seat {
 public:
  explicit seat(trial_limits& of) : of_{of}, is_taken_{of.enter()} {}
  seat(const seat&) = delete;
  seat& operator=(const seat&) = delete;
  ~seat() {
    if (is_taken_) of_.leave();
  }
  [[nodiscard]] bool is_taken() const noexcept { return is_taken_; }

 private:
  trial_limits& of_;
  bool is_taken_;
};

/// A place among the AI replies of the month (quota_desk), free again at the end unless it was used.
class reply_place {
 public:
  reply_place(const workplace& place, const business_id& business)
      : registry_{place.with.doors->registry}, business_{business}, trial_{place.with.ids->next()} {}
  reply_place(const reply_place&) = delete;
  reply_place& operator=(const reply_place&) = delete;
  ~reply_place() { caf::anon_send(registry_, actors::trial_ended{business_, trial_, is_used_}); }

  [[nodiscard]] result<actors::reply_reserved> reserve() const {
    return ask_actor<actors::reply_reserved>(registry_, actors::reserve_trial{business_, trial_},
                                             longest_reservation);
  }
  void use() noexcept { is_used_ = true; }

 private:
  actors::tenant_registry_actor registry_;
  business_id business_;
  uuid trial_;
  bool is_used_ = false;
};

schema trial_shape() {
  const auto action = schema::object(
      {{"name", schema::text({1, 40, api::text_format::token}).example("place_order")},
       {"arguments", schema::text({2, 20'000, api::text_format::lines})
                         .example(R"({"items":[{"sku":"ANK-6","quantity":1}]})")
                         .described("JSON, as it would be stored.")},
       {"accepted", schema::boolean().described("The server would do it, as things are now.")},
       {"refusal", schema::text({0, 40}).example("").described("Why it would not; empty when it would.")}});
  return schema::object(
             {{"draft_version", schema::integer()},
              {"reply",
               schema::text({0, 10'000, api::text_format::lines})
                   .example("It is 15,000 naira.")
                   .described("What the customer would read. What actions did is told by sentences of "
                              "the server, which are not among it.")},
              {"handed_over", schema::boolean().example(false)},
              {"hand_over_reason", schema::text({0, 500, api::text_format::lines}).example("")},
              {"actions", schema::list(action, 20)},
              {"withheld", schema::list(schema::text({1, 40}), 100)
                               .example(json::array())
                               .described("Why sentences of the model would not be sent.")},
              {"prompt_tokens", schema::integer().described("Estimated; 0: no model was asked.")}})
      .named("TrainingTrial");
}

json shown(const storage::training_draft& draft, const actors::trial_result& judged, std::uint32_t tokens) {
  auto actions = json::array();
  for (const auto& one : judged.actions) {
    const auto encoded = json::parse(encode_action(one.what), nullptr, false);
    const bool accepted = one.verdict == refusal::none;
    actions.push_back({{"name", to_string(kind_of(one.what))},
                       {"arguments", encoded["arguments"].dump()},
                       {"accepted", accepted},
                       {"refusal", accepted ? std::string_view{} : to_string(one.verdict)}});
  }
  auto withheld = json::array();
  for (const auto why : judged.withheld) withheld.push_back(to_string(why));
  return {{"draft_version", draft.version},
          {"reply", judged.reply},
          {"handed_over", !judged.hand_over_reason.empty()},
          {"hand_over_reason", judged.hand_over_reason},
          {"actions", std::move(actions)},
          {"withheld", std::move(withheld)},
          {"prompt_tokens", tokens}};
}

actors::trial_shop shop_for(const workplace& place, storage::shop_on_trial&& shop) {
  const bool is_payable = shop.takes_payments && !place.with.settings->http.public_url.empty();
  return {std::move(shop.name), std::move(shop.locale), shop.utc_offset_minutes,
          is_payable ? checkout_support::connected : checkout_support::none, std::move(shop.products)};
}

problem unanswered(actors::model_outcome outcome) {
  const bool is_busy = outcome == actors::model_outcome::overloaded;
  return {.kind = problems::unavailable,
          .detail = is_busy ? "The models are busy. Try again in a moment."
                            : "No model answered in time. Try again in a moment.",
          .retry_after = 5,
          .cause = make_failure(is_busy ? errc::overloaded : errc::timed_out, "no model answered a trial")};
}

/// The model's answer, when the plan has a place for it: then it is counted.
std::variant<actors::model_answer, problem> counted_answer(workplace& place, const api_call& call,
                                                           const actors::trial_turn& trial) {
  reply_place reply{place, call.by.business};
  const auto reserved = reply.reserve();
  if (!reserved) return api::problem_of(reserved.error());
  if (!reserved.value().is_granted)
    return problem{
        problems::plan_limit,
        "This month's AI replies are used up, and a trial is one. Wait for the next month, or ask for a "
        "larger plan."};
  const auto patience = std::min(place.with.settings->llm.deadline_ms, longest_trial);
  auto question = trial.question(place.with.time->now() + patience);
  question.business = call.by.business;
  auto answer = ask_actor<actors::model_answer>(place.with.doors->model, std::move(question), patience + 1s);
  if (!answer) return api::problem_of(answer.error());
  const auto outcome = answer.value().outcome;
  if (outcome != actors::model_outcome::answered && outcome != actors::model_outcome::refused)
    return unanswered(outcome);
  if (const auto counted = storage::count_trial(place.store, call.by.business, call.now); !counted)
    return api::problem_of(counted.error());
  reply.use();
  return std::move(answer.value());
}

api_outcome try_draft(workplace& place, api_call& call, trial_limits& limits) {
  const seat held{limits};
  if (!held.is_taken())
    return problem{.kind = problems::unavailable,
                   .detail = "Others try their training just now. Try again in a moment.",
                   .retry_after = 2,
                   .cause = make_failure(errc::overloaded, "trials")};
  // Behind the seat: who found none has not asked.
  if (const int wait = limits.take(call.by.business); wait > 0)
    return problem{.kind = problems::too_many, .retry_after = wait};
  const auto draft = storage::find_training_draft(place.store, call.by.business);
  if (!draft) return api::problem_of(draft.error());
  auto shop = storage::load_shop_on_trial(place.store, call.by.business, call.now);
  if (!shop) return api::problem_of(shop.error());
  const actors::trial_turn trial{place.with.settings->llm,
                                 shop_for(place, std::move(shop.value())),
                                 draft.value().content,
                                 call.body["question"].get<std::string>(),
                                 to_string(place.with.ids->next()).substr(24),
                                 call.now};
  if (const auto decided = trial.decided_without_model())
    return api_answer{200, shown(draft.value(), *decided, 0)};
  auto asked = counted_answer(place, call, trial);
  if (auto* refusal = std::get_if<problem>(&asked)) return std::move(*refusal);
  const auto judged = trial.judge(std::get<actors::model_answer>(asked));
  return api_answer{200, shown(draft.value(), judged, trial.tokens())};
}

}  // namespace
}  // namespace training_trial_resource

std::vector<api_endpoint> training_trial_endpoints() {
  using namespace training_trial_resource;
  const auto limits = std::make_shared<trial_limits>();
  return {
      {{.id = "try_training_draft",
        .method = api::verb::post,
        .path = std::string{all_training} + "/draft/try",
        .tag = "Training",
        .summary =
            "Asks the model one question as a new customer would, taught by the draft; nothing is stored or sent. What a "
            "model answers counts as an AI reply of the plan.",
        .allowed = manages_training,
        .body = schema::object(
            {{"question", schema::text({1, 2000, api::text_format::lines}).example("What does it cost?")}}),
        .answers = {{200, "What would happen.", trial_shape()}},
        .problems = {409}},
       [limits](workplace& place, api_call& call) { return try_draft(place, call, *limits); },
       api_pool::outbound},
  };
}

}  // namespace sellavie::net
