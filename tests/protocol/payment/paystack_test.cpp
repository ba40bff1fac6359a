#include "protocol/payment/paystack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

namespace sellavie::payment::paystack {
namespace {

using nlohmann::json;

const currency_code naira = *parse_currency("NGN");

checkout_request a_request() { return {"ada@example.com", {500'000, naira}, "sv-1-1", "#42"}; }

json a_payment() {
  return {{"id", 4'099'260'516}, {"domain", "live"},  {"status", "success"}, {"reference", "sv-1-1"},
          {"amount", 500'000},   {"currency", "NGN"}, {"metadata", 0}};
}

std::string answer(json data) {
  return json{{"status", true}, {"message", "ok"}, {"data", std::move(data)}}.dump();
}

failure_class failure_of(const auto& outcome) {
  const auto* failed = std::get_if<payment_failure>(&outcome);
  EXPECT_NE(failed, nullptr);
  return failed == nullptr ? failure_class::malformed : failed->failure;
}

// ---- initialize --------------------------------------------------------------------------------

TEST(paystack_initialize, sends_minor_units_as_an_integer) {
  const auto call = encode_initialize(a_request()).value();
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.path, "/transaction/initialize");
  const auto body = json::parse(call.body);
  EXPECT_TRUE(body["amount"].is_number_integer());
  EXPECT_EQ(body["amount"], 500'000);
  EXPECT_EQ(body["currency"], "NGN");
  EXPECT_EQ(body["reference"], "sv-1-1");
  EXPECT_FALSE(body.contains("callback_url")) << "nothing serves one";
}

TEST(paystack_initialize, refuses_values_that_paystack_would) {
  auto free = a_request(), strange = a_request(), nameless = a_request();
  free.amount.minor = 0;
  strange.reference = "sv_1/1";
  nameless.email = "ada";
  for (const auto& bad : {free, strange, nameless})
    EXPECT_EQ(encode_initialize(bad).error().code, errc::invalid_value);
}

TEST(paystack_initialize, gives_a_link) {
  const auto body =
      answer({{"authorization_url", "https://checkout.paystack.com/x"}, {"reference", "sv-1-1"}});
  EXPECT_EQ(decode_initialize(200, body, "sv-1-1"),
            (checkout_answer{payment_link{"https://checkout.paystack.com/x", "sv-1-1"}}));
}

TEST(paystack_initialize, gives_no_link_of_another_payment_or_shape) {
  const json good{{"authorization_url", "https://checkout.paystack.com/x"}, {"reference", "sv-1-1"}};
  auto other = good, script = good, split = good, missing = good;
  other["reference"] = "sv-1-2";
  script["authorization_url"] = "javascript:1";
  split["authorization_url"] = "https://a\nb";
  missing.erase("authorization_url");
  for (const auto& bad : {other, script, split, missing, json(nullptr), json::array(), json("x")})
    EXPECT_EQ(failure_of(decode_initialize(200, answer(bad), "sv-1-1")), failure_class::malformed) << bad;
  const auto no_status = json{{"status", false}, {"data", good}}.dump();
  EXPECT_EQ(failure_of(decode_initialize(200, no_status, "sv-1-1")), failure_class::malformed);
}

TEST(paystack_initialize, knows_a_reference_used_before) {
  const auto body =
      R"({"status":false,"message":"Duplicate Transaction Reference","type":"validation_error","code":"duplicate_reference"})";
  EXPECT_TRUE(std::holds_alternative<duplicate_reference>(decode_initialize(400, body, "sv-1-1")));
  const auto old = R"({"status":false,"message":"Duplicate Transaction Reference"})";
  EXPECT_TRUE(std::holds_alternative<duplicate_reference>(decode_initialize(400, old, "sv-1-1")));
}

TEST(paystack_failures, are_told_apart) {
  const std::pair<int, failure_class> cases[] = {
      {400, failure_class::rejected},     {404, failure_class::not_found},
      {408, failure_class::unavailable},  {422, failure_class::rejected},
      {429, failure_class::rate_limited}, {500, failure_class::unavailable},
      {503, failure_class::unavailable},  {302, failure_class::malformed},
      {0, failure_class::malformed}};
  for (const auto& [status, expected] : cases) {
    EXPECT_EQ(failure_of(decode_initialize(status, "<html>", "r")), expected) << status;
    EXPECT_EQ(failure_of(decode_verify(status, R"({"status":false})", "r")), expected) << status;
  }
}

TEST(paystack_failures, of_the_key_are_its_own_words_and_no_page_of_a_proxy) {
  for (const int status : {401, 403}) {
    EXPECT_EQ(failure_of(decode_verify(status, R"({"status":false,"code":"invalid_Key"})", "r")),
              failure_class::credentials)
        << status;
    for (const auto* page : {"<html>", "", "Forbidden", "[]"})
      EXPECT_EQ(failure_of(decode_verify(status, page, "r")), failure_class::malformed) << status << page;
  }
}

TEST(paystack_failures, carry_a_code_but_no_free_text) {
  const auto outcome =
      decode_verify(400, R"({"status":false,"message":"secret","code":"transaction_not_found"})", "r");
  EXPECT_EQ(outcome,
            (verify_answer{payment_failure{failure_class::not_found, 400, "transaction_not_found"}}));
  const auto text = decode_verify(400, R"({"status":false,"code":"Some Text!"})", "r");
  EXPECT_EQ(std::get<payment_failure>(text).code, "");
}

// ---- verify ------------------------------------------------------------------------------------

TEST(paystack_verify, asks_for_one_reference) {
  EXPECT_EQ(encode_verify("sv-1-1"), (http_call{"GET", "/transaction/verify/sv-1-1", ""}));
  EXPECT_EQ(encode_verify("a/b=?").path, "/transaction/verify/a%2Fb%3D%3F");
}

TEST(paystack_verify, gives_a_fact) {
  const payment_fact expected{"sv-1-1",         "4099260516",     payment_status::success,
                              {500'000, naira}, {500'000, naira}, payment_mode::live};
  EXPECT_EQ(decode_verify(200, answer(a_payment()), "sv-1-1"), verify_answer{expected});
}

TEST(paystack_verify, tells_what_was_asked_from_what_was_paid) {
  auto payment = a_payment();
  payment["amount"] = 40'333;
  payment["requested_amount"] = 30'050;
  const auto fact = std::get<payment_fact>(decode_verify(200, answer(payment), "sv-1-1"));
  EXPECT_EQ(fact.requested.minor, 30'050);
  EXPECT_EQ(fact.received.minor, 40'333);
}

TEST(paystack_verify, reads_every_state) {
  const std::pair<const char*, payment_status> cases[] = {
      {"success", payment_status::success},    {"failed", payment_status::failed},
      {"reversed", payment_status::refunded},  {"abandoned", payment_status::not_started},
      {"ongoing", payment_status::pending},    {"pending", payment_status::pending},
      {"processing", payment_status::pending}, {"queued", payment_status::pending}};
  for (const auto& [name, expected] : cases) {
    auto payment = a_payment();
    payment["status"] = name;
    EXPECT_EQ(std::get<payment_fact>(decode_verify(200, answer(payment), "sv-1-1")).status, expected) << name;
  }
}

TEST(paystack_verify, never_takes_an_unreadable_answer_for_money) {
  const std::pair<const char*, json> broken[] = {
      {"status", "Success"},   {"status", 1},
      {"reference", "sv-1-2"}, {"reference", 7},
      {"amount", 500'000.0},   {"amount", "500000"},
      {"amount", -1},          {"amount", 18'446'744'073'709'551'615U},
      {"currency", "ngn"},     {"currency", nullptr},
      {"domain", "sandbox"},   {"domain", nullptr},
      {"id", nullptr},         {"requested_amount", "500000"},
      {"amount", 0},           {"id", std::string(1'000, '7')}};
  for (const auto& [name, value] : broken) {
    auto payment = a_payment();
    payment[name] = value;
    EXPECT_EQ(failure_of(decode_verify(200, answer(payment), "sv-1-1")), failure_class::malformed)
        << name << value;
  }
  for (const auto* body : {"", "null", "[]", "{", "{\"status\":true}", "\xff\xfe"})
    EXPECT_EQ(failure_of(decode_verify(200, body, "sv-1-1")), failure_class::malformed) << body;
}

TEST(paystack_verify, tells_the_fees_where_they_are_told) {
  auto payment = a_payment();
  payment["fees"] = 7'500;
  const auto fact = std::get<payment_fact>(decode_verify(200, answer(payment), "sv-1-1"));
  EXPECT_EQ(fact.fees, (money{7'500, naira}));
  payment["fees"] = nullptr;
  EXPECT_EQ(std::get<payment_fact>(decode_verify(200, answer(payment), "sv-1-1")).fees, std::nullopt);
}

TEST(paystack_verify, asks_by_transaction_when_no_reference_is_known) {
  const payment_query by_id{.reference = {}, .link = {}, .transaction = "4099260516"};
  EXPECT_EQ(encode_payment(by_id).value().path, "/transaction/4099260516");
  EXPECT_EQ(std::get<payment_fact>(decode_payment(200, answer(a_payment()), by_id)).reference, "sv-1-1");
  const payment_query another{.reference = {}, .link = {}, .transaction = "4099260517"};
  EXPECT_EQ(failure_of(decode_payment(200, answer(a_payment()), another)), failure_class::malformed);
  EXPECT_EQ(encode_payment({"a/b"}).value().path, "/transaction/verify/a%2Fb");
  for (const auto* bad : {"", "1/2", "1?x"})
    EXPECT_EQ(encode_payment({.reference = {}, .link = {}, .transaction = bad}).error().code,
              errc::invalid_value);
}

TEST(paystack_initialize, names_a_page_to_return_to_when_there_is_one) {
  auto request = a_request();
  request.return_url = "https://shop.example/pay/return";
  EXPECT_EQ(json::parse(encode_initialize(request).value().body)["callback_url"], request.return_url);
  request.return_url = "javascript:1";
  EXPECT_EQ(encode_initialize(request).error().code, errc::invalid_value);
}

// ---- refunds -----------------------------------------------------------------------------------

refund_request a_refund() { return {"4099260516", {10'000, naira}, "rf-1"}; }

json refunded() {
  return {{"id", 3'018'284},        {"transaction", {{"id", 4'099'260'516}, {"reference", "sv-1-1"}}},
          {"amount", 10'000},       {"currency", "NGN"},
          {"domain", "live"},       {"status", "pending"},
          {"merchant_note", "rf-1"}};
}

const refund_query refunds_of_it{"4099260516", naira, {}};

TEST(paystack_refund, says_its_amount_and_our_key) {
  const auto call = encode_refund(a_refund()).value();
  EXPECT_EQ(call.path, "/refund");
  const auto body = json::parse(call.body);
  EXPECT_EQ(body["transaction"], "4099260516");
  EXPECT_EQ(body["amount"], 10'000);
  EXPECT_EQ(body["merchant_note"], "rf-1");
  EXPECT_EQ(course_when_lost(call), failure_course::look_first);
}

TEST(paystack_refund, is_refused_without_a_whole_question) {
  auto free = a_refund(), back = a_refund(), nowhere = a_refund(), keyless = a_refund(), yen = a_refund();
  free.amount.minor = 0;
  back.amount.minor = -1;
  nowhere.transaction = "../1";
  keyless.key = "";
  yen.amount.currency = *parse_currency("JPY");
  for (const auto& bad : {free, back, nowhere, keyless, yen})
    EXPECT_EQ(encode_refund(bad).error().code, errc::invalid_value);
}

TEST(paystack_refund, is_read_in_every_state) {
  const std::pair<const char*, refund_status> cases[] = {{"pending", refund_status::pending},
                                                         {"processing", refund_status::pending},
                                                         {"processed", refund_status::succeeded},
                                                         {"failed", refund_status::failed},
                                                         {"needs-attention", refund_status::needs_attention}};
  for (const auto& [name, expected] : cases) {
    auto data = refunded();
    data["status"] = name;
    const refund_fact fact{"3018284", "4099260516", "rf-1", expected, {10'000, naira}};
    EXPECT_EQ(decode_refund(200, answer(data), a_refund()), refund_answer{fact}) << name;
  }
}

TEST(paystack_refund, of_another_payment_or_amount_is_not_ours) {
  const std::pair<const char*, json> broken[] = {
      {"amount", 10'001}, {"amount", "10000"}, {"currency", "GHS"},      {"transaction", 1},
      {"id", nullptr},    {"status", "done"},  {"transaction", nullptr}, {"id", "1/2"}};
  for (const auto& [name, value] : broken) {
    auto data = refunded();
    data[name] = value;
    EXPECT_EQ(failure_of(decode_refund(200, answer(data), a_refund())), failure_class::malformed)
        << name << value;
  }
}

TEST(paystack_refunds, of_other_payments_are_left_out) {
  EXPECT_EQ(encode_refunds(refunds_of_it).value().path, "/refund?transaction=4099260516&perPage=100&page=1");
  auto ours = refunded(), others = refunded();
  ours["transaction"] = 4'099'260'516;
  others["transaction"] = 4'099'260'517;
  const auto list =
      std::get<refund_list>(decode_refunds(200, answer(json::array({others, ours})), refunds_of_it));
  ASSERT_EQ(list.refunds.size(), 1U);
  EXPECT_EQ(list.refunds.front().key, "rf-1");
}

TEST(paystack_refunds, are_complete_when_a_page_is_empty) {
  const auto one = answer(json::array({refunded()}));
  const auto list = std::get<refund_list>(decode_refunds(200, one, refunds_of_it));
  EXPECT_EQ(list.next, "1") << "how many it puts on a page nobody says";
  EXPECT_EQ(std::get<refund_list>(decode_refunds(200, answer(json::array()), refunds_of_it)).next, "");
  auto second = refunds_of_it;
  second.after = list.next;
  EXPECT_EQ(encode_refunds(second).value().path, "/refund?transaction=4099260516&perPage=100&page=2");
  second.after = "x";
  EXPECT_EQ(encode_refunds(second).error().code, errc::invalid_value);
}

TEST(paystack_refunds, prove_nothing_when_one_of_them_cannot_be_read) {
  for (const auto& [name, value] : {std::pair{"status", json("done")}, {"transaction", json(nullptr)}}) {
    auto strange = refunded();
    strange[name] = value;
    EXPECT_EQ(failure_of(decode_refunds(200, answer(json::array({refunded(), strange})), refunds_of_it)),
              failure_class::malformed);
  }
  EXPECT_EQ(failure_of(decode_refunds(200, answer(json::object()), refunds_of_it)), failure_class::malformed);
}

RC_GTEST_PROP(paystack_property, any_bytes_give_a_value, (const std::string& bytes)) {
  const auto body =
      *rc::gen::element(bytes, "{\"status\":true,\"data\":" + bytes, answer(json(nullptr)) + bytes);
  RC_ASSERT(!std::holds_alternative<payment_fact>(decode_verify(200, body, "r")));
  RC_ASSERT(!std::holds_alternative<payment_link>(decode_initialize(200, body, "r")));
}

TEST(paystack_property, deep_nesting_is_harmless) {
  const std::string deep = std::string(100'000, '[');
  EXPECT_EQ(failure_of(decode_verify(200, deep, "r")), failure_class::malformed);
}

}  // namespace
}  // namespace sellavie::payment::paystack
