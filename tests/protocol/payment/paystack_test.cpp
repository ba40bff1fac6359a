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
      {400, failure_class::rejected},     {401, failure_class::credentials},
      {403, failure_class::credentials},  {404, failure_class::not_found},
      {408, failure_class::unavailable},  {422, failure_class::rejected},
      {429, failure_class::rate_limited}, {500, failure_class::unavailable},
      {503, failure_class::unavailable},  {302, failure_class::malformed},
      {0, failure_class::malformed}};
  for (const auto& [status, expected] : cases) {
    EXPECT_EQ(failure_of(decode_initialize(status, "<html>", "r")), expected) << status;
    EXPECT_EQ(failure_of(decode_verify(status, R"({"status":false})", "r")), expected) << status;
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
      {"reversed", payment_status::failed},    {"abandoned", payment_status::not_started},
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
      {"id", nullptr},         {"requested_amount", "500000"}};
  for (const auto& [name, value] : broken) {
    auto payment = a_payment();
    payment[name] = value;
    EXPECT_EQ(failure_of(decode_verify(200, answer(payment), "sv-1-1")), failure_class::malformed)
        << name << value;
  }
  for (const auto* body : {"", "null", "[]", "{", "{\"status\":true}", "\xff\xfe"})
    EXPECT_EQ(failure_of(decode_verify(200, body, "sv-1-1")), failure_class::malformed) << body;
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
