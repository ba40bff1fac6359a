#pragma once
// What a change_set writes about orders, stock, payments and invoices.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

struct order_item_row {
  product_id product;
  std::string sku;
  std::string name;
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;
  std::int64_t price_version = 0;
};

/// The order as it is after the change; `prior_version` 0 inserts, else compare-and-set.
struct order_row {
  order_id id;
  business_id business;
  std::int64_t number = 0;
  conversation_id conversation;
  contact_id contact;
  std::string status;
  std::string currency;
  std::int64_t total_minor = 0;
  std::string note;
  std::string idempotency_key;
  std::int64_t prior_version = 0;
  std::int64_t version = 1;
  std::int32_t payment_attempt = 0;
  std::string payment_reference;
  std::string payment_url;
  std::string payment_transaction;
  instant created_at{};
  instant wished_at{};
  instant reserved_until{};
  instant paid_at{};
  std::string tracking;
  /// Minor units that settled it, and that went back of them.
  std::int64_t received_minor = 0;
  std::int64_t refunded_minor = 0;
  std::string dispute = "none";
  std::string tax_mode = "none";
  std::int32_t tax_rate_bp = 0;
  std::vector<order_item_row> items;
  bool items_changed = true;
};

/// CHECK (stock >= 0) backs the desk up.
struct stock_change {
  business_id business;
  product_id product;
  std::int64_t delta = 0;
  instant at{};
};

/// A correction by a person; the change of stock itself is a stock_change.
struct stock_movement {
  uuid id;
  business_id business;
  product_id product;
  std::int64_t delta = 0;
  std::int64_t stock_after = 0;
  std::string reason;
  std::string actor;
  instant at{};
};

struct timeline_row {
  business_id business;
  order_id order;
  std::string what;
  std::string actor;
  instant at{};
  /// Of a provider's word: why it was asked (payment_hint). Empty: nobody was.
  std::string noticed_by{};
};

/// `expected_status` empty inserts, else compare-and-set. One that is inserted as paid is settled at once. "open" stands for intent or link, "unpaid" for
/// everything but paid. Without `must_change` a row that is not as expected (or not there) stays as it is.
struct payment_row {
  payment_id id;
  business_id business;
  order_id order;
  std::string provider;
  std::string mode;
  payment_connection_id connection;
  std::string reference;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string expected_status;
  std::string status;
  std::string url;
  /// What the provider calls the link; empty: as it is.
  std::string link_id;
  /// ... and the money; empty: as it is.
  std::string transaction;
  instant at{};
  bool must_change = true;
};

struct invoice_row {
  invoice_id id;
  business_id business;
  std::string series;
  std::int64_t number = 0;
  std::string kind;
  order_id order;
  std::string currency;
  std::int64_t total_minor = 0;
  std::string lines;
  instant issued_at{};
  /// JSON, as is `lines`.
  std::string taxes = "[]";
  std::string seller = "{}";
  std::string buyer = "{}";
  std::string corrects{};
  /// Of a credit note.
  std::optional<refund_id> refund{};
};

/// A new link is made only in the second half of the last one's life.
inline constexpr std::chrono::days invoice_link_life{60};

/// Whoever has the token reads the document of the invoice until the link ends.
struct invoice_link_row {
  uuid token;
  business_id business;
  invoice_id invoice;
  instant created_at{};
  instant expires_at{};

  [[nodiscard]] bool is_fresh(instant now) const { return expires_at - now > invoice_link_life / 2; }
};

}  // namespace sellavie::storage
