#pragma once
// A business for tests of the order_book: products in, commands in, outcomes out, time by hand. What is decided is
// stored, and looked up as the desk does.

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "protocol/domain/order_book.hpp"
#include "tests/protocol/domain/desk_store.hpp"

namespace sellavie::test {

inline constexpr currency_code naira{{'N', 'G', 'N'}};

template <class Id>
Id numbered(std::uint32_t number) {
  Id id;
  id.value.bytes[0] = 1;
  for (std::size_t i = 0; i < 4; ++i) id.value.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

inline conversation_id chat(std::uint32_t number) { return numbered<conversation_id>(number); }

class a_shop {
 public:
  a_shop() { book_.currency = naira; }

  a_shop& selling(const std::string& sku, std::int64_t price_minor, std::int64_t stock) {
    product one;
    one.id = numbered<product_id>(static_cast<std::uint32_t>(book_.products.size()) + 1);
    one.sku = sku;
    one.name = "Name of " + sku;
    one.price = {price_minor, naira};
    one.stock = stock;
    load(book_, one);
    store_.products.emplace(one.id, one);
    return *this;
  }

  decision decides(const desk_command& command) {
    context_.new_order = numbered<order_id>(++last_order_);
    context_.new_payment = numbered<payment_id>(last_order_);
    context_.new_refund = numbered<refund_id>(last_order_);
    const auto named = money_named_by(command);
    context_.money = named ? store_.find(*named) : stored_money{};
    if (auto stored = store_.find_order(order_named_by(command))) context_.stored = std::move(stored);
    auto decided = decide(book_, command, context_);
    for (const auto& event : decided.events) apply(book_, event);
    if (const auto broken = store_.write(decided); !broken.empty()) throw std::logic_error(broken);
    return decided;
  }

  action_outcome does(const desk_command& command) { return decides(command).outcome; }

  action_outcome places(std::uint32_t conversation, std::vector<wished_item> items) {
    return does(desk::place_order{"key-" + std::to_string(++last_key_), chat(conversation),
                                  numbered<contact_id>(conversation), std::move(items), "note"});
  }

  action_outcome changes(std::uint32_t conversation, std::vector<wished_item> items) {
    return does(desk::change_order{"key", {chat(conversation), {}}, std::move(items)});
  }

  action_outcome cancels(std::uint32_t conversation) {
    return does(desk::cancel_order{"key", {chat(conversation), {}}, "customer"});
  }

  action_outcome starts_checkout(std::uint32_t conversation) {
    return does(desk::start_checkout{"key", {chat(conversation), {}}});
  }

  /// Starts a checkout and records its link; the outcome carries reference and url.
  action_outcome has_link(std::uint32_t conversation) {
    const auto started = starts_checkout(conversation);
    return does(desk::record_payment_link{started.order, started.payment_reference, "https://pay.example/1"});
  }

  action_outcome is_told(const payment_fact& fact) {
    return does(desk::confirm_payment{"key", fact, payment_mode::live, {"paystack", "till"}});
  }

  /// Somebody else acts from now on.
  a_shop& as(const std::string& actor) {
    context_.actor = actor;
    return *this;
  }

  a_shop& later(std::chrono::seconds time) {
    context_.now += time;
    return *this;
  }

  [[nodiscard]] std::int64_t stock_of(const std::string& sku) const {
    return find_product(book_, sku)->stock;
  }
  [[nodiscard]] const order* open(std::uint32_t conversation) const {
    return open_order_of(book_, chat(conversation));
  }
  [[nodiscard]] const order& last(std::uint32_t conversation) const {
    return *last_order_of(book_, chat(conversation));
  }
  order_book& book() { return book_; }
  desk_store& store() { return store_; }
  desk_context& context() { return context_; }

 private:
  order_book book_;
  desk_store store_;
  desk_context context_{instant_from_ms(1'700'000'000'000), {}, "ai", {}};
  std::uint32_t last_order_ = 0;
  std::uint32_t last_key_ = 0;
};

inline a_shop fabrics() {
  a_shop shop;
  shop.selling("A1", 1'500'000, 20).selling("B2", 50'000, 5);
  return shop;
}

/// The provider's word that this order was paid in full.
inline payment_fact money_for(const action_outcome& checkout, const std::string& transaction = "T1") {
  return {checkout.payment_reference, transaction, payment_status::success, checkout.total, checkout.total,
          payment_mode::live};
}

}  // namespace sellavie::test
