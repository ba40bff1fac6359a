#include "actors/reader.hpp"

#include "protocol/domain/invoice.hpp"
#include "protocol/domain/payment.hpp"

namespace sellavie::actors {
namespace {

template <class T>
caf::result<shared<T>> answer(result<T> found) {
  if (!found) return make_error(found.error().code);
  return shared<T>{std::make_shared<T>(std::move(found.value()))};
}

}  // namespace

reader_actor::behavior_type reader(reader_actor::stateful_pointer<reader_state> self,
                                   std::shared_ptr<storage::store_reads> store,
                                   std::shared_ptr<monitoring::metrics> metrics) {
  self->state.store = std::move(store);
  self->state.metrics = std::move(metrics);
  auto& reads = *self->state.store;
  const auto& in_use = self->state.metrics->pool_in_use(monitoring::pool::reader);
  return {
      [&reads, &in_use](const storage::new_conversation& wanted) {
        const monitoring::at_work busy{in_use};
        return answer(reads.open_conversation(wanted));
      },
      [&reads, &in_use](const load_tenant& wanted) {
        const monitoring::at_work busy{in_use};
        return answer(reads.load_tenant(wanted.business, wanted.at));
      },
      [&reads, &in_use](const load_desk& wanted) {
        const monitoring::at_work busy{in_use};
        return answer(reads.load_desk(wanted.business, wanted.closed_since));
      },
      [&reads, &in_use](const load_products& wanted) -> caf::result<shared<product_list>> {
        const monitoring::at_work busy{in_use};
        auto rows = reads.load_products(wanted.business);
        if (!rows) return make_error(rows.error().code);
        const auto settings = reads.find_invoice_settings(wanted.business);
        if (!settings) return make_error(settings.error().code);
        return shared<product_list>{std::make_shared<product_list>(product_list{
            std::move(rows.value()), make_tax_terms(settings->tax_mode, settings->tax_rate_bp)})};
      },
      [&reads, &in_use](const load_outbox& wanted) -> caf::result<shared<loaded_outbox>> {
        const monitoring::at_work busy{in_use};
        auto rows = reads.load_outbox(wanted.connection);
        if (!rows) return make_error(rows.error().code);
        return shared<loaded_outbox>{std::make_shared<loaded_outbox>(loaded_outbox{std::move(rows.value())})};
      },
      [&reads, &in_use](const look_inbox& wanted) -> caf::result<shared<inbox_lines>> {
        const monitoring::at_work busy{in_use};
        auto lines = reads.look_inbox(wanted.after, wanted.limit);
        if (!lines) return make_error(lines.error().code);
        return shared<inbox_lines>{std::make_shared<inbox_lines>(inbox_lines{std::move(lines.value())})};
      },
      [&reads, &in_use](const fetch_inbox& wanted) -> caf::result<shared<inbox_page>> {
        const monitoring::at_work busy{in_use};
        auto rows = reads.load_inbox(wanted.ids);
        if (!rows) return make_error(rows.error().code);
        return shared<inbox_page>{std::make_shared<inbox_page>(inbox_page{std::move(rows.value())})};
      },
      [&reads, &in_use](const load_order& wanted) -> caf::result<found_order> {
        const monitoring::at_work busy{in_use};
        auto row = reads.find_order(wanted.business, wanted.order);
        if (!row) return make_error(row.error().code);
        return found_order{std::move(row.value())};
      },
      [&reads, &in_use](const load_payment& wanted) -> caf::result<found_payment> {
        const monitoring::at_work busy{in_use};
        auto row = reads.find_payment(wanted.business, wanted.reference);
        if (!row) return make_error(row.error().code);
        const auto named = row.value() ? std::nullopt : parse_payment_reference(wanted.reference);
        if (!named) return found_payment{std::move(row.value())};
        const auto anothers = reads.is_order_of_another(wanted.business, named->order);
        if (!anothers) return make_error(anothers.error().code);
        return found_payment{std::nullopt, anothers.value()};
      },
      [&reads, &in_use](const storage::money_question& asked) {
        const monitoring::at_work busy{in_use};
        return answer(reads.find_money(asked));
      },
      [&reads, &in_use](const load_recipient& wanted) -> caf::result<found_recipient> {
        const monitoring::at_work busy{in_use};
        auto whom = reads.find_order_recipient(wanted.business, wanted.order);
        if (!whom) return make_error(whom.error().code);
        return found_recipient{std::move(whom.value())};
      },
      [&reads, &in_use](const load_mailbox& wanted) -> caf::result<found_mailbox> {
        const monitoring::at_work busy{in_use};
        auto whom = reads.find_mailbox(wanted.business, wanted.conversation);
        if (!whom) return make_error(whom.error().code);
        return found_mailbox{std::move(whom.value())};
      },
      [&reads, &in_use](const load_reminder& wanted) -> caf::result<found_reminder> {
        const monitoring::at_work busy{in_use};
        auto about = reads.find_reminder(wanted.business, wanted.order);
        if (!about) return make_error(about.error().code);
        return found_reminder{std::move(about.value())};
      },
      [&reads, &in_use](const find_action_result& wanted) -> caf::result<found_action_result> {
        const monitoring::at_work busy{in_use};
        auto outcome = reads.find_action_result(wanted.business, wanted.action_key);
        if (!outcome) return make_error(outcome.error().code);
        return found_action_result{std::move(outcome.value())};
      },
      [&reads, &in_use](const load_invoicing& wanted) -> caf::result<shared<invoicing_record>> {
        const monitoring::at_work busy{in_use};
        auto last = reads.last_invoice_number(wanted.business, wanted.series);
        if (!last) return make_error(last.error().code);
        auto existing = reads.find_invoices(wanted.business, wanted.order);
        if (!existing) return make_error(existing.error().code);
        auto returned = reads.find_returned(wanted.business, wanted.order);
        if (!returned) return make_error(returned.error().code);
        auto parties = reads.find_invoice_parties(wanted.business, wanted.buyer);
        if (!parties) return make_error(parties.error().code);
        auto found = std::make_shared<invoicing_record>();
        for (const auto& one : existing.value()) {
          if (one.kind != to_string(invoice_kind::invoice)) continue;
          const auto link = reads.find_invoice_link(wanted.business, one.id);
          if (!link) return make_error(link.error().code);
          found->link = link.value();
        }
        found->last_number = last.value();
        found->existing = std::move(existing.value());
        found->returned = std::move(returned.value());
        found->parties = std::move(parties.value());
        return shared<invoicing_record>{std::move(found)};
      },
      [&reads, &in_use](const storage::sent_question& asked) -> caf::result<found_sent> {
        const monitoring::at_work busy{in_use};
        auto message = reads.find_sent(asked);
        if (!message) return make_error(message.error().code);
        return found_sent{std::move(message.value())};
      },
      [&reads, &in_use](const storage::composed_question& asked) -> caf::result<found_composed> {
        const monitoring::at_work busy{in_use};
        auto rows = reads.find_composed(asked);
        if (!rows) return make_error(rows.error().code);
        return found_composed{std::move(rows.value())};
      },
      [&reads, &in_use](const load_quota& wanted) {
        const monitoring::at_work busy{in_use};
        return answer(reads.load_quota(wanted.business, wanted.at));
      },
      [&reads, &in_use](const storage::job_claim& wanted) {
        const monitoring::at_work busy{in_use};
        return answer(reads.claim_jobs(wanted));
      },
      [&reads, &in_use](const load_job_state& wanted) -> caf::result<storage::job_state> {
        const monitoring::at_work busy{in_use};
        auto state = reads.load_job_state(wanted.now);
        if (!state) return make_error(state.error().code);
        return std::move(state.value());
      },
  };
}

}  // namespace sellavie::actors
