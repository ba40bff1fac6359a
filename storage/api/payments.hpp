#pragma once
// Money that came, as people list and read it; the attempts to be paid belong to their orders. It is written by the order
// desk alone.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/api/orders.hpp"
#include "storage/api/payment_reviews.hpp"
#include "storage/api/refunds.hpp"

namespace sellavie::storage {

struct received_filter {
  /// "on_order", "in_review" or "dismissed".
  std::optional<std::string> place;
  std::optional<std::string> provider;
  std::optional<order_id> order;
  /// Known from here on, and before this.
  std::optional<instant> since;
  std::optional<instant> until;
  bool oldest_first = false;
};

struct received_payment {
  payment_id id;
  std::string reference;
  /// Empty: a person took it.
  std::string transaction;
  /// "cash" and "transfer" were taken by a person.
  std::string provider;
  std::optional<payment_connection_id> connection;
  std::string mode;
  std::string currency;
  std::int64_t received_minor = 0;
  /// What the provider says went back otherwise than by our refunds.
  std::int64_t elsewhere_minor = 0;
  std::int64_t returned_minor = 0;
  std::string place;
  /// That it settled, or that its reference names.
  std::optional<order_id> order;
  std::int64_t order_number = 0;
  /// Of the order: of merged contacts the one whose profile counts.
  std::optional<contact_id> customer;
  std::string customer_name;
  bool is_disputed = false;
  instant received_at{};
};

/// A bounded look, as orders: an order has its index, everything else walks by time.
[[nodiscard]] result<listed_page<received_payment>> list_received(
    api_session& session, const business_id& business, const received_filter& filter,
    const std::optional<api::page_position>& after, int limit);

struct received_detail {
  received_payment summary;
  /// All of them, newest first.
  std::vector<listed_refund> refunds;
  std::optional<listed_review> review;
};
[[nodiscard]] result<std::optional<received_detail>> find_received(api_session& session,
                                                                   const business_id& business,
                                                                   const payment_id& id);

[[nodiscard]] std::vector<list_plan> received_plans();

}  // namespace sellavie::storage
