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
#include "protocol/domain/payment_record.hpp"
#include "protocol/domain/refund.hpp"
#include "protocol/domain/review.hpp"

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
  /// The version that a person saw; 0: whichever it has.
  std::int64_t version = 0;

  friend bool operator==(const order_target&, const order_target&) = default;
};

enum class placing : std::uint8_t {
  /// What a customer wishes in a chat.
  by_chat,
  /// A person places it: an open order is never altered by that.
  by_person,
  /// ... and means another one, although the last closed order has the same items.
  by_person_again,
};

/// Of a live payment link.
enum class provider_word : std::uint8_t {
  /// There is none, or its provider called it unpaid.
  given,
  /// It was asked in vain: money may have come that nobody saw.
  silent,
};

/// What becomes of a payment link that is live already.
enum class live_link : std::uint8_t { keep, replace };

enum class refund_listing : std::uint8_t {
  /// To the last page, and each was accepted by confirm_refund.
  complete,
  /// It could not be had, or not be read.
  in_vain,
};

enum class refund_end : std::uint8_t { happened, did_not_happen };

namespace desk {

struct place_order {
  std::string action_key;
  conversation_id conversation{};
  contact_id contact{};
  std::vector<wished_item> items;
  std::string note;
  placing how = placing::by_chat;
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
  /// For the timeline: "customer", or why a person does it.
  std::string reason;
  provider_word provider = provider_word::given;
};

struct start_checkout {
  std::string action_key;
  order_target target;
  live_link known = live_link::keep;
};

/// The customer is to be reminded of a live link (checkout_reminder.hpp).
struct remind_of_checkout {
  std::string action_key;
  order_target target;
};

/// A person decides how long the stock waits; not after now: no longer.
struct set_hold {
  std::string action_key;
  order_target target;
  instant until{};
};

/// The payment_client's answer to a checkout_started outcome.
struct record_payment_link {
  order_id order{};
  std::string reference;
  std::string url;
  /// What the provider calls the link; empty where it has no name.
  std::string link_id{};
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
  payment_source from{};
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
  order_target target;
  hand_payment how = hand_payment::cash;
  /// For the timeline.
  std::string note;
};

struct mark_fulfilled {
  std::string action_key;
  order_target target;
  std::string tracking;
};

// --- refunds, disputes and the review queue (desk_money.hpp) --------------------------------------

/// By a person: of the money that settled the order, or of the payment named.
struct request_refund {
  std::string action_key;
  order_target target;
  payment_id payment{};
  /// Nothing: all that is left.
  std::optional<money> amount{};
  std::string reason;
  restock goods = restock::no;
};

struct approve_refund {
  std::string action_key;
  refund_id refund{};
};

struct reject_refund {
  std::string action_key;
  refund_id refund{};
  std::string note;
};

/// Before the payment_client calls the provider.
struct begin_refund {
  refund_id refund{};
};

/// The provider said that it did not happen, and would not.
struct refuse_refund {
  refund_id refund{};
  /// Which call was answered.
  std::int32_t attempt = 0;
  /// The provider's machine code.
  std::string code;
};

/// A provider's word on a refund: its answer, or one of the payment's list.
struct confirm_refund {
  payment_id payment{};
  refund_fact fact;
  /// Of an answer: which one was asked for.
  refund_id refund{};
};

/// A payment's refunds were listed because some may have happened.
struct settle_doubt {
  payment_id payment{};
  refund_listing listing = refund_listing::in_vain;
  /// When its first page was asked for.
  instant begun{};
};

/// A person looked at the provider's.
struct resolve_refund {
  std::string action_key;
  refund_id refund{};
  refund_end end = refund_end::did_not_happen;
  std::string note;
};

struct release_dispute {
  std::string action_key;
  order_target target;
  std::string note;
};

struct resolve_review {
  std::string action_key;
  review_id review{};
  review_resolution how = review_resolution::accept;
  /// Of attach.
  order_target target{};
  std::string note;
};

}  // namespace desk

using desk_command =
    std::variant<desk::place_order, desk::change_order, desk::cancel_order, desk::start_checkout,
                 desk::remind_of_checkout, desk::set_hold, desk::record_payment_link, desk::fail_payment_link,
                 desk::confirm_payment, desk::expire_reservations, desk::adjust_stock, desk::set_stock,
                 desk::set_stocks, desk::mark_paid, desk::mark_fulfilled, desk::request_refund,
                 desk::approve_refund, desk::reject_refund, desk::begin_refund, desk::refuse_refund,
                 desk::confirm_refund, desk::settle_doubt, desk::resolve_refund, desk::release_dispute,
                 desk::resolve_review>;

/// The order that a command names by its id; nil: none.
[[nodiscard]] order_id order_named_by(const desk_command& command) noexcept;

}  // namespace sellavie
