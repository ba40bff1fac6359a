#include "actors/payment_client.hpp"

#include <algorithm>

#include "protocol/payment/port.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::milliseconds longest_call{10'000};
/// With less than this left nothing is asked once more.
constexpr std::chrono::milliseconds time_to_repeat{1'000};

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return std::string{url.substr(0, url.find_first_of(":/"))};
}

/// Some providers want an address; a customer in chat has often given none.
std::string email_for(const make_payment_link& wanted, const payment::provider_port& port,
                      const std::string& public_url) {
  if (!wanted.customer_email.empty() || !port.needs_email) return wanted.customer_email;
  return wanted.reference + "@" + host_of(public_url) + ".invalid";
}

/// The customer's browser comes back here; it proves nothing.
std::string return_url(const std::string& public_url, const business_id& business,
                       const std::string& reference) {
  return public_url + "/pay/return?shop=" + to_string(business) + "&payment=" + reference;
}

asked_account asked_of(const payment_account& account) {
  return {account.provider, account.mode, account.connection};
}

std::string code_of_refusal(const payment::payment_failure& failure) {
  return failure.code.empty() ? std::string{to_string(failure.failure)} : failure.code;
}

/// Where open links are unknown, nothing under a reference of ours means that nobody has paid by it.
payment_fact nothing_paid(const std::string& reference, payment_mode mode) {
  return {.reference = reference, .status = payment_status::not_started, .mode = mode};
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

struct payment_client_state::link_request {
  payment_account account;
  payment::checkout_request asked;
  payment::http_call call;
  instant deadline{};
  bool is_repeated = false;
  owed_answer<payment_link> answer;
};

void payment_client_state::start(services_ptr node, tenant_ptr business) {
  node_ = std::move(node);
  business_ = std::move(business);
}

const payment_account* payment_client_state::account_of(const payment_connection_id& connection) const {
  for (const auto& one : business_->payments)
    if (one.connection == connection) return &one;
  return nullptr;
}

const payment_account* payment_client_state::account_of(const storage::stored_payment& stored) const {
  if (!stored.connection.is_nil()) return account_of(stored.connection);
  for (const auto& one : business_->payments)
    if (to_string(one.provider) == stored.provider && to_string(one.mode) == stored.mode) return &one;
  return nullptr;
}

std::chrono::milliseconds payment_client_state::rest_of(instant deadline) const {
  return std::clamp<std::chrono::milliseconds>(deadline - node_->now(), std::chrono::milliseconds{1},
                                               longest_call);
}

// --- links ---------------------------------------------------------------------------------------

// What is asked, and of whom, comes from the stored intent, so that a repeated request says the same.
caf::result<payment_link> payment_client_state::make_link(const make_payment_link& wanted) {
  const auto answer = owe_answer<payment_link>(self_);
  self_
      ->request(node_->reader_of(business_->id.value), caf::infinite,
                load_payment{business_->id, wanted.reference})
      .then(
          [this, answer, wanted](const found_payment& found) {
            const auto* account = found.row ? account_of(*found.row) : nullptr;
            if (account == nullptr) return answer.deliver(payment_link{});
            const auto& port = payment::port_of(account->provider);
            const auto& public_url = node_->settings->http.public_url;
            payment::checkout_request asked{
                .email = email_for(wanted, port, public_url),
                .amount = wanted.amount,
                .reference = wanted.reference,
                .order_label = wanted.order_label,
                .return_url = return_url(public_url, business_->id, wanted.reference),
                .issued_at = found.row->created_at};
            auto call = port.encode_link(asked);
            if (!call) return answer.deliver(payment_link{});
            begin_link(std::make_shared<link_request>(link_request{
                *account, std::move(asked), std::move(call.value()), wanted.deadline, false, answer}));
          },
          [answer](const caf::error&) { answer.deliver(payment_link{}); });
  return answer.to_return();
}

void payment_client_state::begin(const payment_account& account, const payment::http_call& call,
                                 instant deadline, exchanges::continuation then) {
  exchanges_.begin(*node_->outside,
                   payment_request(call, node_->settings->payments.url_of(account.provider),
                                   account.secret_key, rest_of(deadline)),
                   payment_client_actor{self_},
                   [this, account, then = std::move(then)](outbound_response& response) {
                     heed(account, response);
                     then(response);
                   });
}

void payment_client_state::begin_link(const link_request_ptr& wanted) {
  begin(wanted->account, wanted->call, wanted->deadline,
        [this, wanted](outbound_response& response) { on_link_answer(wanted, response); });
}

void payment_client_state::on_link_answer(const link_request_ptr& wanted, outbound_response& response) {
  using payment::failure_course;
  if (response.outcome == transport_outcome::not_sent) return wanted->answer.deliver(payment_link{});
  auto course = payment::course_when_lost(wanted->call);
  if (response.outcome == transport_outcome::answered) {
    auto read =
        payment::port_of(wanted->account.provider).decode_link(response.status, response.body, wanted->asked);
    if (auto* link = std::get_if<payment::payment_link>(&read))
      return wanted->answer.deliver(
          payment_link{link_outcome::made, std::move(link->url), std::move(link->id)});
    const auto* failure = std::get_if<payment::payment_failure>(&read);
    // Nothing better is to be had within the customer's patience.
    const bool is_busy = failure != nullptr && failure->failure == payment::failure_class::rate_limited;
    if (is_busy) return wanted->answer.deliver(payment_link{});
    course = failure != nullptr ? payment::course_after(*failure, wanted->call) : failure_course::look_first;
  }
  if (course == failure_course::refused) return wanted->answer.deliver(payment_link{});
  if (course == failure_course::look_first) return look_for(wanted);
  const bool may_repeat = !wanted->is_repeated && rest_of(wanted->deadline) >= time_to_repeat;
  if (!may_repeat) return wanted->answer.deliver(payment_link{});
  wanted->is_repeated = true;
  begin_link(wanted);
}

// The reference may be in use: look before anything is repeated.
void payment_client_state::look_for(const link_request_ptr& wanted) {
  ask(wanted->account, {.reference = wanted->asked.reference, .mode = wanted->account.mode}, wanted->deadline,
      [wanted](std::optional<payment_fact> fact) {
        const bool is_paid = fact && fact->status == payment_status::success;
        if (!is_paid) return wanted->answer.deliver(payment_link{link_outcome::reference_taken});
        wanted->answer.deliver(
            payment_link{link_outcome::already_paid, {}, {}, std::move(fact), asked_of(wanted->account)});
      });
}

// --- the truth -----------------------------------------------------------------------------------

caf::result<payment_truth> payment_client_state::fetch(const fetch_payment& wanted) {
  const auto answer = owe_answer<payment_truth>(self_);
  self_
      ->request(node_->reader_of(business_->id.value), caf::infinite,
                load_payment{business_->id, wanted.reference})
      .then(
          [this, answer, wanted](const found_payment& found) {
            payment_truth truth{.is_known = found.row.has_value(), .is_of_another = found.is_of_another};
            if (!found.row && (wanted.may_become_known || found.is_of_another))
              return answer.deliver(std::move(truth));
            const auto* account = found.row ? account_of(*found.row) : account_of(wanted.connection);
            if (account == nullptr) return answer.deliver(std::move(truth));
            truth.asked = asked_of(*account);
            ask(*account,
                {.reference = wanted.reference,
                 .link = found.row ? found.row->link_id : std::string{},
                 .transaction = wanted.transaction,
                 .mode = account->mode},
                wanted.deadline,
                [answer, truth = std::move(truth)](std::optional<payment_fact> fact) mutable {
                  truth.fact = std::move(fact);
                  answer.deliver(std::move(truth));
                });
          },
          [answer](const caf::error&) { answer.deliver(payment_truth{.is_unread = true}); });
  return answer.to_return();
}

void payment_client_state::ask(const payment_account& account, const payment::payment_query& query,
                               instant deadline, fact_handler then) {
  const auto& port = payment::port_of(account.provider);
  const auto call = port.encode_payment(query);
  if (!call) return then(std::nullopt);
  begin(account, call.value(), deadline, [&port, query, then = std::move(then)](outbound_response& response) {
    if (response.outcome != transport_outcome::answered) return then(std::nullopt);
    auto read = port.decode_payment(response.status, response.body, query);
    if (auto* fact = std::get_if<payment_fact>(&read)) return then(std::move(*fact));
    const auto why = std::get<payment::payment_failure>(read).failure;
    const bool is_unpaid = why == payment::failure_class::not_found && !port.knows_open_links &&
                           query.transaction.empty() && !query.reference.empty();
    if (is_unpaid) return then(nothing_paid(query.reference, query.mode));
    then(std::nullopt);
  });
}

// --- money on its way back -----------------------------------------------------------------------

caf::result<refund_sent> payment_client_state::refund(const send_refund& wanted) {
  const auto answer = owe_answer<refund_sent>(self_);
  const auto* account = account_of(wanted.connection);
  if (account == nullptr) {
    answer.deliver(refund_sent{refund_call::refused, {}, "not_connected"});
    return answer.to_return();
  }
  const auto& port = payment::port_of(account->provider);
  const auto call = port.encode_refund(wanted.request);
  if (!call) {
    answer.deliver(refund_sent{refund_call::refused, {}, "not_possible"});
    return answer.to_return();
  }
  begin(*account, call.value(), wanted.deadline,
        [&port, call = call.value(), asked = wanted.request, answer](outbound_response& response) {
          if (response.outcome == transport_outcome::not_sent)
            return answer.deliver(refund_sent{refund_call::not_sent});
          if (response.outcome == transport_outcome::lost)
            return answer.deliver(refund_sent{refund_call::in_doubt});
          auto read = port.decode_refund(response.status, response.body, asked);
          if (auto* fact = std::get_if<refund_fact>(&read))
            return answer.deliver(refund_sent{refund_call::answered, std::move(*fact)});
          auto& failure = std::get<payment::payment_failure>(read);
          const bool is_refused = payment::course_after(failure, call) == payment::failure_course::refused;
          if (!is_refused) return answer.deliver(refund_sent{refund_call::in_doubt});
          answer.deliver(refund_sent{refund_call::refused, {}, code_of_refusal(failure)});
        });
  return answer.to_return();
}

struct payment_client_state::listing {
  payment_account account;
  payment::refund_query query;
  instant deadline{};
  int pages = 0;
  refunds_listed found{};
  owed_answer<refunds_listed> answer;
};

caf::result<refunds_listed> payment_client_state::list(const list_refunds& wanted) {
  const auto answer = owe_answer<refunds_listed>(self_);
  const auto* account = account_of(wanted.connection);
  if (account == nullptr) answer.deliver(refunds_listed{});
  else
    list_page(
        std::make_shared<listing>(listing{*account,
                                          {.transaction = wanted.transaction, .currency = wanted.currency},
                                          wanted.deadline,
                                          0,
                                          {},
                                          answer}));
  return answer.to_return();
}

void payment_client_state::list_page(const listing_ptr& wanted) {
  const auto& port = payment::port_of(wanted->account.provider);
  const auto call = port.encode_refunds(wanted->query);
  if (!call || ++wanted->pages > most_pages) return wanted->answer.deliver(std::move(wanted->found));
  begin(wanted->account, call.value(), wanted->deadline, [this, &port, wanted](outbound_response& response) {
    if (response.outcome != transport_outcome::answered)
      return wanted->answer.deliver(std::move(wanted->found));
    auto read = port.decode_refunds(response.status, response.body, wanted->query);
    auto* page = std::get_if<payment::refund_list>(&read);
    if (page == nullptr) return wanted->answer.deliver(std::move(wanted->found));
    auto& refunds = wanted->found.refunds;
    refunds.insert(refunds.end(), page->refunds.begin(), page->refunds.end());
    wanted->found.is_complete = page->next.empty();
    if (wanted->found.is_complete) return wanted->answer.deliver(std::move(wanted->found));
    wanted->query.after = page->next;
    list_page(wanted);
  });
}

// --- the end of a link ---------------------------------------------------------------------------

caf::result<link_end> payment_client_state::expire(const expire_link& wanted) {
  const auto answer = owe_answer<link_end>(self_);
  self_
      ->request(node_->reader_of(business_->id.value), caf::infinite,
                load_payment{business_->id, wanted.reference})
      .then(
          [this, answer, wanted](const found_payment& found) {
            const auto* account = found.row ? account_of(*found.row) : nullptr;
            if (account == nullptr) return answer.deliver(link_end::over);
            const auto& port = payment::port_of(account->provider);
            const payment::payment_query query{wanted.reference, found.row->link_id, {}, account->mode};
            const auto call = port.encode_expiry(query);
            if (!call) return answer.deliver(link_end::over);
            begin(*account, call.value(), wanted.deadline,
                  [&port, query, answer](outbound_response& response) {
                    if (response.outcome != transport_outcome::answered)
                      return answer.deliver(link_end::silent);
                    const auto read = port.decode_expiry(response.status, response.body, query);
                    const auto* failure = std::get_if<payment::payment_failure>(&read);
                    if (failure == nullptr) return answer.deliver(link_end::over);
                    const bool is_closed = failure->failure == payment::failure_class::rejected;
                    answer.deliver(is_closed ? link_end::look : link_end::silent);
                  });
          },
          [answer](const caf::error&) { answer.deliver(link_end::silent); });
  return answer.to_return();
}

payment_client_actor::behavior_type payment_client(payment_client_state::pointer self, services_ptr node,
                                                   tenant_ptr business) {
  auto& state = self->state;
  state.start(std::move(node), std::move(business));
  return {
      [&state](const make_payment_link& wanted) { return state.make_link(wanted); },
      [&state](const fetch_payment& wanted) { return state.fetch(wanted); },
      [&state](const send_refund& wanted) { return state.refund(wanted); },
      [&state](const list_refunds& wanted) { return state.list(wanted); },
      [&state](const expire_link& wanted) { return state.expire(wanted); },
      [&state](const tenant_ptr& changed) { state.adopt(changed); },
      [&state](transport_answer& answer) { state.finish(answer); },
  };
}

}  // namespace sellavie::actors
