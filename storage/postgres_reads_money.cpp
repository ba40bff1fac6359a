// Loads money after it came: records, refunds, reviews.

#include <array>
#include <optional>
#include <string>

#include "storage/postgres_reading.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

#define RECORD_COLUMNS                                                                                    \
  "SELECT id, version, reference, transaction, provider, connection_id, mode, currency, received_minor, " \
  "elsewhere_minor, returned_minor, place, order_id, is_disputed, received_at FROM payment_records "      \
  "WHERE business_id = $1::uuid AND "
constexpr statement select_record_of_refund{
    "record_of_refund",
    RECORD_COLUMNS "id = (SELECT payment_id FROM refunds WHERE business_id = $1::uuid AND id = $2::uuid)"};
constexpr statement select_record{"payment_record", RECORD_COLUMNS "id = $2::uuid"};
constexpr statement select_record_of_order{"record_of_order",
                                           RECORD_COLUMNS "order_id = $2::uuid AND place = 'on_order'"};
constexpr statement select_record_of_money{"record_of_money",
                                           RECORD_COLUMNS "reference = $2 AND transaction = $3"};
#undef RECORD_COLUMNS

constexpr statement select_refunds{"refunds_of_payment", R"(
SELECT id, version, payment_id, order_id, amount_minor, currency, reason, returns_goods, origin, state, requested_by, decided_by,
       provider_id, attempt, requested_at, sent_at, note, is_contradicted
FROM refunds WHERE business_id = $1::uuid AND payment_id = $2::uuid ORDER BY requested_at, id)"};

#define REVIEW_COLUMNS                                                                                              \
  "SELECT id, version, order_id, reference, transaction, reason, state, resolved_by, note, opened_at, resolved_at " \
  "FROM payment_reviews WHERE business_id = $1::uuid AND "
constexpr statement select_review{"review", REVIEW_COLUMNS "id = $2::uuid"};
constexpr statement select_review_of_money{
    "review_of_money", REVIEW_COLUMNS "reference = $2 AND transaction = $3 AND transaction <> ''"};
constexpr statement select_unanswered{
    "unanswered_review",
    REVIEW_COLUMNS "reference = $2 AND transaction = '' AND state IN ('open', 'refunding')"};
constexpr statement select_open_reviews{
    "open_reviews",
    REVIEW_COLUMNS "state IN ('open', 'refunding') ORDER BY opened_at DESC, id LIMIT $2::integer"};
#undef REVIEW_COLUMNS

constexpr std::array statements_of_money{select_record_of_refund, select_record,     select_record_of_order,
                                         select_record_of_money,  select_refunds,    select_review,
                                         select_review_of_money,  select_unanswered, select_open_reviews};

// --- rows ----------------------------------------------------------------------------------------

template <class Id>
std::optional<Id> maybe_id(fields& from) {
  if (!from.is_null()) return from.id<Id>();
  from.skip();
  return std::nullopt;
}

payment_record_row record_of(business_id business, const pqxx::row& row) {
  fields from{row};
  payment_record_row one;
  one.id = from.id<payment_id>();
  one.business = business;
  one.version = from.integer();
  one.prior_version = one.version;
  one.reference = from.text();
  one.transaction = from.text();
  one.provider = from.text();
  one.connection = maybe_id<payment_connection_id>(from);
  one.mode = from.text();
  one.currency = from.text();
  one.received_minor = from.integer();
  one.elsewhere_minor = from.integer();
  one.returned_minor = from.integer();
  one.place = from.text();
  one.order = maybe_id<order_id>(from);
  one.is_disputed = from.flag();
  one.received_at = from.at();
  return one;
}

refund_row refund_of(business_id business, const pqxx::row& row) {
  fields from{row};
  refund_row one;
  one.id = from.id<refund_id>();
  one.business = business;
  one.version = from.integer();
  one.prior_version = one.version;
  one.payment = from.id<payment_id>();
  one.order = maybe_id<order_id>(from);
  one.amount_minor = from.integer();
  one.currency = from.text();
  one.reason = from.text();
  one.returns_goods = from.flag();
  one.origin = from.text();
  one.state = from.text();
  one.requested_by = from.text();
  one.decided_by = from.text();
  one.provider_id = from.text();
  one.attempt = static_cast<std::int32_t>(from.integer());
  one.requested_at = from.at();
  one.sent_at = from.at();
  one.note = from.text();
  one.is_contradicted = from.flag();
  return one;
}

review_row review_of(business_id business, const pqxx::row& row) {
  fields from{row};
  review_row one;
  one.id = from.id<review_id>();
  one.business = business;
  one.version = from.integer();
  one.prior_version = one.version;
  one.order = maybe_id<order_id>(from);
  one.reference = from.text();
  one.transaction = from.text();
  one.reason = from.text();
  one.state = from.text();
  one.resolved_by = from.text();
  one.note = from.text();
  one.opened_at = from.at();
  one.resolved_at = from.at();
  return one;
}

template <class Row, class... Values>
auto first_of(pqxx::nontransaction& session, const statement& what, Row row_of, const Values&... values) {
  using value = std::invoke_result_t<Row, const pqxx::row&>;
  auto rows = all_of(session.exec_prepared(what.name, values...), row_of);
  return rows.empty() ? std::optional<value>{} : std::optional<value>{std::move(rows.front())};
}

/// One look of several statements; what it finds holds together because the desk, its only writer, waits for it.
class money_look {
 public:
  money_look(pqxx::nontransaction& session, const money_question& asked)
      : session_{session}, asked_{asked}, business_{to_string(asked.business)} {}

  stored_money_rows operator()() {
    if (asked_.review) found_.reviewed = review(select_review, to_string(*asked_.review));
    found_.payment = payment();
    const std::string reference = found_.payment ? found_.payment->reference : asked_.reference;
    if (found_.payment) {
      found_.refunds =
          all_of(session_.exec_prepared(select_refunds.name, business_, to_string(found_.payment->id)),
                 [&](const pqxx::row& row) { return refund_of(asked_.business, row); });
      if (!found_.reviewed)
        found_.reviewed = review(select_review_of_money, reference, found_.payment->transaction);
    }
    if (!reference.empty()) found_.unanswered = review(select_unanswered, reference);
    return std::move(found_);
  }

 private:
  template <class... Values>
  std::optional<review_row> review(const statement& what, const Values&... values) {
    return first_of(
        session_, what, [&](const pqxx::row& row) { return review_of(asked_.business, row); }, business_,
        values...);
  }
  template <class... Values>
  std::optional<payment_record_row> record(const statement& what, const Values&... values) {
    return first_of(
        session_, what, [&](const pqxx::row& row) { return record_of(asked_.business, row); }, business_,
        values...);
  }
  std::optional<payment_record_row> payment() {
    if (asked_.refund) return record(select_record_of_refund, to_string(*asked_.refund));
    if (asked_.review) {
      if (!found_.reviewed || found_.reviewed->transaction.empty()) return std::nullopt;
      return record(select_record_of_money, found_.reviewed->reference, found_.reviewed->transaction);
    }
    if (asked_.payment) return record(select_record, to_string(*asked_.payment));
    if (asked_.order) return record(select_record_of_order, to_string(*asked_.order));
    if (asked_.transaction.empty()) return std::nullopt;
    return record(select_record_of_money, asked_.reference, asked_.transaction);
  }

  pqxx::nontransaction& session_;
  const money_question& asked_;
  std::string business_;
  stored_money_rows found_;
};

}  // namespace

// --- postgres_reads ------------------------------------------------------------------------------

std::span<const statement> money_reads() noexcept { return statements_of_money; }

std::vector<review_row> read_open_reviews(pqxx::nontransaction& session, business_id business, int most) {
  return all_of(session.exec_prepared(select_open_reviews.name, to_string(business), most),
                [&](const pqxx::row& row) { return review_of(business, row); });
}

result<stored_money_rows> postgres_reads::find_money(const money_question& asked) {
  return read([&](pqxx::nontransaction& session) { return money_look{session, asked}(); });
}

}  // namespace sellavie::storage
