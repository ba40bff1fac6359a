#pragma once
// llm_router
//
// Role       answers one chat request from the first provider that can, within one total deadline.
// Grain      one per node; holds the requests that are under way, each with its business's order of providers.
// Invariant  every request is answered exactly once: a completion, a refusal of the model, or
//            `all_failed` at the deadline. Failover classes: protocol/domain/failover.
// Supervised by the node; its providers are its children.

#include <caf/all.hpp>
#include <memory>
#include <string>

#include "actors/llm_provider.hpp"
#include "actors/services.hpp"
#include "protocol/domain/failover.hpp"
#include "protocol/llm/chat.hpp"

namespace sellavie::actors {

/// The same question for providers with tool calling and for those that write tags. A null one means
/// that no configured provider needs it.
struct ask_model {
  std::shared_ptr<const llm::chat_request> with_tools;
  std::shared_ptr<const llm::chat_request> with_tags;
  /// The whole turn's; shared by all attempts and rounds. Starts at admission.
  instant deadline{};
  /// Whom the business wants asked first, by name; names that the node has not configured are passed over and those
  /// that are left out follow in the node's order. Null: the node's order.
  std::shared_ptr<const std::vector<std::string>> preferred{};
  /// Whose turn it is, for the log; a trial has no conversation.
  business_id business{};
  conversation_id conversation{};
};

enum class model_outcome : std::uint8_t {
  answered,
  /// The model or its filter declined; nobody else is asked.
  refused,
  /// Our request was wrong for the provider (400, 413, 422): a bug of ours.
  rejected,
  /// Nobody could answer in time.
  all_failed,
  /// Every queue was full: not a failure of the chat.
  overloaded,
};

struct model_answer {
  model_outcome outcome = model_outcome::all_failed;
  std::shared_ptr<const llm::chat_completion> completion;
  /// Who answered; for logs and metrics.
  std::string provider;
  action_encoding encoding = action_encoding::tools;
};

using replan_atom = caf::atom_constant<caf::atom("replan")>;

using llm_router_actor = caf::typed_actor<caf::replies_to<ask_model>::with<model_answer>,
                                          // To itself: a pause of this question is over.
                                          caf::reacts_to<replan_atom, std::uint64_t>>;

class llm_router_state {
 public:
  using pointer = llm_router_actor::stateful_pointer<llm_router_state>;
  explicit llm_router_state(pointer self) : self_{self} {}
  void start(services_ptr node);
  caf::result<model_answer> ask(const ask_model& wanted);
  void replan(std::uint64_t question);

  static constexpr const char* name = "llm_router";

 private:
  struct provider {
    std::string name;
    action_encoding encoding = action_encoding::tools;
    std::uint32_t context_tokens = 0;
    llm_provider_actor actor;
    /// As it said last; it declines when this is out of date.
    instant ready_at{};
    bool has_room = true;
  };
  /// Places in providers_, whom to ask first to last.
  using provider_order = std::shared_ptr<const std::vector<std::size_t>>;
  struct question {
    ask_model wanted;
    owed_answer<model_answer> answer;
    provider_order order;
    std::vector<failed_attempt> failed;
    std::uint32_t tokens = 0;
    /// Without what was said before this turn; 0: nothing was.
    std::uint32_t trimmed_tokens = 0;
    bool starved = false;
  };
  void spawn(provider& one);
  [[nodiscard]] provider_order order_for(const ask_model& wanted) const;
  void attempt(std::uint64_t id, const ask_provider& step);
  void on_answer(std::uint64_t id, const ask_provider& step, const attempt_answer& answer);
  void on_failure(question& of, const ask_provider& step, const llm::provider_failure& failure);
  void finish(std::uint64_t id, model_answer answer);
  void show_depth() const;
  [[nodiscard]] std::vector<provider_candidate> candidates(const question& of) const;

  pointer self_;
  services_ptr node_;
  failover_settings settings_;
  std::vector<provider> providers_;
  /// Of every business without a wish of its own.
  provider_order default_order_;
  std::unordered_map<std::uint64_t, question> questions_;
  std::uint64_t last_ = 0;
};
static_assert(!std::is_aggregate_v<llm_router_state>);

llm_router_actor::behavior_type llm_router(llm_router_state::pointer self, services_ptr node);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::ask_model)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::model_answer)
