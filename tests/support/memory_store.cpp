#include "tests/support/memory_store.hpp"

#include <algorithm>

namespace sellavie::test {
namespace {

using namespace storage;

/// Why the transaction rolls back.
struct rolled_back {
  std::string why;
};

void require(bool holds, const char* what) {
  if (!holds) throw rolled_back{what};
}

template <class Row, class Each>
void each_row(memory_store::batch sets, std::vector<Row> change_set::*kind, Each each) {
  for (const change_set* set : sets)
    for (const Row& row : set->*kind) each(row);
}

bool may_become(const std::string& from, const std::string& to) {
  if (memory_store::is_open(from) || from == to) return true;
  if (from == "paid") return to == "fulfilled" || to == "refunded";
  return from == "fulfilled" && to == "refunded";
}

/// One transaction: works on a copy, in the order of the statements.
struct transaction {
  tables& db;
  memory_store::batch sets;
  std::vector<bool> fresh;
  std::vector<bool> fresh_events;

  void run() {
    inbox();
    conversations();
    messages();
    turns();
    outbox();
    commerce();
    people();
    each_row(sets, &change_set::plan_warnings, [&](const plan_warning& row) {
      for (const auto& other : db.plan_warnings)
        require(std::tie(other.business, other.month, other.level, other.allowed) !=
                    std::tie(row.business, row.month, row.level, row.allowed),
                "plan warning");
      db.plan_warnings.push_back(row);
    });
    each_row(sets, &change_set::tasks, [&](const person_task& row) { db.tasks.push_back(row); });
    jobs();
    each_row(sets, &change_set::payment_events, [&](const payment_event_row& row) {
      fresh_events.push_back(
          db.payment_events.emplace(std::pair{row.connection, row.dedupe_key}, row).second);
    });
    each_row(sets, &change_set::activities, [&](const activity_row& row) { db.activities.push_back(row); });
  }

  stored_job* held(const job_hold& hold) {
    const auto at = db.jobs.find(hold.id);
    const bool is_held = at != db.jobs.end() && at->second.row.business == hold.business &&
                         at->second.state == 2 && at->second.claims == hold.claim;
    return is_held ? &at->second : nullptr;
  }

  void jobs() {
    each_row(sets, &change_set::jobs_done, [&](const job_done& row) {
      auto* job = held(row.job);
      if (job == nullptr) return;
      if (!job->wanted_at) return void(db.jobs.erase(row.job.id));
      job->row.due_at = *std::exchange(job->wanted_at, std::nullopt);
      job->state = 0;
      job->attempts = 0;
      job->errors.clear();
    });
    each_row(sets, &change_set::jobs_put_off, [&](const job_put_off& row) {
      auto* job = held(row.job);
      if (job == nullptr) return;
      const auto wanted = std::exchange(job->wanted_at, std::nullopt);
      job->row.due_at =
          row.error_code.empty() ? std::min(row.due_at, wanted.value_or(row.due_at)) : row.due_at;
      job->state = 0;
      job->attempts = row.attempts;
      if (row.attempts == 0) job->errors.clear();
      else if (!row.error_code.empty()) job->errors.push_back(row.error_code);
    });
    each_row(sets, &change_set::jobs_dead, [&](const job_death& row) {
      auto* job = held(row.job);
      if (job == nullptr) return;
      job->errors.push_back(row.error_code);
      db.dead_jobs[row.job.id] = *job;
      db.jobs.erase(row.job.id);
    });
    each_row(sets, &change_set::jobs, [&](const job_row& row) { queue(row); });
  }

  void queue(const job_row& row) {
    const std::int16_t state = row.due_at <= row.created_at ? 1 : 0;
    for (auto& [id, open] : db.jobs) {
      if (!row.unique_key || std::tie(open.row.business, open.row.kind, open.row.unique_key) !=
                                 std::tie(row.business, row.kind, row.unique_key))
        continue;
      if (open.state == 2) {
        open.wanted_at = std::min(row.due_at, open.wanted_at.value_or(row.due_at));
      } else if (open.attempts == 0) {
        open.row.due_at = std::min(row.due_at, open.row.due_at);
        open.row.priority = std::min(row.priority, open.row.priority);
        open.state = std::max(open.state, state);
      }
      return;
    }
    require(db.jobs.emplace(row.id, stored_job{row, state}).second, "job id");
  }

  void inbox() {
    each_row(sets, &change_set::inbound, [&](const inbound_row& row) {
      const bool is_new = db.inbound_keys.emplace(row.connection, row.dedupe_key, row.day).second;
      fresh.push_back(is_new);
      if (!is_new) return;
      const stored_delivery stored{row.id, row.business, row.connection, row.accepted_at, 0,
                                   0,      false,        row.payload,    row.lane};
      require(db.inbox.emplace(row.id, stored).second, "inbox id");
    });
    each_row(sets, &change_set::quarantined,
             [&](const quarantined_row& row) { db.quarantined.push_back(row); });
    each_row(sets, &change_set::inbox_done,
             [&](inbox_id id) { require(db.inbox.erase(id) == 1, "inbox rows to finish"); });
    each_row(sets, &change_set::inbox_tries, [&](inbox_id id) {
      if (const auto at = db.inbox.find(id); at != db.inbox.end()) ++at->second.tries;
    });
    each_row(sets, &change_set::inbox_begun, [&](inbox_id id) {
      const auto at = db.inbox.find(id);
      if (at == db.inbox.end()) return;
      ++at->second.deaths;
      at->second.alone = false;
    });
    each_row(sets, &change_set::inbox_alone, [&](inbox_id id) {
      if (const auto at = db.inbox.find(id); at != db.inbox.end()) at->second.alone = true;
    });
    each_row(sets, &change_set::parked, [&](const parked_delivery& row) {
      require(db.inbox.erase(row.id) == 1, "deliveries to park");
      db.parked.emplace(row.id, row.reason);
    });
    each_row(sets, &change_set::recorded, [&](const recorded_event& row) {
      require(db.inbox.erase(row.id) == 1, "deliveries to record");
      require(db.recorded.emplace(row.id, row.kind).second, "recorded twice");
    });
  }

  void conversations() {
    // A customer who is known already keeps the first rows; the rest of the commit then finds none of its own.
    each_row(sets, &change_set::opened, [&](const opened_conversation& row) {
      for (const auto& [id, contact] : db.contacts)
        if (contact.connection == row.connection && contact.scoped_id == row.scoped_id) return;
      db.contacts[row.contact] = {row.business, row.connection, row.scoped_id, row.name,
                                  {},           false,          row.user_id};
      if (!row.user_id.empty() && row.user_id != row.scoped_id)
        name({row.business, row.connection, row.contact, row.user_id, row.at});
      db.conversations[row.conversation] = {
          .business = row.business, .connection = row.connection, .contact = row.contact};
    });
    std::set<conversation_id> changed;
    each_row(sets, &change_set::conversations, [&](const conversation_change& row) {
      const auto at = db.conversations.find(row.conversation);
      require(at != db.conversations.end() && at->second.business == row.business, "conversation");
      require(at->second.epoch == row.expected_epoch && changed.insert(row.conversation).second,
              "conversations to change");
      auto& kept = at->second;
      kept.epoch = row.epoch;
      kept.owner = row.owner;
      kept.handover_reason = row.handover_reason;
      kept.last_customer_at = std::max(kept.last_customer_at, row.last_customer_at);
    });
    each_row(sets, &change_set::aliases, [&](const contact_alias& row) { name(row); });
    each_row(sets, &change_set::addresses, [&](const contact_address& row) {
      db.contacts.at(row.contact).user_id = row.user_id;
      db.contacts.at(row.contact).address_id = row.address_id;
    });
    each_row(sets, &change_set::reaches, [&](const contact_reach& row) {
      db.contacts.at(db.conversations.at(row.conversation).contact).unreachable_since = row.unreachable_since;
    });
    each_row(sets, &change_set::contacts, [&](const contact_change& row) {
      const auto at = db.contacts.find(row.contact);
      if (at == db.contacts.end() || at->second.business != row.business) return;
      if (!row.name.empty()) at->second.name = row.name;
      if (!row.email.empty()) at->second.email = row.email;
    });
  }

  // One that names a contact already stays with it.
  void name(const contact_alias& row) {
    for (const auto& [id, contact] : db.contacts)
      if (contact.connection == row.connection && contact.scoped_id == row.external_id) return;
    db.aliases.emplace(std::pair{row.connection, row.external_id}, row.contact);
  }

  void messages() {
    each_row(sets, &change_set::messages, [&](const message_row& row) {
      require(db.conversations.contains(row.conversation), "message without a conversation");
      db.messages.push_back(row);
    });
    each_row(sets, &change_set::message_changes, [&](const message_change& change) {
      for (auto& row : db.messages) {
        if (row.id != change.id || row.state == send_state::unsent) continue;
        row.state = change.state;
        if (!change.external_id.empty()) row.external_id = change.external_id;
      }
    });
    each_row(sets, &change_set::corrections, [&](const message_correction& change) {
      for (auto& row : db.messages) {
        if (row.id != change.id || row.state == send_state::unsent) continue;
        row.body = change.body;
        if (!change.unsent) continue;
        row.state = send_state::unsent;
        row.attachments.clear();
      }
    });
  }

  void turns() {
    std::set<turn_id> written;
    each_row(sets, &change_set::turns, [&](const turn_row& row) {
      require(written.insert(row.id).second, "turn twice");
      const auto [at, is_new] = db.turns.try_emplace({row.conversation, row.id}, row);
      if (is_new) return;
      require(!at->second.completed, "turns to write");
      at->second = row;
    });
    std::set<conversation_id> live;
    for (const auto& [key, row] : db.turns)
      if (!row.completed) require(live.insert(key.first).second, "turns_one_live_plan");
  }

  void outbox() {
    each_row(sets, &change_set::outbox_overtaken, [&](const conversation_id& id) {
      std::erase_if(db.outbox, [&](const auto& entry) {
        const auto& row = entry.second;
        const bool gone = row.conversation == id && row.origin == message_origin::ai &&
                          (row.state == send_state::ready || row.state == send_state::backoff);
        if (gone) settle(row.id, send_state::overtaken);
        return gone;
      });
    });
    each_row(sets, &change_set::outbox,
             [&](const outbox_row& row) { require(db.outbox.emplace(row.id, row).second, "outbox id"); });
    each_row(sets, &change_set::outbox_changes, [&](const outbox_change& change) {
      const auto at = db.outbox.find(change.id);
      require(at != db.outbox.end() && at->second.state == change.from, "outbox rows to change");
      at->second.state = change.to;
      at->second.attempts = change.attempts;
      at->second.resent = change.resent;
      at->second.due_at = change.due_at;
    });
    each_row(sets, &change_set::outbox_done,
             [&](const message_id& id) { require(db.outbox.erase(id) == 1, "outbox rows to finish"); });
  }

  void settle(const message_id& id, send_state state) {
    for (auto& row : db.messages)
      if (row.id == id) row.state = state;
  }

  void people() {
    each_row(sets, &change_set::composed, [&](const composed_row& row) {
      for (const auto& other : db.composed)
        require(std::tie(other.business, other.account, other.key, other.part) !=
                    std::tie(row.business, row.account, row.key, row.part),
                "composed key");
      db.composed.push_back(row);
    });
    each_row(sets, &change_set::blocks, [&](const contact_block& row) {
      const auto at = db.contacts.find(row.contact);
      require(at != db.contacts.end() && at->second.business == row.business, "contacts to block");
      at->second.is_blocked = row.blocked_at != instant{};
    });
  }

  void commerce() {
    each_row(sets, &change_set::stock, [&](const stock_change& row) {
      const auto at = db.products.find(row.product);
      require(at != db.products.end() && at->second.first == row.business, "products to change");
      at->second.second.stock += row.delta;
    });
    for (const auto& [id, product] : db.products) require(product.second.stock >= 0, "stock >= 0");
    each_row(sets, &change_set::stock_movements,
             [&](const stock_movement& row) { db.stock_movements.push_back(row); });
    each_row(sets, &change_set::orders,
             [&](const order_row& row) { row.prior_version == 0 ? insert(row) : change(row); });
    std::set<conversation_id> open;
    for (const auto& [id, row] : db.orders)
      if (memory_store::is_open(row.status)) require(open.insert(row.conversation).second, "orders_one_open");
    each_row(sets, &change_set::timeline, [&](const timeline_row& row) { db.timeline.push_back(row); });
    each_row(sets, &change_set::payments, [&](const payment_row& row) { write(row); });
    each_row(sets, &change_set::payment_records, [&](const payment_record_row& row) {
      for (const auto& [id, other] : db.payment_records)
        require(id == row.id || row.place != "on_order" || other.place != "on_order" ||
                    other.order != row.order || other.business != row.business,
                "payment_records_settle");
      write_version(db.payment_records, row, "payment records to change");
    });
    each_row(sets, &change_set::refunds,
             [&](const refund_row& row) { write_version(db.refunds, row, "refunds to change"); });
    each_row(sets, &change_set::reviews,
             [&](const review_row& row) { write_version(db.reviews, row, "reviews to change"); });
    each_row(sets, &change_set::review_tasks_done, [&](const review_task_done& one) {
      std::erase_if(db.tasks, [&](const person_task& task) {
        return task.kind == "payment_review" && task.business == one.business && task.reason == one.subject;
      });
    });
    each_row(sets, &change_set::payment_keys,
             [&](const payment_key_word& row) { db.payment_keys.push_back(row); });
    each_row(sets, &change_set::invoices, [&](const invoice_row& row) {
      for (const auto& other : db.invoices)
        require(other.business != row.business ||
                    (std::tie(other.series, other.number) != std::tie(row.series, row.number) &&
                     std::tie(other.order, other.kind, other.refund) !=
                         std::tie(row.order, row.kind, row.refund)),
                "invoice unique");
      db.invoices.push_back(row);
    });
    each_row(sets, &change_set::invoice_links, [&](const invoice_link_row& row) {
      for (const auto& other : db.invoice_links) require(other.token != row.token, "invoice link");
      db.invoice_links.push_back(row);
    });
    each_row(sets, &change_set::mails, [&](const queued_mail& row) { db.mails.push_back(row); });
    each_row(sets, &change_set::action_results, [&](const action_result_row& row) {
      require(db.action_results.try_emplace({row.business, row.action_key}, row.outcome).second,
              "action key");
    });
  }

  void insert(const order_row& row) {
    require(db.conversations.contains(row.conversation), "order without a conversation");
    for (const auto& [id, other] : db.orders)
      require(other.business != row.business ||
                  (other.number != row.number && other.idempotency_key != row.idempotency_key),
              "order unique");
    require(db.orders.emplace(row.id, row).second, "order id");
  }

  void change(const order_row& row) {
    const auto at = db.orders.find(row.id);
    require(at != db.orders.end() && at->second.business == row.business, "order");
    auto& kept = at->second;
    require(kept.version == row.prior_version && may_become(kept.status, row.status), "orders to change");
    auto next = row;
    next.number = kept.number;
    next.conversation = kept.conversation;
    next.contact = kept.contact;
    next.currency = kept.currency;
    next.idempotency_key = kept.idempotency_key;
    next.created_at = kept.created_at;
    if (!row.items_changed) next.items = kept.items;
    kept = std::move(next);
  }

  template <class Id, class Row>
  void write_version(std::map<Id, Row>& table, const Row& row, const char* what) {
    if (row.prior_version == 0) return require(table.try_emplace(row.id, row).second, what);
    const auto at = table.find(row.id);
    require(
        at != table.end() && at->second.business == row.business && at->second.version == row.prior_version,
        what);
    at->second = row;
  }

  void write(const payment_row& row) {
    if (row.expected_status.empty()) {
      require(db.payments.try_emplace(row.reference, row).second, "payment reference");
      return;
    }
    const auto at = db.payments.find(row.reference);
    const bool is_known = at != db.payments.end() && at->second.business == row.business;
    const std::string now = is_known ? at->second.status : std::string{};
    const bool is_expected = now == row.expected_status ||
                             (row.expected_status == "open" && (now == "intent" || now == "link")) ||
                             (row.expected_status == "unpaid" && is_known && now != "paid");
    require(is_expected || !row.must_change, "payments to change");
    if (!is_expected) return;
    at->second.status = row.status;
    if (!row.url.empty()) at->second.url = row.url;
    if (!row.link_id.empty()) at->second.link_id = row.link_id;
    if (!row.transaction.empty()) at->second.transaction = row.transaction;
  }
};

}  // namespace

bool memory_store::settle() {
  ++settlings;
  if (unsettled > 0) --unsettled;
  return unsettled == 0;
}

commit_report memory_store::commit(batch sets) {
  ++commits;
  batch_sizes.push_back(sets.size());
  if (away || unsettled > 0) return {commit_outcome::unavailable, {}, is_away()};
  const auto decided = before_commit ? before_commit(sets) : std::nullopt;
  if (decided && !decided->applied)
    return {decided->outcome, {}, make_failure(errc::conflict, "as the test wished")};
  tables next = rows;
  transaction work{next, sets, {}, {}};
  try {
    work.run();
  } catch (const rolled_back& failure) {
    return {commit_outcome::refused, {}, make_failure(errc::conflict, failure.why)};
  }
  rows = std::move(next);
  if (decided) return {decided->outcome, {}, make_failure(errc::in_doubt)};
  if (after_commit) after_commit(sets);
  return {commit_outcome::committed, std::move(work.fresh), {}, std::move(work.fresh_events)};
}

}  // namespace sellavie::test
