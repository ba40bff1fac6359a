#include "actors/invoice_desk.hpp"

#include <nlohmann/json.hpp>

#include "actors/invoice_records.hpp"
#include "actors/money_records.hpp"
#include "protocol/action/outcome_codec.hpp"
#include "protocol/domain/email.hpp"
#include "protocol/mail/customer_letters.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

using json = nlohmann::json;

constexpr std::chrono::hours document_mail_life{72};

std::vector<invoice> existing_of(const invoicing_record& record, const order& subject) {
  std::vector<invoice> known;
  for (const auto& row : record.existing) known.push_back(to_invoice(row, subject.number));
  return known;
}

std::vector<money_returned> returned_of(const invoicing_record& record) {
  std::vector<money_returned> all;
  for (const auto& row : record.returned)
    all.push_back({row.refund, {row.amount_minor, parse_currency(row.currency).value_or(currency_code{})}});
  return all;
}

action_outcome outcome_of(const invoice& document, const order& subject) {
  auto outcome = make_outcome(action_kind::send_invoice, action_effect::invoice_issued);
  describe(outcome, subject);
  outcome.invoice_number = document.formatted_number;
  return outcome;
}

invoice_context context_of(const invoicing_record& record, invoice_id fresh, instant now) {
  const auto& both = record.parties;
  const auto& own = both.settings;
  return {.next_number = record.last_number + 1,
          .new_invoice = fresh,
          .now = now,
          .tax_name = own.tax_name,
          .seller = {own.legal_name.empty() ? both.business_name : own.legal_name, own.address,
                     own.tax_number, own.footer},
          .buyer = {both.buyer_name, both.buyer_address, both.buyer_phone, both.buyer_email}};
}

}  // namespace

void invoice_desk_state::start(services_ptr node, tenant_ptr business) {
  node_ = std::move(node);
  business_ = std::move(business);
}

caf::result<action_outcome> invoice_desk_state::enqueue(issue_invoice wanted) {
  fifo_.push_back({std::move(wanted), owe_answer<action_outcome>(self_)});
  auto answer = fifo_.back().answer.to_return();
  next();
  return answer;
}

void invoice_desk_state::next() {
  if (busy_ || fifo_.empty()) return;
  busy_ = true;
  const issue_invoice& wanted = fifo_.front().wanted;
  if (wanted.replay && !wanted.action_key.empty()) look_up_result();
  else load();
}

void invoice_desk_state::look_up_result() {
  self_
      ->request(node_->reader_of(business_->id.value), caf::infinite,
                find_action_result{business_->id, fifo_.front().wanted.action_key})
      .then(
          [this](const found_action_result& found) {
            if (!found.outcome) return load();
            auto known = decode_outcome(*found.outcome);
            if (known) return answer(std::move(known.value()));
            self_->quit(make_error(errc::internal));
          },
          [this](const caf::error& failure) { self_->quit(make_error(code_of(failure))); });
}

// The barrier orders the read behind a former desk's commit.
void invoice_desk_state::load() {
  const auto failed = [this](const caf::error& failure) { self_->quit(make_error(code_of(failure))); };
  const issue_invoice& first = fifo_.front().wanted;
  const load_invoicing wanted{business_->id, std::string{series_of(first.kind)}, first.subject.id,
                              first.subject.contact};
  self_->request(node_->journal_of(business_->id), caf::infinite, inbox_check{})
      .then(
          [this, wanted, failed](const inbox_still_open&) {
            self_->request(node_->reader_of(business_->id.value), caf::infinite, wanted)
                .then([this](const shared<invoicing_record>& record) { on_loaded(*record); }, failed);
          },
          failed);
}

void invoice_desk_state::on_loaded(const invoicing_record& record) {
  const order& subject = fifo_.front().wanted.subject;
  if (fifo_.front().wanted.kind == invoice_kind::credit_note) return credit(record);
  const auto existing = existing_of(record, subject);
  const auto issued =
      issue(subject, existing, context_of(record, node_->ids->next_as<invoice_id>(), node_->now()));
  if (!issued) {
    return refuse(existing.empty() ? refusal::not_allowed : refusal::invoice_conflict);
  }
  auto outcome = outcome_of(issued.value().document, subject);
  storage::change_set changes;
  const bool is_fresh = issued.value().how == issuance::fresh;
  if (is_fresh) add_invoice(issued.value().document, changes);
  // What went back before has waited for an invoice to correct.
  if (is_fresh && !record.returned.empty())
    changes.jobs.push_back(
        credit_note_of(subject.id, business_->id, node_->ids->next_as<storage::job_id>(), node_->now()));
  const bool mails = is_fresh && may_mail(record);
  if (fifo_.front().wanted.link || mails)
    outcome.invoice_url = add_link(record, issued.value().document, changes);
  if (mails) mail_document(record, issued.value().document, outcome.invoice_url, changes);
  if (!fifo_.front().wanted.link) outcome.invoice_url.clear();
  if (!is_fresh && changes.invoice_links.empty()) return answer(std::move(outcome));
  write(std::move(changes), std::move(outcome));
}

void invoice_desk_state::credit(const invoicing_record& record) {
  const order& subject = fifo_.front().wanted.subject;
  const auto note = next_credit_note(subject, existing_of(record, subject), returned_of(record),
                                     context_of(record, node_->ids->next_as<invoice_id>(), node_->now()));
  if (!note) {
    node_->log->error("credit_note_not_made", {.business_id = business_->id},
                      {{"order_id", subject.id}, {"why", note.error()}});
    return fail(note.error().code);
  }
  if (!*note) return refuse(refusal::not_allowed);
  storage::change_set changes;
  add_invoice(**note, changes);
  if (may_mail(record)) mail_document(record, **note, fresh_link(**note, changes), changes);
  write(std::move(changes), outcome_of(**note, subject));
}

// A refusal is kept too: a resumed turn reads what the first run was told.
void invoice_desk_state::refuse(refusal why) {
  auto outcome = make_refusal(action_kind::send_invoice, why);
  if (fifo_.front().wanted.action_key.empty()) return answer(std::move(outcome));
  write({}, std::move(outcome));
}

void invoice_desk_state::add_invoice(const invoice& document, storage::change_set& changes) const {
  changes.invoices.push_back(to_row(document, business_->id));
  const issue_invoice& wanted = fifo_.front().wanted;
  changes.timeline.push_back({business_->id, document.order,
                              std::string{to_string(document.kind)} + "_issued: " + document.formatted_number,
                              wanted.actor, document.issued_at});
  if (wanted.by) {
    const json after{{"number", document.formatted_number},
                     {"order_id", to_string(document.order)},
                     {"total_minor", document.total.minor}};
    changes.activities.push_back(
        {business_->id, *wanted.by, "invoice.issued", "invoice", document.id.value, {}, after.dump()});
  }
}

std::string invoice_desk_state::add_link(const invoicing_record& record, const invoice& document,
                                         storage::change_set& to) const {
  const auto& address = node_->settings->http.public_url;
  if (address.empty()) return {};
  if (record.link && record.link->is_fresh(node_->now())) return invoice_url(address, record.link->token);
  return fresh_link(document, to);
}

std::string invoice_desk_state::fresh_link(const invoice& document, storage::change_set& to) const {
  const auto now = node_->now();
  to.invoice_links.push_back(
      {link_token(*node_->ids), business_->id, document.id, now, now + storage::invoice_link_life});
  return invoice_url(node_->settings->http.public_url, to.invoice_links.back().token);
}

bool invoice_desk_state::may_mail(const invoicing_record& record) {
  const auto& to = record.parties.buyer_email;
  const bool is_wanted =
      record.parties.settings.mail_documents && !record.parties.is_blocked && looks_like_email(to);
  if (!is_wanted || !sends_mail(*node_) || node_->settings->http.public_url.empty()) return false;
  return mails_.take(to, node_->now(), node_->settings->limits.mails_per_recipient_per_hour);
}

void invoice_desk_state::mail_document(const invoicing_record& record, const invoice& document,
                                       const std::string& url, storage::change_set& to) const {
  const auto letter = mail::document_issued(document, url, parse_language(business_->locale));
  to.mails.push_back(mail_to(*node_, storage::mail_id{document.id.value}, letter, record.parties.buyer_email,
                             document_mail_life));
  to.timeline.push_back({business_->id, document.order, "document_mailed: " + document.formatted_number,
                         "system", document.issued_at});
}

void invoice_desk_state::write(storage::change_set changes, action_outcome outcome) {
  if (const auto& key = fifo_.front().wanted.action_key; !key.empty())
    changes.action_results.push_back({business_->id, key, encode_outcome(outcome), node_->now()});
  self_
      ->request(node_->journal_of(business_->id), caf::infinite,
                commit_request{std::make_shared<storage::change_set>(std::move(changes)), business_->id})
      .then(
          [this, outcome = std::move(outcome)](const commit_reply& reply) {
            if (reply.outcome == storage::commit_outcome::committed) {
              storage::fault_point("invoice.committed");
              return answer(outcome);
            }
            const bool refused = reply.outcome == storage::commit_outcome::refused;
            fifo_.front().answer.deliver(make_error(refused ? errc::conflict : errc::unavailable));
            self_->quit(make_error(errc::unavailable));
          },
          [this](const caf::error&) { self_->quit(make_error(errc::unavailable)); });
}

void invoice_desk_state::answer(action_outcome outcome) {
  fifo_.front().answer.deliver(std::move(outcome));
  leave();
}

void invoice_desk_state::fail(errc why) {
  fifo_.front().answer.deliver(make_error(why));
  leave();
}

void invoice_desk_state::leave() {
  fifo_.pop_front();
  busy_ = false;
  next();
}

invoice_desk_actor::behavior_type invoice_desk(invoice_desk_state::pointer self, services_ptr node,
                                               tenant_ptr business) {
  auto& state = self->state;
  state.start(std::move(node), std::move(business));
  return {[&state](issue_invoice& wanted) { return state.enqueue(std::move(wanted)); }};
}

}  // namespace sellavie::actors
