#pragma once
// reader
//
// Role       answers loads from the store, so that no other actor blocks.
// Grain      none: a pool of detached actors, each with a connection of its own.
// Invariant  changes nothing but a conversation's first row and who holds a background job; an answer shows at least what was
//            committed before it was asked.
// Supervised by the node.

#include <caf/all.hpp>
#include <memory>

#include "actors/failure.hpp"
#include "monitoring/metrics.hpp"
#include "protocol/domain/tax.hpp"
#include "storage/reads.hpp"

namespace sellavie::actors {

template <class T>
using shared = std::shared_ptr<const T>;

struct load_tenant {
  business_id business;
  instant at{};
};
struct load_desk {
  business_id business;
  instant closed_since{};
};
struct load_products {
  business_id business;
};
/// ... and the tax on what is priced from now on.
struct product_list {
  std::vector<storage::stored_product> rows;
  tax_terms tax{};
};
struct load_outbox {
  connection_id connection;
};
/// Open deliveries behind this id, without their bodies.
struct look_inbox {
  inbox_id after = 0;
  int limit = 0;
};
struct inbox_lines {
  std::vector<storage::inbox_line> lines;
};
/// These rows, as far as they are open.
struct fetch_inbox {
  std::vector<inbox_id> ids;
};
struct inbox_page {
  std::vector<storage::stored_delivery> rows;
};
struct load_order {
  business_id business;
  order_id order;
};
struct found_order {
  std::optional<storage::order_row> row;
};
struct load_payment {
  business_id business;
  std::string reference;
};
struct found_payment {
  std::optional<storage::stored_payment> row;
  /// The reference names an order of another business.
  bool is_of_another = false;
};
struct load_recipient {
  business_id business;
  order_id order;
};
struct found_recipient {
  std::optional<storage::order_recipient> whom;
};
struct load_mailbox {
  business_id business;
  conversation_id conversation;
};
struct found_mailbox {
  std::optional<storage::mailbox_record> whom;
};
struct load_reminder {
  business_id business;
  order_id order;
};
struct found_reminder {
  std::optional<storage::reminder_record> about;
};
struct find_action_result {
  business_id business;
  std::string action_key;
};
struct found_action_result {
  std::optional<std::string> outcome;
};
struct load_invoicing {
  business_id business;
  /// Whose last number is wanted.
  std::string series;
  order_id order;
  contact_id buyer;
};
struct invoicing_record {
  std::int64_t last_number = 0;
  /// The order's invoice and credit notes.
  std::vector<storage::invoice_row> existing;
  /// Refunds of the order's money that succeeded.
  std::vector<storage::returned_row> returned;
  /// Of the existing invoice.
  std::optional<storage::invoice_link_row> link;
  storage::invoice_parties parties;
};
struct loaded_outbox {
  std::vector<storage::stored_outbox_row> rows;
};
struct load_quota {
  business_id business;
  instant at{};
};
/// How many background jobs there are.
struct load_job_state {
  instant now{};
};
struct found_composed {
  std::vector<storage::composed_row> rows;
};
struct found_sent {
  std::optional<storage::sent_record> message;
};

using reader_actor = caf::typed_actor<
    caf::replies_to<storage::new_conversation>::with<shared<storage::conversation_record>>,
    caf::replies_to<load_tenant>::with<shared<storage::tenant_record>>,
    caf::replies_to<load_desk>::with<shared<storage::desk_record>>,
    caf::replies_to<load_products>::with<shared<product_list>>,
    caf::replies_to<load_outbox>::with<shared<loaded_outbox>>,
    caf::replies_to<look_inbox>::with<shared<inbox_lines>>,
    caf::replies_to<fetch_inbox>::with<shared<inbox_page>>, caf::replies_to<load_order>::with<found_order>,
    caf::replies_to<load_payment>::with<found_payment>,
    caf::replies_to<storage::money_question>::with<shared<storage::stored_money_rows>>,
    caf::replies_to<load_recipient>::with<found_recipient>,
    caf::replies_to<load_reminder>::with<found_reminder>, caf::replies_to<load_mailbox>::with<found_mailbox>,
    caf::replies_to<find_action_result>::with<found_action_result>,
    caf::replies_to<load_invoicing>::with<shared<invoicing_record>>,
    caf::replies_to<storage::sent_question>::with<found_sent>,
    caf::replies_to<storage::composed_question>::with<found_composed>,
    caf::replies_to<load_quota>::with<shared<storage::quota_record>>,
    caf::replies_to<storage::job_claim>::with<shared<storage::claimed_jobs>>,
    caf::replies_to<load_job_state>::with<storage::job_state>>;

class reader_state {
 public:
  explicit reader_state(reader_actor::stateful_pointer<reader_state>) {}
  static constexpr const char* name = "reader";
  std::shared_ptr<storage::store_reads> store;
  std::shared_ptr<monitoring::metrics> metrics;
};
static_assert(!std::is_aggregate_v<reader_state>);

reader_actor::behavior_type reader(reader_actor::stateful_pointer<reader_state> self,
                                   std::shared_ptr<storage::store_reads> store,
                                   std::shared_ptr<monitoring::metrics> metrics);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::storage::new_conversation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::storage::conversation_record>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_tenant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::storage::tenant_record>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::storage::money_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::storage::stored_money_rows>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_recipient)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::found_recipient)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_desk)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::storage::desk_record>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_products)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::actors::product_list>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_outbox)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::actors::loaded_outbox>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::look_inbox)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::actors::inbox_lines>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::fetch_inbox)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::actors::inbox_page>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::found_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_payment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::found_payment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::find_action_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::found_action_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_mailbox)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::found_mailbox)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_reminder)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::found_reminder)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_invoicing)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::actors::invoicing_record>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::storage::sent_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::found_sent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::storage::composed_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::found_composed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::storage::job_claim)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::storage::claimed_jobs>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_job_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::storage::job_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::load_quota)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::shared<sellavie::storage::quota_record>)
