// Keys that stop working in use, and work again (payment_client.hpp, "Keys").

#include <algorithm>

#include "actors/payment_client.hpp"
#include "protocol/payment/port.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::seconds key_patience{10};

bool is_refusal(const outbound_response& response) noexcept {
  return response.status == 401 || response.status == 403;
}

/// Also who is told that there is no such payment had a key that counts.
bool is_let_in(const outbound_response& response) noexcept {
  return response.status >= 200 && response.status < 500 && response.status != 408 &&
         response.status != 429 && !is_refusal(response);
}

}  // namespace

payment_client_state::key_standing& payment_client_state::standing_of(const payment_account& account) {
  auto& known = keys_[account.connection];
  if (known.key != account.secret_key)
    known = {.key = account.secret_key, .is_broken = account.is_broken, .asked_at = account.checked_at};
  return known;
}

payment_client_state::key_standing* payment_client_state::still_standing(const payment_account& asked) {
  const auto* current = account_of(asked.connection);
  const bool is_the_same = current != nullptr && current->secret_key == asked.secret_key;
  return is_the_same ? &standing_of(*current) : nullptr;
}

// A person may have asked meanwhile; a snapshot that was read before our own commit says nothing new.
void payment_client_state::adopt(const tenant_ptr& changed) {
  business_ = changed;
  for (const auto& account : business_->payments) {
    auto& known = standing_of(account);
    if (account.checked_at <= known.asked_at) continue;
    known.is_broken = account.is_broken;
    known.asked_at = account.checked_at;
  }
}

void payment_client_state::heed(const payment_account& account, const outbound_response& response) {
  if (response.outcome != transport_outcome::answered) return;
  auto* known = still_standing(account);
  if (known == nullptr || known->is_busy || known->rests_until > node_->now()) return;
  const bool is_news = known->is_broken ? is_let_in(response) : is_refusal(response);
  if (!is_news) return;
  known->is_busy = true;
  ask_about_key(account);
}

void payment_client_state::ask_about_key(const payment_account& account) {
  exchanges_.begin(
      *node_->outside,
      payment_request(payment::port_of(account.provider).encode_key_check(),
                      node_->settings->payments.url_of(account.provider), account.secret_key, key_patience),
      payment_client_actor{self_}, [this, account, asked = node_->now()](const outbound_response& response) {
        on_key_word(account, asked, response);
      });
}

void payment_client_state::on_key_word(const payment_account& account, instant asked,
                                       const outbound_response& response) {
  auto* known = still_standing(account);
  if (known == nullptr) return;
  known->is_busy = false;
  known->rests_until = node_->now() + key_rest;
  if (response.outcome != transport_outcome::answered) return;
  const auto failure = payment::port_of(account.provider).decode_key_check(response.status, response.body);
  const bool is_refused = failure && failure->failure == payment::failure_class::credentials;
  const bool is_word = !failure || is_refused;
  if (!is_word || is_refused == known->is_broken) return;
  known->is_busy = true;
  note_key(account, asked, !is_refused);
}

void payment_client_state::note_key(const payment_account& account, instant asked, bool works) {
  const auto refusal = payment::refused_key(account.provider, account.mode);
  auto changes = std::make_shared<storage::change_set>();
  changes->payment_keys.push_back(
      {business_->id, account.connection, works, refusal, asked, account.sealed_key});
  if (!works)
    changes->tasks.push_back(
        {business_->id, std::nullopt, node_->ids->next(), "payment_connection", refusal, asked});
  const auto done = [this, account, asked, works](bool is_committed) {
    const monitoring::log_context about{{}, business_->id, {}};
    if (!is_committed)
      node_->log->warning("payment_key_not_noted", about, {{"connection", account.connection}});
    else if (works) node_->log->info("payment_key_works", about, {{"connection", account.connection}});
    else node_->log->error("payment_key_refused", about, {{"connection", account.connection}});
    auto* known = still_standing(account);
    if (known == nullptr) return;
    known->is_busy = false;
    if (!is_committed) return;
    known->is_broken = !works;
    known->asked_at = std::max(known->asked_at, asked);
    known->rests_until = {};
  };
  self_
      ->request(node_->journal_of(business_->id), caf::infinite,
                commit_request{std::move(changes), business_->id})
      .then([done](const commit_reply& reply) { done(reply.outcome == storage::commit_outcome::committed); },
            [done](const caf::error&) { done(false); });
}

}  // namespace sellavie::actors
