#pragma once
// A draft of the training, tried on one question: what a first turn with it would be, without a chat. Nothing is
// stored, sent or ordered. Pure; the caller asks the router in between.

#include <optional>
#include <string>
#include <vector>

#include "actors/llm_router.hpp"
#include "actors/turn.hpp"
#include "protocol/action/claims.hpp"
#include "protocol/domain/policy.hpp"

namespace sellavie::actors {

struct trial_shop {
  std::string name;
  std::string locale;
  int utc_offset_minutes = 0;
  checkout_support checkout = checkout_support::connected;
  /// Those that are sold.
  std::vector<product> products;
};

struct trial_action {
  action what;
  /// What the server would say; none: it would do it.
  refusal verdict = refusal::none;
};

struct trial_result {
  /// What the customer would read, without the sentences of the server about what was done.
  std::string reply;
  std::vector<trial_action> actions;
  /// Why a person would get the chat; empty: none would.
  std::string hand_over_reason;
  /// Why sentences of the model would not be sent.
  std::vector<claim_violation> withheld;
};

class trial_turn {
 public:
  trial_turn(const config::llm_settings& models, trial_shop shop, const training::content& taught,
             std::string question, std::string nonce, instant now);

  /// Where no model is asked: a keyword hands over.
  [[nodiscard]] std::optional<trial_result> decided_without_model() const;
  [[nodiscard]] ask_model question(instant deadline) const;
  /// Of the prompt.
  [[nodiscard]] std::uint32_t tokens() const noexcept { return asked_.tokens; }
  /// Of an answer, or of a refusal to answer; other outcomes are the caller's.
  [[nodiscard]] trial_result judge(const model_answer& answer) const;

 private:
  [[nodiscard]] refusal verdict_of(const action& proposed, refusal by_policy) const;
  void hand_over(trial_result& into, std::string reason) const;

  trial_shop shop_;
  training::hand_over_keywords keywords_;
  std::string said_;
  std::string nonce_;
  policy_facts facts_;
  prompted asked_;
};

}  // namespace sellavie::actors
