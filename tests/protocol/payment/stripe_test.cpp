#include "protocol/payment/stripe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::payment::stripe {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

const currency_code dollar = *parse_currency("USD");
const payment_query query{"sv-1-1", "cs_test_1", {}, payment_mode::test};
const payment_query by_payment{.reference = {}, .link = {}, .transaction = "pi_1"};

checkout_request a_request() {
  return {"ada@example.com", {1'999, dollar}, "sv-1-1", "#42", "https://shop.example/pay/return"};
}

json a_session() {
  return {{"id", "cs_test_1"},         {"object", "checkout.session"},
          {"amount_total", 1'999},     {"currency", "usd"},
          {"livemode", false},         {"client_reference_id", "sv-1-1"},
          {"status", "open"},          {"payment_status", "unpaid"},
          {"payment_intent", nullptr}, {"url", "https://checkout.stripe.com/c/pay/cs_test_1"}};
}

json an_intent(const char* status = "succeeded") {
  return {{"id", "pi_1"},
          {"object", "payment_intent"},
          {"status", status},
          {"amount", 1'999},
          {"amount_received", 1'999},
          {"currency", "usd"},
          {"livemode", false},
          {"metadata", {{"reference", "sv-1-1"}}}};
}

json a_paid_session() {
  auto session = a_session();
  session["status"] = "complete";
  session["payment_status"] = "paid";
  session["payment_intent"] = an_intent();
  return session;
}

json with_charge(json intent, std::int64_t returned, bool whole, bool disputed) {
  intent["latest_charge"] = {
      {"id", "ch_1"}, {"amount_refunded", returned}, {"refunded", whole}, {"disputed", disputed}};
  return intent;
}

std::string field(std::string_view name, std::string_view value) {
  return crypto::percent_encode(name) + "=" + crypto::percent_encode(value);
}

std::string an_error(const char* type, const char* code) {
  return json{{"error", {{"type", type}, {"code", code}, {"message", "a secret"}}}}.dump();
}

failure_class failure_of(const auto& outcome) {
  const auto* failed = std::get_if<payment_failure>(&outcome);
  EXPECT_NE(failed, nullptr);
  return failed == nullptr ? failure_class::malformed : failed->failure;
}

payment_fact fact_in(const json& session) {
  return std::get<payment_fact>(decode_payment(200, session.dump(), query));
}

// ---- links -------------------------------------------------------------------------------------

TEST(stripe_link, is_asked_for_as_a_form) {
  const auto call = encode_link(a_request()).value();
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.path, "/v1/checkout/sessions");
  EXPECT_EQ(call.format, body_format::form);
  for (const auto& [name, value] : {std::pair{"mode", "payment"},
                                    {"line_items[0][quantity]", "1"},
                                    {"line_items[0][price_data][currency]", "usd"},
                                    {"line_items[0][price_data][unit_amount]", "1999"},
                                    {"line_items[0][price_data][product_data][name]", "#42"},
                                    {"client_reference_id", "sv-1-1"},
                                    {"payment_intent_data[metadata][reference]", "sv-1-1"},
                                    {"success_url", "https://shop.example/pay/return"},
                                    {"customer_email", "ada@example.com"},
                                    {"adaptive_pricing[enabled]", "false"}})
    EXPECT_THAT(call.body, HasSubstr(field(name, value)));
  EXPECT_THAT(call.body, Not(HasSubstr("expires_at")));
}

TEST(stripe_link, is_pinned_to_a_version_and_keyed_by_its_reference) {
  const auto call = encode_link(a_request()).value();
  EXPECT_THAT(call.headers, Contains(Pair("Stripe-Version", "2026-10-28.endive")));
  EXPECT_THAT(call.headers, Contains(Pair("Idempotency-Key", "sv-1-1")));
  EXPECT_EQ(course_when_lost(call), failure_course::repeat) << "the same session comes back";
}

TEST(stripe_link, ends_a_lifetime_after_its_intent) {
  auto request = a_request();
  request.issued_at = instant_from_ms(1'700'000'000'999);
  request.lifetime = 60min;
  EXPECT_THAT(encode_link(request).value().body, HasSubstr("expires_at=1700003600"));
  for (const auto bad : {1min, 30min, 1'441min}) {
    request.lifetime = bad;
    EXPECT_EQ(encode_link(request).error().code, errc::invalid_value) << bad.count();
  }
}

TEST(stripe_link, lets_no_value_become_another_field) {
  auto request = a_request();
  request.order_label = "a&amount=1\r\n%00+é";
  const auto body = encode_link(request).value().body;
  EXPECT_THAT(body, HasSubstr("=a%26amount%3D1%0D%0A%2500%2B%C3%A9&"));
}

TEST(stripe_link, refuses_values_that_stripe_would) {
  auto free = a_request(), strange = a_request(), nameless = a_request(), stuck = a_request(),
       fine = a_request();
  free.amount.minor = 0;
  strange.reference = "";
  nameless.email = "ada";
  stuck.return_url = "";
  fine.amount = {1'234, *parse_currency("KWD")};
  for (const auto& bad : {free, strange, nameless, stuck, fine})
    EXPECT_EQ(encode_link(bad).error().code, errc::invalid_value);
  auto silent = a_request();
  silent.email = "";
  EXPECT_THAT(encode_link(silent).value().body, Not(HasSubstr("customer_email")));
}

TEST(stripe_link, comes_with_the_id_by_which_it_is_found_again) {
  EXPECT_EQ(
      decode_link(200, a_session().dump(), a_request()),
      (checkout_answer{payment_link{"https://checkout.stripe.com/c/pay/cs_test_1", "sv-1-1", "cs_test_1"}}));
  const std::pair<const char*, json> broken[] = {{"client_reference_id", "sv-1-2"},
                                                 {"amount_total", 199'900},
                                                 {"currency", "eur"},
                                                 {"currency", "USD"},
                                                 {"url", nullptr},
                                                 {"url", "javascript:1"},
                                                 {"id", "../x"},
                                                 {"id", nullptr}};
  for (const auto& [name, value] : broken) {
    auto session = a_session();
    session[name] = value;
    EXPECT_EQ(failure_of(decode_link(200, session.dump(), a_request())), failure_class::malformed)
        << name << value;
  }
}

TEST(stripe_link, knows_a_reference_used_for_something_else) {
  const auto body = an_error("idempotency_error", "");
  EXPECT_TRUE(std::holds_alternative<duplicate_reference>(decode_link(400, body, a_request())));
  EXPECT_EQ(
      failure_of(decode_link(409, an_error("idempotency_error", "idempotency_key_in_use"), a_request())),
      failure_class::unavailable)
      << "the first request is still on its way";
}

// ---- payments ----------------------------------------------------------------------------------

TEST(stripe_payment, is_asked_for_by_link_or_payment) {
  const auto call = encode_payment(query).value();
  EXPECT_EQ(call.method, "GET");
  EXPECT_EQ(call.path, "/v1/checkout/sessions/cs_test_1?expand%5B%5D=payment_intent.latest_charge");
  EXPECT_THAT(call.headers, Contains(Pair("Stripe-Version", api_version)));
  EXPECT_EQ(encode_payment(by_payment).value().path, "/v1/payment_intents/pi_1?expand%5B%5D=latest_charge");
  EXPECT_EQ(encode_payment({"sv-1-1"}).error().code, errc::invalid_value) << "a reference finds nothing";
  EXPECT_EQ(encode_payment({"sv-1-1", "cs/1"}).error().code, errc::invalid_value);
}

TEST(stripe_payment, gives_a_fact) {
  const payment_fact expected{"sv-1-1",        "pi_1",          payment_status::success,
                              {1'999, dollar}, {1'999, dollar}, payment_mode::test};
  EXPECT_EQ(decode_payment(200, a_paid_session().dump(), query), verify_answer{expected});
  EXPECT_EQ(decode_payment(200, an_intent().dump(), by_payment), verify_answer{expected});
}

TEST(stripe_payment, says_its_mode) {
  auto session = a_paid_session();
  session["livemode"] = true;
  EXPECT_EQ(fact_in(session).mode, payment_mode::live);
}

TEST(stripe_payment, is_not_paid_because_the_session_is_complete) {
  struct {
    const char* session;
    json intent;
    payment_status expected;
  } const cases[] = {{"open", nullptr, payment_status::not_started},
                     {"expired", nullptr, payment_status::failed},
                     {"complete", "pi_1", payment_status::pending},
                     {"complete", an_intent("processing"), payment_status::pending},
                     {"complete", an_intent("requires_action"), payment_status::pending},
                     {"complete", an_intent("requires_payment_method"), payment_status::failed},
                     {"complete", an_intent("canceled"), payment_status::failed}};
  for (const auto& [session, intent, expected] : cases) {
    auto asked = a_session();
    asked["status"] = session;
    asked["payment_intent"] = intent;
    EXPECT_EQ(fact_in(asked).status, expected) << session << intent;
  }
}

TEST(stripe_payment, of_its_own_is_read_in_every_state) {
  const std::pair<const char*, payment_status> cases[] = {
      {"succeeded", payment_status::success},
      {"canceled", payment_status::failed},
      {"processing", payment_status::pending},
      {"requires_payment_method", payment_status::not_started},
      {"requires_capture", payment_status::pending}};
  for (const auto& [name, expected] : cases)
    EXPECT_EQ(std::get<payment_fact>(decode_payment(200, an_intent(name).dump(), by_payment)).status,
              expected)
        << name;
}

TEST(stripe_payment, tells_what_was_given_back_and_disputed) {
  auto session = a_paid_session();
  session["payment_intent"] = with_charge(an_intent(), 500, false, true);
  const auto partly = fact_in(session);
  EXPECT_EQ(partly.status, payment_status::success);
  EXPECT_EQ(partly.returned, (money{500, dollar}));
  EXPECT_TRUE(partly.is_disputed);
  session["payment_intent"] = with_charge(an_intent(), 1'999, true, false);
  const auto wholly = fact_in(session);
  EXPECT_EQ(wholly.status, payment_status::refunded);
  EXPECT_EQ(wholly.returned, (money{1'999, dollar}));
}

TEST(stripe_payment, counts_in_stripes_own_units) {
  auto intent = an_intent();
  intent["currency"] = "ugx";
  intent["amount"] = intent["amount_received"] = 500'000;
  const auto fact = std::get<payment_fact>(decode_payment(200, intent.dump(), by_payment));
  EXPECT_EQ(fact.received, (money{5'000, *parse_currency("UGX")}));
  intent["amount"] = 500'050;
  EXPECT_EQ(failure_of(decode_payment(200, intent.dump(), by_payment)), failure_class::malformed);
}

TEST(stripe_payment, of_another_till_of_the_account_names_no_reference) {
  auto intent = an_intent();
  intent.erase("metadata");
  EXPECT_EQ(std::get<payment_fact>(decode_payment(200, intent.dump(), by_payment)).reference, "");
}

TEST(stripe_payment, shows_money_of_another_currency_as_such) {
  auto session = a_paid_session();
  session["payment_intent"]["currency"] = "eur";
  const auto fact = fact_in(session);
  EXPECT_EQ(mismatch_of(fact, {1'999, dollar}, payment_mode::test), review_reason::wrong_currency);
}

TEST(stripe_payment, never_takes_an_unreadable_answer_for_money) {
  const std::pair<const char*, json> broken[] = {{"payment_status", "no_payment_required"},
                                                 {"payment_status", "Paid"},
                                                 {"payment_status", nullptr},
                                                 {"client_reference_id", "sv-1-2"},
                                                 {"client_reference_id", nullptr},
                                                 {"id", "cs_test_2"},
                                                 {"amount_total", 19.99},
                                                 {"amount_total", "1999"},
                                                 {"amount_total", -1},
                                                 {"currency", "us"},
                                                 {"currency", "xxx"},
                                                 {"livemode", "false"},
                                                 {"payment_intent", nullptr}};
  for (const auto& [name, value] : broken) {
    auto session = a_paid_session();
    session[name] = value;
    EXPECT_EQ(failure_of(decode_payment(200, session.dump(), query)), failure_class::malformed)
        << name << value;
  }
  auto other = an_intent();
  other["id"] = "pi_2";
  EXPECT_EQ(failure_of(decode_payment(200, other.dump(), by_payment)), failure_class::malformed);
}

TEST(stripe_failures, are_told_apart) {
  struct {
    int status;
    std::string body;
    failure_class expected;
  } const cases[] = {{400, an_error("invalid_request_error", "parameter_missing"), failure_class::rejected},
                     {401, an_error("invalid_request_error", ""), failure_class::credentials},
                     {402, an_error("card_error", "card_declined"), failure_class::rejected},
                     {403, an_error("invalid_request_error", ""), failure_class::credentials},
                     {401, "", failure_class::malformed},
                     {403, "<html>", failure_class::malformed},
                     {404, an_error("invalid_request_error", "resource_missing"), failure_class::not_found},
                     {409, an_error("invalid_request_error", "lock_timeout"), failure_class::unavailable},
                     {429, "", failure_class::rate_limited},
                     {400, an_error("invalid_request_error", "rate_limit"), failure_class::rate_limited},
                     {500, an_error("api_error", ""), failure_class::unavailable},
                     {503, "<html>", failure_class::unavailable},
                     {302, "", failure_class::malformed},
                     {200, an_error("api_error", ""), failure_class::malformed},
                     {0, "", failure_class::malformed}};
  for (const auto& [status, body, expected] : cases) {
    EXPECT_EQ(failure_of(decode_link(status, body, a_request())), expected) << status << body;
    EXPECT_EQ(failure_of(decode_payment(status, body, query)), expected) << status << body;
  }
}

TEST(stripe_failures, carry_a_code_but_no_free_text) {
  const auto told = decode_payment(402, an_error("card_error", "card_declined"), query);
  EXPECT_EQ(told, (verify_answer{payment_failure{failure_class::rejected, 402, "card_declined"}}));
  EXPECT_EQ(std::get<payment_failure>(decode_payment(402, an_error("card_error", "Some Text!"), query)).code,
            "card_error");
}

// ---- expiry ------------------------------------------------------------------------------------

TEST(stripe_expiry, ends_a_link) {
  const auto call = encode_expiry(query).value();
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.path, "/v1/checkout/sessions/cs_test_1/expire");
  EXPECT_EQ(course_when_lost(call), failure_course::look_first);
  auto session = a_session();
  session["status"] = "expired";
  EXPECT_EQ(decode_expiry(200, session.dump(), query), expiry_answer{link_expired{}});
  EXPECT_EQ(encode_expiry({"sv-1-1"}).error().code, errc::invalid_value);
}

TEST(stripe_expiry, of_a_link_that_was_paid_meanwhile_is_refused) {
  EXPECT_EQ(failure_of(decode_expiry(400, an_error("invalid_request_error", ""), query)),
            failure_class::rejected);
  EXPECT_EQ(failure_of(decode_expiry(200, a_paid_session().dump(), query)), failure_class::malformed);
  auto another = a_session();
  another["status"] = "expired";
  another["id"] = "cs_test_2";
  EXPECT_EQ(failure_of(decode_expiry(200, another.dump(), query)), failure_class::malformed);
}

// ---- refunds -----------------------------------------------------------------------------------

refund_request a_refund() { return {"pi_1", {500, dollar}, "rf-1"}; }

json refunded() {
  return {{"id", "re_1"},      {"object", "refund"},    {"payment_intent", "pi_1"},        {"amount", 500},
          {"currency", "usd"}, {"status", "succeeded"}, {"metadata", {{"refund", "rf-1"}}}};
}

const refund_query refunds_of_it{"pi_1", dollar, {}};

TEST(stripe_refund, is_keyed_and_says_its_amount) {
  const auto call = encode_refund(a_refund()).value();
  EXPECT_EQ(call.path, "/v1/refunds");
  EXPECT_THAT(call.headers, Contains(Pair("Idempotency-Key", "rf-1")));
  for (const auto& [name, value] :
       {std::pair{"payment_intent", "pi_1"}, {"amount", "500"}, {"metadata[refund]", "rf-1"}})
    EXPECT_THAT(call.body, HasSubstr(field(name, value)));
  auto free = a_refund(), nowhere = a_refund(), keyless = a_refund();
  free.amount.minor = 0;
  nowhere.transaction = "";
  keyless.key = "";
  for (const auto& bad : {free, nowhere, keyless})
    EXPECT_EQ(encode_refund(bad).error().code, errc::invalid_value);
}

TEST(stripe_refund, is_read_in_every_state) {
  const std::pair<const char*, refund_status> cases[] = {{"pending", refund_status::pending},
                                                         {"requires_action", refund_status::needs_attention},
                                                         {"succeeded", refund_status::succeeded},
                                                         {"failed", refund_status::failed},
                                                         {"canceled", refund_status::failed}};
  for (const auto& [name, expected] : cases) {
    auto refund = refunded();
    refund["status"] = name;
    const refund_fact fact{"re_1", "pi_1", "rf-1", expected, {500, dollar}};
    EXPECT_EQ(decode_refund(200, refund.dump(), a_refund()), refund_answer{fact}) << name;
  }
}

TEST(stripe_refund, of_another_payment_or_amount_is_not_ours) {
  const std::pair<const char*, json> broken[] = {{"amount", 501},     {"amount", 5.0},
                                                 {"currency", "eur"}, {"id", nullptr},
                                                 {"status", nullptr}, {"payment_intent", "pi_2"}};
  for (const auto& [name, value] : broken) {
    auto refund = refunded();
    refund[name] = value;
    EXPECT_EQ(failure_of(decode_refund(200, refund.dump(), a_refund())), failure_class::malformed)
        << name << value;
  }
}

TEST(stripe_refunds, are_listed_page_by_page) {
  EXPECT_EQ(encode_refunds(refunds_of_it).value().path, "/v1/refunds?payment_intent=pi_1&limit=100");
  json page{{"object", "list"}, {"data", {refunded()}}, {"has_more", true}};
  const auto list = std::get<refund_list>(decode_refunds(200, page.dump(), refunds_of_it));
  ASSERT_EQ(list.refunds.size(), 1U);
  EXPECT_EQ(list.next, "re_1");
  auto second = refunds_of_it;
  second.after = list.next;
  EXPECT_EQ(encode_refunds(second).value().path,
            "/v1/refunds?payment_intent=pi_1&limit=100&starting_after=re_1");
  page["has_more"] = false;
  EXPECT_EQ(std::get<refund_list>(decode_refunds(200, page.dump(), refunds_of_it)).next, "");
}

TEST(stripe_refunds, prove_nothing_when_one_of_them_cannot_be_read) {
  auto strange = refunded();
  strange["payment_intent"] = "pi_2";
  for (const auto& page :
       {json{{"data", {refunded(), strange}}, {"has_more", false}}, json{{"data", {refunded()}}},
        json{{"data", json::array()}, {"has_more", true}}, json{{"has_more", false}}})
    EXPECT_EQ(failure_of(decode_refunds(200, page.dump(), refunds_of_it)), failure_class::malformed) << page;
}

// ---- strangers ---------------------------------------------------------------------------------

RC_GTEST_PROP(stripe_property, any_bytes_give_a_value, (const std::string& bytes)) {
  const auto body = *rc::gen::element(bytes, R"({"id":"cs_test_1","payment_status":"paid",)" + bytes,
                                      a_paid_session().dump() + "x" + bytes);
  RC_ASSERT(!std::holds_alternative<payment_fact>(decode_payment(200, body, query)));
  RC_ASSERT(!std::holds_alternative<payment_link>(decode_link(200, body, a_request())));
}

}  // namespace
}  // namespace sellavie::payment::stripe
