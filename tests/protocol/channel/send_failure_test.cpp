#include "protocol/channel/send_failure.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace sellavie;
using namespace sellavie::channel;
using namespace std::chrono_literals;

namespace {

std::string error_body(int code, int subcode = 0, const char* more = "") {
  return R"({"error":{"message":"m","type":"OAuthException","code":)" + std::to_string(code) +
         (subcode != 0 ? R"(,"error_subcode":)" + std::to_string(subcode) : "") + more +
         R"(,"fbtrace_id":"x"}})";
}
send_failure failure_of(int status, std::string_view body, const answer_headers& headers = {}) {
  const auto outcome = decode_send(status, body, headers);
  EXPECT_TRUE(std::holds_alternative<send_failure>(outcome)) << body;
  return std::holds_alternative<send_failure>(outcome) ? std::get<send_failure>(outcome) : send_failure{};
}
failure_class class_of(int status, std::string_view body) { return failure_of(status, body).kind; }

TEST(decode_send, success_has_an_id_on_every_channel) {
  EXPECT_EQ(std::get<sent>(decode_send(200, R"({"recipient_id":"222","message_id":"m_9"})")).external_id,
            "m_9");
  EXPECT_EQ(
      std::get<sent>(
          decode_send(
              200,
              R"({"messaging_product":"whatsapp","contacts":[{"input":"5511","wa_id":"5511"}],"messages":[{"id":"wamid.B","message_status":"accepted"}]})"))
          .external_id,
      "wamid.B");
}

TEST(decode_send, an_answer_that_proves_nothing_is_unknown) {
  for (const char* body :
       {"", "{}", "ok", "[]", R"({"recipient_id":"222"})", R"({"message_id":""})", R"({"messages":[]})"})
    EXPECT_EQ(class_of(200, body), failure_class::unknown) << body;
  EXPECT_EQ(class_of(200, error_body(190)), failure_class::unknown);
  EXPECT_EQ(class_of(0, ""), failure_class::unknown);
  EXPECT_EQ(class_of(302, ""), failure_class::unknown);
  EXPECT_EQ(class_of(408, ""), failure_class::unknown);
}

TEST(decode_send, a_server_error_may_have_been_sent_unless_the_code_says_no) {
  EXPECT_EQ(class_of(502, "<html>"), failure_class::unknown);
  EXPECT_EQ(class_of(500, error_body(1)), failure_class::unknown);
  EXPECT_EQ(class_of(500, error_body(131000)), failure_class::unknown);
  EXPECT_EQ(class_of(500, error_body(77777, 0, R"(,"is_transient":true)")), failure_class::unknown);
  EXPECT_EQ(class_of(400, error_body(1, 1357046)), failure_class::unknown);
  EXPECT_EQ(class_of(503, error_body(131016)), failure_class::transient);
  EXPECT_EQ(class_of(500, error_body(131057)), failure_class::transient);
  EXPECT_EQ(class_of(500, error_body(190)), failure_class::auth);
}

struct row {
  int code;
  int subcode;
  failure_class kind;
};

TEST(decode_send, the_table_of_classes) {
  // All that Meta documents, and what is near a range's end.
  const row rows[] = {
      {1, 0, failure_class::transient},
      {2, 0, failure_class::transient},
      {2, 1545133, failure_class::transient},
      {-1, 0, failure_class::transient},
      {1200, 0, failure_class::transient},
      {131000, 0, failure_class::transient},
      {131016, 0, failure_class::transient},
      {131057, 0, failure_class::transient},
      {133004, 0, failure_class::transient},
      {4, 0, failure_class::rate_limited},
      {4, 2018022, failure_class::rate_limited},
      {17, 0, failure_class::rate_limited},
      {32, 0, failure_class::rate_limited},
      {613, 0, failure_class::rate_limited},
      {613, 1996, failure_class::rate_limited},
      {613, 2534040, failure_class::rate_limited},
      {80001, 0, failure_class::rate_limited},
      {80002, 0, failure_class::rate_limited},
      {80006, 0, failure_class::rate_limited},
      {80007, 0, failure_class::rate_limited},
      {80008, 0, failure_class::rate_limited},
      {130429, 0, failure_class::rate_limited},
      {131056, 0, failure_class::rate_limited},
      {133016, 0, failure_class::rate_limited},
      {131048, 0, failure_class::spam},
      {368, 0, failure_class::spam},
      {130497, 0, failure_class::spam},
      {131031, 0, failure_class::spam},
      {131042, 0, failure_class::spam},
      {131049, 0, failure_class::spam},
      {131050, 0, failure_class::spam},
      {130472, 0, failure_class::spam},
      {10, 1893063, failure_class::spam},
      {100, 2534029, failure_class::spam},
      {100, 2534122, failure_class::spam},
      {2534122, 0, failure_class::spam},
      {10, 2018278, failure_class::window_closed},
      {10, 2018065, failure_class::window_closed},
      {10, 2534022, failure_class::window_closed},
      {131047, 0, failure_class::window_closed},
      {10, 1545041, failure_class::window_closed},
      {200, 1545041, failure_class::window_closed},
      {1545041, 0, failure_class::window_closed},
      {190, 0, failure_class::auth},
      {190, 460, failure_class::auth},
      {190, 463, failure_class::auth},
      {190, 467, failure_class::auth},
      {0, 0, failure_class::auth},
      {102, 0, failure_class::auth},
      {200, 2534041, failure_class::auth},
      {3, 0, failure_class::permission},
      {10, 0, failure_class::permission},
      {10, 99, failure_class::permission},
      {200, 0, failure_class::permission},
      {201, 0, failure_class::permission},
      {230, 0, failure_class::permission},
      {200, 2018028, failure_class::permission},
      {299, 0, failure_class::permission},
      {131005, 0, failure_class::permission},
      {551, 0, failure_class::recipient_gone},
      {10, 2018108, failure_class::recipient_gone},
      {100, 2018001, failure_class::recipient_gone},
      {100, 2534014, failure_class::recipient_gone},
      {100, 33, failure_class::recipient_gone},
      {131026, 0, failure_class::recipient_gone},
      {131021, 0, failure_class::recipient_gone},
      {100, 0, failure_class::bad_request},
      {100, 4, failure_class::bad_request},
      {33, 0, failure_class::bad_request},
      {131008, 0, failure_class::bad_request},
      {131009, 0, failure_class::bad_request},
      {131037, 0, failure_class::bad_request},
      {131045, 0, failure_class::bad_request},
      {131051, 0, failure_class::bad_request},
      {131052, 0, failure_class::bad_request},
      {131053, 0, failure_class::bad_request},
      {132000, 0, failure_class::bad_request},
      {132001, 0, failure_class::bad_request},
      {132005, 0, failure_class::bad_request},
      {132007, 0, failure_class::bad_request},
      {132012, 0, failure_class::bad_request},
      {132015, 0, failure_class::bad_request},
      {132016, 0, failure_class::bad_request},
      {133010, 0, failure_class::bad_request},
      {135000, 0, failure_class::bad_request},
      {137000, 0, failure_class::bad_request},
      {2018109, 0, failure_class::bad_request},
      {100, 2018109, failure_class::bad_request},
      {300, 0, failure_class::bad_request},
      {999999, 0, failure_class::bad_request},
  };
  for (const row& one : rows)
    EXPECT_EQ(class_of(400, error_body(one.code, one.subcode)), one.kind) << one.code << '/' << one.subcode;
}

TEST(decode_send, each_rate_limit_has_its_scope) {
  const std::pair<int, limit_scope> scopes[] = {
      {4, limit_scope::app},          {17, limit_scope::token},       {32, limit_scope::account},
      {613, limit_scope::account},    {80001, limit_scope::account},  {80002, limit_scope::account},
      {80006, limit_scope::account},  {80007, limit_scope::account},  {80008, limit_scope::account},
      {130429, limit_scope::account}, {133016, limit_scope::account}, {131056, limit_scope::pair},
  };
  for (const auto& [code, scope] : scopes) EXPECT_EQ(failure_of(400, error_body(code)).scope, scope) << code;
}

TEST(decode_send, a_rate_limit_says_whom_it_concerns_and_for_how_long) {
  const auto pair = failure_of(400, error_body(131056));
  EXPECT_EQ(pair.scope, limit_scope::pair);
  const auto app = failure_of(400, error_body(4), {.retry_after = "30", .business_use_case_usage = {}});
  EXPECT_EQ(app.scope, limit_scope::app);
  EXPECT_EQ(app.retry_after, 30s);
  const auto page = failure_of(
      400, error_body(80006),
      {.retry_after = "5",
       .business_use_case_usage =
           R"({"111":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":19}]})"});
  EXPECT_EQ(page.retry_after, 19min);
  EXPECT_EQ(
      failure_of(400, error_body(4), {.retry_after = "soon", .business_use_case_usage = "{"}).retry_after,
      0ms);
  EXPECT_EQ(class_of(429, ""), failure_class::rate_limited);
}

TEST(decode_send, is_transient_makes_an_unknown_code_retryable) {
  EXPECT_EQ(class_of(400, error_body(77777, 0, R"(,"is_transient":true)")), failure_class::transient);
  EXPECT_EQ(class_of(400, error_body(190, 0, R"(,"is_transient":true)")), failure_class::auth);
}

TEST(decode_send, an_error_without_a_code_is_judged_by_its_status) {
  EXPECT_EQ(class_of(401, R"({"error":{"message":"x"}})"), failure_class::auth);
  EXPECT_EQ(class_of(400, R"({"error":{"message":"x","code":"abc"}})"), failure_class::bad_request);
  EXPECT_EQ(class_of(403, "no"), failure_class::permission);
}

TEST(decode_send, the_detail_is_bounded_and_without_secrets) {
  const auto failure = failure_of(400, R"({"error":{"code":190,"message":"token EAA)" + std::string(50, 'x') +
                                           std::string(1000, 'y') + R"("}})");
  EXPECT_LE(failure.detail.size(), 300U);
  EXPECT_EQ(failure.detail.find("EAAx"), std::string::npos);
  EXPECT_EQ(
      failure_of(400, R"({"error":{"code":100,"message":"m","error_data":{"details":"body too long"}}})")
          .detail,
      "body too long");
}

TEST(decode_action, success_needs_no_id) {
  EXPECT_FALSE(decode_action(200, R"({"recipient_id":"222"})"));
  EXPECT_FALSE(decode_action(200, R"({"success":true})"));
  EXPECT_EQ(decode_action(400, error_body(190))->kind, failure_class::auth);
}

RC_GTEST_PROP(decode_send, any_bytes_give_an_answer,
              (int status, const std::string& body, const std::string& usage)) {
  const auto outcome = decode_send(status, body, {.retry_after = usage, .business_use_case_usage = usage});
  if (const auto* failure = std::get_if<send_failure>(&outcome)) RC_ASSERT(failure->detail.size() <= 900U);
}

}  // namespace
