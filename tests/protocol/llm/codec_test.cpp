#include "protocol/llm/codec.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "protocol/llm/json_writer.hpp"

namespace sellavie::llm {
namespace {

using json = nlohmann::json;

constexpr instant now = instant_from_ms(1'700'000'000'000);
const provider_profile openai_profile = profile_for("openai", "gpt-x");
const provider_profile anthropic_profile = profile_for("anthropic", "claude-x");

chat_request two_rounds() {
  chat_request request;
  request.system = "rules \"quoted\"\n";
  request.messages = {{chat_role::user, "hi", {}, {}},
                      {chat_role::user, "two please", {}, {}},
                      {chat_role::assistant,
                       "",
                       {{"c1", "place_order", R"({"items":[]})"}, {"c2", "check_payment", "broken"}},
                       {}},
                      {chat_role::tool, "done", {}, "c1"}};
  request.tools = true;
  request.allowed = {action_kind::place_order, action_kind::hand_off};
  return request;
}

chat_completion completed(const provider_profile& profile, std::string_view body) {
  const auto decoded = decode_response(profile, 200, {}, body, now);
  EXPECT_TRUE(std::holds_alternative<chat_completion>(decoded)) << body;
  return std::holds_alternative<chat_completion>(decoded) ? std::get<chat_completion>(decoded)
                                                          : chat_completion{};
}

provider_failure failed(const provider_profile& profile, int status, std::string_view body,
                        std::vector<header> headers = {}) {
  const auto decoded = decode_response(profile, status, headers, body, now);
  EXPECT_TRUE(std::holds_alternative<provider_failure>(decoded)) << body;
  return std::holds_alternative<provider_failure>(decoded) ? std::get<provider_failure>(decoded)
                                                           : provider_failure{};
}

TEST(json_writer, escapes_everything_and_repairs_encoding) {
  std::string out;
  append_json_string(out,
                     std::string_view{"a\"\\\n\r\t\x01\x7F\0\xFF\xC3\xA9\xED\xA0\x80\xF0\x9F\x91\x8D", 20});
  const auto parsed = json::parse(out, nullptr, false);
  ASSERT_FALSE(parsed.is_discarded()) << out;
  EXPECT_NE(parsed.get<std::string>().find("\xEF\xBF\xBD\xC3\xA9"), std::string::npos);
}

TEST(json_writer, writes_valid_json_for_every_byte_pair) {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; b += 3) {
      std::string out;
      append_json_string(out, std::string{static_cast<char>(a), static_cast<char>(b)});
      ASSERT_FALSE(json::parse(out, nullptr, false).is_discarded()) << a << " " << b;
    }
}

TEST(openai_codec, writes_a_chat_completion_request) {
  const auto body = json::parse(encode_request(openai_profile, two_rounds()));
  EXPECT_EQ(body["model"], "gpt-x");
  EXPECT_EQ(body["max_completion_tokens"], 800);
  EXPECT_FALSE(body.contains("max_tokens"));
  EXPECT_FALSE(body.contains("temperature"));
  EXPECT_EQ(body["store"], false);
  ASSERT_EQ(body["messages"].size(), 5U);
  EXPECT_EQ(body["messages"][0]["role"], "system");
  EXPECT_EQ(body["messages"][0]["content"], "rules \"quoted\"\n");
  EXPECT_EQ(body["messages"][3]["tool_calls"][0]["function"]["arguments"], R"({"items":[]})");
  EXPECT_EQ(body["messages"][4]["tool_call_id"], "c1");
  ASSERT_EQ(body["tools"].size(), 2U);
  EXPECT_EQ(body["tools"][0]["function"]["name"], "place_order");
  EXPECT_EQ(body["tools"][0]["function"]["strict"], true);
  EXPECT_EQ(body["tool_choice"], "auto");
}

TEST(openai_codec, offers_no_tools_in_tag_mode) {
  auto request = two_rounds();
  request.tools = false;
  EXPECT_FALSE(json::parse(encode_request(openai_profile, request)).contains("tools"));
}

TEST(openai_codec, a_compatible_server_gets_the_old_field_and_no_strictness) {
  const auto body = json::parse(encode_request(profile_for("local", "llama"), two_rounds()));
  EXPECT_EQ(body["max_tokens"], 800);
  EXPECT_FALSE(body.contains("store"));
  EXPECT_FALSE(body.contains("tools"));
}

TEST(openai_codec, groq_gets_the_new_field_and_tools_without_strictness) {
  const auto profile = profile_for("groq", "llama-x");
  EXPECT_TRUE(profile.tools);
  const auto body = json::parse(encode_request(profile, two_rounds()));
  EXPECT_EQ(body["model"], "llama-x");
  EXPECT_EQ(body["max_completion_tokens"], 800);
  for (const auto* field : {"max_tokens", "store"}) EXPECT_FALSE(body.contains(field)) << field;
  ASSERT_EQ(body["tools"].size(), 2U);
  for (const auto& tool : body["tools"]) EXPECT_FALSE(tool["function"].contains("strict"));
  EXPECT_EQ(request_path(profile), "/chat/completions");
  EXPECT_EQ(request_headers(profile, "k").at(1), header("authorization", "Bearer k"));
}

TEST(openai_codec, reads_text_tool_calls_and_usage) {
  const auto completion =
      completed(openai_profile,
                R"({"choices":[{"finish_reason":"tool_calls","message":{"role":"assistant","content":"ok",
    "tool_calls":[{"id":"c1","type":"function","function":{"name":"check_payment","arguments":"{bad"}}]}}],
    "usage":{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}})");
  EXPECT_EQ(completion, (chat_completion{
                            "ok", {{"c1", "check_payment", "{bad"}}, finish_reason::tool_calls, {10, 4, 3}}));
}

TEST(openai_codec, reads_refusals_and_filters_as_completions) {
  EXPECT_EQ(completed(openai_profile,
                      R"({"choices":[{"finish_reason":"stop","message":{"content":null,"refusal":"no"}}]})")
                .finish,
            finish_reason::refusal);
  EXPECT_EQ(completed(openai_profile,
                      R"({"choices":[{"finish_reason":"content_filter","message":{"content":null}}]})")
                .finish,
            finish_reason::content_filter);
  EXPECT_EQ(
      completed(openai_profile, R"({"choices":[{"finish_reason":"length","message":{"content":"cut"}}]})")
          .finish,
      finish_reason::length);
}

TEST(openai_codec, a_success_without_content_is_garbage) {
  for (const std::string body :
       {"", "null", "[]", "{}", "<html>", R"({"choices":[]})", R"({"choices":[1]})",
        R"({"choices":[{"message":{}}]})", R"({"choices":[{"message":{"content":"  "}}]})",
        R"({"choices":[{"message":{"content":"x"}}],"error":{"code":"x"}})"})
    EXPECT_EQ(failed(openai_profile, 200, body).kind, failure_class::garbage) << body;
  EXPECT_EQ(failed(openai_profile, 200, std::string(1'000, '[')).kind, failure_class::garbage);
  EXPECT_EQ(failed(openai_profile, 204, "").kind, failure_class::garbage);
}

TEST(anthropic_codec, writes_a_messages_request) {
  const auto body = json::parse(encode_request(anthropic_profile, two_rounds()));
  EXPECT_EQ(body["system"], "rules \"quoted\"\n");
  EXPECT_EQ(body["max_tokens"], 800);
  for (const auto* field : {"temperature", "top_p", "top_k"}) EXPECT_FALSE(body.contains(field));
  const auto& messages = body["messages"];
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0]["content"].size(), 2U) << "neighbours of one role are merged";
  EXPECT_EQ(messages[1]["content"][1]["input"], json::object()) << "broken arguments become an empty object";
  ASSERT_EQ(messages[2]["content"].size(), 2U) << "every tool_use is answered";
  EXPECT_EQ(messages[2]["content"][0]["tool_use_id"], "c1");
  EXPECT_EQ(messages[2]["content"][1]["tool_use_id"], "c2");
  EXPECT_EQ(body["tools"][0]["name"], "place_order");
  EXPECT_TRUE(body["tools"][0].contains("input_schema"));
}

TEST(anthropic_codec, roles_alternate_and_begin_and_end_with_the_user) {
  chat_request request;
  request.messages = {{chat_role::assistant, "hello", {}, {}},
                      {chat_role::assistant, "", {{"c1", "x", "{}"}}, {}}};
  const auto messages = json::parse(encode_request(anthropic_profile, request))["messages"];
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0]["role"], "user");
  EXPECT_EQ(messages[1]["role"], "assistant");
  EXPECT_EQ(messages[2]["content"][0]["type"], "tool_result");
  request.messages = {{chat_role::user, " ", {}, {}}};
  const auto silent = json::parse(encode_request(anthropic_profile, request));
  ASSERT_EQ(silent["messages"][0]["content"].size(), 1U);
  EXPECT_NE(silent["messages"][0]["content"][0]["text"], "");
}

TEST(anthropic_codec, reads_text_tool_use_and_usage) {
  const auto completion = completed(
      anthropic_profile,
      R"({"type":"message","content":[{"type":"thinking","thinking":"…"},{"type":"text","text":"ok"},
    {"type":"tool_use","id":"t1","name":"cancel_order","input":{}}],"stop_reason":"tool_use",
    "usage":{"input_tokens":5,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":7}})");
  EXPECT_EQ(completion,
            (chat_completion{"ok", {{"t1", "cancel_order", "{}"}}, finish_reason::tool_calls, {10, 3, 7}}));
}

TEST(anthropic_codec, a_refusal_is_a_completion_and_an_overflow_a_failure) {
  EXPECT_EQ(completed(anthropic_profile, R"({"content":[],"stop_reason":"refusal"})").finish,
            finish_reason::refusal);
  EXPECT_EQ(
      failed(anthropic_profile, 200, R"({"content":[],"stop_reason":"model_context_window_exceeded"})").kind,
      failure_class::context_overflow);
  EXPECT_EQ(failed(anthropic_profile, 200, R"({"type":"error","error":{"type":"overloaded_error"}})").kind,
            failure_class::garbage);
  EXPECT_EQ(failed(anthropic_profile, 200, R"({"content":[{"type":"text"}],"stop_reason":"end_turn"})").kind,
            failure_class::garbage);
}

TEST(codec, makes_paths_and_headers_of_each_dialect) {
  EXPECT_EQ(request_path(openai_profile), "/chat/completions");
  EXPECT_EQ(request_path(anthropic_profile), "/v1/messages");
  EXPECT_EQ(request_headers(openai_profile, "k").at(1), header("authorization", "Bearer k"));
  EXPECT_EQ(request_headers(anthropic_profile, "k").at(1), header("anthropic-version", "2026-10-21"));
  EXPECT_EQ(request_headers(openai_profile, "").size(), 1U);
}

TEST(codec, classifies_every_failure_of_the_facts) {
  struct row {
    int status;
    std::string body;
    failure_class wanted;
  };
  using enum failure_class;
  const auto coded = [](const char* code) {
    return R"({"error":{"message":"m","type":"t","code":")" + std::string{code} + "\"}}";
  };
  const auto typed = [](const char* type, const char* message = "m") {
    return R"({"type":"error","error":{"type":")" + std::string{type} + R"(","message":")" + message + "\"}}";
  };
  const std::vector<row> table = {
      {408, "", retry_same_then_failover},
      {409, "", retry_same_then_failover},
      {429, coded("rate_limit_exceeded"), retry_same_then_failover},
      {429, coded("slow_down"), retry_same_then_failover},
      {498, coded("capacity_exceeded"), retry_same_then_failover},
      {500, "", retry_same_then_failover},
      {502, "<html>", retry_same_then_failover},
      {503, coded("server_is_overloaded"), retry_same_then_failover},
      {504, "", retry_same_then_failover},
      {529, typed("overloaded_error"), retry_same_then_failover},
      {429, typed("rate_limit_error"), retry_same_then_failover},
      {401, typed("authentication_error"), failover_now},
      {402, typed("billing_error"), failover_now},
      {403, "", failover_now},
      {404, coded("model_not_found"), failover_now},
      {429, coded("insufficient_quota"), failover_now},
      {429, coded("credit_balance_exhausted"), failover_now},
      {429,
       R"({"error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}})",
       failover_now},
      {400, typed("invalid_request_error", "Your credit balance is too low"), failover_now},
      {400, coded("invalid_type"), caller_bug},
      {400, typed("invalid_request_error"), caller_bug},
      {413, "", caller_bug},
      {422, "", caller_bug},
      {405, "", caller_bug},
      {400, coded("context_length_exceeded"), context_overflow},
      {400, typed("invalid_request_error", "prompt is too long: 210000 tokens"), context_overflow},
      {400, R"({"error":"the request exceeds the available context size"})", context_overflow},
      {400, coded("content_policy_violation"), refusal},
      {400, coded("content_filter"), refusal},
      {400, coded("tool_use_failed"), garbage},
      {400, coded("json_validate_failed"), garbage},
      {302, "", failover_now},
      {0, "", retry_same_then_failover}};
  for (const auto& [status, body, wanted] : table)
    EXPECT_EQ(failed(openai_profile, status, body).kind, wanted) << status << " " << body;
}

TEST(codec, names_the_failure_and_its_pause) {
  const auto failure =
      failed(openai_profile, 429, R"({"error":{"code":"rate_limit_exceeded"}})", {{"Retry-After", "7"}});
  EXPECT_EQ(failure, (provider_failure{failure_class::retry_same_then_failover, milliseconds{7000},
                                       "rate_limit_exceeded", 429}));
  EXPECT_EQ(failed(openai_profile, 500, "junk").code, "http_500");
  EXPECT_EQ(failed(openai_profile, 500, "{\"error\":{\"code\":\"a\\n\\u00e9b\"}}").code, "a???b");
  EXPECT_EQ(no_answer("connect").status, 0);
}

}  // namespace
}  // namespace sellavie::llm
