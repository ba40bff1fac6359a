#pragma once
// store_reads on PostgreSQL: one connection as the engine role, opened at the first call and opened
// anew by the first call after it was lost. Not thread-safe: one per thread that reads. With a gate,
// a call answers `unavailable` while a commit of this process may still happen unseen, or began to be in
// doubt during the call.

#include <cstdint>
#include <functional>
#include <memory>
#include <pqxx/connection>

#include "storage/doubt_gate.hpp"
#include "storage/pipeline.hpp"
#include "storage/reads.hpp"

namespace sellavie::storage {

class postgres_reads final : public store_reads {
 public:
  /// A connection that has the engine role (storage/connect.hpp).
  using connector = std::function<result<std::unique_ptr<pqxx::connection>>()>;

  postgres_reads(connector connect, std::int64_t incarnation,
                 std::shared_ptr<const doubt_gate> doubts = std::make_shared<doubt_gate>());
  ~postgres_reads() override;

  [[nodiscard]] result<directory> load_directory() override;
  [[nodiscard]] result<std::int64_t> directory_version() override;
  [[nodiscard]] result<tenant_record> load_tenant(business_id business, instant at) override;
  /// One round trip when it exists; else one fenced statement makes what is missing.
  [[nodiscard]] result<conversation_record> open_conversation(const new_conversation& wanted) override;
  [[nodiscard]] result<std::vector<inbox_line>> look_inbox(inbox_id after, int limit) override;
  [[nodiscard]] result<std::vector<stored_delivery>> load_inbox(std::span<const inbox_id> ids) override;
  [[nodiscard]] result<std::vector<inbox_id>> open_inbox(std::span<const inbox_id> ids) override;
  /// In the order of the messages' ids.
  [[nodiscard]] result<std::vector<stored_outbox_row>> load_outbox(connection_id connection) override;
  [[nodiscard]] result<std::vector<std::pair<business_id, connection_id>>> outbox_connections() override;
  [[nodiscard]] result<desk_record> load_desk(business_id business, instant closed_since) override;
  [[nodiscard]] result<std::vector<stored_product>> load_products(business_id business) override;
  [[nodiscard]] result<std::optional<order_row>> find_order(business_id business, order_id order) override;
  [[nodiscard]] result<std::optional<stored_payment>> find_payment(business_id business,
                                                                   const std::string& reference) override;
  [[nodiscard]] result<bool> is_order_of_another(business_id business, order_id order) override;
  [[nodiscard]] result<stored_money_rows> find_money(const money_question& asked) override;
  [[nodiscard]] result<std::optional<order_recipient>> find_order_recipient(business_id business,
                                                                            order_id order) override;
  [[nodiscard]] result<std::optional<mailbox_record>> find_mailbox(business_id business,
                                                                   conversation_id conversation) override;
  [[nodiscard]] result<std::optional<reminder_record>> find_reminder(business_id business,
                                                                     order_id order) override;
  [[nodiscard]] result<std::optional<std::string>> find_action_result(business_id business,
                                                                      const std::string& action_key) override;
  [[nodiscard]] result<std::int64_t> last_invoice_number(business_id business,
                                                         const std::string& series) override;
  [[nodiscard]] result<std::vector<invoice_row>> find_invoices(business_id business, order_id order) override;
  [[nodiscard]] result<std::vector<returned_row>> find_returned(business_id business,
                                                                order_id order) override;
  [[nodiscard]] result<invoice_settings_row> find_invoice_settings(business_id business) override;
  [[nodiscard]] result<invoice_parties> find_invoice_parties(business_id business, contact_id buyer) override;
  [[nodiscard]] result<std::optional<invoice_link_row>> find_invoice_link(business_id business,
                                                                          invoice_id invoice) override;
  [[nodiscard]] result<std::vector<business_id>> expired_reservations(instant now) override;
  /// Among the conversation's last 500 messages.
  [[nodiscard]] result<std::optional<sent_record>> find_sent(const sent_question& asked) override;
  [[nodiscard]] result<std::vector<composed_row>> find_composed(const composed_question& asked) override;
  [[nodiscard]] result<quota_record> load_quota(business_id business, instant at) override;
  /// At most three statements, each a transaction of its own. What was claimed when the answer is lost waits for the
  /// end of the claim.
  [[nodiscard]] result<claimed_jobs> claim_jobs(const job_claim& wanted) override;
  [[nodiscard]] result<job_state> load_job_state(instant now) override;

 private:
  [[nodiscard]] result<void> ensure_connected();
  template <class Read>
  auto read(Read from);
  /// All rows of one statement.
  template <class Row, class... Values>
  auto read_rows(const statement& what, Row row_of, const Values&... values);

  connector connect_;
  std::int64_t incarnation_;
  std::shared_ptr<const doubt_gate> doubts_;
  std::unique_ptr<pqxx::connection> connection_;
};

/// The statements, for tests that look at their plans.
[[nodiscard]] std::span<const statement> read_statements();

}  // namespace sellavie::storage
