#pragma once
// An answer that an actor owes. CAF 0.17 forgets a promise whose actor ends before it delivered, and
// the asker would wait forever: here the asker hears `unavailable` instead. Copies share one debt.

#include <caf/all.hpp>
#include <memory>
#include <utility>

#include "actors/failure.hpp"

namespace sellavie::actors {

template <class Answer>
class owed_answer {
 public:
  using promise = caf::typed_response_promise<Answer>;

  owed_answer() = default;
  explicit owed_answer(promise owed) : debt_{std::make_shared<debt>(std::move(owed))} {}

  template <class Value>
  void deliver(Value&& value) const {
    debt_->owed.deliver(std::forward<Value>(value));
  }
  /// What the handler of the request returns.
  [[nodiscard]] promise to_return() const { return debt_->owed; }

 private:
  struct debt {
    explicit debt(promise one) : owed{std::move(one)} {}
    debt(const debt&) = delete;
    debt& operator=(const debt&) = delete;
    ~debt() {
      if (owed.pending()) owed.deliver(make_error(errc::unavailable));
    }
    promise owed;
  };
  std::shared_ptr<debt> debt_;
};

/// For the request that is being handled by `self`.
template <class Answer, class Self>
[[nodiscard]] owed_answer<Answer> owe_answer(Self& self) {
  return owed_answer<Answer>{self->template make_response_promise<Answer>()};
}

}  // namespace sellavie::actors
