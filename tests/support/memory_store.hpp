#pragma once
// A store in memory for tests of actors: unit_of_work and store_reads over the same tables, with the
// conditions and unique keys of the SQL. A commit works on a copy: all or nothing.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/reads.hpp"
#include "storage/unit_of_work.hpp"

namespace sellavie::test {

struct stored_contact {
  business_id business;
  connection_id connection;
  std::string scoped_id;
  std::string name;
  std::string email;
  bool is_blocked = false;
  std::string user_id{};
  std::string address_id{};
  instant unreachable_since{};
};

struct stored_conversation {
  business_id business;
  connection_id connection;
  contact_id contact;
  storage::chat_owner owner = storage::chat_owner::ai;
  std::int64_t epoch = 1;
  std::string handover_reason;
  instant last_customer_at{};
};

struct stored_job {
  storage::job_row row;
  std::int16_t state = 0;  // 0 waiting, 1 ready, 2 claimed
  std::int32_t attempts = 0;
  std::int32_t claims = 0;
  instant claimed_until{};
  std::optional<instant> wanted_at{};
  std::vector<std::string> errors{};
};

struct tables {
  std::map<business_id, storage::tenant_record> businesses;
  std::map<business_id, storage::invoice_settings_row> invoice_settings;
  std::set<std::tuple<connection_id, std::string, std::int32_t>> inbound_keys;
  std::map<inbox_id, storage::stored_delivery> inbox;
  std::vector<storage::quarantined_row> quarantined;
  std::map<inbox_id, std::string> parked;
  std::map<inbox_id, std::string> recorded;
  std::map<contact_id, stored_contact> contacts;
  std::map<std::pair<connection_id, std::string>, contact_id> aliases;
  std::map<conversation_id, stored_conversation> conversations;
  std::vector<storage::message_row> messages;
  std::map<std::pair<conversation_id, turn_id>, storage::turn_row> turns;
  std::map<message_id, storage::outbox_row> outbox;
  std::map<product_id, std::pair<business_id, storage::stored_product>> products;
  std::map<order_id, storage::order_row> orders;
  std::vector<storage::timeline_row> timeline;
  /// By reference.
  std::map<std::string, storage::payment_row> payments;
  std::map<payment_id, storage::payment_record_row> payment_records;
  std::map<refund_id, storage::refund_row> refunds;
  std::map<review_id, storage::review_row> reviews;
  std::vector<storage::invoice_row> invoices;
  std::vector<storage::invoice_link_row> invoice_links;
  std::vector<storage::queued_mail> mails;
  std::map<std::pair<business_id, std::string>, std::string> action_results;
  std::vector<storage::person_task> tasks;
  std::vector<storage::payment_key_word> payment_keys;
  std::vector<storage::activity_row> activities;
  std::vector<storage::composed_row> composed;
  std::vector<storage::stock_movement> stock_movements;
  std::vector<storage::plan_warning> plan_warnings;
  std::map<storage::job_id, stored_job> jobs;
  std::map<storage::job_id, stored_job> dead_jobs;
  std::map<std::pair<payment_connection_id, std::string>, storage::payment_event_row> payment_events;
};

class memory_store final : public storage::unit_of_work, public storage::store_reads {
 public:
  using batch = std::span<const storage::change_set* const>;
  /// What a commit answers instead, and whether it happened all the same.
  struct fate {
    storage::commit_outcome outcome = storage::commit_outcome::committed;
    bool applied = false;
  };
  [[nodiscard]] static fate refused() { return {storage::commit_outcome::refused, false}; }

  tables rows;
  /// Open, but not shown to the pump: a queue that is not there yet.
  std::set<inbox_id> unpolled;
  /// No connection: commits and reads are unavailable.
  bool away = false;
  /// A lost session may still commit: so often settle() has to be asked until it is gone; reads are unavailable.
  int unsettled = 0;
  std::size_t settlings = 0;
  std::size_t commits = 0;
  std::size_t lookups = 0;
  std::size_t loads = 0;
  std::vector<std::size_t> batch_sizes;
  std::function<std::optional<fate>(batch)> before_commit;
  std::function<void(batch)> after_commit;
  /// How often jobs were asked for, and the largest number of them that were claimed at once.
  std::size_t job_claims = 0;
  std::size_t most_claimed = 0;
  /// Once, between a look at the inbox and its answer.
  std::function<void()> after_look;

  /// Of an order.
  [[nodiscard]] static bool is_open(const std::string& status) {
    return status == "draft" || status == "awaiting_payment";
  }
  [[nodiscard]] static error is_away() { return make_failure(errc::unavailable, "away"); }

  [[nodiscard]] storage::commit_report commit(batch sets) override;
  [[nodiscard]] bool settle() override;

  [[nodiscard]] result<storage::directory> load_directory() override;
  [[nodiscard]] result<std::int64_t> directory_version() override;
  [[nodiscard]] result<storage::tenant_record> load_tenant(business_id business, instant at) override;
  [[nodiscard]] result<storage::conversation_record> open_conversation(
      const storage::new_conversation& wanted) override;
  [[nodiscard]] result<std::vector<storage::inbox_line>> look_inbox(inbox_id after, int limit) override;
  [[nodiscard]] result<std::vector<storage::stored_delivery>> load_inbox(
      std::span<const inbox_id> ids) override;
  [[nodiscard]] result<std::vector<inbox_id>> open_inbox(std::span<const inbox_id> ids) override;
  [[nodiscard]] result<std::vector<storage::stored_outbox_row>> load_outbox(
      connection_id connection) override;
  [[nodiscard]] result<std::vector<std::pair<business_id, connection_id>>> outbox_connections() override;
  [[nodiscard]] result<storage::desk_record> load_desk(business_id business, instant closed_since) override;
  [[nodiscard]] result<std::vector<storage::stored_product>> load_products(business_id business) override;
  [[nodiscard]] result<std::optional<storage::stored_payment>> find_payment(
      business_id business, const std::string& reference) override;
  [[nodiscard]] result<bool> is_order_of_another(business_id business, order_id order) override;
  [[nodiscard]] result<storage::stored_money_rows> find_money(const storage::money_question& asked) override;
  [[nodiscard]] result<std::optional<storage::order_recipient>> find_order_recipient(business_id business,
                                                                                     order_id order) override;
  [[nodiscard]] result<std::optional<storage::mailbox_record>> find_mailbox(
      business_id business, conversation_id conversation) override;
  [[nodiscard]] result<std::optional<storage::reminder_record>> find_reminder(business_id business,
                                                                              order_id order) override;
  [[nodiscard]] result<std::optional<storage::order_row>> find_order(business_id business,
                                                                     order_id order) override;
  [[nodiscard]] result<std::optional<std::string>> find_action_result(business_id business,
                                                                      const std::string& action_key) override;
  [[nodiscard]] result<std::int64_t> last_invoice_number(business_id business,
                                                         const std::string& series) override;
  [[nodiscard]] result<std::vector<storage::invoice_row>> find_invoices(business_id business,
                                                                        order_id order) override;
  [[nodiscard]] result<std::vector<storage::returned_row>> find_returned(business_id business,
                                                                         order_id order) override;
  [[nodiscard]] result<std::optional<storage::invoice_link_row>> find_invoice_link(
      business_id business, invoice_id invoice) override;
  [[nodiscard]] result<storage::invoice_settings_row> find_invoice_settings(business_id business) override;
  [[nodiscard]] result<storage::invoice_parties> find_invoice_parties(business_id business,
                                                                      contact_id buyer) override;
  [[nodiscard]] result<std::vector<business_id>> expired_reservations(instant now) override;
  [[nodiscard]] result<std::optional<storage::sent_record>> find_sent(
      const storage::sent_question& asked) override;
  [[nodiscard]] result<std::vector<storage::composed_row>> find_composed(
      const storage::composed_question& asked) override;
  [[nodiscard]] result<storage::quota_record> load_quota(business_id business, instant at) override;
  [[nodiscard]] result<storage::claimed_jobs> claim_jobs(const storage::job_claim& wanted) override;
  [[nodiscard]] result<storage::job_state> load_job_state(instant now) override;

  [[nodiscard]] const stored_conversation* conversation_of(const connection_id& connection,
                                                           const std::string& customer) const;
  [[nodiscard]] std::optional<conversation_id> conversation_id_of(const connection_id& connection,
                                                                  const std::string& customer) const;
  /// As the store finds it: by scoped id, else by alias.
  [[nodiscard]] std::optional<contact_id> contact_of(const connection_id& connection,
                                                     const std::string& id) const;
};

}  // namespace sellavie::test
