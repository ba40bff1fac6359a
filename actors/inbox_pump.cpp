#include "actors/inbox_pump.hpp"

#include "protocol/channel/stored_event.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::milliseconds poll_pause{500};
constexpr std::size_t page_rows = 256;

}  // namespace

void inbox_pump_state::start(services_ptr node, delivery_sink registry, std::size_t window) {
  node_ = std::move(node);
  registry_ = std::move(registry);
  window_ = window;
  bodies_ = std::make_unique<crypto::body_cipher>(*node_->secrets);
}

void inbox_pump_state::take(delivery one) {
  if (!busy_.try_emplace(one.id, one.business).second) return;
  self_->send(registry_, std::move(one));
}

// Straight on only while the table holds nothing older: what came first is handed on first.
void inbox_pump_state::offer(committed_events& fresh) {
  for (delivery& one : fresh.deliveries) {
    if (backlog_ || suspects_wait_ || !alone_.empty() || room() == 0) backlog_ = true;
    else if (!polling_) take(std::move(one));
    else if (behind_page_.size() < page_rows) behind_page_.push_back(std::move(one));
    else backlog_ = true;
  }
  show_depth();
}

void inbox_pump_state::finish(const deliveries_finished& done) {
  for (const inbox_id id : done.ids) {
    busy_.erase(id);
    if (polling_) finished_meanwhile_.insert(id);
    alone_.erase(id);
  }
  show_depth();
  ask_again();
}

// Suspects need an idle node; a backlog needs some room, so that a page is worth its read.
void inbox_pump_state::ask_again() {
  if (polling_ || !alone_.empty()) return;
  const std::size_t worthwhile = std::clamp<std::size_t>(window_ / 8, 1, 64);
  if (suspects_wait_ ? busy_.empty() && window_ > 0 : backlog_ && room() >= worthwhile) request_page();
}

void inbox_pump_state::show_depth() const {
  node_->metrics->queue_depth(monitoring::queue::pump).set(static_cast<double>(busy_.size()));
}

void inbox_pump_state::drop(const deliveries_dropped& lost) {
  for (auto at = busy_.begin(); at != busy_.end();) {
    if (at->second != lost.business) {
      ++at;
      continue;
    }
    alone_.erase(at->first);
    at = busy_.erase(at);
  }
  backlog_ = true;
}

// A turn's plan needs these now, wherever they stand in the queue.
void inbox_pump_state::bring(const offer_together& planned) {
  fetch_inbox wanted;
  for (const inbox_id id : planned.ids)
    if (!busy_.contains(id)) wanted.ids.push_back(id);
  if (wanted.ids.empty()) return;
  self_->request(node_->readers.front(), caf::infinite, wanted)
      .then(
          [this](const shared<inbox_page>& page) {
            for (const auto& row : page->rows) {
              if (busy_.contains(row.id) || alone_.contains(row.id)) continue;
              if (!alone_.empty()) run_alone(row);
              else if (auto one = open(row)) take(std::move(*one));
            }
          },
          [this, planned](const caf::error&) { self_->delayed_send(self_, poll_pause, planned); });
}

void inbox_pump_state::poll() {
  self_->delayed_send(self_, poll_pause, poll_atom::value);
  if (!polling_ && alone_.empty() && room() > 0) request_page();
}

void inbox_pump_state::request_page() {
  poll_inbox wanted;
  wanted.busy.reserve(busy_.size());
  for (const auto& [id, business] : busy_) wanted.busy.push_back(id);
  asked_ = std::min(std::max<std::size_t>(room(), 1), page_rows);
  wanted.limit = static_cast<int>(asked_);
  polling_ = true;
  backlog_ = false;
  finished_meanwhile_.clear();
  self_->request(node_->readers.front(), caf::infinite, std::move(wanted))
      .then([this](const shared<inbox_page>& page) { take_page(*page); },
            [this](const caf::error&) {
              polling_ = false;
              backlog_ = true;
              behind_page_.clear();
            });
}

void inbox_pump_state::take_page(const inbox_page& page) {
  polling_ = false;
  backlog_ = backlog_ || page.rows.size() == asked_;
  const auto fresh = std::exchange(behind_page_, {});
  const auto is_new = [this](inbox_id id) {
    return !finished_meanwhile_.contains(id) && !busy_.contains(id);
  };
  const auto suspect = std::find_if(
      page.rows.begin(), page.rows.end(),
      [&](const storage::stored_delivery& row) { return row.deaths >= suspect_after && is_new(row.id); });
  suspects_wait_ = suspect != page.rows.end();
  if (suspects_wait_) {
    // Nothing new until the node is idle: then the suspect runs by itself.
    backlog_ = true;
    if (busy_.empty() && alone_.empty()) run_alone(*suspect);
    return;
  }
  for (const auto& row : page.rows) {
    if (!is_new(row.id)) continue;
    if (room() == 0) {
      backlog_ = true;
      break;
    }
    if (auto one = open(row)) take(std::move(*one));
  }
  for (const delivery& one : fresh) {
    if (!is_new(one.id)) continue;
    if (backlog_ || room() == 0) backlog_ = true;
    else take(one);
  }
  show_depth();
  ask_again();
}

// Marked before it runs: if it kills the process now, the next start parks it.
void inbox_pump_state::run_alone(const storage::stored_delivery& suspect) {
  auto one = open(suspect);
  if (!one) return;
  alone_.insert(suspect.id);
  auto changes = std::make_shared<storage::change_set>();
  changes->inbox_alone.push_back(suspect.id);
  self_->request(node_->journal_of(suspect.business), caf::infinite, commit_request{changes})
      .then(
          [this, one = std::move(*one)](const commit_reply& reply) {
            if (reply.outcome == storage::commit_outcome::committed) take(one);
            else give_back(one.id);
          },
          [this, id = suspect.id](const caf::error&) { give_back(id); });
}

// Not marked, so not run: a later poll shows it again.
void inbox_pump_state::give_back(inbox_id id) {
  const bool was_planned = alone_.size() > 1;
  alone_.erase(id);
  if (was_planned) self_->delayed_send(self_, poll_pause, offer_together{{id}});
}

std::optional<delivery> inbox_pump_state::open(const storage::stored_delivery& row) {
  auto bytes = bodies_->open(std::to_string(row.id), row.payload);
  if (!bytes) {
    park(row, "the stored body cannot be opened: is the encryption key of this data folder the right one?");
    return std::nullopt;
  }
  auto event = channel::load_event(bytes.value());
  if (!event) {
    park(row, "the stored body has an unknown format");
    return std::nullopt;
  }
  return delivery{row.id,         row.business,
                  row.connection, row.accepted_at,
                  row.tries,      std::make_shared<channel::channel_event>(std::move(event.value()))};
}

void inbox_pump_state::park(const storage::stored_delivery& row, std::string reason) {
  auto changes = std::make_shared<storage::change_set>();
  changes->parked.push_back({row.id, reason, node_->now()});
  changes->tasks.push_back(
      {row.business, std::nullopt, node_->ids->next(), "parked", std::move(reason), node_->now()});
  node_->metrics->parked().increment();
  // Not self_->anon_send: in CAF 0.17 that names the sender, and the unexpected answer kills the journal.
  caf::anon_send(node_->journal_of(row.business), commit_request{changes});
}

inbox_pump_actor::behavior_type inbox_pump(inbox_pump_actor::stateful_pointer<inbox_pump_state> self,
                                           services_ptr node, delivery_sink registry, std::size_t window) {
  self->state.start(std::move(node), std::move(registry), window);
  return {
      [self](committed_events& fresh) { self->state.offer(fresh); },
      [self](const deliveries_finished& done) { self->state.finish(done); },
      [self](const deliveries_dropped& lost) { self->state.drop(lost); },
      [self](const offer_together& planned) { self->state.bring(planned); },
      [self](poll_atom) { self->state.poll(); },
      [self](drain_atom) { self->state.drain(); },
  };
}

}  // namespace sellavie::actors
