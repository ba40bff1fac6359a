#pragma once
// Everything that actors load. Synchronous and abstract, like unit_of_work: PostgreSQL is one
// implementation. A read that the store cannot answer is `unavailable`; nothing here throws.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "protocol/channel/customer_ids.hpp"
#include "protocol/channel/route.hpp"
#include "protocol/domain/error.hpp"
#include "storage/commerce_rows.hpp"
#include "storage/conversation_rows.hpp"
#include "storage/job_rows.hpp"
#include "storage/message_rows.hpp"
#include "storage/money_rows.hpp"
#include "storage/payment_event_rows.hpp"

namespace sellavie::storage {

/// One active connection, with every platform id under which it is reached.
struct directory_entry {
  channel::route_key route;
  business_id business;
  connection_id connection;
  channel_kind channel = channel_kind::messenger;
};

/// One payment connection, of any provider. Its secrets are still sealed (Fernet).
struct payment_entry {
  business_id business;
  payment_connection_id connection;
  std::string provider;
  std::string sealed_secret_key;
  /// Of a JSON list; "[]" unsealed: none.
  std::string sealed_webhook_secrets;
  /// Rises with its keys.
  std::int64_t version = 0;
};

struct directory {
  std::int64_t version = 0;
  std::vector<directory_entry> entries;
  /// Of each business: rises with what its actors must know.
  std::unordered_map<business_id, std::int64_t> business_versions{};
  std::vector<payment_entry> payments{};
};

struct connection_record {
  connection_id id;
  channel_kind channel = channel_kind::messenger;
  /// "page" or "instagram".
  std::string login;
  std::string external_id;
  /// Still sealed (Fernet).
  std::string sealed_token;
  /// Of notices outside the send window; empty: none.
  std::string notice_template{};
  std::string notice_template_language{};
};

struct payment_connection_record {
  payment_connection_id id{};
  std::string provider;
  std::string mode;
  std::string sealed_secret_key;
  /// The provider refuses it, as far as anybody knows who asked at `checked_at` (or never).
  bool is_broken = false;
  instant checked_at{};
};

/// One payment attempt, begun or made.
struct stored_payment {
  std::string provider;
  std::string mode;
  /// Nil: made before accounts were told apart.
  payment_connection_id connection{};
  /// The provider's name of the link; empty where there is none.
  std::string link_id;
  std::string currency;
  instant created_at{};
};

struct order_recipient {
  conversation_id conversation;
  connection_id connection;
  /// As the channel knows the customer.
  std::string customer;
};

/// What a reminder of an order's payment link has to know of its chat, its link and the reminders before.
struct reminder_record {
  order_recipient whom;
  bool has_ai = true;
  instant last_customer_at{};
  /// Past when the customer has written since.
  instant unreachable_since{};
  /// Of the current link.
  instant link_made_at{};
  std::int32_t told = 0;
  instant last_told_at{};
};

/// Where the customer of a chat can be written to.
struct mailbox_record {
  /// As it was given; may be empty.
  std::string address;
  /// Of the business.
  std::string locale;
  bool is_blocked = false;
};

struct tenant_record {
  business_id id;
  std::string key;
  std::string name;
  std::string currency;
  std::string timezone;
  std::string locale;
  /// What was published last (protocol/training/content_codec).
  std::string training;
  /// 0: nothing was.
  std::int32_t training_version = 0;
  /// JSON: models, the names of model providers in the business's own order.
  std::string settings = "{}";
  /// Empty: the default.
  std::string plan;
  /// What goes back of one payment on one person's word; none: any sum.
  std::optional<std::int64_t> refund_limit_minor;
  /// Of one order (protocol/domain/checkout_reminder).
  std::int32_t checkout_reminders = 1;
  std::optional<std::int32_t> checkout_reminder_minutes;
  std::int64_t version = 0;
  /// Minutes east of UTC in the business's zone at the time of loading.
  int utc_offset_minutes = 0;
  std::vector<connection_record> connections;
  /// Live ones first, the oldest first.
  std::vector<payment_connection_record> payments;
};

struct live_plan {
  turn_id turn;
  std::int16_t round = 0;
  /// Of the conversation when the plan was made.
  std::int64_t epoch = 0;
  std::vector<inbox_id> inbox_ids;
  std::string plan;
  instant started_at{};
};

struct recent_message {
  message_origin origin = message_origin::customer;
  std::string body;
};

struct conversation_record {
  conversation_id id;
  contact_id contact;
  std::string contact_name;
  std::string contact_email;
  channel::known_customer customer;
  /// Where the customer wrote from last, when that is not the scoped id.
  std::string address_id;
  chat_owner owner = chat_owner::ai;
  std::int64_t epoch = 1;
  std::string handover_reason;
  instant last_customer_at{};
  bool is_blocked = false;
  std::optional<live_plan> plan;
  /// Oldest first.
  std::vector<recent_message> recent;
};

struct stored_delivery {
  inbox_id id = 0;
  business_id business;
  connection_id connection;
  instant accepted_at{};
  std::int16_t tries = 0;
  std::int16_t deaths = 0;
  bool alone = false;
  std::string payload;
  std::int64_t lane = 0;
};

/// An open delivery without its body.
struct inbox_line {
  inbox_id id = 0;
  business_id business;
  std::int64_t lane = 0;
  std::int16_t deaths = 0;
};

struct stored_outbox_row {
  outbox_row row;
  /// The conversation's epoch now.
  std::int64_t conversation_epoch = 0;
  instant last_customer_at{};
};

struct stored_product {
  product_id id;
  std::string sku;
  std::string name;
  std::string description;
  std::int64_t price_minor = 0;
  std::int64_t price_version = 0;
  std::int64_t stock = 0;
  bool active = true;
};

/// What a business writes on its documents; all empty: nothing yet.
struct invoice_settings_row {
  std::string legal_name;
  std::string address;
  std::string tax_number;
  std::string tax_name;
  std::string tax_mode = "none";
  std::int32_t tax_rate_bp = 0;
  std::string footer;
  /// Customers who left an address are sent the link to each new document.
  bool mail_documents = true;
};

/// Both sides of an invoice that is issued now.
struct invoice_parties {
  std::string business_name;
  invoice_settings_row settings;
  std::string buyer_name;
  std::string buyer_address;
  std::string buyer_phone;
  std::string buyer_email;
  bool is_blocked = false;
};

struct desk_record {
  std::string currency;
  std::string tax_mode = "none";
  std::int32_t tax_rate_bp = 0;
  std::vector<stored_product> products;
  /// All open orders and those of the last duplicate window.
  std::vector<order_row> orders;
  std::int64_t last_order_number = 0;
  std::vector<review_row> open_reviews;
};

/// `leave`: the record comes back with a nil id, and the caller writes the rows with its first commit
/// (change_set::opened), where they share a group commit.
enum class missing_conversation : std::uint8_t { make, leave };

struct new_conversation {
  business_id business;
  connection_id connection;
  /// Under which it is made.
  std::string scoped_id;
  std::string user_id;
  std::string name;
  /// Used when there is none yet.
  contact_id contact;
  conversation_id conversation;
  instant at{};
  int history = 20;
  missing_conversation missing = missing_conversation::make;
  /// The contact to which these lead is meant, whatever its scoped id; without them only scoped_id leads.
  std::optional<channel::customer_identity> who{};
};

/// Whose messages a question is about.
enum class message_side : std::uint8_t { business, both };

/// A message of one customer's conversation, named by our id or else by the platform's.
struct sent_question {
  connection_id connection;
  std::string scoped_id;
  /// Another id of the same customer, or empty.
  std::string alias;
  std::optional<message_id> id;
  std::string external_id;
  message_side side = message_side::business;
};

struct sent_record {
  conversation_id conversation;
  message_id id;
  message_origin origin = message_origin::ai;
  send_state state = send_state::delivered;
  std::string external_id;
};

/// What a person sent under this key of theirs.
struct composed_question {
  business_id business;
  api::account_id account;
  std::string key;
};

/// What a business used of its plan in the calendar month of a moment, in its time zone.
struct quota_record {
  /// "2026-11".
  std::string month;
  instant begins{};
  instant ends{};
  /// Of completed turns.
  std::int64_t ai_replies = 0;
  struct warning {
    std::int16_t level = 0;
    std::int64_t allowed = 0;
  };
  std::vector<warning> warned;
  /// Chats whose stored plan still runs: (connection, customer).
  std::vector<std::pair<connection_id, std::string>> answering;
};

class store_reads {
 public:
  virtual ~store_reads() = default;

  [[nodiscard]] virtual result<directory> load_directory() = 0;
  [[nodiscard]] virtual result<std::int64_t> directory_version() = 0;
  [[nodiscard]] virtual result<tenant_record> load_tenant(business_id business, instant at) = 0;
  /// Finds the conversation of (connection, scoped id) or of `who`, or makes contact and conversation.
  [[nodiscard]] virtual result<conversation_record> open_conversation(const new_conversation& wanted) = 0;
  /// Open deliveries with a higher id than `after`, by id.
  [[nodiscard]] virtual result<std::vector<inbox_line>> look_inbox(inbox_id after, int limit) = 0;
  /// These rows, as far as they are open, by id.
  [[nodiscard]] virtual result<std::vector<stored_delivery>> load_inbox(std::span<const inbox_id> ids) = 0;
  /// Those of `ids` that are still open.
  [[nodiscard]] virtual result<std::vector<inbox_id>> open_inbox(std::span<const inbox_id> ids) = 0;
  [[nodiscard]] virtual result<std::vector<stored_outbox_row>> load_outbox(connection_id connection) = 0;
  /// Connections that have something in the outbox.
  [[nodiscard]] virtual result<std::vector<std::pair<business_id, connection_id>>> outbox_connections() = 0;
  [[nodiscard]] virtual result<desk_record> load_desk(business_id business, instant closed_since) = 0;
  [[nodiscard]] virtual result<std::vector<stored_product>> load_products(business_id business) = 0;
  [[nodiscard]] virtual result<std::optional<order_row>> find_order(business_id business, order_id order) = 0;
  /// Under our reference.
  [[nodiscard]] virtual result<std::optional<stored_payment>> find_payment(business_id business,
                                                                           const std::string& reference) = 0;
  /// Some other business has this order, and the account that its money comes to.
  [[nodiscard]] virtual result<bool> is_order_of_another(business_id business, order_id order) = 0;
  [[nodiscard]] virtual result<stored_money_rows> find_money(const money_question& asked) = 0;
  /// The chat of an order in which its customer can be told; nullopt: there is none now.
  [[nodiscard]] virtual result<std::optional<order_recipient>> find_order_recipient(business_id business,
                                                                                    order_id order) = 0;
  /// Nullopt: there is no such chat.
  [[nodiscard]] virtual result<std::optional<mailbox_record>> find_mailbox(business_id business,
                                                                           conversation_id conversation) = 0;
  /// Nullopt: there is no chat in which its customer can be told, or no link.
  [[nodiscard]] virtual result<std::optional<reminder_record>> find_reminder(business_id business,
                                                                             order_id order) = 0;
  [[nodiscard]] virtual result<std::optional<std::string>> find_action_result(
      business_id business, const std::string& action_key) = 0;
  [[nodiscard]] virtual result<std::int64_t> last_invoice_number(business_id business,
                                                                 const std::string& series) = 0;
  /// The invoice of an order, and its credit notes by number.
  [[nodiscard]] virtual result<std::vector<invoice_row>> find_invoices(business_id business,
                                                                       order_id order) = 0;
  /// Refunds that succeeded, of the money that settled the order.
  [[nodiscard]] virtual result<std::vector<returned_row>> find_returned(business_id business,
                                                                        order_id order) = 0;
  /// Without a row of the settings: the row's own values.
  [[nodiscard]] virtual result<invoice_settings_row> find_invoice_settings(business_id business) = 0;
  [[nodiscard]] virtual result<invoice_parties> find_invoice_parties(business_id business,
                                                                     contact_id buyer) = 0;
  /// The last one made.
  [[nodiscard]] virtual result<std::optional<invoice_link_row>> find_invoice_link(business_id business,
                                                                                  invoice_id invoice) = 0;
  /// Orders whose reservation ended before `now`, by business: for the janitor to tell the desks.
  [[nodiscard]] virtual result<std::vector<business_id>> expired_reservations(instant now) = 0;
  /// By the platform's id only among the newest 500 messages of the conversation (docs/adr/0016).
  [[nodiscard]] virtual result<std::optional<sent_record>> find_sent(const sent_question& asked) = 0;
  /// In the order of their parts; empty: the key is new.
  [[nodiscard]] virtual result<std::vector<composed_row>> find_composed(const composed_question& asked) = 0;
  [[nodiscard]] virtual result<quota_record> load_quota(business_id business, instant at) = 0;
  /// Makes ready what is due or lost, then claims for this incarnation (storage/job_rows).
  [[nodiscard]] virtual result<claimed_jobs> claim_jobs(const job_claim& wanted) = 0;
  [[nodiscard]] virtual result<job_state> load_job_state(instant now) = 0;
};

}  // namespace sellavie::storage
