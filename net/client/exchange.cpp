#include "net/client/exchange.hpp"

#include <utility>

namespace sellavie::net {
namespace {

using actors::outbound_response;
using actors::transport_outcome;

void complete(const actors::transport::completion& done, outbound_response response) noexcept {
  try {
    if (done) done(std::move(response));
  } catch (...) {  // the caller's: nothing here can make it right
  }
}

}  // namespace

exchange::exchange(serialised_request request, clock::time_point deadline, actors::transport::completion done)
    : request_{std::move(request)}, deadline_{deadline}, done_{std::move(done)} {}

exchange::~exchange() { fail("shut down"); }

void exchange::answer(outbound_response response) noexcept {
  disarm();
  if (const auto done = std::exchange(done_, nullptr)) complete(done, std::move(response));
}

void exchange::fail(std::string_view reason) noexcept {
  if (!done_) return;
  outbound_response response;
  response.outcome = sent_ ? transport_outcome::lost : transport_outcome::not_sent;
  response.reason = reason;
  answer(std::move(response));
}

void exchange::on_due() {
  if (holder_ != nullptr) holder_->on_exchange_due(*this);  // destroys this
}

void complete_not_sent(const actors::transport::completion& done, std::string_view reason) noexcept {
  outbound_response response;
  response.outcome = transport_outcome::not_sent;
  response.reason = reason;
  complete(done, std::move(response));
}

}  // namespace sellavie::net
