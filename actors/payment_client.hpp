#pragma once
// payment_client
//
// Role       speaks with the payment providers of one business: makes and ends links, fetches the truth, sends money back.
// Grain      a business. Holds no state that matters: the desk decides, the store remembers who was asked for what.
// Invariant  intent stored -> call -> result stored: it is asked only after the desk has committed the
//            intent; a lost answer is looked up by its reference before anything is repeated, or, where the
//            provider knows a repetition by its key, asked for once more. A payment is asked about where it was
//            begun, whichever account makes the links now; a key never goes to another provider's address.
// Keys       a refusal in use (401, 403) is a hint: the key itself is asked about, as a person's check does, and only that
//            word makes the account broken, with one task; so does it make it well again. A page of a proxy, a
//            provider that is away or one call that the key may not make are no such word.
// Supervised by the tenant_supervisor.

#include <caf/all.hpp>
#include <chrono>
#include <map>

#include "actors/exchange.hpp"
#include "actors/owed_answer.hpp"
#include "actors/payment_request.hpp"
#include "actors/services.hpp"
#include "actors/tenant_message.hpp"
#include "protocol/domain/money.hpp"
#include "protocol/domain/payment.hpp"
#include "protocol/payment/provider.hpp"

namespace sellavie::actors {

struct make_payment_link {
  std::string reference;
  money amount;
  /// "#1042".
  std::string order_label;
  std::string customer_email;
  instant deadline{};
};

enum class link_outcome : std::uint8_t {
  made,
  /// The reference is used up (paid or abandoned): the next attempt needs a new one.
  reference_taken,
  /// It was paid already.
  already_paid,
  failed,
};

[[nodiscard]] std::string_view to_string(link_outcome outcome) noexcept;

/// Whose word it is.
struct asked_account {
  payment::provider provider = payment::provider::paystack;
  payment_mode mode = payment_mode::test;
  payment_connection_id connection{};
};

struct payment_link {
  link_outcome outcome = link_outcome::failed;
  std::string url;
  /// What the provider calls it.
  std::string id{};
  /// Of already_paid: what the provider said of the money.
  std::optional<payment_fact> fact{};
  asked_account asked{};
};

/// By our reference, or by what a provider's event said of a payment whose reference it did not know.
struct fetch_payment {
  std::string reference{};
  /// The provider's id.
  std::string transaction{};
  /// Whose event it was: asked when the store knows no payment under this reference, and will not.
  payment_connection_id connection{};
  /// A reference that the store does not know may become known: nobody is asked about it yet.
  bool may_become_known = false;
  instant deadline{};
};

/// Nullopt fact: the provider could not be asked, or has no answer that counts.
struct payment_truth {
  std::optional<payment_fact> fact;
  /// Nullopt: there is none that could be.
  std::optional<asked_account> asked{};
  /// The store has a payment under the reference.
  bool is_known = false;
  /// The reference names an order of another business, which is asked about there.
  bool is_of_another = false;
  /// The store could not say: nothing here means anything.
  bool is_unread = false;
};

/// The desk has written that it is begun.
struct send_refund {
  payment::refund_request request{};
  payment_connection_id connection{};
  instant deadline{};
};

enum class refund_call : std::uint8_t {
  /// `fact` is the provider's word.
  answered,
  /// It did not happen, and would not: `code`.
  refused,
  /// It may have happened.
  in_doubt,
  /// Nothing reached the provider.
  not_sent,
};
struct refund_sent {
  refund_call call = refund_call::in_doubt;
  std::optional<refund_fact> fact{};
  std::string code{};
};

/// All refunds of one payment, page after page.
struct list_refunds {
  std::string transaction;
  currency_code currency{};
  payment_connection_id connection{};
  instant deadline{};
};
struct refunds_listed {
  /// To the last page; otherwise what is there proves nothing absent.
  bool is_complete = false;
  std::vector<refund_fact> refunds{};
};

/// A link that nobody is meant to pay by any more.
struct expire_link {
  std::string reference;
  instant deadline{};
};
enum class link_end : std::uint8_t {
  /// It is ended, or its provider cannot end links.
  over,
  /// It was not open any more: somebody may have paid.
  look,
  silent,
};

using payment_client_actor = caf::typed_actor<
    caf::replies_to<make_payment_link>::with<payment_link>,
    caf::replies_to<fetch_payment>::with<payment_truth>, caf::replies_to<send_refund>::with<refund_sent>,
    caf::replies_to<list_refunds>::with<refunds_listed>, caf::replies_to<expire_link>::with<link_end>,
    // The business as it is now.
    caf::reacts_to<tenant_ptr>,
    // From the transport.
    caf::reacts_to<transport_answer>>;

class payment_client_state {
 public:
  using pointer = payment_client_actor::stateful_pointer<payment_client_state>;
  explicit payment_client_state(pointer self) : self_{self} {}
  void start(services_ptr node, tenant_ptr business);
  caf::result<payment_link> make_link(const make_payment_link& wanted);
  caf::result<payment_truth> fetch(const fetch_payment& wanted);
  caf::result<refund_sent> refund(const send_refund& wanted);
  caf::result<refunds_listed> list(const list_refunds& wanted);
  caf::result<link_end> expire(const expire_link& wanted);
  void adopt(const tenant_ptr& changed);
  void finish(transport_answer& answer) { exchanges_.finish(answer); }

  static constexpr const char* name = "payment_client";
  /// Of one payment's refunds; there are few, and a provider that goes on for ever is not believed.
  static constexpr int most_pages = 20;
  /// After its key was asked about and nothing new was heard, an account is left in peace for so long.
  static constexpr std::chrono::minutes key_rest{1};

 private:
  struct link_request;
  using link_request_ptr = std::shared_ptr<link_request>;
  struct listing;
  using listing_ptr = std::shared_ptr<listing>;
  using fact_handler = std::function<void(std::optional<payment_fact>)>;

  void begin_link(const link_request_ptr& wanted);
  void on_link_answer(const link_request_ptr& wanted, outbound_response& response);
  void look_for(const link_request_ptr& wanted);
  void list_page(const listing_ptr& wanted);
  void begin(const payment_account& account, const payment::http_call& call, instant deadline,
             exchanges::continuation then);
  void ask(const payment_account& account, const payment::payment_query& query, instant deadline,
           fact_handler then);
  /// What is known of the key of an account.
  struct key_standing {
    std::string key;
    bool is_broken = false;
    /// Of whoever asked last.
    instant asked_at{};
    /// The question, or the commit of its answer, is under way.
    bool is_busy = false;
    instant rests_until{};
  };
  key_standing& standing_of(const payment_account& account);
  /// Null: the key that was asked has been replaced, or its account taken away.
  key_standing* still_standing(const payment_account& asked);
  /// Whether what came back is a hint that its key stands otherwise than is known.
  void heed(const payment_account& account, const outbound_response& response);
  void ask_about_key(const payment_account& account);
  void on_key_word(const payment_account& account, instant asked, const outbound_response& response);
  void note_key(const payment_account& account, instant asked, bool works);
  /// Who was asked for it; null: this account is not connected any more.
  [[nodiscard]] const payment_account* account_of(const storage::stored_payment& stored) const;
  [[nodiscard]] const payment_account* account_of(const payment_connection_id& connection) const;
  [[nodiscard]] std::chrono::milliseconds rest_of(instant deadline) const;

  pointer self_;
  services_ptr node_;
  tenant_ptr business_;
  exchanges exchanges_;
  std::map<payment_connection_id, key_standing> keys_;
};
static_assert(!std::is_aggregate_v<payment_client_state>);

payment_client_actor::behavior_type payment_client(payment_client_state::pointer self, services_ptr node,
                                                   tenant_ptr business);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::make_payment_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::payment_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::fetch_payment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::payment_truth)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::send_refund)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::refund_sent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::list_refunds)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::refunds_listed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::expire_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::link_end)
