#pragma once
// Orders as people list and read them. They are written by the order desk alone.
//
// A page costs a bounded look: a filter that names few rows by an index (a number, a customer, a conversation, a
// customer's name) gathers those, a status and open disputes walk their own indexes, everything else walks the orders in the order that is
// asked for, at most `longest_order_walk` a page.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/listed_page.hpp"

namespace sellavie::storage {

inline constexpr int longest_order_walk = 1000;

enum class order_sort : std::uint8_t { newest, oldest, largest };

struct order_filter {
  std::optional<std::string> status;
  std::optional<contact_id> customer;
  std::optional<conversation_id> conversation;
  std::optional<std::string> channel;
  /// Placed from here on, and before this.
  std::optional<instant> since;
  std::optional<instant> until;
  std::optional<std::int64_t> number;
  /// Whether a dispute freezes it.
  std::optional<bool> disputed;
  /// The customer's name begins so; empty: any.
  std::string name_prefix;
  order_sort sort = order_sort::newest;
};

struct listed_order {
  order_id id;
  std::int64_t number = 0;
  conversation_id conversation;
  /// The customer: of merged contacts the one whose profile counts.
  contact_id customer;
  std::string customer_name;
  std::string channel;
  std::string status;
  std::string currency;
  std::int64_t total_minor = 0;
  std::int64_t pieces = 0;
  /// What settled it, and what went back of that.
  std::int64_t received_minor = 0;
  std::int64_t refunded_minor = 0;
  /// "none", "open" or "released".
  std::string dispute;
  instant created_at{};
  /// Of an open order: when its stock goes back.
  instant reserved_until{};
  instant paid_at{};
  std::int64_t version = 1;
};

[[nodiscard]] result<listed_page<listed_order>> list_orders(api_session& session, const business_id& business,
                                                            const order_filter& filter,
                                                            const std::optional<api::page_position>& after,
                                                            int limit);

struct listed_item {
  product_id product;
  std::string sku;
  std::string name;
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;
};

struct listed_payment {
  payment_id id;
  /// "paystack", …; "cash" and "transfer" were taken by a person.
  std::string provider;
  std::string mode;
  std::string reference;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string status;
  instant created_at{};
  instant settled_at{};
};

/// Of an order's detail.
struct order_invoice_line {
  invoice_id id;
  std::string kind;
  std::string series;
  std::int64_t number = 0;
  instant issued_at{};
};

struct order_detail {
  listed_order summary;
  std::string note;
  std::string tracking;
  /// Of the live link; empty: there is none.
  std::string payment_url;
  std::vector<listed_item> items;
  std::vector<listed_payment> payments;
  std::vector<order_invoice_line> invoices;
};

[[nodiscard]] result<std::optional<order_detail>> find_order(api_session& session,
                                                             const business_id& business, const order_id& id);

struct listed_fact {
  std::int64_t position = 0;
  /// Kind, then a detail after ": ".
  std::string what;
  std::string actor;
  instant at{};
  /// timeline_row::noticed_by
  std::string noticed_by;
};
/// Oldest first, `limit` + 1 rows at most; nothing for an order of another business.
[[nodiscard]] result<std::vector<listed_fact>> list_timeline(api_session& session,
                                                             const business_id& business, const order_id& id,
                                                             std::int64_t after, int limit);

/// How the customer of a conversation can be reached, for manual orders, links and notices.
struct order_chat {
  conversation_id conversation;
  contact_id contact;
  connection_id connection;
  /// As the channel knows the customer.
  std::string customer;
  std::string channel;
  /// Of the profile that counts.
  std::string email;
  instant last_customer_at{};
  bool is_blocked = false;
  bool is_disconnected = false;
};
[[nodiscard]] result<std::optional<order_chat>> find_order_chat(api_session& session,
                                                                const business_id& business,
                                                                const conversation_id& id);

/// A list's statement and the index that must serve it, for the test that looks at their plans.
struct list_plan {
  std::string statement;
  const char* index;
  bool is_engines = false;
  int parameters = 0;
};
[[nodiscard]] std::vector<list_plan> order_plans();

}  // namespace sellavie::storage
