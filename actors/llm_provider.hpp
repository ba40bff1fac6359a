#pragma once
// llm_provider
//
// Role       asks one model provider with one credential.
// Grain      provider + credential: its concurrency limit and its circuit breaker.
// Invariant  at most `concurrency` calls under way and `queue` waiting; what does not fit is declined at
//            once. A half-open breaker lets exactly one call through.
// Supervised by the llm_router.

#include <caf/all.hpp>
#include <deque>
#include <memory>
#include <variant>

#include "actors/exchange.hpp"
#include "actors/owed_answer.hpp"
#include "actors/services.hpp"
#include "protocol/domain/breaker.hpp"
#include "protocol/llm/codec.hpp"

namespace sellavie::actors {

struct model_attempt {
  std::shared_ptr<const llm::chat_request> request;
  instant deadline{};
};

/// Not asked: the breaker is open until `ready_at`, or there is no room.
struct attempt_declined {
  instant ready_at{};
  bool has_room = true;
};

struct attempt_answer {
  std::variant<llm::chat_completion, llm::provider_failure, attempt_declined> what;
};

using llm_provider_actor = caf::typed_actor<caf::replies_to<model_attempt>::with<attempt_answer>,
                                            // From the transport.
                                            caf::reacts_to<transport_answer>>;

struct llm_provider_dependencies {
  services_ptr node;
  std::string name;
  llm::provider_profile profile;
  breaker_settings breaker;
};

class llm_provider_state {
 public:
  using pointer = llm_provider_actor::stateful_pointer<llm_provider_state>;
  explicit llm_provider_state(pointer self) : self_{self} {}
  void start(llm_provider_dependencies dependencies);
  caf::result<attempt_answer> attempt(model_attempt wanted);
  void finish(transport_answer& answer) { exchanges_.finish(answer); }

  static constexpr const char* name = "llm_provider";

 private:
  struct waiting {
    model_attempt attempt;
    owed_answer<attempt_answer> answer;
  };
  void call(waiting one);
  void decline(waiting& one, bool has_room);
  void on_response(waiting& one, breaker_permit permit, const outbound_response& response);
  void settle(breaker_permit permit, const llm::chat_result& outcome);
  void next();

  pointer self_;
  llm_provider_dependencies with_;
  const config::llm_provider_settings* settings_ = nullptr;
  breaker breaker_;
  exchanges exchanges_;
  std::deque<waiting> queue_;
};
static_assert(!std::is_aggregate_v<llm_provider_state>);

llm_provider_actor::behavior_type llm_provider(llm_provider_state::pointer self,
                                               llm_provider_dependencies dependencies);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::model_attempt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::attempt_answer)
