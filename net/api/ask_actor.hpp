#pragma once
// A worker asks an actor and waits, bounded: the actor answers after its commit. The bound is far
// beyond a commit; when it passes, the command may or may not have happened; the
// client is told to try again, so only commands that may be repeated are asked like this.

#include <caf/all.hpp>
#include <chrono>

#include "actors/failure.hpp"
#include "actors/llm_router.hpp"
#include "actors/tenant_registry.hpp"
#include "net/api/call.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::net {

/// Whom handlers may ask.
struct actor_doors {
  actors::tenant_registry_actor registry;
  actors::llm_router_actor model;
};

inline constexpr std::chrono::seconds actor_patience{10};

template <class Answer, class Actor, class Message>
[[nodiscard]] result<Answer> ask_actor(const Actor& whom, Message question,
                                       std::chrono::milliseconds patience = actor_patience) {
  caf::scoped_actor self{whom->home_system()};
  result<Answer> outcome = make_failure(errc::timed_out, "no answer in time");
  self->request(whom, patience, std::move(question))
      .receive([&](Answer& answer) { outcome = std::move(answer); },
               [&](const caf::error& failure) {
                 outcome = make_failure(failure == caf::sec::request_timeout ? errc::timed_out
                                                                             : actors::code_of(failure));
               });
  return outcome;
}

}  // namespace sellavie::net
