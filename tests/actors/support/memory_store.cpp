#include "tests/actors/support/memory_store.hpp"

#include <algorithm>
#include <cstdio>

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

bool is_open(const std::string& status) { return status == "draft" || status == "awaiting_payment"; }

bool may_become(const std::string& from, const std::string& to) {
  if (is_open(from) || from == to) return true;
  if (from == "paid") return to == "fulfilled" || to == "refunded";
  return from == "fulfilled" && to == "refunded";
}

/// One transaction: works on a copy, in the order of the statements.
struct transaction {
  tables& db;
  memory_store::batch sets;
  std::vector<bool> fresh;

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
    each_row(sets, &change_set::activities, [&](const activity_row& row) { db.activities.push_back(row); });
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
      if (const auto at = db.inbox.find(id); at != db.inbox.end()) ++at->second.deaths;
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
      if (is_open(row.status)) require(open.insert(row.conversation).second, "orders_one_open");
    each_row(sets, &change_set::timeline, [&](const timeline_row& row) { db.timeline.push_back(row); });
    each_row(sets, &change_set::payments, [&](const payment_row& row) { write(row); });
    each_row(sets, &change_set::invoices, [&](const invoice_row& row) {
      for (const auto& other : db.invoices)
        require(other.business != row.business ||
                    (std::tie(other.series, other.number) != std::tie(row.series, row.number) &&
                     std::tie(other.order, other.kind) != std::tie(row.order, row.kind)),
                "invoice unique");
      db.invoices.push_back(row);
    });
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
  }
};

error is_away() { return make_failure(errc::unavailable, "away"); }

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
  transaction work{next, sets, {}};
  try {
    work.run();
  } catch (const rolled_back& failure) {
    return {commit_outcome::refused, {}, make_failure(errc::conflict, failure.why)};
  }
  rows = std::move(next);
  if (decided) return {decided->outcome, {}, make_failure(errc::in_doubt)};
  if (after_commit) after_commit(sets);
  return {commit_outcome::committed, std::move(work.fresh), {}};
}

result<directory> memory_store::load_directory() { return directory{}; }
result<std::int64_t> memory_store::directory_version() { return std::int64_t{1}; }

result<tenant_record> memory_store::load_tenant(business_id business, instant) {
  if (away || unsettled > 0) return is_away();
  const auto at = rows.businesses.find(business);
  if (at == rows.businesses.end()) return make_failure(errc::not_found);
  return at->second;
}

// Months as they are at the business's offset; PostgreSQL knows its zone.
result<quota_record> memory_store::load_quota(business_id business, instant at) {
  if (away || unsettled > 0) return is_away();
  const auto known = rows.businesses.find(business);
  if (known == rows.businesses.end()) return make_failure(errc::not_found);
  const std::chrono::minutes offset{known->second.utc_offset_minutes};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at + offset)};
  const auto month = day.year() / day.month();
  const auto begins_at = [offset](std::chrono::year_month one) {
    return std::chrono::time_point_cast<instant::duration>(std::chrono::sys_days{one / 1}) - offset;
  };
  quota_record record;
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()));
  record.month = text;
  record.begins = begins_at(month);
  record.ends = begins_at(month + std::chrono::months{1});
  for (const auto& [key, turn] : rows.turns) {
    if (turn.business != business) continue;
    if (turn.completed) {
      record.ai_replies += turn.outcome == turn_outcome::replied && turn.ended_at >= record.begins &&
                           turn.ended_at < record.ends;
      continue;
    }
    const auto& chat = rows.conversations.at(key.first);
    record.answering.emplace_back(chat.connection, rows.contacts.at(chat.contact).scoped_id);
  }
  for (const auto& one : rows.plan_warnings)
    if (one.business == business && one.month == record.month)
      record.warned.push_back({one.level, one.allowed});
  return record;
}

const stored_conversation* memory_store::conversation_of(const connection_id& connection,
                                                         const std::string& customer) const {
  const auto id = conversation_id_of(connection, customer);
  return id ? &rows.conversations.at(*id) : nullptr;
}

std::optional<conversation_id> memory_store::conversation_id_of(const connection_id& connection,
                                                                const std::string& customer) const {
  for (const auto& [id, chat] : rows.conversations)
    if (chat.connection == connection && rows.contacts.at(chat.contact).scoped_id == customer) return id;
  return std::nullopt;
}

std::optional<contact_id> memory_store::contact_of(const connection_id& connection,
                                                   const std::string& id) const {
  for (const auto& [contact, kept] : rows.contacts)
    if (kept.connection == connection && kept.scoped_id == id && !id.empty()) return contact;
  const auto alias = rows.aliases.find({connection, id});
  return alias == rows.aliases.end() ? std::nullopt : std::optional{alias->second};
}

result<conversation_record> memory_store::open_conversation(const new_conversation& wanted) {
  if (away || unsettled > 0) return is_away();
  ++loads;
  std::string scoped_id = wanted.scoped_id;
  channel::known_customer known;
  if (wanted.who) {
    const auto by_user = contact_of(wanted.connection, wanted.who->user);
    const auto by_phone = contact_of(wanted.connection, wanted.who->phone);
    const auto found = by_user ? by_user : by_phone;
    known.by_user = by_user.has_value();
    known.by_phone = found && found == by_phone;
    if (found) scoped_id = rows.contacts.at(*found).scoped_id;
    else if (wanted.missing == missing_conversation::leave) return conversation_record{};
  }
  if (!conversation_id_of(wanted.connection, scoped_id)) {
    if (wanted.missing == missing_conversation::leave) return conversation_record{};
    rows.contacts[wanted.contact] = {wanted.business, wanted.connection, wanted.scoped_id, wanted.name, {},
                                     false,           wanted.user_id};
    if (!wanted.user_id.empty() && wanted.user_id != wanted.scoped_id &&
        !contact_of(wanted.connection, wanted.user_id))
      rows.aliases.emplace(std::pair{wanted.connection, wanted.user_id}, wanted.contact);
    rows.conversations[wanted.conversation] = {
        .business = wanted.business, .connection = wanted.connection, .contact = wanted.contact};
  }
  const auto id = *conversation_id_of(wanted.connection, scoped_id);
  const auto& chat = rows.conversations.at(id);
  const auto& contact = rows.contacts.at(chat.contact);
  known.scoped_id = contact.scoped_id;
  known.user_id = contact.user_id;
  conversation_record record{.id = id,
                             .contact = chat.contact,
                             .contact_name = contact.name,
                             .contact_email = contact.email,
                             .customer = known,
                             .address_id = contact.address_id,
                             .owner = chat.owner,
                             .epoch = chat.epoch,
                             .handover_reason = chat.handover_reason,
                             .last_customer_at = chat.last_customer_at,
                             .is_blocked = contact.is_blocked};
  for (const auto& [key, row] : rows.turns)
    if (key.first == id && !row.completed)
      record.plan = live_plan{row.id, row.round, row.epoch, row.inbox_ids, row.plan, row.started_at};
  std::map<message_id, storage::recent_message> recent;
  for (const auto& message : rows.messages) {
    const bool is_history = message.state != send_state::overtaken && message.state != send_state::dead &&
                            message.state != send_state::unsent;
    if (message.conversation == id && is_history) recent[message.id] = {message.origin, message.body};
  }
  for (auto& [key, message] : recent) record.recent.push_back(std::move(message));
  const auto most = static_cast<std::size_t>(wanted.history);
  if (record.recent.size() > most)
    record.recent.erase(record.recent.begin(), record.recent.end() - static_cast<std::ptrdiff_t>(most));
  return record;
}

result<std::vector<inbox_line>> memory_store::look_inbox(inbox_id after, int limit) {
  if (away || unsettled > 0) return is_away();
  std::vector<inbox_line> page;
  for (auto at = rows.inbox.upper_bound(after); at != rows.inbox.end(); ++at) {
    if (page.size() == static_cast<std::size_t>(limit)) break;
    if (unpolled.contains(at->first)) continue;
    page.push_back({at->first, at->second.business, at->second.lane, at->second.deaths});
  }
  if (auto then = std::exchange(after_look, nullptr)) then();
  return page;
}

result<std::vector<stored_delivery>> memory_store::load_inbox(std::span<const inbox_id> ids) {
  if (away || unsettled > 0) return is_away();
  std::vector<stored_delivery> found;
  for (const auto& [id, row] : rows.inbox)
    if (std::find(ids.begin(), ids.end(), id) != ids.end() && !unpolled.contains(id)) found.push_back(row);
  return found;
}

result<std::vector<inbox_id>> memory_store::open_inbox(std::span<const inbox_id> ids) {
  if (away || unsettled > 0) return is_away();
  std::vector<inbox_id> open;
  for (const inbox_id id : ids)
    if (rows.inbox.contains(id)) open.push_back(id);
  return open;
}

result<std::vector<stored_outbox_row>> memory_store::load_outbox(connection_id connection) {
  if (away || unsettled > 0) return is_away();
  std::vector<stored_outbox_row> found;
  for (const auto& [id, row] : rows.outbox) {
    if (row.connection != connection) continue;
    const auto& chat = rows.conversations.at(row.conversation);
    found.push_back({row, chat.epoch, chat.last_customer_at});
  }
  return found;
}

result<std::vector<std::pair<business_id, connection_id>>> memory_store::outbox_connections() {
  std::set<std::pair<business_id, connection_id>> found;
  for (const auto& [id, row] : rows.outbox) found.emplace(row.business, row.connection);
  return std::vector<std::pair<business_id, connection_id>>{found.begin(), found.end()};
}

result<std::vector<stored_product>> memory_store::load_products(business_id business) {
  if (away || unsettled > 0) return is_away();
  std::vector<stored_product> found;
  for (const auto& [id, entry] : rows.products)
    if (entry.first == business) found.push_back(entry.second);
  return found;
}

result<desk_record> memory_store::load_desk(business_id business, instant closed_since) {
  if (away || unsettled > 0) return is_away();
  desk_record record;
  record.currency = rows.businesses.at(business).currency;
  record.products = load_products(business).value();
  for (const auto& [id, row] : rows.orders) {
    if (row.business != business) continue;
    record.last_order_number = std::max(record.last_order_number, row.number);
    if (is_open(row.status) || row.created_at >= closed_since || row.paid_at >= closed_since)
      record.orders.push_back(row);
  }
  std::sort(record.orders.begin(), record.orders.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return record;
}

result<std::optional<order_row>> memory_store::find_order(business_id business, order_id order) {
  if (away || unsettled > 0) return is_away();
  const auto at = rows.orders.find(order);
  if (at == rows.orders.end() || at->second.business != business) return std::optional<order_row>{};
  return std::optional{at->second};
}

result<std::optional<std::string>> memory_store::find_action_result(business_id business,
                                                                    const std::string& action_key) {
  if (away || unsettled > 0) return is_away();
  const auto at = rows.action_results.find({business, action_key});
  if (at == rows.action_results.end()) return std::optional<std::string>{};
  return std::optional{at->second};
}

result<std::int64_t> memory_store::last_invoice_number(business_id business, const std::string& series) {
  if (away || unsettled > 0) return is_away();
  std::int64_t last = 0;
  for (const auto& row : rows.invoices)
    if (row.business == business && row.series == series) last = std::max(last, row.number);
  return last;
}

result<std::optional<invoice_row>> memory_store::find_invoice(business_id business, order_id order,
                                                              const std::string& kind) {
  if (away || unsettled > 0) return is_away();
  for (const auto& row : rows.invoices)
    if (row.business == business && row.order == order && row.kind == kind) return std::optional{row};
  return std::optional<invoice_row>{};
}

result<std::vector<business_id>> memory_store::expired_reservations(instant now) {
  std::set<business_id> found;
  for (const auto& [id, row] : rows.orders)
    if (is_open(row.status) && row.reserved_until < now) found.insert(row.business);
  return std::vector<business_id>{found.begin(), found.end()};
}

result<std::optional<sent_record>> memory_store::find_sent(const sent_question& asked) {
  if (away) return is_away();
  ++lookups;
  for (const auto& row : rows.messages) {
    const bool is_named =
        asked.id ? row.id == *asked.id : !asked.external_id.empty() && row.external_id == asked.external_id;
    const auto of = rows.conversations.find(row.conversation);
    const bool is_theirs = of != rows.conversations.end() &&
                           (of->second.contact == contact_of(asked.connection, asked.scoped_id) ||
                            of->second.contact == contact_of(asked.connection, asked.alias));
    if (is_named && is_theirs && (row.outgoing || asked.side == message_side::both))
      return std::optional{sent_record{row.conversation, row.id, row.origin, row.state, row.external_id}};
  }
  return std::optional<sent_record>{};
}

result<std::vector<composed_row>> memory_store::find_composed(const composed_question& asked) {
  if (away || unsettled > 0) return is_away();
  std::vector<composed_row> found;
  for (const auto& row : rows.composed)
    if (std::tie(row.business, row.account, row.key) == std::tie(asked.business, asked.account, asked.key))
      found.push_back(row);
  return found;
}

}  // namespace sellavie::test
