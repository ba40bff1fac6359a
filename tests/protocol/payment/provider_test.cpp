#include "protocol/payment/provider.hpp"

#include <gtest/gtest.h>

#include "protocol/payment/port.hpp"

namespace sellavie::payment {
namespace {

const http_call question{"GET", "/x", {}};
const http_call order{"POST", "/x", "{}"};
const http_call keyed_order{"POST", "/x", "a=1", body_format::form, {{"Idempotency-Key", "k"}}};

payment_failure a_failure(failure_class failure, int http_status = 0, std::string code = {}) {
  return {failure, http_status, std::move(code)};
}

TEST(failure_course, of_a_question_is_to_ask_again) {
  EXPECT_EQ(course_when_lost(question), failure_course::repeat);
  for (const auto failure :
       {failure_class::unavailable, failure_class::malformed, failure_class::rate_limited})
    EXPECT_EQ(course_after(a_failure(failure, 500), question), failure_course::repeat);
}

TEST(failure_course, of_what_may_have_happened_is_to_look_first) {
  EXPECT_EQ(course_when_lost(order), failure_course::look_first);
  for (const auto failure : {failure_class::unavailable, failure_class::malformed})
    for (const int status : {0, 200, 408, 500, 503})
      EXPECT_EQ(course_after(a_failure(failure, status), order), failure_course::look_first) << status;
}

TEST(failure_course, of_a_keyed_order_is_to_send_it_again_until_its_answer_is_a_replay) {
  EXPECT_EQ(course_when_lost(keyed_order), failure_course::repeat);
  EXPECT_EQ(course_after(a_failure(failure_class::unavailable, 503), keyed_order), failure_course::repeat);
  EXPECT_EQ(course_after(a_failure(failure_class::unavailable, 409), keyed_order), failure_course::repeat);
  EXPECT_EQ(course_after(a_failure(failure_class::unavailable, 500), keyed_order),
            failure_course::look_first);
  EXPECT_EQ(course_after(a_failure(failure_class::malformed, 200), keyed_order), failure_course::look_first);
}

TEST(failure_course, of_a_refusal_ends_it_unless_the_key_was_used) {
  for (const auto& call : {question, order, keyed_order}) {
    for (const auto failure : {failure_class::rejected, failure_class::credentials, failure_class::not_found})
      EXPECT_EQ(course_after(a_failure(failure, 400), call), failure_course::refused);
    EXPECT_EQ(course_after(a_failure(failure_class::rate_limited, 429), call), failure_course::repeat);
  }
  EXPECT_EQ(course_after(a_failure(failure_class::rejected, 400, "idempotency_error"), keyed_order),
            failure_course::look_first);
}

TEST(providers, have_names_and_a_port_each) {
  for (const auto name : {provider::paystack, provider::flutterwave, provider::stripe}) {
    EXPECT_EQ(parse_provider(to_string(name)), name);
    EXPECT_EQ(port_of(name).name, name);
  }
  EXPECT_EQ(parse_provider("Stripe"), std::nullopt);
  EXPECT_EQ(parse_provider(""), std::nullopt);
}

TEST(providers, say_when_they_cannot_expire_a_link) {
  const payment_query link{"sv-1-1", "cs_1", {}, payment_mode::live};
  for (const auto name : {provider::paystack, provider::flutterwave}) {
    EXPECT_FALSE(port_of(name).expires_links);
    EXPECT_EQ(port_of(name).encode_expiry(link).error().code, errc::conflict);
    EXPECT_TRUE(std::holds_alternative<payment_failure>(
        port_of(name).decode_expiry(200, R"({"id":"cs_1","status":"expired"})", link)));
  }
  EXPECT_TRUE(port_of(provider::stripe).expires_links);
  EXPECT_TRUE(port_of(provider::stripe).encode_expiry(link));
}

TEST(providers, write_one_order_each_in_its_own_units) {
  const checkout_request request{"ada@example.com",
                                 {500'000, *parse_currency("NGN")},
                                 "sv-1-1",
                                 "#42",
                                 "https://shop.example/pay/return"};
  const auto body_for = [&](provider name) { return port_of(name).encode_link(request).value().body; };
  EXPECT_NE(body_for(provider::paystack).find("\"amount\":500000"), std::string::npos);
  EXPECT_NE(body_for(provider::flutterwave).find("\"amount\":5000,"), std::string::npos);
  EXPECT_NE(body_for(provider::stripe).find("=500000"), std::string::npos);
}

TEST(providers, take_no_page_of_an_error_for_an_answer) {
  for (const auto name : {provider::paystack, provider::flutterwave, provider::stripe}) {
    const auto& port = port_of(name);
    const payment_query payment{"sv-1-1", "cs_1", "pi_1"};
    for (const int status : {200, 302, 400, 401, 404, 429, 500, 503, 0})
      for (const auto* body :
           {"", "<html>", "null", "[]", "{", "{\"status\":\"success\"}", "\xff", "{\"data\":[]}"}) {
        EXPECT_TRUE(std::holds_alternative<payment_failure>(port.decode_link(status, body, {})));
        EXPECT_TRUE(std::holds_alternative<payment_failure>(port.decode_payment(status, body, payment)));
        EXPECT_TRUE(std::holds_alternative<payment_failure>(port.decode_refund(status, body, {})));
        EXPECT_TRUE(std::holds_alternative<payment_failure>(port.decode_refunds(status, body, {"pi_1"})));
        EXPECT_TRUE(std::holds_alternative<payment_failure>(port.decode_expiry(status, body, payment)));
      }
  }
}

}  // namespace
}  // namespace sellavie::payment
