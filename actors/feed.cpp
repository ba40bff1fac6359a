#include "actors/feed.hpp"

#include <set>
#include <string_view>
#include <utility>

namespace sellavie::actors {
namespace {

/// More products than these in one commit are told as one.
constexpr std::size_t most_products_singly = 8;

void add_products(const std::set<product_id>& changed, std::vector<live_fact>& to) {
  if (changed.size() > most_products_singly) to.emplace_back(product_altered{});
  else
    for (const auto& one : changed) to.emplace_back(product_altered{one});
}

void add_conversations(const storage::change_set& committed, std::vector<live_fact>& to) {
  for (const auto& one : committed.opened)
    to.emplace_back(conversation_started{one.conversation, one.contact});
  for (const auto& one : committed.conversations)
    if (one.epoch != one.expected_epoch)
      to.emplace_back(conversation_changed_hands{one.conversation, one.owner, one.epoch});
}

void add_messages(const storage::change_set& committed, std::vector<live_fact>& to) {
  for (const auto& one : committed.messages)
    to.emplace_back(
        message_stored{one.conversation, one.id, one.outgoing, one.origin, one.state, one.created_at});
  for (const auto& one : committed.message_changes)
    to.emplace_back(message_altered{one.conversation, one.id, one.state});
  for (const auto& one : committed.corrections) {
    const auto state = one.unsent ? std::optional{storage::send_state::unsent} : std::nullopt;
    to.emplace_back(message_altered{one.conversation, one.id, state});
  }
}

void add_reads(const storage::change_set& committed, std::vector<live_fact>& to) {
  for (const auto& one : committed.read_marks)
    if (one.conversation) to.emplace_back(conversation_seen{*one.conversation});
}

void add_commerce(const storage::change_set& committed, std::vector<live_fact>& to) {
  for (const auto& one : committed.orders) {
    if (one.prior_version == 0)
      to.emplace_back(order_placed{one.id, one.number, one.conversation, one.status});
    else to.emplace_back(order_moved{one.id, one.number, one.conversation, one.status});
  }
  for (const auto& one : committed.invoices) to.emplace_back(invoice_made{one.id, one.order, one.kind});
  std::set<product_id> counted;
  for (const auto& one : committed.stock) counted.insert(one.product);
  add_products(counted, to);
}

void add_customers(const storage::change_set& committed, std::vector<live_fact>& to) {
  std::set<contact_id> changed;
  for (const auto& one : committed.contacts) changed.insert(one.contact);
  for (const auto& one : committed.blocks) changed.insert(one.contact);
  for (const auto& one : changed) to.emplace_back(customer_altered{one});
}

/// The log has more kinds: settings, people, keys. Whoever may `read` may not read all of those, or nobody shows them.
std::optional<live_fact> fact_about(const storage::recorded_change& one) {
  if (one.subject_kind == "conversation") return conversation_altered{conversation_id{one.subject}};
  if (one.subject_kind == "customer") return customer_altered{contact_id{one.subject}};
  if (one.subject_kind == "label") return label_altered{one.subject};
  if (one.subject_kind == "task") return task_altered{one.subject};
  return std::nullopt;
}

}  // namespace

std::vector<live_fact> facts_of(const storage::change_set& committed) {
  std::vector<live_fact> facts;
  add_conversations(committed, facts);
  add_messages(committed, facts);
  add_reads(committed, facts);
  add_commerce(committed, facts);
  add_customers(committed, facts);
  for (const auto& one : committed.tasks) facts.emplace_back(task_raised{one.id, one.conversation, one.kind});
  for (const auto& one : committed.connection_faults) facts.emplace_back(connection_altered{one.connection});
  return facts;
}

std::vector<live_fact> facts_of(std::span<const storage::recorded_change> committed) {
  std::vector<live_fact> facts;
  std::set<std::pair<std::string_view, uuid>> told;
  std::set<product_id> products;
  for (const auto& one : committed) {
    if (one.subject_kind == "product") products.insert(product_id{one.subject});
    if (auto fact = fact_about(one); fact && told.emplace(one.subject_kind, one.subject).second)
      facts.push_back(std::move(*fact));
  }
  add_products(products, facts);
  return facts;
}

}  // namespace sellavie::actors
