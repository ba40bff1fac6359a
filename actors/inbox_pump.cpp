#include "actors/inbox_pump.hpp"

#include <map>
#include <set>

#include "protocol/channel/lane.hpp"
#include "protocol/channel/stored_event.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::milliseconds poll_pause{500};
constexpr std::size_t page_rows = 256;
constexpr std::size_t look_rows = 1024;

}  // namespace

void inbox_pump_state::start(services_ptr node, delivery_sink registry, pump_limits limits) {
  node_ = std::move(node);
  registry_ = std::move(registry);
  lanes_ = inbox_lanes{limits};
  worthwhile_ = std::clamp<std::size_t>(limits.window / 8, 1, 64);
  bodies_ = std::make_unique<crypto::body_cipher>(*node_->secrets);
}

// --- what comes in ---------------------------------------------------------------------------------

void inbox_pump_state::offer(committed_events& fresh) {
  const bool closed = is_draining_ || nothing_may_join() || lanes_.suspect_waits();
  for (delivery& one : fresh.deliveries) {
    const lane_key key{one.business, channel::lane_of(one.connection, *one.event)};
    if (lanes_.take(one.id, key, closed)) send(std::move(one));
  }
  show_depth();
  ask_again();
}

void inbox_pump_state::finish(const deliveries_finished& done) {
  for (const inbox_id id : done.ids) {
    lanes_.finish(id);
    alone_.erase(id);
    begun_.erase(id);
  }
  show_depth();
  ask_again();
}

void inbox_pump_state::drop(const deliveries_dropped& lost) {
  const auto pause = lanes_.rest(lost.business);
  if (!pause) return;
  std::erase_if(alone_, [&](inbox_id id) {
    const bool is_lost = !lanes_.is_on_the_way(id);
    if (is_lost) left_marked_.emplace(id, lost.business);
    return is_lost;
  });
  take_back_marks();
  self_->delayed_send(self_, *pause, rested_atom::value, lost.business);
  show_depth();
  ask_again();
}

void inbox_pump_state::end_rest(const business_id& business) {
  lanes_.end_rest(business);
  ask_again();
}

// A turn's plan needs these now, wherever they stand in the queue.
void inbox_pump_state::bring(const offer_together& planned) {
  if (alone_.empty() && !left_marked_.empty()) return self_->delayed_send(self_, poll_pause, planned);
  fetch_inbox wanted;
  for (const inbox_id id : planned.ids)
    if (!lanes_.is_on_the_way(id)) wanted.ids.push_back(id);
  if (wanted.ids.empty()) return;
  self_->request(node_->readers.front(), caf::infinite, wanted)
      .then(
          [this](const shared<inbox_page>& page) {
            auto rows = std::make_shared<stored_rows>();
            for (const auto& row : page->rows) {
              // Who rests has handed its plan back with everything else.
              if (lanes_.is_on_the_way(row.id) || lanes_.is_resting(row.business)) continue;
              lanes_.take_planned(row.id, {row.business, row.lane});
              if (alone_.empty()) rows->push_back(row);
              else run_alone(row);
            }
            begin(std::move(rows), [](bool) {});
          },
          [this, planned](const caf::error&) { self_->delayed_send(self_, poll_pause, planned); });
}

// --- the table -------------------------------------------------------------------------------------

void inbox_pump_state::poll() {
  self_->delayed_send(self_, poll_pause, poll_atom::value);
  take_back_marks();
  if (!lanes_.is_looking()) look();
  ask_again();
}

void inbox_pump_state::look() {
  const look_inbox wanted{lanes_.begin_look(), static_cast<int>(look_rows)};
  self_->request(node_->readers.front(), caf::infinite, wanted)
      .then(
          [this](const shared<inbox_lines>& found) {
            lanes_.end_look(found->lines, found->lines.size() < look_rows);
            show_depth();
            ask_again();
          },
          [this](const caf::error&) { lanes_.fail_look(); });
}

// Suspects need an idle node; the others some room, so that a page is worth its read.
void inbox_pump_state::ask_again() {
  if (lanes_.wants_look()) look();
  if (is_reading_ || is_draining_ || nothing_may_join()) return;
  if (lanes_.suspect_waits()) {
    if (lanes_.on_the_way() > 0) return;
    if (const auto first = lanes_.choose_for_suspect()) read({*first});
  } else if (lanes_.room() >= worthwhile_ && lanes_.someone_waits()) {
    if (auto ids = lanes_.choose(page_rows); !ids.empty()) read(std::move(ids));
  }
}

void inbox_pump_state::read(std::vector<inbox_id> ids) {
  is_reading_ = true;
  fetch_inbox wanted{ids};
  self_->request(node_->readers.front(), caf::infinite, std::move(wanted))
      .then([this, ids](const shared<inbox_page>& page) { take_page(ids, *page); },
            [this, ids](const caf::error&) {
              is_reading_ = false;
              for (const inbox_id id : ids) lanes_.put_back(id);
              show_depth();
            });
}

void inbox_pump_state::take_page(const std::vector<inbox_id>& asked, const inbox_page& page) {
  std::unordered_set<inbox_id> gone(asked.begin(), asked.end());
  for (const auto& row : page.rows) gone.erase(row.id);
  for (const inbox_id id : gone) lanes_.finish(id);
  // What could not be counted waits for the next poll.
  const auto done = [this](bool all_begun) {
    is_reading_ = false;
    if (all_begun) ask_again();
  };
  // A suspect is read by itself.
  if (page.rows.size() == 1 && lanes_.is_suspect(page.rows.front().id)) {
    if (lanes_.is_on_the_way(page.rows.front().id)) run_alone(page.rows.front());
    return done(true);
  }
  begin(std::make_shared<const stored_rows>(page.rows), done);
}

// What an earlier incarnation left is counted before it runs. Nothing of a lane is handed on meanwhile.
void inbox_pump_state::begin(std::shared_ptr<const stored_rows> rows, std::function<void(bool)> then) {
  std::map<const journal_actor*, std::shared_ptr<storage::change_set>> counts;
  for (const auto& row : *rows) {
    if (row.id >> 32U >= node_->incarnation || !begun_.insert(row.id).second) continue;
    auto& changes = counts[&node_->journal_of(row.business)];
    if (!changes) changes = std::make_shared<storage::change_set>();
    changes->inbox_begun.push_back(row.id);
  }
  // A row that could not be counted keeps back everything of its shard: nothing overtakes it.
  auto refused = std::make_shared<std::set<const journal_actor*>>();
  const auto hand_on_all = [this, rows, refused, then = std::move(then)] {
    if (!begun_.empty()) storage::fault_point("inbox.begun");
    for (const auto& row : *rows) {
      if (!refused->contains(&node_->journal_of(row.business))) hand_on(row);
      else lanes_.put_back(row.id);
    }
    show_depth();
    then(refused->empty());
  };
  if (counts.empty()) return hand_on_all();
  auto left = std::make_shared<std::size_t>(counts.size());
  for (const auto& [journal, changes] : counts) {
    const auto counted = [this, at = journal, changes, left, refused, hand_on_all](bool stored) {
      if (!stored) {
        refused->insert(at);
        for (const inbox_id id : changes->inbox_begun) begun_.erase(id);
      }
      if (--*left == 0) hand_on_all();
    };
    self_->request(*journal, caf::infinite, commit_request{changes})
        .then(
            [counted](const commit_reply& reply) {
              counted(reply.outcome == storage::commit_outcome::committed);
            },
            [counted](const caf::error&) { counted(false); });
  }
}

void inbox_pump_state::hand_on(const storage::stored_delivery& row) {
  if (!lanes_.hand_on(row.id)) return;
  if (auto one = open(row)) send(std::move(*one));
  else lanes_.finish(row.id);
}

void inbox_pump_state::send(delivery one) {
  one.round = lanes_.round_of(one.business);
  self_->send(registry_, std::move(one));
}

void inbox_pump_state::show_depth() const {
  node_->metrics->queue_depth(monitoring::queue::inbox).set(static_cast<double>(lanes_.waiting()));
  node_->metrics->queue_depth(monitoring::queue::pump).set(static_cast<double>(lanes_.on_the_way()));
}

// --- suspects --------------------------------------------------------------------------------------

// Marked before it runs: if it kills the process now, the next start parks it.
void inbox_pump_state::run_alone(const storage::stored_delivery& suspect) {
  alone_.insert(suspect.id);
  auto changes = std::make_shared<storage::change_set>();
  changes->inbox_alone.push_back(suspect.id);
  self_->request(node_->journal_of(suspect.business), caf::infinite, commit_request{changes})
      .then(
          [this, suspect](const commit_reply& reply) {
            using storage::commit_outcome;
            if (reply.outcome == commit_outcome::in_doubt) left_marked_.emplace(suspect.id, suspect.business);
            if (reply.outcome != commit_outcome::committed) return give_back(suspect.id);
            hand_on(suspect);
            if (!lanes_.is_on_the_way(suspect.id)) {
              alone_.erase(suspect.id);
              left_marked_.emplace(suspect.id, suspect.business);
              take_back_marks();
            }
            show_depth();
            ask_again();
          },
          [this, suspect](const caf::error&) {
            left_marked_.emplace(suspect.id, suspect.business);
            give_back(suspect.id);
          });
}

// Not marked, or nobody knows, so not run: a later poll chooses it again.
void inbox_pump_state::give_back(inbox_id id) {
  const bool was_planned = alone_.size() > 1;
  alone_.erase(id);
  lanes_.put_back(id);
  take_back_marks();
  if (was_planned) self_->delayed_send(self_, poll_pause, offer_together{{id}});
}

// Before anything else runs: a death that others cause would park what is marked. One after the other, as they ran.
void inbox_pump_state::take_back_marks() {
  if (left_marked_.empty() || is_taking_back_) return;
  is_taking_back_ = true;
  const inbox_id id = left_marked_.begin()->first;
  auto changes = std::make_shared<storage::change_set>();
  changes->inbox_begun.push_back(id);
  self_->request(node_->journal_of(left_marked_.begin()->second), caf::infinite, commit_request{changes})
      .then(
          [this, id](const commit_reply& reply) {
            is_taking_back_ = false;
            if (reply.outcome != storage::commit_outcome::committed) return say_mark_stays(id);
            left_marked_.erase(id);
            take_back_marks();
            ask_again();
          },
          [this, id](const caf::error&) {
            is_taking_back_ = false;
            say_mark_stays(id);
          });
}

// The next poll tries again; until then nothing new is handed on.
void inbox_pump_state::say_mark_stays(inbox_id id) const {
  node_->log->warning("mark_not_taken_back", {{}, left_marked_.at(id), {}}, {{"inbox_id", id}});
}

// --- bodies ----------------------------------------------------------------------------------------

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
  return delivery{row.id,
                  row.business,
                  row.connection,
                  row.accepted_at,
                  row.tries,
                  std::make_shared<channel::channel_event>(std::move(event.value())),
                  0};
}

void inbox_pump_state::park(const storage::stored_delivery& row, std::string reason) {
  auto changes = std::make_shared<storage::change_set>();
  changes->parked.push_back({row.id, reason, node_->now()});
  changes->tasks.push_back(
      {row.business, std::nullopt, node_->ids->next(), "parked", std::move(reason), node_->now()});
  node_->metrics->parked().increment();
  // Not self_->anon_send: in CAF 0.17 that names the sender, and the unexpected answer kills the journal.
  caf::anon_send(node_->journal_of(row.business), commit_request{changes, row.business});
}

inbox_pump_actor::behavior_type inbox_pump(inbox_pump_actor::stateful_pointer<inbox_pump_state> self,
                                           services_ptr node, delivery_sink registry, pump_limits limits) {
  self->state.start(std::move(node), std::move(registry), limits);
  return {
      [self](committed_events& fresh) { self->state.offer(fresh); },
      [self](const deliveries_finished& done) { self->state.finish(done); },
      [self](const deliveries_dropped& lost) { self->state.drop(lost); },
      [self](const offer_together& planned) { self->state.bring(planned); },
      [self](poll_atom) { self->state.poll(); },
      [self](drain_atom) { self->state.drain(); },
      [self](rested_atom, const business_id& business) { self->state.end_rest(business); },
  };
}

}  // namespace sellavie::actors
