#include "actors/payment_client.hpp"

#include "protocol/payment/paystack.hpp"

namespace sellavie::actors {
namespace {

namespace paystack = payment::paystack;

constexpr std::chrono::milliseconds longest_call{10'000};

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return std::string{url.substr(0, url.find_first_of(":/"))};
}

}  // namespace

std::string_view to_string(link_outcome outcome) noexcept {
  switch (outcome) {
    case link_outcome::made: return "made";
    case link_outcome::reference_taken: return "reference_taken";
    case link_outcome::already_paid: return "already_paid";
    case link_outcome::failed: return "failed";
  }
  return "unknown";
}

void payment_client_state::start(services_ptr node, tenant_ptr business) {
  node_ = std::move(node);
  business_ = std::move(business);
}

// Another provider's key must never reach this one's address.
bool payment_client_state::can_ask() const {
  return business_->payments && business_->payments->provider == "paystack";
}

outbound_request payment_client_state::request_of(const payment::http_call& call, instant deadline) const {
  const auto rest = std::clamp<std::chrono::milliseconds>(deadline - node_->now(),
                                                          std::chrono::milliseconds{1}, longest_call);
  return {.method = call.method,
          .url = node_->settings->payments.paystack_url + call.path,
          .headers = {{"Authorization", "Bearer " + business_->payments->secret_key},
                      {"Content-Type", "application/json"}},
          .body = call.body,
          .timeout = rest};
}

// The provider wants an address; a customer in chat has often given none.
std::string payment_client_state::email_for(const make_payment_link& wanted) const {
  if (!wanted.customer_email.empty()) return wanted.customer_email;
  return wanted.reference + "@" + host_of(node_->settings->http.public_url) + ".invalid";
}

caf::result<payment_link> payment_client_state::make_link(const make_payment_link& wanted) {
  const auto promise = owe_answer<payment_link>(self_);
  const auto call = paystack::encode_initialize({.email = email_for(wanted),
                                                 .amount = wanted.amount,
                                                 .reference = wanted.reference,
                                                 .order_label = wanted.reference});
  if (!call || !can_ask()) {
    promise.deliver(payment_link{});
    return promise.to_return();
  }
  exchanges_.begin(*node_->outside, request_of(call.value(), wanted.deadline), payment_client_actor{self_},
                   [this, promise, wanted](outbound_response& response) {
                     const auto answer =
                         paystack::decode_initialize(response.status, response.body, wanted.reference);
                     if (const auto* link = std::get_if<payment::payment_link>(&answer)) {
                       promise.deliver(payment_link{link_outcome::made, link->url});
                       return;
                     }
                     const bool lost = response.outcome == transport_outcome::lost;
                     if (!lost && !std::holds_alternative<payment::duplicate_reference>(answer)) {
                       promise.deliver(payment_link{});
                       return;
                     }
                     // The reference may be in use: look before anything is repeated.
                     verify(wanted.reference, wanted.deadline, [promise](std::optional<payment_fact> fact) {
                       const bool paid = fact && fact->status == payment_status::success;
                       if (paid)
                         promise.deliver(payment_link{link_outcome::already_paid, {}, std::move(fact)});
                       else promise.deliver(payment_link{link_outcome::reference_taken, {}});
                     });
                   });
  return promise.to_return();
}

caf::result<payment_truth> payment_client_state::fetch(const fetch_payment& wanted) {
  const auto promise = owe_answer<payment_truth>(self_);
  if (!can_ask()) {
    promise.deliver(payment_truth{});
    return promise.to_return();
  }
  verify(wanted.reference, wanted.deadline,
         [promise](std::optional<payment_fact> fact) { promise.deliver(payment_truth{std::move(fact)}); });
  return promise.to_return();
}

void payment_client_state::verify(const std::string& reference, instant deadline,
                                  std::function<void(std::optional<payment_fact>)> then) {
  exchanges_.begin(*node_->outside, request_of(paystack::encode_verify(reference), deadline),
                   payment_client_actor{self_},
                   [reference, then = std::move(then)](outbound_response& response) {
                     auto answer = paystack::decode_verify(response.status, response.body, reference);
                     if (auto* fact = std::get_if<payment_fact>(&answer)) return then(std::move(*fact));
                     then(std::nullopt);
                   });
}

payment_client_actor::behavior_type payment_client(payment_client_state::pointer self, services_ptr node,
                                                   tenant_ptr business) {
  auto& state = self->state;
  state.start(std::move(node), std::move(business));
  return {
      [&state](const make_payment_link& wanted) { return state.make_link(wanted); },
      [&state](const fetch_payment& wanted) { return state.fetch(wanted); },
      [&state](const tenant_ptr& changed) { state.adopt(changed); },
      [&state](transport_answer& answer) { state.finish(answer); },
  };
}

}  // namespace sellavie::actors
