#pragma once
// What the order_desk of a business can be asked to do. `action_key` is "turn.round.index" of a
// proposed action or the idempotency key of a request; storage makes it unique, so a known key
// never reaches decide(). Ids and money facts are bound by the server, never taken from a model.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/order.hpp"
#include "protocol/domain/payment.hpp"

namespace sellavie {

struct wished_item {
  std::string sku;
  std::int64_t quantity = 0;
  /// The price version that the plan showed; 0 = none was shown and none is compared.
  std::int64_t shown_price_version = 0;

  friend bool operator==(const wished_item&, const wished_item&) = default;
};

/// Which order: by id, or with a nil id the conversation's open one. When both are given they must agree.
struct order_target {
  conversation_id conversation{};
  order_id order{};

  friend bool operator==(const order_target&, const order_target&) = default;
};

enum class restock : std::uint8_t { no, yes };

namespace desk {

struct place_order {
  std::string action_key;
  conversation_id conversation{};
  contact_id contact{};
  std::vector<wished_item> items;
  std::string note;
};

/// `items` is the whole order as it shall be, not a difference.
struct change_order {
  std::string action_key;
  order_target target;
  std::vector<wished_item> items;
};

struct cancel_order {
  std::string action_key;
  order_target target;
  /// For the timeline: "customer", "expired", …
  std::string reason;
};

struct start_checkout {
  std::string action_key;
  order_target target;
};

/// The payment_client's answer to a checkout_started outcome.
struct record_payment_link {
  order_id order{};
  std::string reference;
  std::string url;
};

struct fail_payment_link {
  order_id order{};
  std::string reference;
  /// Failure class, for the timeline.
  std::string reason;
};

struct confirm_payment {
  /// Set when a check_payment action asked; empty for webhooks and polls.
  std::string action_key;
  payment_fact fact;
  /// Mode of the connection that was asked.
  payment_mode mode = payment_mode::test;
  /// The order as storage has it, when the book does not hold it (ignored otherwise).
  std::optional<order> stored;
};

struct expire_reservations {
  /// References of live links that their provider has just called unpaid.
  std::vector<std::string> unpaid;
  /// ... and of those that it was just asked about in vain.
  std::vector<std::string> silent;
};

struct adjust_stock {
  std::string action_key;
  std::string sku;
  std::int64_t delta = 0;
  /// Why a person does it.
  std::string reason;
};

/// Compare-and-set: refused as stale when the stock is not `expected` any more.
struct set_stock {
  std::string action_key;
  std::string sku;
  std::int64_t expected = 0;
  std::int64_t target = 0;
  std::string reason;
};

struct counted_stock {
  std::string sku;
  /// As it was when the file was read: what was sold since must not come back.
  std::int64_t expected = 0;
  std::int64_t target = 0;
};

/// What a file says of many products: all of it or nothing.
struct set_stocks {
  std::string action_key;
  std::vector<counted_stock> items;
  std::string reason;
};

/// A person took the money outside of a provider (cash, transfer).
struct mark_paid {
  std::string action_key;
  order_id order{};
};

struct mark_fulfilled {
  std::string action_key;
  order_id order{};
  std::optional<sellavie::order> stored;
};

struct mark_refunded {
  std::string action_key;
  order_id order{};
  restock goods = restock::no;
  std::optional<sellavie::order> stored;
};

}  // namespace desk

using desk_command =
    std::variant<desk::place_order, desk::change_order, desk::cancel_order, desk::start_checkout,
                 desk::record_payment_link, desk::fail_payment_link, desk::confirm_payment,
                 desk::expire_reservations, desk::adjust_stock, desk::set_stock, desk::set_stocks,
                 desk::mark_paid, desk::mark_fulfilled, desk::mark_refunded>;

}  // namespace sellavie
