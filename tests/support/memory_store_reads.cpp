#include <algorithm>
#include <cstdio>

#include "protocol/domain/checkout_reminder.hpp"
#include "tests/support/memory_store.hpp"

namespace sellavie::test {

using namespace storage;

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

// One node: its claims end with their time.
result<claimed_jobs> memory_store::claim_jobs(const job_claim& wanted) {
  ++job_claims;
  if (away || unsettled > 0) return is_away();
  claimed_jobs found;
  for (auto& [id, job] : rows.jobs) {
    if (wanted.rescue && job.state == 2 && job.claimed_until <= wanted.now) {
      job.state = 1;
      job.wanted_at.reset();
      job.errors.emplace_back("lost");
      ++found.rescued;
    }
    if (wanted.promote && job.state == 0 && job.row.due_at <= wanted.now) job.state = 1;
  }
  std::map<business_id, int> on_the_way(wanted.on_the_way.begin(), wanted.on_the_way.end());
  std::map<business_id, std::vector<stored_job*>> ready;
  for (auto& [id, job] : rows.jobs)
    if (job.state == 1 && job.row.business > wanted.after &&
        on_the_way[job.row.business] < wanted.per_business)
      ready[job.row.business].push_back(&job);
  while (ready.size() > static_cast<std::size_t>(wanted.most)) ready.erase(std::prev(ready.end()));
  const auto share = std::max(1, wanted.most / std::max(1, static_cast<int>(ready.size())));
  for (auto& [business, jobs] : ready) {
    std::stable_sort(jobs.begin(), jobs.end(), [](const auto* a, const auto* b) {
      return std::tie(a->row.priority, a->row.due_at) < std::tie(b->row.priority, b->row.due_at);
    });
    const auto most =
        std::min({static_cast<int>(jobs.size()), share, wanted.per_business - on_the_way[business]});
    for (int i = 0; i < most; ++i) {
      auto& job = *jobs[static_cast<std::size_t>(i)];
      job.state = 2;
      ++job.attempts;
      ++job.claims;
      job.claimed_until = wanted.until;
      found.jobs.push_back({{job.row.id, business, job.claims},
                            job.row.kind,
                            job.row.payload,
                            job.row.priority,
                            job.row.due_at,
                            job.row.created_at,
                            job.attempts});
    }
  }
  most_claimed = std::max(most_claimed, found.jobs.size());
  return found;
}

result<job_state> memory_store::load_job_state(instant now) {
  if (away || unsettled > 0) return is_away();
  job_state state{
      static_cast<std::int64_t>(rows.jobs.size()), static_cast<std::int64_t>(rows.dead_jobs.size()), {}};
  for (const auto& [id, job] : rows.jobs)
    if (job.state != 2 && job.row.due_at <= now)
      state.oldest_due = std::min(job.row.due_at, state.oldest_due.value_or(now));
  return state;
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
  const auto& taxes = rows.invoice_settings[business];
  record.tax_mode = taxes.tax_mode;
  record.tax_rate_bp = taxes.tax_rate_bp;
  for (const auto& [id, row] : rows.orders) {
    if (row.business != business) continue;
    record.last_order_number = std::max(record.last_order_number, row.number);
    if (is_open(row.status) || row.created_at >= closed_since || row.paid_at >= closed_since)
      record.orders.push_back(row);
  }
  std::sort(record.orders.begin(), record.orders.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  for (const auto& [id, row] : rows.reviews)
    if (row.business == business && (row.state == "open" || row.state == "refunding"))
      record.open_reviews.push_back(row);
  return record;
}

result<std::optional<order_row>> memory_store::find_order(business_id business, order_id order) {
  if (away || unsettled > 0) return is_away();
  const auto at = rows.orders.find(order);
  if (at == rows.orders.end() || at->second.business != business) return std::optional<order_row>{};
  return std::optional{at->second};
}

result<std::optional<stored_payment>> memory_store::find_payment(business_id business,
                                                                 const std::string& reference) {
  if (away || unsettled > 0) return is_away();
  const auto at = rows.payments.find(reference);
  if (at == rows.payments.end() || at->second.business != business) return std::optional<stored_payment>{};
  const auto& row = at->second;
  return std::optional{
      stored_payment{row.provider, row.mode, row.connection, row.link_id, row.currency, row.at}};
}

result<bool> memory_store::is_order_of_another(business_id business, order_id order) {
  if (away || unsettled > 0) return is_away();
  const auto at = rows.orders.find(order);
  return at != rows.orders.end() && at->second.business != business;
}

result<stored_money_rows> memory_store::find_money(const money_question& asked) {
  if (away || unsettled > 0) return is_away();
  stored_money_rows found;
  const auto ours = [&](const auto& row) { return row.business == asked.business; };
  const auto settled = [](auto row) {
    row.prior_version = row.version;
    return row;
  };
  auto wanted = asked;
  if (asked.review)
    if (const auto at = rows.reviews.find(*asked.review); at != rows.reviews.end() && ours(at->second)) {
      found.reviewed = settled(at->second);
      wanted.reference = at->second.reference;
      wanted.transaction = at->second.transaction;
    }
  if (asked.refund)
    if (const auto at = rows.refunds.find(*asked.refund); at != rows.refunds.end() && ours(at->second))
      wanted.payment = at->second.payment;
  for (const auto& [id, row] : rows.payment_records) {
    if (!ours(row)) continue;
    const bool by_order = asked.order && row.order == asked.order && row.place == "on_order";
    const bool by_name = !wanted.transaction.empty() && row.reference == wanted.reference &&
                         row.transaction == wanted.transaction;
    const bool is_meant = wanted.payment ? id == *wanted.payment : asked.order ? by_order : by_name;
    if (is_meant) found.payment = settled(row);
  }
  const auto reference = found.payment ? found.payment->reference : wanted.reference;
  for (const auto& [id, row] : rows.refunds)
    if (found.payment && row.payment == found.payment->id) found.refunds.push_back(settled(row));
  for (const auto& [id, row] : rows.reviews) {
    if (!ours(row) || row.reference != reference) continue;
    if (row.transaction.empty() && (row.state == "open" || row.state == "refunding"))
      found.unanswered = settled(row);
    const bool is_of_it =
        found.payment && row.transaction == found.payment->transaction && !row.transaction.empty();
    if (is_of_it && !found.reviewed) found.reviewed = settled(row);
  }
  return found;
}

result<std::optional<order_recipient>> memory_store::find_order_recipient(business_id business,
                                                                          order_id order) {
  if (away || unsettled > 0) return is_away();
  const auto at = rows.orders.find(order);
  if (at == rows.orders.end() || at->second.business != business) return std::optional<order_recipient>{};
  const auto& chat = rows.conversations.at(at->second.conversation);
  const auto& contact = rows.contacts.at(chat.contact);
  const auto& address = contact.address_id.empty() ? contact.scoped_id : contact.address_id;
  return std::optional{order_recipient{at->second.conversation, chat.connection, address}};
}

result<std::optional<mailbox_record>> memory_store::find_mailbox(business_id business,
                                                                 conversation_id conversation) {
  if (away || unsettled > 0) return is_away();
  const auto at = rows.conversations.find(conversation);
  if (at == rows.conversations.end() || at->second.business != business)
    return std::optional<mailbox_record>{};
  const auto& contact = rows.contacts.at(at->second.contact);
  return std::optional{
      mailbox_record{contact.email, rows.businesses.at(business).locale, contact.is_blocked}};
}

result<std::optional<reminder_record>> memory_store::find_reminder(business_id business, order_id order) {
  const auto whom = find_order_recipient(business, order);
  if (!whom) return whom.error();
  const auto& subject = rows.orders.at(order);
  const auto link = rows.payments.find(subject.payment_reference);
  if (!*whom || link == rows.payments.end()) return std::optional<reminder_record>{};
  const auto& chat = rows.conversations.at(subject.conversation);
  reminder_record about{.whom = **whom,
                        .has_ai = chat.owner == chat_owner::ai,
                        .last_customer_at = chat.last_customer_at,
                        .unreachable_since = rows.contacts.at(chat.contact).unreachable_since,
                        .link_made_at = link->second.at};
  for (std::int32_t n = 1; n <= most_checkout_reminders; ++n)
    if (rows.action_results.contains({business, reminder_key(order, n)})) ++about.told;
  for (const auto& line : rows.timeline)
    if (line.order == order && line.what == "reminded") about.last_told_at = line.at;
  return std::optional{about};
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

result<std::vector<invoice_row>> memory_store::find_invoices(business_id business, order_id order) {
  if (away || unsettled > 0) return is_away();
  std::vector<invoice_row> found;
  for (const auto& row : rows.invoices)
    if (row.business == business && row.order == order) found.push_back(row);
  return found;
}

result<std::vector<returned_row>> memory_store::find_returned(business_id business, order_id order) {
  if (away || unsettled > 0) return is_away();
  std::vector<returned_row> found;
  for (const auto& [id, row] : rows.refunds) {
    const auto& payment = rows.payment_records.at(row.payment);
    if (row.business == business && row.state == "succeeded" && payment.place == "on_order" &&
        payment.order == order)
      found.push_back({id, row.amount_minor, row.currency});
  }
  return found;
}

result<invoice_settings_row> memory_store::find_invoice_settings(business_id business) {
  if (away || unsettled > 0) return is_away();
  return rows.invoice_settings[business];
}

result<invoice_parties> memory_store::find_invoice_parties(business_id business, contact_id buyer) {
  if (away || unsettled > 0) return is_away();
  invoice_parties both;
  both.business_name = rows.businesses.at(business).name;
  both.settings = rows.invoice_settings[business];
  both.buyer_name = to_string(buyer);
  if (const auto who = rows.contacts.find(buyer); who != rows.contacts.end()) {
    both.buyer_email = who->second.email;
    both.is_blocked = who->second.is_blocked;
  }
  return both;
}

result<std::optional<invoice_link_row>> memory_store::find_invoice_link(business_id business,
                                                                        invoice_id invoice) {
  if (away || unsettled > 0) return is_away();
  std::optional<invoice_link_row> last;
  for (const auto& row : rows.invoice_links)
    if (row.business == business && row.invoice == invoice) last = row;
  return last;
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
