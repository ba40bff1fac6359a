#pragma once
// One HTTP exchange of an actor: the transport's completion comes back as a message, so that it is
// handled in the actor's own turn. A completion for an actor that is gone is dropped.

#include <caf/all.hpp>
#include <functional>
#include <unordered_map>
#include <utility>

#include "actors/transport.hpp"

namespace sellavie::actors {

struct transport_answer {
  std::uint64_t exchange = 0;
  outbound_response response;
};

/// The exchanges under way of one actor; a member of its state.
class exchanges {
 public:
  using continuation = std::function<void(outbound_response&)>;

  template <class Handle>
  std::uint64_t begin(transport& outside, outbound_request request, const Handle& self, continuation then) {
    const std::uint64_t id = ++last_;
    waiting_.emplace(id, std::move(then));
    outside.send(std::move(request), [self, id](outbound_response response) {
      caf::anon_send(self, transport_answer{id, std::move(response)});
    });
    return id;
  }

  void finish(transport_answer& answer) {
    const auto found = waiting_.find(answer.exchange);
    if (found == waiting_.end()) return;
    const auto then = std::move(found->second);
    waiting_.erase(found);
    then(answer.response);
  }

  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

 private:
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, continuation> waiting_;
};

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::transport_answer)
