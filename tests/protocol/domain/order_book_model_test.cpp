// Random lives of a shop: whatever is asked, in whatever order, the invariants hold.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace test;

constexpr std::uint32_t conversations = 4;
constexpr std::int64_t initial_stock = 12;

/// Everything ever written, as storage would have it.
struct ledger {
  std::map<order_id, order> orders;
  std::map<product_id, std::int64_t> added;
  std::vector<payment_fact> facts;
};

/// Uniform whatever RapidCheck's size is: its first, small cases would otherwise order nothing.
template <class T>
T pick(T from, T below) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(from, below));
}

std::vector<wished_item> any_items() {
  std::vector<wished_item> items;
  for (auto left = pick(1, 4); left > 0; --left)
    items.push_back({*rc::gen::element<std::string>("A1", "B2", "C3"), pick<std::int64_t>(1, 6),
                     pick<std::int64_t>(0, 2)});
  if (pick(0, 8) == 0)
    items.push_back(*rc::gen::element(wished_item{"??", 1}, wished_item{"A1", 0}, wished_item{"A1", 1, 2}));
  return items;
}

order_target any_target(const ledger& past) {
  const auto conversation = chat(pick<std::uint32_t>(1, conversations + 1));
  if (past.orders.empty() || pick(0, 4) != 0) return {conversation, {}};
  const auto at = pick<std::size_t>(0, past.orders.size());
  return {*rc::gen::arbitrary<bool>() ? conversation : conversation_id{},
          std::next(past.orders.begin(), static_cast<std::ptrdiff_t>(at))->first};
}

order any_past_order(const ledger& past) {
  if (past.orders.empty()) return {};
  const auto at = pick<std::size_t>(0, past.orders.size());
  return std::next(past.orders.begin(), static_cast<std::ptrdiff_t>(at))->second;
}

payment_fact any_fact(const ledger& past) {
  const auto subject = any_past_order(past);
  const auto attempt =
      pick(0, 4) == 0 ? pick(1, subject.payment_attempt + 2) : std::max(1, subject.payment_attempt);
  const auto status =
      *rc::gen::element(payment_status::success, payment_status::success, payment_status::pending,
                        payment_status::failed, payment_status::not_started);
  const money amount{subject.total.minor + *rc::gen::element<std::int64_t>(0, 0, 0, -1), naira};
  return {make_payment_reference(subject.id, attempt),
          *rc::gen::element<std::string>("T1", "T2"),
          status,
          amount,
          amount,
          payment_mode::live};
}

/// Mostly as it is, sometimes as it was.
order_target a_person_saw(const order& subject) {
  return {{}, subject.id, pick(0, 4) == 0 ? subject.version + 1 : subject.version};
}

desk_command any_command(const ledger& past, const order& subject, instant now) {
  const auto key = std::string{"k"};
  const auto conversation = pick<std::uint32_t>(1, conversations + 1);
  const auto sku = *rc::gen::element<std::string>("A1", "B2");
  const auto url = std::string{"https://pay.example/x"};
  switch (pick(0, 21)) {
    case 0:
    case 1:
    case 2: return desk::place_order{key, chat(conversation), {}, any_items(), ""};
    case 3: return desk::change_order{key, any_target(past), any_items()};
    case 4: return desk::cancel_order{key, any_target(past), "customer"};
    case 5:
    case 6: return desk::start_checkout{key, any_target(past)};
    case 7:
    case 8: return desk::record_payment_link{subject.id, subject.payment_reference, url};
    case 9: return desk::fail_payment_link{subject.id, subject.payment_reference, "x"};
    case 10:
    case 11: return desk::confirm_payment{"", any_fact(past), payment_mode::live};
    case 12: return desk::expire_reservations{{subject.payment_reference}};
    case 13: return desk::adjust_stock{key, sku, pick<std::int64_t>(-5, 6)};
    case 14: return desk::mark_paid{key, a_person_saw(subject), hand_payment::cash, ""};
    case 15: return desk::mark_fulfilled{key, a_person_saw(subject), "parcel 1"};
    case 16:
      return desk::place_order{key, chat(conversation),
                               {},  any_items(),
                               "",  *rc::gen::element(placing::by_person, placing::by_person_again)};
    case 17: return desk::set_hold{key, a_person_saw(subject), now + std::chrono::hours{pick(-1, 400)}};
    case 18: return desk::start_checkout{key, a_person_saw(subject), live_link::replace};
    case 19:
      return desk::cancel_order{key, a_person_saw(subject), "why",
                                *rc::gen::element(provider_word::given, provider_word::silent)};
    default: {
      desk::request_refund wanted{key, a_person_saw(subject), {}, {}, "broken"};
      wanted.goods = *rc::gen::element(restock::no, restock::yes);
      return wanted;
    }
  }
}

bool goods_are_out(const order& one) { return one.status != order_status::cancelled; }

struct world {
  a_shop shop;
  ledger past;
  /// Pieces of refunded orders that came back.
  std::map<product_id, std::int64_t> returned;

  void run(const desk_command& command) {
    const auto before = shop.book();
    const auto decided = shop.decides(command);
    RC_ASSERT(decided.outcome.accepted || decided.events.empty());
    RC_ASSERT(decided.outcome.accepted == (decided.outcome.why == refusal::none));
    const bool adjusts = std::holds_alternative<desk::adjust_stock>(command);
    const bool refunds = std::holds_alternative<desk::request_refund>(command);
    const auto changes = changes_of(decided);
    for (const auto& change : changes.orders) record(change);
    for (const auto& move : changes.stock) {
      if (adjusts) past.added[move.product] += move.delta;
      if (refunds) returned[move.product] += move.delta;
    }
    again(before, command, decided);
  }

  void record(const order_change& change) {
    const auto known = past.orders.find(change.after.id);
    RC_ASSERT((known == past.orders.end()) == (change.prior_version == 0));
    if (known != past.orders.end()) {
      const auto& was = known->second;
      RC_ASSERT(was.version == change.prior_version);
      RC_ASSERT(was.status == change.after.status || can_become(was.status, change.after.status));
      RC_ASSERT(was.number == change.after.number);
      RC_ASSERT(change.after.reserved_until - shop.context().now <= shop.context().settings.longest_hold);
      if (is_closed(was.status)) RC_ASSERT(is_closed(change.after.status) && was.lines == change.after.lines);
    }
    past.orders.insert_or_assign(change.after.id, change.after);
  }

  /// The same question in the same state has the same answer.
  void again(const order_book& before, const desk_command& command, const decision& first) {
    const auto second = decide(before, command, shop.context());
    RC_ASSERT(second.outcome == first.outcome);
    RC_ASSERT(second.events == first.events);
  }

  void check() {
    std::map<product_id, std::int64_t> out;
    std::set<conversation_id> talking;
    std::size_t open = 0;
    for (const auto& [id, one] : past.orders) {
      if (goods_are_out(one))
        for (const auto& line : one.lines) out[line.product] += line.quantity;
      const auto sum = sum_of(one.lines, naira);
      RC_ASSERT(sum.has_value() && *sum == one.total);
      if (is_closed(one.status)) continue;
      ++open;
      RC_ASSERT(talking.insert(one.conversation).second);
      RC_ASSERT(shop.book().open.at(id) == one);
    }
    RC_ASSERT(open == shop.book().open.size());
    for (const auto& [id, one] : shop.book().products) {
      RC_ASSERT(one.stock >= 0);
      RC_ASSERT(one.stock + out[id] - returned[id] == initial_stock + past.added[id]);
    }
  }
};

RC_GTEST_PROP(order_book_model, keeps_its_invariants_whatever_is_asked, ()) {
  world w;
  w.shop.selling("A1", 1'500, initial_stock).selling("B2", 50, initial_stock).selling("C3", 7, initial_stock);
  w.shop.context().settings.expiry_batch = 2;
  const auto steps = pick(20, 120);
  for (int i = 0; i < steps; ++i) {
    w.shop.later(std::chrono::seconds{*rc::gen::element(0, 1, 5, 60, 400)});
    const auto subject = any_past_order(w.past);
    w.shop.context().stored = subject;
    w.shop.as(pick(0, 2) == 0 ? "person:grace" : "ai");
    const auto now = w.shop.context().now;
    w.run(any_command(w.past, subject, now));
    w.check();
  }
  std::set<std::string> reached;
  for (const auto& [id, one] : w.past.orders) reached.emplace(to_string(one.status));
  for (const auto& status : reached) RC_CLASSIFY(true, status);
}

RC_GTEST_PROP(order_book_model, sells_20_pieces_once_however_200_customers_race, ()) {
  a_shop shop;
  shop.selling("A1", 1'500, 20);
  std::int64_t sold = 0;
  for (int i = 0; i < 200; ++i) {
    const auto customer = pick<std::uint32_t>(1, 201);
    const auto pieces = pick<std::int64_t>(1, 4);
    shop.places(customer, {{"A1", pieces}});
    RC_ASSERT(shop.stock_of("A1") >= 0);
  }
  for (const auto& [id, one] : shop.book().open) sold += one.lines.front().quantity;
  RC_ASSERT(sold + shop.stock_of("A1") == 20);
}

}  // namespace
}  // namespace sellavie
