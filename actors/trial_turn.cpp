#include "actors/trial_turn.hpp"

#include <algorithm>

#include "protocol/action/action_parser.hpp"

namespace sellavie::actors {
namespace {

const std::vector<proposal::item>* items_of(const action& proposed) noexcept {
  if (const auto* order = std::get_if<proposal::place_order>(&proposed)) return &order->items;
  if (const auto* order = std::get_if<proposal::change_order>(&proposed)) return &order->items;
  return nullptr;
}

}  // namespace

trial_turn::trial_turn(const config::llm_settings& models, trial_shop shop, const training::content& taught,
                       std::string question, std::string nonce, instant now)
    : shop_{std::move(shop)},
      keywords_{taught.hand_over_keywords},
      said_{std::move(question)},
      nonce_{std::move(nonce)} {
  facts_.checkout = shop_.checkout;
  llm::turn_context context;
  context.business_name = shop_.name;
  context.taught = &taught;
  context.locale = shop_.locale;
  context.local_time = local_time(now, shop_.utc_offset_minutes);
  context.products = shop_.products;
  context.inbound = {said_};
  context.nonce = nonce_;
  context.allowed = allowed_actions(facts_);
  asked_ = prompt_models(models, context);
}

std::optional<trial_result> trial_turn::decided_without_model() const {
  const auto* keyword = keywords_.found_in(said_);
  if (keyword == nullptr) return std::nullopt;
  trial_result decided;
  hand_over(decided, training::reason_of(*keyword));
  return decided;
}

ask_model trial_turn::question(instant deadline) const {
  return {asked_.question.with_tools, asked_.question.with_tags, deadline};
}

// The farewell is the server's, as in a chat.
void trial_turn::hand_over(trial_result& into, std::string reason) const {
  into.hand_over_reason = std::move(reason);
  if (!into.reply.empty()) into.reply += "\n\n";
  into.reply += phrase(fixed_phrase::hand_over, parse_language(shop_.locale));
}

trial_result trial_turn::judge(const model_answer& answer) const {
  trial_result judged;
  if (answer.outcome != model_outcome::answered || !answer.completion) {
    hand_over(judged, "the model declined to answer");
    return judged;
  }
  const model_output output{answer.completion->text, answer.completion->tool_calls};
  const auto parsed = parse_completion(output, nonce_, answer.encoding);
  if (parsed.needs_handoff) {
    hand_over(judged, "the model gave no usable answer");
    return judged;
  }
  std::vector<action_kind> kinds;
  for (const auto& proposed : parsed.actions) kinds.push_back(kind_of(proposed.what));
  const auto verdicts = check_plan(kinds, facts_);
  std::string wants_person;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    judged.actions.push_back({parsed.actions[i].what, verdict_of(parsed.actions[i].what, verdicts[i])});
    if (const auto* leave = std::get_if<proposal::hand_off>(&parsed.actions[i].what))
      wants_person = leave->reason.empty() ? "the AI asked for a person" : leave->reason;
  }
  auto checked = check_claims(parsed.text, {asked_.prices, asked_.facts_text});
  judged.reply = std::move(checked.text);
  judged.withheld = std::move(checked.violations);
  if (parsed.lost_action && kinds.empty()) hand_over(judged, "the model's action could not be read");
  else if (kinds.empty() && judged.reply.empty()) hand_over(judged, "the model stated what it may not");
  else if (!wants_person.empty()) hand_over(judged, std::move(wants_person));
  return judged;
}

// What the order desk would say of these products as they are now.
refusal trial_turn::verdict_of(const action& proposed, refusal by_policy) const {
  const auto* items = items_of(proposed);
  if (by_policy != refusal::none || items == nullptr) return by_policy;
  for (const auto& item : *items) {
    const auto found = std::find_if(shop_.products.begin(), shop_.products.end(),
                                    [&](const product& one) { return one.sku == item.sku; });
    if (found == shop_.products.end()) return refusal::unknown_product;
    if (found->stock < item.quantity) return refusal::out_of_stock;
  }
  return refusal::none;
}

}  // namespace sellavie::actors
