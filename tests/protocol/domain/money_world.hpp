#pragma once
// Everything that money goes through, for the money machine: customers, people, a provider, its words on their way (lost,
// doubled, reordered, late), and a desk that dies. Each step is one thing that may happen next.

#include <map>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "protocol/domain/invoice.hpp"
#include "tests/protocol/domain/a_desk.hpp"
#include "tests/protocol/domain/a_provider.hpp"

namespace sellavie::test {

class money_world {
 public:
  explicit money_world(std::uint64_t seed);

  /// One thing happens.
  void step();
  /// The provider ends what is pending, everything is asked and listed to the end, and nothing dies meanwhile.
  void settle();

  /// Empty, or the promise that does not hold.
  [[nodiscard]] std::string broken_promise() const;
  /// ... after settle(): the books agree with the provider.
  [[nodiscard]] std::string broken_settlement() const;
  /// The last things that happened.
  [[nodiscard]] const std::vector<std::string>& history() const { return history_; }
  [[nodiscard]] const desk_store& store() const { return desk_.store; }

 private:
  struct link {
    order_id order;
    std::string reference;
    money amount;
  };
  struct link_answer {
    link made;
    bool is_made = true;
  };
  struct refund_answer {
    payment_id payment;
    refund_id refund;
    std::int32_t attempt = 0;
    /// Nothing: refused.
    std::optional<refund_fact> fact;
  };
  struct listing {
    payment_id payment;
    std::vector<refund_fact> facts;
    refund_listing how = refund_listing::complete;
    instant begun{};
  };
  struct late_call {
    std::string transaction;
    money amount;
    std::string key;
    instant arrives{};
  };
  struct person_wish {
    desk_command command;
    std::string key;
    std::string who;
  };
  using message = std::variant<payment_fact, link_answer, refund_answer, listing, desk::expire_reservations>;

  // --- chance
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool once_in(std::uint64_t times) { return below(times) == 0; }
  template <class Container>
  auto& any_of(Container& from) {
    return *std::next(from.begin(), static_cast<std::ptrdiff_t>(below(from.size())));
  }
  std::string any_person() { return once_in(2) ? "person:grace" : "person:amina"; }
  order_id any_order() { return desk_.store.orders.empty() ? order_id{} : any_of(desk_.store.orders).first; }

  // --- asking the desk
  std::optional<action_outcome> ask(desk_command command, const std::string& actor, std::string key = {});
  void ask_as_person(desk_command command);
  std::string fresh_key() { return "k" + std::to_string(++last_key_); }
  void send(message what) { on_their_way_.push_back(std::move(what)); }
  void note(const std::string& what) { history_.push_back(what); }

  // --- what may happen
  void time_passes();
  void customer_wishes();
  void link_is_made();
  void customer_pays();
  void provider_moves();
  void provider_gives_back();
  void provider_is_polled();
  void word_arrives();
  void refund_is_begun();
  void refunds_are_listed();
  void person_refunds();
  void person_decides_a_refund();
  void person_says_what_became();
  void person_reviews();
  void person_minds_an_order();
  void person_repeats();
  void reservations_expire();
  void invoice_is_issued();
  [[nodiscard]] std::optional<invoice> document_due(const order_id& id, invoice_kind kind) const;
  [[nodiscard]] std::vector<invoice> documents_of(const order_id& id) const;
  [[nodiscard]] std::vector<money_returned> returned_of(const order_id& id) const;

  void hear(const payment_fact& fact);
  void hear(const link_answer& answer);
  void hear(const refund_answer& answer);
  void hear(const listing& listed);
  void hear(const desk::expire_reservations& ended);
  void call_provider(const payment_record& payment, const refund& one);
  void arrive(const late_call& call);
  void arrive_late_calls();
  [[nodiscard]] payment_fact word_on_link(const std::string& reference);
  [[nodiscard]] listing list_of(const payment_record& payment);
  [[nodiscard]] std::string inspect(const decision& decided);
  [[nodiscard]] std::string broken_credit(const order& subject) const;
  [[nodiscard]] std::string inspect(const order_event& event) const;
  [[nodiscard]] std::string inspect(const refund& after) const;

  std::mt19937_64 random_;
  a_desk desk_;
  a_provider provider_;
  std::vector<link> links_;
  /// Links that the desk wants made.
  std::vector<link> wanted_links_;
  std::vector<message> on_their_way_;
  std::vector<late_call> late_calls_;
  std::vector<person_wish> repeatable_;
  std::vector<invoice> invoices_;
  std::map<product_id, std::int64_t> returned_pieces_;
  std::vector<std::string> history_;
  std::int64_t last_key_ = 0;
  std::int64_t last_transaction_ = 0;
};

}  // namespace sellavie::test
