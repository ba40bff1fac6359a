#pragma once
// The pure heart of the order_desk: the only place that decides about stock and orders.
//
//  R1  A conversation has at most one open order.
//  R2  Placing an order takes all its pieces out of stock or none; stock is never negative.
//  R3  A repeated wish answers with the order that is there and changes nothing: the same items as the
//      open order, or as the conversation's last order wished within the duplicate window unless that
//      one was cancelled or refunded. This comes before stock and prices, which the first wish settled.
//  R4  place_order with other items replaces the items of an open order that has no payment link, and
//      is refused (payment_link_out) when a link is out or being made.
//  R5  Unknown and inactive products, quantities below 1 or above 10,000, no items, more than 50
//      lines, a price version that is not the one shown, too little stock, too large a total: refused,
//      nothing changes. The same sku twice is one line.
//  R6  change_order replaces all items at today's prices and moves only the difference of stock, in one
//      step; id and number stay. A payment link that is out is dropped: money for it goes to review.
//      The items that are already there change nothing.
//  R7  Cancelling returns the stock. Only open orders are changed, cancelled or checked out. With a live link
//      whose provider was asked in vain, to review as in R14.
//  R8  start_checkout makes a draft await payment and names a new reference (attempt + 1), and holds the
//      stock anew. While a link is being made it names the same reference; a live link is answered.
//  R9  A link is recorded only under the order's current reference; anything else is stale.
//  R10 A failed link drops the reference; the order keeps awaiting payment, the next attempt is new.
//  R11 A successful payment settles an order that awaits it, under its current reference, when amount,
//      currency and mode agree. The same fact again is confirmed and changes nothing.
//  R12 Any other money goes to review and changes no order: wrong amount, currency or mode, a replaced
//      link, a cancelled order, an order settled otherwise, an order nobody knows.
//  R13 A pending payment holds the stock a little longer; one that failed, was not begun, or was given back
//      before it settled anything changes nothing.
//  R14 Expiry cancels unpaid open orders whose reservation ended (plus a grace while a link is live),
//      earliest first, so many at a time, and returns their stock; never a closed order. One with a live
//      link goes only when its provider has just called it unpaid; when it was asked in vain and
//      unanswered_grace is over too, to review: money may have come that nobody saw. Never unasked. With money
//      that does not fit it waits as long, for the person who looks (R24).
//  R15 Stock is edited by a delta, by compare-and-set or by a file of counts, and stays within 0 … max_stock.
//  R16 Products are edited in their table; the book then takes them from there, stock and all, while
//      nothing of its own is on the way to the table.
//  R17 Transitions follow can_become(); only people mark paid by hand or fulfilled, and what is refunded follows from
//      money that went back (R35).
//  R18 A business has at most max_open_orders open orders.
//  R19 A hold is renewed by changes and checkouts, but never beyond longest_reservation.
//  R20 A person's order never alters an open one: the same items are answered by R3, others are refused
//      (order_open). For a closed one with the same items a person may say that another is meant.
//  R21 A person sets how long the stock waits, at most longest_hold from now; not after now, it is released:
//      R14 then decides when the order goes. R19 never shortens it.
//  R22 A person may replace a live link: its reference is dropped like that of a changed order.
//  R23 Who names the version that they saw changes nothing else (stale). That an order is closed, or not in the
//      state that is needed, is said first.
//  R24 The same money is put before people once: as long as the book remembers it, it is answered as under review
//      and no more.
//
//  R25 to R41, about money after it came, are in desk_money.hpp.
//
//  R42 A reminder of a live link changes nothing. It is refused when the order is not as whoever asks saw it, awaits no
//      payment by a live link, or is held no more.

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/catalog.hpp"
#include "protocol/domain/desk_command.hpp"
#include "protocol/domain/desk_event.hpp"
#include "protocol/domain/desk_money.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/order.hpp"

namespace sellavie {

/// In memory per business. Bounded by products + open orders + max_recent_orders + max_reviewed.
struct order_book {
  currency_code currency{};
  /// Of what is priced from now on (tax R7).
  tax_terms tax{};
  std::int64_t next_order_number = 1;
  std::map<product_id, product> products;
  std::map<std::string, product_id, std::less<>> by_sku;
  /// Open orders only.
  std::map<order_id, order> open;
  std::map<conversation_id, order_id> open_by_conversation;
  /// The last closed order per conversation, for the duplicate window.
  std::map<conversation_id, order> recent;
  /// R24: review_subject and order of the open ones; all are forgotten at once at max_reviewed.
  std::map<std::string, order_id> reviewed;

  friend bool operator==(const order_book&, const order_book&) = default;
};

inline constexpr std::size_t max_recent_orders = 4'096;
inline constexpr std::size_t max_reviewed = 4'096;

struct desk_settings {
  std::chrono::seconds duplicate_window{std::chrono::minutes{10}};
  std::chrono::seconds reservation_time{std::chrono::minutes{30}};
  std::chrono::seconds longest_reservation{std::chrono::hours{24}};
  /// By a person.
  std::chrono::seconds longest_hold{std::chrono::days{14}};
  /// On top of the reservation while a link is live, and per pending payment.
  std::chrono::seconds payment_grace{std::chrono::minutes{10}};
  /// How much longer a live link's order waits for its provider to answer.
  std::chrono::seconds unanswered_grace{std::chrono::hours{1}};
  /// R29; nothing: a person alone may refund any sum.
  std::optional<std::int64_t> refund_limit_minor{};
  /// R38: of money that may settle what a person puts it on.
  payment_mode mode = payment_mode::live;
  /// R32: a call that was begun longer ago has arrived, or never will.
  std::chrono::seconds refund_settle_time{std::chrono::minutes{2}};
  /// R32: how long a provider is asked in vain before a person is.
  std::chrono::seconds refund_doubt_time{std::chrono::hours{24}};
  std::int32_t max_refund_attempts = 5;
  std::size_t max_open_orders = 10'000;
  std::size_t expiry_batch = 100;
};

struct desk_context {
  instant now{};
  /// Fresh ids, used only if something is made.
  order_id new_order{};
  /// "ai", "system", "person:<id>", "provider:paystack": who the timeline names.
  std::string actor;
  desk_settings settings{};
  /// The order that the command names as storage has it, when the book does not hold it.
  std::optional<order> stored{};
  payment_id new_payment{};
  refund_id new_refund{};
  /// desk_money.hpp
  stored_money money{};
  /// Of a provider's word: why it was asked.
  std::optional<payment_hint> noticed_by{};
};

[[nodiscard]] decision decide(const order_book& book, const desk_command& command,
                              const desk_context& context);
void apply(order_book& book, const desk_event& event);

/// Loading: products, orders (open ones, and closed ones still in the duplicate window) and open reviews as stored.
/// next_order_number is the loader's to set.
void load(order_book& book, const product& stored);
void load(order_book& book, const order& stored);
void load(order_book& book, const review& stored);
/// R16: these are all products now.
void replace_products(order_book& book, const std::vector<product>& stored);
/// Drops remembered closed orders that were wished before `before` (now - duplicate_window).
void forget_recent(order_book& book, instant before);

[[nodiscard]] const product* find_product(const order_book& book, std::string_view sku);
[[nodiscard]] const order* find_open_order(const order_book& book, const order_id& id);
/// Open, or remembered.
[[nodiscard]] const order* find_order(const order_book& book, const order_id& id);
[[nodiscard]] const order* open_order_of(const order_book& book, const conversation_id& conversation);
/// The open order, else the remembered closed one.
[[nodiscard]] const order* last_order_of(const order_book& book, const conversation_id& conversation);
/// The live links of orders whose time is over, earliest first: the provider is to be asked about them.
[[nodiscard]] std::vector<std::string> links_to_ask(const order_book& book, const desk_settings& settings,
                                                    instant now, std::size_t most);
/// When expire_reservations may have something to do next; for the desk's timer.
[[nodiscard]] std::optional<instant> next_expiry(const order_book& book, const desk_settings& settings);

}  // namespace sellavie
