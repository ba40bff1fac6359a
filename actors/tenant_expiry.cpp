// Before an unpaid order with a live payment link expires, its provider is asked (tenant_supervisor.hpp, "Expiry").

#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::seconds patience{10};
constexpr std::chrono::minutes rest_after_silence{1};

}  // namespace

// Orders without a live link wait for nobody.
void tenant_supervisor_state::expire() {
  if (!orders_) return;
  end_orders(orders_, {});
  ask_about_links();
}

// Not sent: an answer that nobody waits for would come back as an error and end the desk.
void tenant_supervisor_state::end_orders(const order_desk_actor& desk, std::vector<std::string> unpaid) {
  self_->request(desk, caf::infinite, expire_orders{std::move(unpaid)})
      .then([](const action_outcome&) {}, [](const caf::error&) {});
}

void tenant_supervisor_state::ask_about_links() {
  if (is_asking_ || dependencies_.node->now() < rests_until_) return;
  is_asking_ = true;
  self_->request(orders_, caf::infinite, due_links_query{links_per_round})
      .then([this](const due_links& due) { begin_round(due.references); },
            [this](const caf::error&) { is_asking_ = false; });
}

void tenant_supervisor_state::begin_round(const std::vector<std::string>& references) {
  is_asking_ = !references.empty() && orders_ && payments_;
  if (!is_asking_) return;
  const auto round = std::make_shared<link_round>(link_round{orders_, references.size(), false, {}});
  const auto deadline = dependencies_.node->now() + patience;
  for (const std::string& reference : references)
    self_->request(payments_, caf::infinite, fetch_payment{reference, deadline})
        .then([this, round, reference](const payment_truth& truth) { confirm_link(round, reference, truth); },
              [this, round](const caf::error&) {
                round->was_silent = true;
                settle_link(round);
              });
}

// The desk decides on the fact first. Money on its way is no answer yet.
void tenant_supervisor_state::confirm_link(const std::shared_ptr<link_round>& round,
                                           const std::string& reference, const payment_truth& truth) {
  if (!truth.fact || !business_->payments) {
    round->was_silent = true;
    return settle_link(round);
  }
  const auto mode = parse_payment_mode(business_->payments->mode).value_or(payment_mode::test);
  const bool is_answer = truth.fact->status != payment_status::pending;
  self_
      ->request(round->orders, caf::infinite,
                desk_request{desk::confirm_payment{{}, *truth.fact, mode, std::nullopt}, {}, false, "system"})
      .then(
          [this, round, reference, is_answer](const action_outcome&) {
            if (is_answer) round->unpaid.push_back(reference);
            settle_link(round);
          },
          [this, round](const caf::error&) {
            round->was_silent = true;
            settle_link(round);
          });
}

void tenant_supervisor_state::settle_link(const std::shared_ptr<link_round>& round) {
  if (--round->open > 0) return;
  is_asking_ = false;
  if (round->was_silent) rests_until_ = dependencies_.node->now() + rest_after_silence;
  if (!round->unpaid.empty()) end_orders(round->orders, std::move(round->unpaid));
}

}  // namespace sellavie::actors
