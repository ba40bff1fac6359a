#include "net/api/resources/money_view.hpp"

#include <algorithm>

#include "net/api/resources/conversation_view.hpp"
#include "net/api/shapes.hpp"
#include "protocol/domain/currency.hpp"
#include "protocol/domain/refund.hpp"
#include "protocol/domain/review.hpp"
#include "storage/api/members.hpp"

namespace sellavie::net {
namespace {

using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

/// A payment's detail shows no more; the desk counts all of them.
constexpr std::size_t most_refunds_shown = 100;

// --- shapes --------------------------------------------------------------------------------------

template <class States>
schema word_of(const States& states) {
  std::vector<std::string> words;
  for (const auto state : states) words.emplace_back(to_string(state));
  return schema::word(std::move(words));
}

schema provider_text() {
  return schema::text({1, 40})
      .example("paystack")
      .described("\"cash\" and \"transfer\" were taken by a person.");
}
schema mode_word() { return schema::word({"test", "live"}); }
schema reference_text() { return schema::text({1, 256, api::text_format::lines}).example("sv-1042-1"); }
schema order_number() { return schema::integer(1).or_null().example(1042); }
schema written_note() {
  return schema::text({0, max_review_note_bytes, api::text_format::lines}).example("Agreed by telephone.");
}
schema by_account() { return schema::uuid().or_null(); }

std::vector<api::field> received_fields() {
  return {{"id", schema::uuid()},
          {"provider", provider_text()},
          {"payment_connection_id",
           schema::uuid().or_null().described("That was asked; null: a person took it.")},
          {"mode", mode_word()},
          {"reference", reference_text().described("Ours: of an order and one attempt to pay it.")},
          {"transaction", schema::text({1, 256, api::text_format::lines})
                              .or_null()
                              .example("4099260516")
                              .described("The provider's; null: a person took it.")},
          {"currency", currency_text()},
          {"received_minor", money_number()},
          {"returned_minor", money_number().described("What went back so far, by us or otherwise.")},
          {"place",
           schema::word({"on_order", "in_review", "dismissed"})
               .described("It settled the order, a person has to say what it is for, or has said that it is "
                          "not the shop's business.")},
          {"order_id", schema::uuid().or_null().described("That it settled, or that its reference names.")},
          {"order_number", order_number()},
          {"customer_id", schema::uuid().or_null().described("Of the order.")},
          {"customer_name", customer_name_text()},
          {"is_disputed", schema::boolean().described("The customer's bank has asked for it.")},
          {"received_at", schema::timestamp().described("When it became known here.")}};
}

std::vector<api::field> review_fields() {
  return {
      {"id", schema::uuid()},
      {"reason",
       schema::word({"wrong_amount", "wrong_currency", "wrong_mode", "old_reference", "order_cancelled",
                     "already_settled", "unknown_order", "not_answered"})
           .described("Why it settled nothing. not_answered: the provider did not say whether money came.")},
      {"state",
       word_of(all_review_states)
           .described("open: a person has to say. refunding: a refund of it is under way; when it fails "
                      "the review is open again. The others are final.")},
      {"order_id",
       schema::uuid().or_null().described("The order that the reference names, if there is one.")},
      {"order_number", order_number()},
      {"reference", reference_text()},
      {"payment_id", schema::uuid().or_null().described("The money; null: it is not known whether it came.")},
      {"provider", provider_text().or_null()},
      {"mode", mode_word().or_null()},
      {"received_minor", money_number().or_null()},
      {"currency", currency_text().or_null()},
      {"resolved_by", by_account().described("Of a person; null: nobody has, or it closed by itself.")},
      {"note", written_note()},
      {"opened_at", schema::timestamp()},
      {"resolved_at", schema::timestamp().or_null()}};
}

/// What became of money, and what more can.
std::vector<api::field> follow_up_fields() {
  return {{"refundable_minor", money_number().described("What one more refund may take of it.")},
          {"refunds", schema::list(refund_shape(), most_refunds_shown).described("Newest first.")},
          {"order", schema::object(order_summary_fields()).or_null()}};
}

// --- showing -------------------------------------------------------------------------------------

template <class Id>
json id_or_null(const std::optional<Id>& id) {
  return id ? json(to_string(*id)) : json(nullptr);
}
json number_or_null(std::int64_t number) { return number > 0 ? json(number) : json(nullptr); }
json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

/// "person:<account>".
std::optional<uuid> person_in(std::string_view actor) {
  constexpr std::string_view prefix = "person:";
  if (!actor.starts_with(prefix)) return std::nullopt;
  return parse_uuid(actor.substr(prefix.size()));
}
json account_or_null(std::string_view actor) {
  const auto account = person_in(actor);
  return account ? json(to_string(*account)) : json(nullptr);
}

/// The rule is the domain's: what of it one more refund may take.
std::int64_t refundable_of(const storage::received_detail& one) {
  payment_record money;
  money.received.minor = one.summary.received_minor;
  money.elsewhere = one.summary.elsewhere_minor;
  std::vector<refund> known;
  known.reserve(one.refunds.size());
  for (const auto& row : one.refunds) {
    refund each;
    each.amount.minor = row.amount_minor;
    // What cannot be read counts as on its way.
    each.state = parse_refund_state(row.state).value_or(refund_state::unproved);
    each.origin = parse_refund_origin(row.origin).value_or(refund_origin::here);
    known.push_back(std::move(each));
  }
  return sellavie::refundable_of(money, known);
}

/// Null: no money is known to have come.
void add_follow_up(json& to, const storage::received_detail* money,
                   const std::optional<storage::listed_order>& order) {
  to["refundable_minor"] = money == nullptr ? 0 : refundable_of(*money);
  auto& refunds = to["refunds"] = json::array();
  for (std::size_t i = 0; money != nullptr && i < std::min(money->refunds.size(), most_refunds_shown); ++i)
    refunds.push_back(net::shown(money->refunds[i]));
  to["order"] = order ? net::shown(*order) : json(nullptr);
}

// --- refusals ------------------------------------------------------------------------------------

problem conflict(std::string detail) { return {problems::conflict, std::move(detail)}; }

std::string subject_of(workplace& place, const api_call& call, const std::string& actor) {
  const auto account = person_in(actor);
  if (!account) return "The provider was";
  if (*account == call.by.account.value) return "You were";
  const auto found = storage::find_member(place.store, call.by.business, api::account_id{*account});
  if (!found || !found.value()) return "Somebody else was";
  const auto& member = *found.value();
  return (member.name.empty() ? member.email : member.name) + " was";
}

/// Who comes second learns who was first and what became of it.
problem told_resolved(workplace& place, const api_call& call, const action_outcome& refused) {
  auto state = refused.state.empty() ? std::string{"decided"} : refused.state;
  std::replace(state.begin(), state.end(), '_', ' ');
  if (refused.by.empty()) return conflict("Nothing waits for an answer here: it is " + state + '.');
  return conflict(subject_of(place, call, refused.by) + " first: it is " + state + '.');
}

problem told_why(workplace& place, const api_call& call, const action_outcome& refused,
                 std::string_view impossible) {
  switch (refused.why) {
    case refusal::already_resolved: return told_resolved(place, call, refused);
    case refusal::not_allowed: return conflict(std::string{impossible});
    case refusal::no_open_order:
      if (refused.order_number == 0) return conflict("There is no open order for it: attach it to one.");
      return refusal_of(refused);
    default: return refusal_of(refused);
  }
}

std::string key_of(const api_call& call) {
  return "money." + call.operation->id + '.' + to_string(call.by.account) + '.' + call.idempotency_key;
}

void put_key(desk_command& command, const std::string& key) {
  std::visit(
      [&](auto& one) {
        if constexpr (requires { one.action_key; }) one.action_key = key;
      },
      command);
}

}  // namespace

// --- shapes --------------------------------------------------------------------------------------

schema received_shape() { return schema::object(received_fields()).named("ReceivedPayment"); }

schema refund_shape() {
  return schema::object(
             {{"id", schema::uuid()},
              {"payment_id", schema::uuid()},
              {"order_id", schema::uuid().or_null()},
              {"order_number", order_number()},
              {"amount_minor", money_number()},
              {"currency", currency_text()},
              {"provider", provider_text()},
              {"mode", mode_word()},
              {"state",
               word_of(all_refund_states)
                   .described("awaiting_approval: another person has to agree. approved: it is about to be "
                              "sent. sending: whether the provider has it is not known yet. needs_attention: "
                              "the provider waits for the business. unproved: a person has to look at the "
                              "provider's and say what became of it.")},
              {"origin",
               schema::word({"here", "elsewhere"}).described("elsewhere: in the provider's dashboard.")},
              {"reason", written_note()},
              {"restock", schema::boolean().described(
                              "When the whole order is refunded its pieces return to the stock.")},
              {"requested_by", by_account().described("Null: not by a person here.")},
              {"decided_by", by_account().described("Who agreed or rejected; null: nobody else had to yet.")},
              {"provider_refund_id", schema::text({1, 256, api::text_format::lines})
                                         .or_null()
                                         .example("re_3Nx4")
                                         .described("The provider's own id of it, once it has one.")},
              {"note", written_note().described(
                           "Why it was rejected or failed, or what a person says became of it.")},
              {"is_contradicted",
               schema::boolean().described("The provider called it failed after it had succeeded.")},
              {"requested_at", schema::timestamp()},
              {"sent_at", schema::timestamp().or_null()}})
      .named("Refund");
}

schema review_shape() { return schema::object(review_fields()).named("PaymentReview"); }

schema received_detail_shape() {
  auto fields = received_fields();
  fields.push_back({"review", schema::object(review_fields()).or_null()});
  for (auto& one : follow_up_fields()) fields.push_back(std::move(one));
  return schema::object(std::move(fields)).named("ReceivedPaymentDetail");
}

schema review_detail_shape() {
  auto fields = review_fields();
  fields.push_back({"payment", schema::object(received_fields()).or_null()});
  for (auto& one : follow_up_fields()) fields.push_back(std::move(one));
  return schema::object(std::move(fields)).named("PaymentReviewDetail");
}

// In code points: the desk takes 500 bytes.
schema money_note(std::size_t fewest) {
  return schema::text({fewest, 125}).example("The customer sent it back.");
}

schema refund_wish_shape() {
  return schema::object(
      {{"amount_minor",
        schema::integer(1).example(500'000).described(
            "In the money's currency; without it all that is left."),
        presence::optional},
       {"reason", money_note(1).described("For the timeline.")},
       {"restock",
        schema::boolean().described("When the whole order is refunded its pieces return to the stock."),
        presence::optional}});
}

// --- showing -------------------------------------------------------------------------------------

json shown(const storage::received_payment& one) {
  return {{"id", to_string(one.id)},
          {"provider", one.provider},
          {"payment_connection_id", id_or_null(one.connection)},
          {"mode", one.mode},
          {"reference", one.reference},
          {"transaction", text_or_null(one.transaction)},
          {"currency", one.currency},
          {"received_minor", one.received_minor},
          {"returned_minor", one.returned_minor},
          {"place", one.place},
          {"order_id", id_or_null(one.order)},
          {"order_number", number_or_null(one.order_number)},
          {"customer_id", id_or_null(one.customer)},
          {"customer_name", one.customer_name},
          {"is_disputed", one.is_disputed},
          {"received_at", api::timestamp(to_unix_ms(one.received_at))}};
}

json shown(const storage::listed_refund& one) {
  return {{"id", to_string(one.id)},
          {"payment_id", to_string(one.payment)},
          {"order_id", id_or_null(one.order)},
          {"order_number", number_or_null(one.order_number)},
          {"amount_minor", one.amount_minor},
          {"currency", one.currency},
          {"provider", one.provider},
          {"mode", one.mode},
          {"state", one.state},
          {"origin", one.origin},
          {"reason", one.reason},
          {"restock", one.returns_goods},
          {"requested_by", account_or_null(one.requested_by)},
          {"decided_by", account_or_null(one.decided_by)},
          {"provider_refund_id", text_or_null(one.provider_id)},
          {"note", one.note},
          {"is_contradicted", one.is_contradicted},
          {"requested_at", api::timestamp(to_unix_ms(one.requested_at))},
          {"sent_at", time_or_null(one.sent_at)}};
}

json shown(const storage::listed_review& one) {
  const bool is_money = one.payment.has_value();
  return {{"id", to_string(one.id)},
          {"reason", one.reason},
          {"state", one.state},
          {"order_id", id_or_null(one.order)},
          {"order_number", number_or_null(one.order_number)},
          {"reference", one.reference},
          {"payment_id", id_or_null(one.payment)},
          {"provider", text_or_null(one.provider)},
          {"mode", text_or_null(one.mode)},
          {"received_minor", is_money ? json(one.received_minor) : json(nullptr)},
          {"currency", text_or_null(one.currency)},
          {"resolved_by", account_or_null(one.resolved_by)},
          {"note", one.note},
          {"opened_at", api::timestamp(to_unix_ms(one.opened_at))},
          {"resolved_at", time_or_null(one.resolved_at)}};
}

json shown(const storage::received_detail& one, const std::optional<storage::listed_order>& order) {
  auto payment = shown(one.summary);
  payment["review"] = one.review ? shown(*one.review) : json(nullptr);
  add_follow_up(payment, &one, order);
  return payment;
}

json shown(const storage::listed_review& one, const std::optional<storage::received_detail>& money,
           const std::optional<storage::listed_order>& order) {
  auto review = shown(one);
  review["payment"] = money ? shown(money->summary) : json(nullptr);
  add_follow_up(review, money ? &*money : nullptr, order);
  return review;
}

result<std::optional<storage::listed_order>> order_of(workplace& place, const business_id& business,
                                                      const std::optional<order_id>& id) {
  if (!id) return std::optional<storage::listed_order>{};
  auto found = storage::find_order(place.store, business, *id);
  if (!found) return found.error();
  if (!found.value()) return std::optional<storage::listed_order>{};
  return std::optional{std::move(found.value()->summary)};
}

api_outcome show_refund(workplace& place, const api_call& call, const refund_id& id, int status) {
  return answer_with(storage::find_refund(place.store, call.by.business, id),
                     [&](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       return api_answer{status, shown(*found)};
                     });
}

// --- commands ------------------------------------------------------------------------------------

std::variant<action_outcome, problem> ask_about_money(workplace& place, const api_call& call,
                                                      desk_command command, std::string_view impossible) {
  auto key = key_of(call);
  put_key(command, key);
  auto answered =
      ask_order_desk(place, call, {actors::order_course::decide, {std::move(command), std::move(key)}});
  if (!answered) return api::problem_of(answered.error());
  if (!answered.value().accepted) return told_why(place, call, answered.value(), impossible);
  return std::move(answered.value());
}

api_outcome ask_for_refund(workplace& place, const api_call& call, desk::request_refund wish,
                           const std::string& currency) {
  const auto code = parse_currency(currency);
  if (const auto amount = call.body.find("amount_minor"); amount != call.body.end() && code)
    wish.amount = money{amount->get<std::int64_t>(), *code};
  wish.reason = call.body["reason"].get<std::string>();
  wish.goods = call.body.value("restock", false) ? restock::yes : restock::no;
  auto done = ask_about_money(
      place, call, std::move(wish),
      "This money cannot be called back with the key that is connected: it is of another mode.");
  if (auto* why = std::get_if<problem>(&done)) return std::move(*why);
  return show_refund(place, call, std::get<action_outcome>(done).refund, 201);
}

}  // namespace sellavie::net
