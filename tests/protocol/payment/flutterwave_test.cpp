#include "protocol/payment/flutterwave.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

namespace sellavie::payment::flutterwave {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const currency_code naira = *parse_currency("NGN");
const payment_query query{"sv-1-1", {}, {}, payment_mode::live};

checkout_request a_request() {
  return {"ada@example.com", {1'999, naira}, "sv-1-1", "#42", "https://shop.example/pay/return"};
}

json a_payment() {
  return {{"id", 8'321'945}, {"tx_ref", "sv-1-1"}, {"flw_ref", "FLW-1"},
          {"amount", 5'000}, {"currency", "NGN"},  {"status", "successful"}};
}

std::string answer(json data) {
  return json{{"status", "success"}, {"message", "ok"}, {"data", std::move(data)}}.dump();
}

std::string refusal(const char* message) {
  return json{{"status", "error"}, {"message", message}, {"data", nullptr}}.dump();
}

failure_class failure_of(const auto& outcome) {
  const auto* failed = std::get_if<payment_failure>(&outcome);
  EXPECT_NE(failed, nullptr);
  return failed == nullptr ? failure_class::malformed : failed->failure;
}

payment_fact fact_in(std::string_view body) {
  return std::get<payment_fact>(decode_payment(200, body, query));
}

// ---- links -------------------------------------------------------------------------------------

TEST(flutterwave_link, is_asked_for_in_major_units) {
  auto request = a_request();
  request.lifetime = 45min;
  const auto call = encode_link(request).value();
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.path, "/payments");
  EXPECT_TRUE(call.body.starts_with("{\"amount\":19.99,")) << call.body;
  const auto body = json::parse(call.body);
  EXPECT_EQ(body["tx_ref"], "sv-1-1");
  EXPECT_EQ(body["currency"], "NGN") << "left out it would be naira for everybody";
  EXPECT_EQ(body["customer"]["email"], "ada@example.com");
  EXPECT_EQ(body["redirect_url"], request.return_url);
  EXPECT_EQ(body["session_duration"], 45);
  EXPECT_FALSE(json::parse(encode_link(a_request()).value().body).contains("session_duration"));
}

TEST(flutterwave_link, refuses_values_that_flutterwave_would) {
  auto free = a_request(), strange = a_request(), nameless = a_request(), stuck = a_request(),
       late = a_request(), early = a_request();
  free.amount.minor = 0;
  strange.reference = "sv 1";
  nameless.email = "ada";
  stuck.return_url = "";
  late.lifetime = 1'441min;
  early.lifetime = -1min;
  for (const auto& bad : {free, strange, nameless, stuck, late, early})
    EXPECT_EQ(encode_link(bad).error().code, errc::invalid_value);
}

TEST(flutterwave_link, comes_as_an_address) {
  const auto body = answer({{"link", "https://checkout.flutterwave.com/x"}});
  EXPECT_EQ(decode_link(200, body, a_request()),
            (checkout_answer{payment_link{"https://checkout.flutterwave.com/x", "sv-1-1"}}));
  for (const auto& bad : {json{{"link", "javascript:1"}}, json{{"link", 7}}, json::object(), json(nullptr)})
    EXPECT_EQ(failure_of(decode_link(200, answer(bad), a_request())), failure_class::malformed) << bad;
}

TEST(flutterwave_link, knows_a_reference_used_before) {
  for (const auto* message : {"Duplicate tx_ref", "Transaction reference has been used before"})
    for (const int status : {200, 400, 409})
      EXPECT_TRUE(
          std::holds_alternative<duplicate_reference>(decode_link(status, refusal(message), a_request())))
          << message << status;
  EXPECT_EQ(failure_of(decode_link(500, refusal("Duplicate tx_ref"), a_request())),
            failure_class::unavailable);
}

TEST(flutterwave_link, that_is_refused_with_http_200_is_refused) {
  EXPECT_EQ(failure_of(decode_link(200, refusal("currency is not supported"), a_request())),
            failure_class::rejected);
}

// ---- payments ----------------------------------------------------------------------------------

TEST(flutterwave_payment, is_asked_for_by_reference_or_id) {
  EXPECT_EQ(encode_payment(query).value().path, "/transactions/verify_by_reference?tx_ref=sv-1-1");
  EXPECT_EQ(encode_payment({"a&b=c"}).value().path, "/transactions/verify_by_reference?tx_ref=a%26b%3Dc");
  const payment_query by_id{.reference = {}, .link = {}, .transaction = "8321945"};
  EXPECT_EQ(encode_payment(by_id).value().path, "/transactions/8321945/verify");
  EXPECT_EQ(std::get<payment_fact>(decode_payment(200, answer(a_payment()), by_id)).reference, "sv-1-1");
  EXPECT_EQ(encode_payment({}).error().code, errc::invalid_value);
}

TEST(flutterwave_payment, of_several_tries_under_one_reference_is_the_one_that_was_asked_for) {
  const payment_query second{"sv-1-1", {}, "8321945", payment_mode::live};
  EXPECT_EQ(encode_payment(second).value().path, "/transactions/8321945/verify");
  EXPECT_EQ(std::get<payment_fact>(decode_payment(200, answer(a_payment()), second)).transaction, "8321945");
  const payment_query first{"sv-1-1", {}, "8321944", payment_mode::live};
  EXPECT_EQ(failure_of(decode_payment(200, answer(a_payment()), first)), failure_class::malformed);
}

TEST(flutterwave_payment, gives_a_fact_in_minor_units_and_the_mode_of_the_key) {
  const payment_fact expected{"sv-1-1",         "8321945",        payment_status::success,
                              {500'000, naira}, {500'000, naira}, payment_mode::live};
  EXPECT_EQ(decode_payment(200, answer(a_payment()), query), verify_answer{expected});
  auto test = query;
  test.mode = payment_mode::test;
  EXPECT_EQ(std::get<payment_fact>(decode_payment(200, answer(a_payment()), test)).mode, payment_mode::test);
}

TEST(flutterwave_payment, reads_amounts_as_they_are_written) {
  const auto with = [](const std::string& literal) {
    return R"({"status":"success","data":{"id":1,"tx_ref":"sv-1-1","currency":"NGN","status":"successful","amount":)" +
           literal + "}}";
  };
  EXPECT_EQ(fact_in(with("19.99")).requested.minor, 1'999);
  EXPECT_EQ(fact_in(with("5e3")).requested.minor, 500'000);
  EXPECT_EQ(fact_in(with("1.10")).requested.minor, 110);
  EXPECT_EQ(fact_in(with("90071992547409.93")).requested.minor, 9'007'199'254'740'993)
      << "no double holds this";
  for (const auto* literal :
       {"19.999", "-5", "1e30", "\"5000\"", "null", "true", "{}", "99999999999999999999"})
    EXPECT_EQ(failure_of(decode_payment(200, with(literal), query)), failure_class::malformed) << literal;
}

TEST(flutterwave_payment, tells_fees_and_what_the_customer_paid) {
  auto payment = a_payment();
  payment["charged_amount"] = 5'070;
  payment["app_fee"] = 70;
  const auto fact = fact_in(answer(payment));
  EXPECT_EQ(fact.requested.minor, 500'000);
  EXPECT_EQ(fact.received.minor, 507'000);
  EXPECT_EQ(fact.fees, (money{7'000, naira}));
}

TEST(flutterwave_payment, counts_though_its_fees_are_finer_than_a_kobo) {
  auto payment = a_payment();
  payment["charged_amount"] = 5'070.125;
  payment["app_fee"] = 70.125;
  const auto fact = fact_in(answer(payment));
  EXPECT_EQ(fact.received.minor, 500'000);
  EXPECT_EQ(fact.fees, std::nullopt);
}

TEST(flutterwave_payment, reads_every_state) {
  const std::pair<const char*, payment_status> cases[] = {{"successful", payment_status::success},
                                                          {"failed", payment_status::failed},
                                                          {"pending", payment_status::pending}};
  for (const auto& [name, expected] : cases) {
    auto payment = a_payment();
    payment["status"] = name;
    EXPECT_EQ(fact_in(answer(payment)).status, expected) << name;
  }
}

TEST(flutterwave_payment, never_takes_an_unreadable_answer_for_money) {
  const std::pair<const char*, json> broken[] = {
      {"status", "success"}, {"tx_ref", "sv-1-2"}, {"tx_ref", nullptr},      {"currency", "ngn"},
      {"currency", "XXX"},   {"id", nullptr},      {"status", "Successful"}, {"amount", 0}};
  for (const auto& [name, value] : broken) {
    auto payment = a_payment();
    payment[name] = value;
    EXPECT_EQ(failure_of(decode_payment(200, answer(payment), query)), failure_class::malformed)
        << name << value;
  }
  auto unsaid = json::parse(answer(a_payment()));
  unsaid["status"] = "error";
  EXPECT_EQ(failure_of(decode_payment(200, unsaid.dump(), query)), failure_class::rejected);
}

TEST(flutterwave_payment, that_nobody_has_begun_is_not_found) {
  const auto body = refusal("No transaction was found for this id");
  for (const int status : {200, 400, 404})
    EXPECT_EQ(failure_of(decode_payment(status, body, query)), failure_class::not_found) << status;
}

TEST(flutterwave_failures, are_told_apart) {
  const std::pair<int, failure_class> cases[] = {
      {400, failure_class::rejected},    {401, failure_class::malformed},
      {403, failure_class::malformed},   {408, failure_class::unavailable},
      {422, failure_class::rejected},    {429, failure_class::rate_limited},
      {500, failure_class::unavailable}, {503, failure_class::unavailable},
      {302, failure_class::malformed},   {0, failure_class::malformed}};
  for (const auto& [status, expected] : cases) {
    EXPECT_EQ(failure_of(decode_link(status, "<html>", a_request())), expected) << status;
    EXPECT_EQ(failure_of(decode_payment(status, "<html>", query)), expected) << status;
  }
  for (const int status : {401, 403})
    EXPECT_EQ(failure_of(decode_payment(status, refusal("Invalid authorization key"), query)),
              failure_class::credentials)
        << status;
  const auto told = std::get<payment_failure>(decode_payment(400, refusal("a secret"), query));
  EXPECT_EQ(told.code, "") << "free text goes nowhere";
}

// ---- refunds -----------------------------------------------------------------------------------

refund_request a_refund() { return {"908790", {690'050, naira}, "rf-1"}; }

json refunded() {
  return {{"id", 75'923}, {"tx_id", 908'790}, {"amount_refunded", 6'900.5}, {"status", "completed"}};
}

const refund_query refunds_of_it{"908790", naira, {}};

TEST(flutterwave_refund, is_asked_for_in_major_units) {
  const auto call = encode_refund(a_refund()).value();
  EXPECT_EQ(call.path, "/transactions/908790/refund");
  EXPECT_EQ(call.body, R"({"amount":6900.50,"comments":"rf-1"})");
  EXPECT_EQ(course_when_lost(call), failure_course::look_first);
  auto free = a_refund(), nowhere = a_refund(), keyless = a_refund();
  free.amount.minor = -5;
  nowhere.transaction = "1/2";
  keyless.key = "a b";
  for (const auto& bad : {free, nowhere, keyless})
    EXPECT_EQ(encode_refund(bad).error().code, errc::invalid_value);
}

TEST(flutterwave_refund, that_was_only_taken_on_is_pending) {
  const std::pair<const char*, refund_status> cases[] = {
      {"completed", refund_status::pending},
      {"processing", refund_status::pending},
      {"completed-mpgs", refund_status::succeeded},
      {"completed-bank-transfer", refund_status::succeeded},
      {"failed", refund_status::failed}};
  for (const auto& [name, expected] : cases) {
    auto data = refunded();
    data["status"] = name;
    const refund_fact fact{"75923", "908790", "", expected, {690'050, naira}};
    EXPECT_EQ(decode_refund(200, answer(data), a_refund()), refund_answer{fact}) << name;
  }
}

TEST(flutterwave_refund, of_another_payment_or_amount_is_not_ours) {
  const std::pair<const char*, json> broken[] = {{"amount_refunded", 6'900},
                                                 {"tx_id", 908'791},
                                                 {"id", nullptr},
                                                 {"status", "done"},
                                                 {"tx_id", nullptr}};
  for (const auto& [name, value] : broken) {
    auto data = refunded();
    data[name] = value;
    EXPECT_EQ(failure_of(decode_refund(200, answer(data), a_refund())), failure_class::malformed)
        << name << value;
  }
}

TEST(flutterwave_refunds, are_read_until_a_page_is_empty) {
  EXPECT_EQ(encode_refunds(refunds_of_it).value().path, "/refunds?page=1");
  const json ours{
      {"id", 1}, {"TransactionId", 908'790}, {"AmountRefunded", 12'000}, {"status", "completed-mpgs"}};
  const json others{{"id", 2}, {"TransactionId", 5}, {"AmountRefunded", "?"}, {"status", "?"}};
  const auto list =
      std::get<refund_list>(decode_refunds(200, answer(json::array({ours, others})), refunds_of_it));
  ASSERT_EQ(list.refunds.size(), 1U);
  EXPECT_EQ(list.refunds.front(),
            (refund_fact{"1", "908790", "", refund_status::succeeded, {1'200'000, naira}}));
  EXPECT_EQ(list.next, "1");
  auto second = refunds_of_it;
  second.after = list.next;
  EXPECT_EQ(encode_refunds(second).value().path, "/refunds?page=2");
  EXPECT_EQ(decode_refunds(200, answer(json::array()), second), refunds_answer{refund_list{}});
}

TEST(flutterwave_refunds, prove_nothing_when_one_of_them_cannot_be_read) {
  for (const auto& [name, value] : {std::pair{"status", json("done")}, {"tx_id", json(nullptr)}}) {
    auto strange = refunded();
    strange[name] = value;
    EXPECT_EQ(failure_of(decode_refunds(200, answer(json::array({refunded(), strange})), refunds_of_it)),
              failure_class::malformed);
  }
}

// ---- strangers ---------------------------------------------------------------------------------

RC_GTEST_PROP(flutterwave_property, any_bytes_give_a_value, (const std::string& bytes)) {
  const auto body =
      *rc::gen::element(bytes, R"({"status":"success","data":)" + bytes, answer(nullptr) + bytes);
  RC_ASSERT(!std::holds_alternative<payment_fact>(decode_payment(200, body, query)));
  RC_ASSERT(!std::holds_alternative<payment_link>(decode_link(200, body, a_request())));
}

TEST(flutterwave_property, deep_nesting_and_endless_numbers_are_harmless) {
  EXPECT_EQ(failure_of(decode_payment(200, std::string(100'000, '['), query)), failure_class::malformed);
  const std::string digits(100'000, '9');
  for (const auto& number : {digits, "1." + digits, "1e" + digits})
    EXPECT_EQ(
        failure_of(decode_payment(
            200, R"({"status":"success","data":{"id":1,"tx_ref":"sv-1-1","amount":)" + number + "}}", query)),
        failure_class::malformed);
  auto payment = answer(a_payment());
  const std::string_view data = R"("data":{)";
  payment.insert(payment.find(data) + data.size(),
                 R"("meta":)" + std::string(100, '[') + "1.5" + std::string(100, ']') + ',');
  EXPECT_EQ(fact_in(payment).status, payment_status::success) << "what lies too deep is left out";
}

}  // namespace
}  // namespace sellavie::payment::flutterwave
