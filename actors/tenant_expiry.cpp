// Before an unpaid order with a live payment link expires, its provider is asked (tenant_supervisor.hpp, "Expiry").

#include "actors/checkout.hpp"
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
void tenant_supervisor_state::end_orders(const order_desk_actor& desk, expire_orders ended) {
  self_->request(desk, caf::infinite, std::move(ended))
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
  const bool is_reloading = !payments_ && business_->paying() != nullptr;
  is_asking_ = !references.empty() && orders_ && !is_reloading;
  if (!is_asking_) return;
  const auto round = std::make_shared<link_round>(link_round{orders_, references.size(), {}});
  const auto deadline = dependencies_.node->now() + patience;
  for (const std::string& reference : references) {
    if (!payments_) {  // the connection was taken away: nobody can be asked any more
      settle_silent(round, reference);
      continue;
    }
    self_->request(payments_, caf::infinite, fetch_payment{.reference = reference, .deadline = deadline})
        .then([this, round, reference](const payment_truth& truth) { confirm_link(round, reference, truth); },
              [this, round, reference](const caf::error&) { settle_silent(round, reference); });
  }
}

// The desk decides on the fact first. Money on its way is no answer yet.
void tenant_supervisor_state::confirm_link(const std::shared_ptr<link_round>& round,
                                           const std::string& reference, const payment_truth& truth) {
  if (!truth.fact) return settle_silent(round, reference);
  const bool is_answer = truth.fact->status != payment_status::pending;
  desk_request request{confirmed(*truth.fact, *truth.asked), {}, false, "system"};
  request.noticed_by = payment_hint::poll;
  hear_fact(
      round->orders, std::move(request),
      [this, round, reference, is_answer](const action_outcome& decided) {
        // Money that does not fit is no word that the order is unpaid: people have the longer grace to look.
        if (decided.effect == action_effect::payment_review) return settle_silent(round, reference);
        if (is_answer) round->answered.unpaid.push_back(reference);
        settle_link(round);
      },
      // The desk is being loaded anew: what the provider said is asked again.
      [this, round](const caf::error&) { settle_link(round); });
}

void tenant_supervisor_state::settle_silent(const std::shared_ptr<link_round>& round,
                                            const std::string& reference) {
  round->answered.silent.push_back(reference);
  settle_link(round);
}

void tenant_supervisor_state::settle_link(const std::shared_ptr<link_round>& round) {
  if (--round->open > 0) return;
  is_asking_ = false;
  if (!round->answered.silent.empty()) rests_until_ = dependencies_.node->now() + rest_after_silence;
  if (!round->answered.unpaid.empty() || !round->answered.silent.empty())
    end_orders(round->orders, std::move(round->answered));
}

}  // namespace sellavie::actors
