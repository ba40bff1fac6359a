#include "tests/protocol/domain/money_world.hpp"

#include <algorithm>

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t customers = 3;
constexpr std::int64_t initial_stock = 15;
constexpr currency_code dollars{{'U', 'S', 'D'}};

std::int64_t pieces_out(const desk_store& store, const product_id& id) {
  std::int64_t pieces = 0;
  for (const auto& [order, one] : store.orders)
    if (one.status != order_status::cancelled)
      for (const auto& line : one.lines)
        if (line.product == id) pieces += line.quantity;
  return pieces;
}

bool has_unfinished_refund(const desk_store& store, const review& waiting) {
  return std::any_of(store.refunds.begin(), store.refunds.end(), [&](const auto& entry) {
    const refund& one = entry.second;
    const auto& payment = store.payments.at(one.payment);
    return payment.reference == waiting.reference && payment.transaction == waiting.transaction &&
           one.origin == refund_origin::here && is_live(one.state) && one.state != refund_state::succeeded;
  });
}

std::string name_of(const desk_command& command) { return "command " + std::to_string(command.index()); }

bool is_pending(refund_status status) {
  return status == refund_status::pending || status == refund_status::needs_attention;
}

}  // namespace

money_world::money_world(std::uint64_t seed) : random_{seed} {
  std::uint32_t number = 0;
  for (const auto& [sku, price] : {std::pair{"A1", 1'500}, std::pair{"B2", 70}, std::pair{"C3", 9}}) {
    product one;
    one.id = numbered<product_id>(++number);
    one.sku = sku;
    one.price = {price, naira};
    one.stock = initial_stock;
    desk_.store.products.emplace(one.id, one);
  }
  provider_.repeats_keys = once_in(2);
  provider_.tells_sums = once_in(2);
  if (once_in(2)) desk_.settings.refund_limit_minor = static_cast<std::int64_t>(below(3'000));
  desk_.settings.max_refund_attempts = 2;
  desk_.inspect = [this](const decision& decided) { return inspect(decided); };
  desk_.open(naira);
}

// --- asking the desk --------------------------------------------------------------------------------

std::optional<action_outcome> money_world::ask(desk_command command, const std::string& actor,
                                               std::string key) {
  if (once_in(25)) desk_.fate = once_in(2) ? desk_fate::lost : desk_fate::unheard;
  const bool dies = desk_.fate != desk_fate::heard;
  auto outcome = desk_.ask(command, key, actor);
  desk_.fate = desk_fate::heard;
  note(actor + " " + name_of(command) + (dies ? ", the desk died" : "") +
       (outcome ? std::string{": "} + std::string{to_string(outcome->effect)} + " " +
                      std::string{to_string(outcome->why)} + " " + outcome->state
                : ""));
  return outcome;
}

void money_world::ask_as_person(desk_command command) {
  person_wish wish{std::move(command), fresh_key(), any_person()};
  const auto outcome = ask(wish.command, wish.who, wish.key);
  // Who heard nothing asks again, with the same key; so does, sometimes, who heard.
  if (!outcome || once_in(8)) repeatable_.push_back(std::move(wish));
}

std::string money_world::inspect(const decision& decided) {
  bool is_refunded = false;
  for (const auto& event : decided.events) {
    if (const auto* changed = std::get_if<order_event>(&event)) {
      is_refunded = is_refunded || changed->kind == order_event_kind::refunded;
      if (auto wrong = inspect(*changed); !wrong.empty()) return wrong;
    }
    if (const auto* stock = std::get_if<stock_moved>(&event); stock != nullptr && is_refunded)
      returned_pieces_[stock->product] += stock->delta;
    if (const auto* changed = std::get_if<refund_event>(&event))
      if (auto wrong = inspect(changed->after); !wrong.empty()) return wrong;
  }
  return {};
}

std::string money_world::inspect(const order_event& event) const {
  const auto known = desk_.store.orders.find(event.after.id);
  if (known == desk_.store.orders.end()) return {};
  const auto& was = known->second;
  if (was.status != event.after.status && !can_become(was.status, event.after.status))
    return "an order goes back";
  if (is_closed(was.status) && was.lines != event.after.lines) return "a closed order has other items";
  if (event.kind == order_event_kind::fulfilled && was.dispute == dispute_state::open)
    return "a disputed order is fulfilled";
  return {};
}

std::string money_world::inspect(const refund& after) const {
  const auto& store = desk_.store;
  const auto& limit = desk_.settings.refund_limit_minor;
  if (after.state == refund_state::approved && after.attempt == 0) {
    if (after.decided_by == after.requested_by) return "two eyes are not four";
    if (limit && after.decided_by.empty() && after.amount.minor > *limit)
      return "one person passes the limit";
  }
  if (after.state != refund_state::sending) return {};
  const auto& payment = store.payments.at(after.payment);
  std::int64_t live = 0;
  for (const auto& [id, one] : store.refunds)
    if (one.payment == after.payment && is_live(one.state)) live += one.amount.minor;
  if (live > payment.received.minor) return "a refund is sent that is more than what is left";
  const auto subject = store.orders.find(payment.order);
  const bool is_frozen = payment.place == payment_place::on_order && subject != store.orders.end() &&
                         subject->second.dispute == dispute_state::open;
  return is_frozen ? "a disputed order is refunded" : "";
}

// --- what may happen --------------------------------------------------------------------------------

void money_world::step() {
  using act = void (money_world::*)();
  static constexpr act acts[] = {&money_world::time_passes,
                                 &money_world::time_passes,
                                 &money_world::customer_wishes,
                                 &money_world::customer_wishes,
                                 &money_world::customer_wishes,
                                 &money_world::link_is_made,
                                 &money_world::link_is_made,
                                 &money_world::customer_pays,
                                 &money_world::customer_pays,
                                 &money_world::provider_moves,
                                 &money_world::provider_moves,
                                 &money_world::provider_gives_back,
                                 &money_world::provider_is_polled,
                                 &money_world::provider_is_polled,
                                 &money_world::provider_is_polled,
                                 &money_world::word_arrives,
                                 &money_world::word_arrives,
                                 &money_world::word_arrives,
                                 &money_world::refund_is_begun,
                                 &money_world::refund_is_begun,
                                 &money_world::refunds_are_listed,
                                 &money_world::person_refunds,
                                 &money_world::person_refunds,
                                 &money_world::person_decides_a_refund,
                                 &money_world::person_says_what_became,
                                 &money_world::person_reviews,
                                 &money_world::person_minds_an_order,
                                 &money_world::person_repeats,
                                 &money_world::reservations_expire,
                                 &money_world::invoice_is_issued};
  (this->*acts[below(std::size(acts))])();
}

void money_world::time_passes() {
  static constexpr std::chrono::seconds lengths[] = {1s, 30s, 2min, 10min, 40min, 2h, 25h};
  desk_.now += lengths[below(std::size(lengths))];
  arrive_late_calls();
  if (once_in(2)) desk_.forget();
}

void money_world::customer_wishes() {
  const auto who = chat(1 + static_cast<std::uint32_t>(below(customers)));
  std::vector<wished_item> items;
  for (auto left = 1 + below(2); left > 0; --left) {
    static constexpr const char* skus[] = {"A1", "B2", "C3"};
    items.push_back({skus[below(3)], 1 + static_cast<std::int64_t>(below(4))});
  }
  const auto key = fresh_key();
  switch (below(8)) {
    case 0: ask(desk::change_order{key, {who, {}}, std::move(items)}, "ai", key); return;
    case 1: ask(desk::cancel_order{key, {who, {}}, "customer"}, "ai", key); return;
    case 2:
    case 3: ask(desk::place_order{key, who, {}, std::move(items), ""}, "ai", key); return;
    default: break;
  }
  ask(desk::place_order{key, who, {}, std::move(items), ""}, "ai", key);
  const auto other = fresh_key();
  const auto started = ask(desk::start_checkout{other, {who, {}}}, "ai", other);
  if (started && started->effect == action_effect::checkout_started)
    wanted_links_.push_back({started->order, started->payment_reference, started->total});
}

void money_world::link_is_made() {
  if (wanted_links_.empty()) return;
  auto& wanted = any_of(wanted_links_);
  const bool is_made = !once_in(6);
  if (is_made) links_.push_back(wanted);
  send(link_answer{wanted, is_made});
  std::swap(wanted, wanted_links_.back());
  wanted_links_.pop_back();
}

void money_world::customer_pays() {
  if (links_.empty()) return;
  const auto& chosen = any_of(links_);
  const bool is_paid = std::any_of(provider_.payments.begin(), provider_.payments.end(),
                                   [&](const auto& one) { return one.truth.reference == chosen.reference; });
  if (is_paid && !once_in(5)) return;
  payment_fact truth{chosen.reference,        "T" + std::to_string(++last_transaction_),
                     payment_status::success, chosen.amount,
                     chosen.amount,           payment_mode::live};
  switch (below(12)) {
    case 0: truth.received.minor = 1 + truth.received.minor / 2; break;
    case 1: truth.received.minor += 1 + static_cast<std::int64_t>(below(90)); break;
    case 2: truth.received.currency = truth.requested.currency = dollars; break;
    case 3: truth.mode = payment_mode::test; break;
    case 4:
    case 5: truth.status = payment_status::pending; break;
    default: break;
  }
  note("a customer pays " + format_money(truth.received) + " on " + truth.reference + " " +
       truth.transaction);
  provider_.payments.push_back({truth, {}});
  if (!once_in(4)) send(truth);
}

void money_world::provider_moves() {
  if (provider_.payments.empty()) return;
  auto& payment = any_of(provider_.payments);
  auto& truth = payment.truth;
  if (truth.status == payment_status::pending)
    truth.status = once_in(3) ? payment_status::failed : payment_status::success;
  else if (truth.status == payment_status::success && once_in(10)) truth.is_disputed = true;
  else if (truth.status == payment_status::success && once_in(10)) truth.received.minor += 10;
  for (auto& one : payment.refunds) {
    if (!is_pending(one.status) || once_in(3)) continue;
    static constexpr refund_status next[] = {refund_status::succeeded, refund_status::succeeded,
                                             refund_status::failed, refund_status::needs_attention};
    one.status = next[below(4)];
    note("refund " + one.id + " is " + std::string{to_string(one.status)});
  }
  if (once_in(2)) send(provider_.word_on(payment));
}

void money_world::provider_gives_back() {
  if (provider_.payments.empty()) return;
  auto& payment = any_of(provider_.payments);
  const auto left = payment.left();
  if (left < 1) return;
  const auto minor =
      once_in(2) ? left : 1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(left)));
  auto* made = provider_.give_back(payment, {minor, payment.truth.received.currency},
                                   once_in(2) ? "" : "customer unhappy");
  if (once_in(2)) made->status = refund_status::succeeded;
  note(made->id + " by hand at the provider, " + std::to_string(minor) + " of " + payment.truth.transaction);
}

void money_world::provider_is_polled() {
  if (!provider_.payments.empty() && !once_in(5)) {
    const auto fact = provider_.word_on(any_of(provider_.payments));
    return once_in(3) ? send(fact) : hear(fact);
  }
  if (!links_.empty()) hear(word_on_link(any_of(links_).reference));
}

void money_world::word_arrives() {
  if (on_their_way_.empty()) return;
  auto& chosen = any_of(on_their_way_);
  const auto word = chosen;
  if (!once_in(6)) {
    std::swap(chosen, on_their_way_.back());
    on_their_way_.pop_back();
  }
  if (once_in(12)) return note("a word is lost");
  std::visit([this](const auto& one) { hear(one); }, word);
}

void money_world::refund_is_begun() {
  for (const auto& [id, one] : desk_.store.refunds) {
    // Somebody who does not know how it stands may want it, too.
    if (one.state != refund_state::approved && !(one.state == refund_state::sending && once_in(8))) continue;
    const auto refund = id;
    const auto begun = ask(desk::begin_refund{refund}, "system");
    if (!begun || !begun->accepted) return;
    const auto& sent = desk_.store.refunds.at(refund);
    return call_provider(desk_.store.payments.at(sent.payment), sent);
  }
}

void money_world::call_provider(const payment_record& payment, const refund& one) {
  const late_call call{payment.transaction, one.amount, refund_key(one.id),
                       desk_.now + desk_.settings.refund_settle_time - 1s};
  switch (below(10)) {
    case 0: return note("the call is lost");
    case 1:
    case 2: late_calls_.push_back(call); return note("the call is late");
    case 3: arrive(call); return note("the answer is lost");
    default: break;
  }
  auto* known = provider_.find(payment.transaction);
  const auto* made = known == nullptr ? nullptr : provider_.give_back(*known, one.amount, call.key);
  refund_answer answer{payment.id, one.id, one.attempt, std::nullopt};
  if (made != nullptr) answer.fact = provider_.word_on(*known, *made);
  return once_in(3) ? send(answer) : hear(answer);
}

void money_world::arrive(const late_call& call) {
  auto* known = provider_.find(call.transaction);
  if (known != nullptr) provider_.give_back(*known, call.amount, call.key);
}

void money_world::arrive_late_calls() {
  for (const auto& call : late_calls_)
    if (call.arrives <= desk_.now) arrive(call);
  std::erase_if(late_calls_, [&](const late_call& call) { return call.arrives <= desk_.now; });
}

money_world::listing money_world::list_of(const payment_record& payment) {
  listing listed{payment.id, {}, refund_listing::complete, desk_.now};
  if (const auto* known = provider_.find(payment.transaction))
    for (const auto& one : known->refunds) listed.facts.push_back(provider_.word_on(*known, one));
  return listed;
}

void money_world::refunds_are_listed() {
  auto& store = desk_.store;
  if (store.payments.empty()) return;
  const auto id = store.refunds.empty() || once_in(3) ? any_of(store.payments).first
                                                      : any_of(store.refunds).second.payment;
  const auto& payment = store.payments.at(id);
  if (payment.transaction.empty()) return;
  auto listed = list_of(payment);
  if (once_in(4)) {
    listed.how = refund_listing::in_vain;
    listed.facts.resize(listed.facts.size() / 2);
  }
  return once_in(3) ? send(listed) : hear(listed);
}

// --- people -----------------------------------------------------------------------------------------

void money_world::person_refunds() {
  desk::request_refund wish;
  wish.reason = "broken";
  wish.goods = once_in(2) ? restock::yes : restock::no;
  if (once_in(3)) wish.target.order = any_order();
  else if (!desk_.store.payments.empty()) wish.payment = any_of(desk_.store.payments).first;
  if (!once_in(3)) wish.amount = money{static_cast<std::int64_t>(below(once_in(2) ? 4'000 : 100)), naira};
  ask_as_person(wish);
}

void money_world::person_decides_a_refund() {
  if (desk_.store.refunds.empty()) return;
  const auto id = any_of(desk_.store.refunds).first;
  if (once_in(4)) ask_as_person(desk::reject_refund{"", id, "no"});
  else ask_as_person(desk::approve_refund{"", id});
}

void money_world::person_says_what_became() {
  for (const auto& [id, one] : desk_.store.refunds) {
    if (one.state != refund_state::unproved) continue;
    auto end = refund_end::did_not_happen;
    if (const auto* known = provider_.find(desk_.store.payments.at(one.payment).transaction))
      for (const auto& made : known->refunds) {
        if (made.key != refund_key(id)) continue;
        if (is_pending(made.status)) return;
        if (made.status == refund_status::succeeded) end = refund_end::happened;
      }
    return ask_as_person(desk::resolve_refund{"", id, end, "looked"});
  }
}

void money_world::person_reviews() {
  if (desk_.store.reviews.empty()) return;
  static constexpr review_resolution ways[] = {
      review_resolution::accept, review_resolution::attach,  review_resolution::attach,
      review_resolution::refund, review_resolution::dismiss, review_resolution::dismiss_as_handled};
  ask_as_person(desk::resolve_review{
      "", any_of(desk_.store.reviews).first, ways[below(std::size(ways))], {{}, any_order()}, "seen"});
}

void money_world::person_minds_an_order() {
  const auto id = any_order();
  if (id.is_nil()) return;
  switch (below(4)) {
    case 0: return ask_as_person(desk::mark_paid{"", {{}, id}, hand_payment::cash, ""});
    case 1: return ask_as_person(desk::mark_fulfilled{"", {{}, id}, "parcel"});
    case 2: return ask_as_person(desk::release_dispute{"", {{}, id}, "won"});
    default:
      return ask_as_person(
          desk::cancel_order{"", {{}, id}, "why", once_in(2) ? provider_word::silent : provider_word::given});
  }
}

void money_world::person_repeats() {
  if (repeatable_.empty()) return;
  const auto wish = any_of(repeatable_);
  ask(wish.command, wish.who, wish.key);
}

void money_world::reservations_expire() {
  desk::expire_reservations ended;
  for (const auto& reference : links_to_ask(desk_.book(), desk_.settings, desk_.now, 9)) {
    if (once_in(4)) {
      ended.silent.push_back(reference);
      continue;
    }
    const auto fact = word_on_link(reference);
    const auto decided =
        ask(desk::confirm_payment{"", fact, payment_mode::live, {"paystack", "till"}}, "system");
    if (!decided) continue;
    if (decided->effect == action_effect::payment_review) ended.silent.push_back(reference);
    else if (fact.status != payment_status::pending) ended.unpaid.push_back(reference);
  }
  return once_in(4) ? send(ended) : hear(ended);
}

void money_world::invoice_is_issued() {
  const auto id = any_order();
  if (id.is_nil()) return;
  const auto kind = once_in(2) ? invoice_kind::invoice : invoice_kind::credit_note;
  auto document = document_due(id, kind);
  const bool is_lost = once_in(10);
  if (document && !is_lost) invoices_.push_back(std::move(*document));
}

std::optional<invoice> money_world::document_due(const order_id& id, invoice_kind kind) const {
  const auto& subject = desk_.store.orders.at(id);
  const auto existing = documents_of(id);
  std::int64_t next = 1;
  for (const auto& one : invoices_)
    if (one.kind == kind) next = std::max(next, one.number + 1);
  const invoice_context context{next, {}, desk_.now};
  if (kind == invoice_kind::credit_note)
    return next_credit_note(subject, existing, returned_of(id), context).value();
  const auto issued = issue(subject, existing, context);
  if (issued && issued->how == issuance::fresh) return issued->document;
  return std::nullopt;
}

std::vector<invoice> money_world::documents_of(const order_id& id) const {
  std::vector<invoice> all;
  std::copy_if(invoices_.begin(), invoices_.end(), std::back_inserter(all),
               [&](const invoice& one) { return one.order == id; });
  return all;
}

std::vector<money_returned> money_world::returned_of(const order_id& id) const {
  std::vector<money_returned> all;
  for (const auto& [payment, one] : desk_.store.payments) {
    if (one.place != payment_place::on_order || one.order != id) continue;
    for (const auto& [refund, of] : desk_.store.refunds)
      if (of.payment == payment && of.state == refund_state::succeeded) all.push_back({refund, of.amount});
  }
  return all;
}

// --- what arrives -----------------------------------------------------------------------------------

payment_fact money_world::word_on_link(const std::string& reference) {
  for (const auto& one : provider_.payments)
    if (one.truth.reference == reference) return provider_.word_on(one);
  payment_fact nothing;
  nothing.reference = reference;
  nothing.status = payment_status::not_started;
  nothing.mode = payment_mode::live;
  return nothing;
}

void money_world::hear(const payment_fact& fact) {
  ask(desk::confirm_payment{"", fact, payment_mode::live, {"paystack", "till"}}, "system");
}

void money_world::hear(const link_answer& answer) {
  const auto& made = answer.made;
  if (answer.is_made)
    ask(desk::record_payment_link{made.order, made.reference, "https://pay.example/" + made.reference}, "ai");
  else ask(desk::fail_payment_link{made.order, made.reference, "unavailable"}, "ai");
}

void money_world::hear(const refund_answer& answer) {
  if (answer.fact) ask(desk::confirm_refund{answer.payment, *answer.fact, answer.refund}, "system");
  else ask(desk::refuse_refund{answer.refund, answer.attempt, "rejected"}, "system");
}

// Doubt is settled only when each of the list was taken.
void money_world::hear(const listing& listed) {
  for (const auto& fact : listed.facts) {
    const auto heard = ask(desk::confirm_refund{listed.payment, fact, {}}, "system");
    if (!heard || !heard->accepted) return;
  }
  ask(desk::settle_doubt{listed.payment, listed.how, listed.begun}, "system");
}

void money_world::hear(const desk::expire_reservations& ended) { ask(ended, "system"); }

// --- the end ----------------------------------------------------------------------------------------

void money_world::settle() {
  const auto tell = [&](const desk_command& command) { desk_.ask(command, {}, "system"); };
  desk_.now += 3min;
  arrive_late_calls();
  for (auto& payment : provider_.payments) {
    if (payment.truth.status == payment_status::pending) payment.truth.status = payment_status::success;
    for (auto& one : payment.refunds)
      if (is_pending(one.status)) one.status = once_in(2) ? refund_status::succeeded : refund_status::failed;
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto& payment : provider_.payments)
      tell(desk::confirm_payment{"", provider_.word_on(payment), payment_mode::live, {"paystack", "till"}});
    for (const auto& payment : values_of(desk_.store.payments)) {
      if (payment.transaction.empty()) continue;
      const auto listed = list_of(payment);
      for (const auto& fact : listed.facts) tell(desk::confirm_refund{payment.id, fact, {}});
      tell(desk::settle_doubt{payment.id, refund_listing::complete, listed.begun});
    }
  }
  for (const auto& [id, subject] : desk_.store.orders)
    while (auto note = document_due(id, invoice_kind::credit_note)) invoices_.push_back(std::move(*note));
}

// --- promises ---------------------------------------------------------------------------------------

std::string money_world::broken_promise() const {
  if (!desk_.broken.empty()) return desk_.broken;
  const auto& store = desk_.store;
  for (const auto currency : {naira, dollars})
    if (!store.sums(currency).balances()) return "the ledger does not balance";
  std::set<order_id> settled;
  for (const auto& [id, payment] : store.payments) {
    std::int64_t ours = 0;
    std::int64_t back = 0;
    for (const auto& [refund, one] : store.refunds) {
      if (one.payment != id) continue;
      if (one.origin == refund_origin::here && is_live(one.state)) ours += one.amount.minor;
      if (one.state == refund_state::succeeded) back += one.amount.minor;
    }
    if (ours > payment.received.minor) return "refunds that may happen exceed what came";
    // A list may tell what went back of money that is not known to have come yet.
    if (payment.returned < std::min(back, payment.received.minor)) return "what went back is not counted";
    if (payment.left() < 0) return "what went back exceeds what came";
    if (payment.place != payment_place::on_order) continue;
    if (!settled.insert(payment.order).second) return "an order is paid twice";
  }
  for (const auto& [id, payment] : store.payments) {
    if (payment.place == payment_place::on_order) continue;
    const bool is_seen = std::any_of(store.reviews.begin(), store.reviews.end(), [&](const auto& one) {
      return one.second.reference == payment.reference && one.second.transaction == payment.transaction;
    });
    if (!is_seen) return "money that nobody is told of";
  }
  for (const auto& [id, one] : store.reviews)
    if (one.state == review_state::refunding && !has_unfinished_refund(store, one))
      return "a review waits for a refund that is over";
  for (const auto& [id, one] : store.orders)
    if (one.status == order_status::refunded && one.refunded == 0) return "refunded without money";
  for (const auto& [id, one] : store.products) {
    const auto back = returned_pieces_.find(id);
    const auto returned = back == returned_pieces_.end() ? 0 : back->second;
    if (one.stock < 0 || one.stock + pieces_out(store, id) - returned != initial_stock)
      return "pieces of " + one.sku + " got lost";
  }
  std::map<invoice_kind, std::int64_t> last;
  for (const auto& one : invoices_)
    if (one.number != ++last[one.kind]) return "a gap in the numbers";
  for (const auto& [id, one] : store.orders)
    if (auto broken = broken_credit(one); !broken.empty()) return broken;
  return {};
}

std::string money_world::broken_credit(const order& subject) const {
  std::int64_t left = 0;
  std::int64_t tax_left = 0;
  std::set<refund_id> credited;
  for (const auto& one : documents_of(subject.id)) {
    const auto tax = one.taxes.empty() ? 0 : one.taxes.front().tax.minor;
    const bool is_note = one.kind == invoice_kind::credit_note;
    if (is_note && !credited.insert(one.refund).second) return "a refund with two credit notes";
    if (is_note && one.total.minor <= 0) return "a credit note of nothing";
    left += is_note ? -one.total.minor : one.total.minor;
    tax_left += is_note ? -tax : tax;
  }
  if (left < 0 || tax_left < 0 || tax_left > left) return "credited beyond the invoice";
  return {};
}

std::string money_world::broken_settlement() const {
  if (const auto broken = broken_promise(); !broken.empty()) return broken;
  const auto& store = desk_.store;
  for (const auto& [id, one] : store.refunds)
    if (is_under_way(one.state)) return "a refund is in doubt for ever";
  for (const auto& payment : provider_.payments) {
    std::map<std::string, int> calls;
    for (const auto& one : payment.refunds)
      if (one.status != refund_status::failed && parse_refund_key(one.key) && ++calls[one.key] > 1)
        return "a refund was made twice";
    const auto& truth = payment.truth;
    const auto known = std::find_if(store.payments.begin(), store.payments.end(), [&](const auto& one) {
      return one.second.transaction == truth.transaction;
    });
    const auto came = truth.status == payment_status::success ? truth.received.minor : 0;
    if (known == store.payments.end()) {
      if (came != payment.returned()) return "money came that is not written down";
      continue;
    }
    if (known->second.received.minor != came)
      return "of " + truth.transaction + " more or less is written down";
    if (known->second.returned != payment.returned())
      return "of " + truth.transaction + " went back " + std::to_string(payment.returned()) + ", not " +
             std::to_string(known->second.returned);
  }
  for (const auto& [id, one] : store.orders) {
    std::int64_t billed = 0;
    std::int64_t credited = 0;
    for (const auto& document : documents_of(id))
      (document.kind == invoice_kind::invoice ? billed : credited) += document.total.minor;
    const bool is_void = one.status == order_status::cancelled || one.status == order_status::refunded;
    const auto back = one.refunded - std::max(std::int64_t{0}, one.received - billed);
    // Money that came after a note makes a surplus of what the note credits: a note stays.
    const auto due = is_void ? billed : std::clamp(back, std::int64_t{0}, billed);
    const auto most = is_void ? billed : std::min(one.refunded, billed);
    if (credited < due || credited > most)
      return "of " + std::to_string(due) + " that went back " + std::to_string(credited) + " is credited";
  }
  std::size_t open = 0;
  for (const auto& [id, one] : store.orders) {
    if (is_closed(one.status)) continue;
    ++open;
    if (const auto* held = find_open_order(desk_.book(), id); held == nullptr || *held != one)
      return "the desk remembers an order otherwise than the store";
  }
  return open == desk_.book().open.size() ? "" : "the desk has an order that is not stored";
}

}  // namespace sellavie::test
