#include "actors/money_records.hpp"

#include <nlohmann/json.hpp>

#include "actors/refund_run.hpp"

namespace sellavie::actors {
namespace {

template <class Id>
std::optional<Id> or_none(const Id& id) {
  return id.is_nil() ? std::nullopt : std::optional{id};
}

/// Rows of several kinds, all of them valid or nothing.
template <class Value, class Row>
bool take(const std::optional<Row>& row, std::optional<Value> (*read)(const Row&), std::optional<Value>& to) {
  if (!row) return true;
  to = read(*row);
  return to.has_value();
}

}  // namespace

storage::payment_record_row to_row(const payment_record& subject, business_id business) {
  storage::payment_record_row row{.id = subject.id,
                                  .business = business,
                                  .prior_version = subject.version - 1,
                                  .version = subject.version,
                                  .reference = subject.reference,
                                  .transaction = subject.transaction,
                                  .provider = subject.from.provider,
                                  .mode = std::string{to_string(subject.mode)},
                                  .currency = std::string{subject.received.currency.text()},
                                  .received_minor = subject.received.minor,
                                  .elsewhere_minor = subject.elsewhere,
                                  .returned_minor = subject.returned,
                                  .place = std::string{to_string(subject.place)},
                                  .order = or_none(subject.order),
                                  .is_disputed = subject.is_disputed,
                                  .received_at = subject.at};
  if (const auto id = parse_uuid(subject.from.connection)) row.connection = payment_connection_id{*id};
  return row;
}

storage::refund_row to_row(const refund& subject, business_id business) {
  return {.id = subject.id,
          .business = business,
          .prior_version = subject.version - 1,
          .version = subject.version,
          .payment = subject.payment,
          .order = or_none(subject.order),
          .amount_minor = subject.amount.minor,
          .currency = std::string{subject.amount.currency.text()},
          .reason = subject.reason,
          .returns_goods = subject.goods == restock::yes,
          .origin = std::string{to_string(subject.origin)},
          .state = std::string{to_string(subject.state)},
          .requested_by = subject.requested_by,
          .decided_by = subject.decided_by,
          .provider_id = subject.provider_id,
          .attempt = subject.attempt,
          .requested_at = subject.requested_at,
          .sent_at = subject.sent_at,
          .note = subject.note,
          .is_contradicted = subject.is_contradicted};
}

storage::review_row to_row(const review& subject, business_id business) {
  return {.id = subject.id,
          .business = business,
          .prior_version = subject.version - 1,
          .version = subject.version,
          .order = or_none(subject.order),
          .reference = subject.reference,
          .transaction = subject.transaction,
          .reason = std::string{to_string(subject.reason)},
          .state = std::string{to_string(subject.state)},
          .resolved_by = subject.resolved_by,
          .note = subject.note,
          .opened_at = subject.opened_at,
          .resolved_at = subject.resolved_at};
}

std::optional<payment_record> to_record(const storage::payment_record_row& row) {
  const auto currency = parse_currency(row.currency);
  const auto mode = parse_payment_mode(row.mode);
  const auto place = parse_payment_place(row.place);
  if (!currency || !mode || !place) return std::nullopt;
  payment_record one;
  one.id = row.id;
  one.reference = row.reference;
  one.transaction = row.transaction;
  one.from = {row.provider, row.connection ? to_string(*row.connection) : std::string{}};
  one.mode = *mode;
  one.received = {row.received_minor, *currency};
  one.elsewhere = row.elsewhere_minor;
  one.returned = row.returned_minor;
  one.place = *place;
  one.order = row.order.value_or(order_id{});
  one.is_disputed = row.is_disputed;
  one.at = row.received_at;
  one.version = row.version;
  return one;
}

std::optional<refund> to_refund(const storage::refund_row& row) {
  const auto currency = parse_currency(row.currency);
  const auto origin = parse_refund_origin(row.origin);
  const auto state = parse_refund_state(row.state);
  if (!currency || !origin || !state) return std::nullopt;
  refund one;
  one.id = row.id;
  one.payment = row.payment;
  one.order = row.order.value_or(order_id{});
  one.amount = {row.amount_minor, *currency};
  one.reason = row.reason;
  one.goods = row.returns_goods ? restock::yes : restock::no;
  one.origin = *origin;
  one.state = *state;
  one.requested_by = row.requested_by;
  one.decided_by = row.decided_by;
  one.provider_id = row.provider_id;
  one.attempt = row.attempt;
  one.requested_at = row.requested_at;
  one.sent_at = row.sent_at;
  one.note = row.note;
  one.is_contradicted = row.is_contradicted;
  one.version = row.version;
  return one;
}

std::optional<review> to_review(const storage::review_row& row) {
  const auto reason = parse_review_reason(row.reason);
  const auto state = parse_review_state(row.state);
  if (!reason || !state) return std::nullopt;
  review one;
  one.id = row.id;
  one.order = row.order.value_or(order_id{});
  one.reference = row.reference;
  one.transaction = row.transaction;
  one.reason = *reason;
  one.state = *state;
  one.resolved_by = row.resolved_by;
  one.note = row.note;
  one.opened_at = row.opened_at;
  one.resolved_at = row.resolved_at;
  one.version = row.version;
  return one;
}

std::optional<stored_money> to_money(const storage::stored_money_rows& rows) {
  stored_money found;
  const bool are_valid = take(rows.payment, &to_record, found.payment) &&
                         take(rows.reviewed, &to_review, found.reviewed) &&
                         take(rows.unanswered, &to_review, found.unanswered);
  if (!are_valid) return std::nullopt;
  for (const auto& row : rows.refunds) {
    auto one = to_refund(row);
    if (!one) return std::nullopt;
    found.refunds.push_back(std::move(*one));
  }
  return found;
}

storage::money_question question_of(const money_named& named, const business_id& business) {
  return {business,
          or_none(named.refund),
          or_none(named.review),
          or_none(named.payment),
          or_none(named.order),
          named.reference,
          named.transaction};
}

storage::job_row refund_job_of(const refund& subject, const business_id& business, storage::job_id id,
                               instant at) {
  return {.id = id,
          .business = business,
          .kind = std::string{refund_job},
          .unique_key = to_string(subject.id),
          .priority = storage::job_priority::urgent,
          .due_at = at,
          .payload = nlohmann::json{{"refund", to_string(subject.id)}}.dump(),
          .created_at = at};
}

storage::job_row credit_note_of(const order_id& order, const business_id& business, storage::job_id id,
                                instant at) {
  return {.id = id,
          .business = business,
          .kind = std::string{credit_note_job},
          .unique_key = to_string(order),
          .due_at = at,
          .payload = nlohmann::json{{"order", to_string(order)}}.dump(),
          .created_at = at};
}

}  // namespace sellavie::actors
