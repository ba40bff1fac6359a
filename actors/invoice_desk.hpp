#pragma once
// invoice_desk
//
// Role       issues invoices with gapless numbers.
// Grain      a business (and series). One commit under way; UNIQUE(business, series, number) backs it.
// Invariant  a number is used only by the commit that stores its invoice; one invoice per order, one credit note per refund:
//            asking again answers with the one that is there; a known action key decides nothing. Keeps no state: the last number is read
//            for each invoice, behind the commit before it. The mail about a document is queued by the commit that stores it.
// Supervised by the tenant_supervisor; on anything but `committed` it ends and is loaded anew.

#include <caf/all.hpp>
#include <deque>

#include "actors/customer_mail.hpp"
#include "actors/outcome_message.hpp"
#include "actors/owed_answer.hpp"
#include "actors/services.hpp"
#include "actors/tenant.hpp"
#include "protocol/domain/invoice.hpp"
#include "protocol/domain/order.hpp"

namespace sellavie::actors {

struct issue_invoice {
  order subject;
  std::string action_key;
  /// A resumed turn asks again: the key may have a result already.
  bool replay = false;
  /// Who the timeline names.
  std::string actor = "ai";
  /// Of a wish that came through the API: it stands in the activity log.
  std::optional<storage::change_origin> by{};
  /// A credit note: the next one that is due; refused when there is none.
  invoice_kind kind = invoice_kind::invoice;
  /// The customer is told where to read it: its link is made in the same commit, where the server has an address.
  bool link = false;
};

using invoice_desk_actor = caf::typed_actor<caf::replies_to<issue_invoice>::with<action_outcome>>;

class invoice_desk_state {
 public:
  using pointer = invoice_desk_actor::stateful_pointer<invoice_desk_state>;
  explicit invoice_desk_state(pointer self) : self_{self} {}
  void start(services_ptr node, tenant_ptr business);
  caf::result<action_outcome> enqueue(issue_invoice wanted);

  static constexpr const char* name = "invoice_desk";

 private:
  struct waiting {
    issue_invoice wanted;
    owed_answer<action_outcome> answer;
  };
  void next();
  void look_up_result();
  void load();
  void on_loaded(const invoicing_record& record);
  void credit(const invoicing_record& record);
  void refuse(refusal why);
  void add_invoice(const invoice& document, storage::change_set& to) const;
  /// A fresh document's link goes to the customer's mailbox too, where the business and the server send mail.
  [[nodiscard]] bool may_mail(const invoicing_record& record);
  void mail_document(const invoicing_record& record, const invoice& document, const std::string& url,
                     storage::change_set& to) const;
  [[nodiscard]] std::string add_link(const invoicing_record& record, const invoice& document,
                                     storage::change_set& to) const;
  [[nodiscard]] std::string fresh_link(const invoice& document, storage::change_set& to) const;
  void write(storage::change_set changes, action_outcome outcome);
  void answer(action_outcome outcome);
  /// Whoever asked tries again, or is seen to fail.
  void fail(errc why);
  void leave();

  pointer self_;
  services_ptr node_;
  tenant_ptr business_;
  std::deque<waiting> fifo_;
  mail_allowance mails_;
  bool busy_ = false;
};
static_assert(!std::is_aggregate_v<invoice_desk_state>);

invoice_desk_actor::behavior_type invoice_desk(invoice_desk_state::pointer self, services_ptr node,
                                               tenant_ptr business);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::issue_invoice)
