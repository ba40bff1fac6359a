// outbox_sender: commits, and what becomes of them.
#include <algorithm>

#include "actors/failure.hpp"
#include "actors/outbox_sender.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

using storage::commit_outcome;
using storage::send_state;

constexpr int most_repeats = 3;

const storage::stored_outbox_row* find_row(const loaded_outbox& found, const message_id& id) {
  const auto at =
      std::find_if(found.rows.begin(), found.rows.end(), [&](const auto& one) { return one.row.id == id; });
  return at == found.rows.end() ? nullptr : &*at;
}

// The table shows that the commit happened.
bool is_visible(const storage::change_set& changes, const loaded_outbox& found) {
  const auto gone = [&](const message_id& id) { return find_row(found, id) == nullptr; };
  const auto moved = [&](const storage::outbox_change& change) {
    const auto* stored = find_row(found, change.id);
    return stored != nullptr && stored->row.state == change.to && stored->row.due_at == change.due_at;
  };
  return std::all_of(changes.outbox_done.begin(), changes.outbox_done.end(), gone) &&
         std::all_of(changes.outbox_changes.begin(), changes.outbox_changes.end(), moved);
}

// The table shows that it can still happen.
bool is_possible(const storage::change_set& changes, const loaded_outbox& found) {
  const auto there = [&](const message_id& id) { return find_row(found, id) != nullptr; };
  const auto as_before = [&](const storage::outbox_change& change) {
    const auto* stored = find_row(found, change.id);
    return stored != nullptr && stored->row.state == change.from;
  };
  return std::all_of(changes.outbox_done.begin(), changes.outbox_done.end(), there) &&
         std::all_of(changes.outbox_changes.begin(), changes.outbox_changes.end(), as_before);
}

template <class T>
std::vector<T> take_first(std::vector<T>& from, std::size_t most) {
  const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(from.size(), most));
  std::vector<T> taken(from.begin(), end);
  from.erase(from.begin(), end);
  return taken;
}

// Every inbox row that the commit ends.
std::vector<inbox_id> ended_by(const storage::change_set& changes) {
  std::vector<inbox_id> ids = changes.inbox_done;
  for (const auto& one : changes.recorded) ids.push_back(one.id);
  return ids;
}

}  // namespace

// --- rows ------------------------------------------------------------------------------------------

void outbox_sender_state::finish(outbox_lane& lane, const std::vector<message_id>& ids, row_end end) {
  auto changes = std::make_shared<storage::change_set>();
  changes->outbox_done = ids;
  changes->inbox_done = end.inbox;
  for (const message_id& id : ids) {
    queued_row& one = lanes_.find(id)->row;
    one.phase = row_phase::committing;
    // A call that is still under way answers too late.
    one.exchange = 0;
    changes->message_changes.push_back({lane.conversation, id, end.state, end.external_id});
    tell_unrecalled(lane, one, end.state, *changes);
  }
  if (end.untold)
    changes->jobs.push_back(
        untold_of(*end.untold, business_->id, node_->ids->next_as<storage::job_id>(), node_->now()));
  else if (!end.task.empty())
    changes->tasks.push_back(
        {business_->id, lane.conversation, node_->ids->next(), end.task, end.reason, node_->now()});
  if (end.recipient_gone) changes->reaches.push_back({lane.conversation, business_->id, node_->now()});
  commit(std::make_shared<pending_commit>(
      pending_commit{changes, ids, [this, conversation = lane.conversation, ids, end = std::move(end)] {
                       on_finished(conversation, ids, end);
                     }}));
}

// The chat changed hands behind the bytes' back. What certainly was not sent needs no word.
void outbox_sender_state::tell_unrecalled(const outbox_lane& lane, const queued_row& one, send_state end,
                                          storage::change_set& to) {
  const bool was_sent = end == send_state::delivered;
  if (!lane.is_overtaken(one) || !one.handed || (!was_sent && end != send_state::overtaken)) return;
  node_->metrics->unrecalled().increment();
  to.tasks.push_back({business_->id, lane.conversation, node_->ids->next(), "handover",
                      was_sent ? "the AI's message was on its way when the chat changed hands: it was sent"
                               : "the AI's message was on its way when the chat changed hands: it may have "
                                 "been sent",
                      node_->now()});
}

void outbox_sender_state::on_finished(const conversation_id& conversation, const std::vector<message_id>& ids,
                                      const row_end& end) {
  storage::fault_point("outbox.settled");
  for (const message_id& id : ids) {
    const auto at = lanes_.find(id);
    if (!at) continue;
    if (end.state == send_state::overtaken) node_->metrics->overtaken().increment();
    if (end.state == send_state::delivered) chats_.put(at->row.row.recipient, conversation);
    if (at->row.handed || end.state == send_state::delivered)
      remember(id, {conversation, end.state, notice_in(at->row.row)}, end.external_id);
    auto kept = std::move(at->row.evidence);
    lanes_.erase(id);
    for (const auto& one : kept) {
      if (one.by_words && end.state == send_state::delivered) complete(one.one);
      else judge_kept(one);
    }
  }
  run(conversation);
}

void outbox_sender_state::move(place at, row_move step) {
  const message_id id = at.row.row.id;
  auto changes = std::make_shared<storage::change_set>();
  changes->outbox_changes.push_back({id, at.row.row.state, step.to, step.attempts, step.resent, step.due_at});
  changes->inbox_done = step.inbox;
  at.row.phase = row_phase::committing;
  commit(std::make_shared<pending_commit>(pending_commit{changes, {id}, [this, id, step = std::move(step)] {
                                                           const auto moved = lanes_.find(id);
                                                           if (!moved) return;
                                                           lanes_.change_state(moved->row, step.to);
                                                           moved->row.row.attempts = step.attempts;
                                                           moved->row.row.resent = step.resent;
                                                           moved->row.row.due_at = step.due_at;
                                                           moved->row.phase = row_phase::waiting;
                                                           const conversation_id conversation =
                                                               moved->lane.conversation;
                                                           if (step.then) step.then(*moved);
                                                           if (const auto still = lanes_.find(id))
                                                             judge_again(still->row);
                                                           run(conversation);
                                                         }}));
}

// --- commits ---------------------------------------------------------------------------------------

void outbox_sender_state::commit(pending_ptr one) {
  if (is_stopping_) return;
  self_->request(node_->journal_of(business_->id), caf::infinite, commit_request{one->changes, business_->id})
      .then([this, one](const commit_reply& reply) { on_reply(one, reply); },
            [this](const caf::error&) { fail(errc::unavailable); });
}

void outbox_sender_state::on_reply(const pending_ptr& one, const commit_reply& reply) {
  if (is_stopping_) return;
  switch (reply.outcome) {
    case commit_outcome::committed:
      report_finished(ended_by(*one->changes));
      one->then();
      return settle_up();
    case commit_outcome::fenced: return fail(errc::fenced);
    case commit_outcome::unavailable:
      // Certainly not committed, and what we know of the calls is worth keeping.
      stalled_.push_back(one);
      stalled_until_ = node_->now() + stall_pause;
      return settle_up();
    case commit_outcome::refused:
      node_->log->warning("outbox_commit_refused", {{}, business_->id, {}},
                          {{"connection_id", connection_}, {"why", reply.failure}});
      [[fallthrough]];
    case commit_outcome::in_doubt:
      if (one->rows.empty()) return recheck_inbox(one, reply.outcome);
      return compare_with_table(one, reply.outcome);
  }
}

void outbox_sender_state::compare_with_table(pending_ptr one, commit_outcome outcome) {
  self_->request(node_->reader_of(connection_.value), caf::infinite, load_outbox{connection_})
      .then([this, one, outcome](const shared<loaded_outbox>& found) { compare(one, *found, outcome); },
            [this](const caf::error&) { fail(errc::unavailable); });
}

void outbox_sender_state::compare(const pending_ptr& one, const loaded_outbox& found,
                                  commit_outcome outcome) {
  if (is_stopping_) return;
  // A refused row that is gone was deleted by a takeover, not by us.
  if (outcome == commit_outcome::in_doubt && is_visible(*one->changes, found)) {
    report_finished(one->changes->inbox_done);
    one->then();
    return settle_up();
  }
  if (is_possible(*one->changes, found)) {
    if (++one->repeats > most_repeats) return fail(errc::conflict);
    return commit(one);
  }
  if (!one->changes->inbox_done.empty()) return fail(errc::conflict);
  for (const message_id& id : one->rows) adopt(id, find_row(found, id));
  settle_up();
}

// After an epoch was raised: which rows did the takeover leave?
void outbox_sender_state::check(const std::vector<message_id>& ids) {
  if (ids.empty()) return;
  for (const message_id& id : ids) lanes_.find(id)->row.phase = row_phase::checking;
  self_->request(node_->reader_of(connection_.value), caf::infinite, load_outbox{connection_})
      .then(
          [this, ids](const shared<loaded_outbox>& found) {
            if (is_stopping_) return;
            for (const message_id& id : ids) adopt(id, find_row(*found, id));
            settle_up();
          },
          [this](const caf::error&) { fail(errc::unavailable); });
}

void outbox_sender_state::adopt(const message_id& id, const storage::stored_outbox_row* found) {
  const auto at = lanes_.find(id);
  if (!at) return;
  const conversation_id conversation = at->lane.conversation;
  release_slot(at->row);
  auto kept = std::move(at->row.evidence);
  at->row.evidence.clear();
  if (found == nullptr) {
    node_->metrics->overtaken().increment();
    lanes_.erase(id);
  } else {
    at->lane.epoch = std::max(at->lane.epoch, found->conversation_epoch);
    lanes_.change_state(at->row, found->row.state);
    at->row.row.attempts = found->row.attempts;
    at->row.row.resent = found->row.resent;
    at->row.row.due_at = found->row.due_at;
    const bool may_have_gone =
        found->row.state == send_state::sending || found->row.state == send_state::unknown;
    at->row.phase = at->row.handed && may_have_gone ? row_phase::awaiting_evidence : row_phase::waiting;
    at->row.until = evidence_deadline();
    at->row.fresh = !at->row.handed && found->row.state == send_state::sending;
  }
  for (const auto& one : kept) judge_kept(one);
  run(conversation);
}

// --- deliveries ------------------------------------------------------------------------------------

// One commit at a time: what comes meanwhile shares the next one.
void outbox_sender_state::flush_completed() {
  if (completing_ || completed_.is_empty() || is_stopping_) return;
  completing_ = true;
  auto changes = std::make_shared<storage::change_set>();
  changes->inbox_done = take_first(completed_.inbox, most_completed_at_once);
  changes->recorded = take_first(completed_.recorded, most_completed_at_once);
  for (const auto& [customer, at] : std::exchange(completed_.reads, {})) {
    const conversation_id* chat = chats_.find(customer);
    changes->read_marks.push_back({connection_, customer, at, chat ? std::optional{*chat} : std::nullopt});
  }
  changes->message_changes = std::exchange(completed_.messages, {});
  changes->tasks = std::exchange(completed_.tasks, {});
  changes->jobs = std::exchange(completed_.jobs, {});
  changes->connection_faults = std::exchange(completed_.faults, {});
  changes->reaches = std::exchange(completed_.reaches, {});
  commit(std::make_shared<pending_commit>(pending_commit{changes, {}, [this] { completing_ = false; }}));
}

void outbox_sender_state::recheck_inbox(pending_ptr one, commit_outcome outcome) {
  self_->request(node_->journal_of(business_->id), caf::infinite, inbox_check{ended_by(*one->changes)})
      .then(
          [this, one, outcome](const inbox_still_open& open) {
            if (is_stopping_) return;
            const auto is_open = [&](inbox_id id) {
              return std::find(open.ids.begin(), open.ids.end(), id) != open.ids.end();
            };
            std::vector<inbox_id> closed = ended_by(*one->changes);
            std::erase_if(closed, is_open);
            if (outcome == commit_outcome::refused && closed.empty()) return fail(errc::conflict);
            report_finished(std::move(closed));
            if (open.ids.empty()) {
              one->then();
              return settle_up();
            }
            if (++one->repeats > most_repeats) return fail(errc::conflict);
            auto rest = std::make_shared<storage::change_set>(*one->changes);
            std::erase_if(rest->inbox_done, [&](inbox_id id) { return !is_open(id); });
            std::erase_if(rest->recorded, [&](const auto& row) { return !is_open(row.id); });
            one->changes = rest;
            commit(one);
          },
          [this](const caf::error&) { fail(errc::unavailable); });
}

void outbox_sender_state::report_finished(std::vector<inbox_id> ids) {
  if (ids.empty()) return;
  for (const inbox_id id : ids) held_.erase(id);
  self_->send(parent_, deliveries_finished{std::move(ids)});
}

}  // namespace sellavie::actors
