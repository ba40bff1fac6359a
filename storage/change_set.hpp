#pragma once
// What one actor wants committed, all or nothing. A change_set holds rows by kind, so that the
// journal can lay many of them side by side into one transaction with one statement per kind.
//
// Every write is conditional on the prior state or on a unique key: a row that is not as expected
// rolls the transaction back, and the journal then commits each change_set alone, so that the one
// that is wrong is `refused` and its neighbours are not.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"
#include "storage/api/change_origin.hpp"
#include "storage/commerce_rows.hpp"
#include "storage/conversation_rows.hpp"
#include "storage/job_rows.hpp"
#include "storage/mail_rows.hpp"
#include "storage/message_rows.hpp"
#include "storage/money_rows.hpp"
#include "storage/notice_rows.hpp"
#include "storage/payment_event_rows.hpp"

namespace sellavie::storage {

struct person_task {
  business_id business;
  std::optional<conversation_id> conversation;
  uuid id;
  std::string kind;
  std::string reason;
  instant created_at{};
};

/// The platform refused this connection's token.
struct connection_fault {
  business_id business;
  connection_id connection;
  std::string reason;
  instant at{};
};

/// A warning about the plan, with its task; given once.
struct plan_warning {
  business_id business;
  /// "2026-11".
  std::string month;
  std::int16_t level = 0;
  std::int64_t allowed = 0;
  instant at{};
};

struct action_result_row {
  business_id business;
  std::string action_key;
  /// JSON (protocol/action/outcome_codec).
  std::string outcome;
  instant at{};
};

/// What an actor did on a person's wish, for the activity log: in the same commit, so that change and record
/// cannot part.
struct activity_row {
  business_id business;
  change_origin by;
  std::string action;
  std::string subject_kind;
  uuid subject;
  /// JSON without secrets; empty: nothing.
  std::string before;
  std::string after;
};

struct change_set {
  // The message path.
  std::vector<inbound_row> inbound;
  std::vector<quarantined_row> quarantined;
  std::vector<inbox_id> inbox_done;
  std::vector<opened_conversation> opened;
  std::vector<message_row> messages;
  std::vector<message_change> message_changes;
  /// At most one a message.
  std::vector<message_correction> corrections;
  std::vector<outbox_row> outbox;
  std::vector<outbox_change> outbox_changes;
  /// Settled rows: deleted; each must exist.
  std::vector<message_id> outbox_done;
  /// AI rows of these conversations that were not handed to a socket yet end as overtaken.
  std::vector<conversation_id> outbox_overtaken;
  std::vector<turn_row> turns;
  std::vector<conversation_change> conversations;
  std::vector<read_mark> read_marks;
  // Rarer.
  std::vector<contact_change> contacts;
  std::vector<contact_alias> aliases;
  std::vector<contact_address> addresses;
  std::vector<contact_reach> reaches;
  std::vector<composed_row> composed;
  std::vector<contact_block> blocks;
  std::vector<conversation_touch> touched;
  std::vector<person_task> tasks;
  std::vector<connection_fault> connection_faults;
  std::vector<plan_warning> plan_warnings;
  /// What people are told of and no other row shows (storage/notice_events has the rest).
  std::vector<notice_row> notices;
  std::vector<attachment_use> attachments_used;
  std::vector<parked_delivery> parked;
  /// Ends their inbox rows, like `inbox_done`; each must exist.
  std::vector<recorded_event> recorded;
  /// Deliveries whose handling failed: tries + 1.
  std::vector<inbox_id> inbox_tries;
  /// Rows of an earlier incarnation that are about to be handed on, or ran alone and no longer do: deaths + 1, not alone.
  std::vector<inbox_id> inbox_begun;
  /// Suspects that are about to run by themselves.
  std::vector<inbox_id> inbox_alone;
  std::vector<stock_change> stock;
  std::vector<stock_movement> stock_movements;
  std::vector<order_row> orders;
  std::vector<timeline_row> timeline;
  std::vector<payment_row> payments;
  std::vector<payment_record_row> payment_records;
  std::vector<refund_row> refunds;
  std::vector<review_row> reviews;
  std::vector<review_task_done> review_tasks_done;
  std::vector<payment_key_word> payment_keys;
  std::vector<invoice_row> invoices;
  std::vector<invoice_link_row> invoice_links;
  std::vector<action_result_row> action_results;
  std::vector<activity_row> activities;
  std::vector<queued_mail> mails;
  // Background work. Finished before others are queued: a key is free for the next one.
  std::vector<job_done> jobs_done;
  std::vector<job_put_off> jobs_put_off;
  std::vector<job_death> jobs_dead;
  std::vector<job_row> jobs;
  /// Of providers, by their webhooks; each with its job.
  std::vector<payment_event_row> payment_events;
};

/// What one transaction commits together.
using change_sets = std::span<const change_set* const>;

}  // namespace sellavie::storage
