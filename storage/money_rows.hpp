#pragma once
// What a change_set writes about money after it came (tables payment_records, refunds, payment_reviews). Names of states are
// the domain's. `prior_version` 0 inserts; otherwise the row must have that version.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

struct payment_record_row {
  payment_id id;
  business_id business;
  std::int64_t prior_version = 0;
  std::int64_t version = 1;
  std::string reference;
  std::string transaction;
  std::string provider;
  std::optional<payment_connection_id> connection;
  std::string mode;
  std::string currency;
  std::int64_t received_minor = 0;
  std::int64_t elsewhere_minor = 0;
  std::int64_t returned_minor = 0;
  std::string place;
  std::optional<order_id> order;
  bool is_disputed = false;
  instant received_at{};
};

/// A refund that succeeded.
struct returned_row {
  refund_id refund;
  std::int64_t amount_minor = 0;
  std::string currency;
};

struct refund_row {
  refund_id id;
  business_id business;
  std::int64_t prior_version = 0;
  std::int64_t version = 1;
  payment_id payment;
  std::optional<order_id> order;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string reason;
  bool returns_goods = false;
  std::string origin;
  std::string state;
  std::string requested_by;
  std::string decided_by;
  std::string provider_id;
  std::int32_t attempt = 0;
  instant requested_at{};
  instant sent_at{};
  std::string note;
  bool is_contradicted = false;
};

struct review_row {
  review_id id;
  business_id business;
  std::int64_t prior_version = 0;
  std::int64_t version = 1;
  std::optional<order_id> order;
  std::string reference;
  std::string transaction;
  std::string reason;
  std::string state;
  std::string resolved_by;
  std::string note;
  instant opened_at{};
  instant resolved_at{};
};

/// The open tasks about this money are done.
struct review_task_done {
  business_id business;
  /// person_task::reason.
  std::string subject;
  instant at{};
};

/// What a payment provider said of a key that was asked about. Of a key that was replaced since, or when somebody asked
/// later, it says nothing.
struct payment_key_word {
  business_id business;
  payment_connection_id connection;
  bool works = false;
  /// payment::refused_key: the error that is shown, and the task that is done when the key works again.
  std::string refusal;
  /// When it was asked.
  instant at{};
  /// The key that was asked about, as it is stored.
  std::string sealed_key;
};

/// Which money a decision is about: the first of these that is set.
struct money_question {
  business_id business;
  std::optional<refund_id> refund;
  std::optional<review_id> review;
  std::optional<payment_id> payment;
  /// That settled it.
  std::optional<order_id> order;
  std::string reference;
  std::string transaction;
};

struct stored_money_rows {
  std::optional<payment_record_row> payment;
  /// All of the payment's, the oldest first.
  std::vector<refund_row> refunds;
  /// The payment's; of a question by review the one that it names.
  std::optional<review_row> reviewed;
  /// Open and not about money that came, of the payment's reference or the asked one.
  std::optional<review_row> unanswered;
};

}  // namespace sellavie::storage
