#pragma once
// How a turn asks desks, model and payments. Only the conversation's own sources include this.

#include <functional>
#include <utility>

#include "actors/conversation.hpp"

namespace sellavie::actors {

template <class Answer, class Actor, class Message>
void conversation_state::ask(const Actor& whom, Message question, std::function<void(Answer&)> then) {
  self_->request(whom, caf::infinite, std::move(question))
      .then(
          // A turn that is ending (a person took over) wants no answer.
          [this, asked = asking_, then = std::move(then)](Answer& answer) {
            if (asking_ == asked) then(answer);
          },
          [this, asked = asking_](const caf::error& failure) {
            if (asking_ == asked) fail(failure);
          });
}

}  // namespace sellavie::actors
