#include "protocol/llm/codec.hpp"

#include <algorithm>

#include "protocol/action/clean_text.hpp"
#include "protocol/llm/anthropic_codec.hpp"
#include "protocol/llm/classify.hpp"
#include "protocol/llm/decode_support.hpp"
#include "protocol/llm/openai_codec.hpp"
#include "protocol/llm/retry_after.hpp"

namespace sellavie::llm {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

struct owned_words {
  std::string code;
  std::string type;
  std::string message;
};

/// {"error":{"code","type","message","details":{"error_code"}}}; also {"error":"text"} of local servers.
owned_words words_of(std::string_view body) {
  owned_words words;
  const auto parsed = parse_bounded(body, max_response_bytes, max_response_depth);
  const auto* failure = parsed ? member(*parsed, "error") : nullptr;
  if (!failure) return words;
  if (failure->is_string()) {
    words.message = lower(failure->get<std::string>());
    return words;
  }
  words.code = lower(text_at(*failure, "code"));
  words.type = lower(text_at(*failure, "type"));
  words.message = lower(text_at(*failure, "message"));
  if (const auto* details = member(*failure, "details"); words.code.empty() && details)
    words.code = lower(text_at(*details, "error_code"));
  return words;
}

provider_failure failure_of(int status, std::span<const header> headers, std::string_view body, instant now) {
  const auto words = words_of(body);
  provider_failure failure;
  failure.kind = classify(status, {words.code, words.type, words.message});
  failure.retry_after = retry_after(headers, now);
  failure.status = status;
  failure.code = ascii_label(!words.code.empty() ? words.code : words.type, 64);
  if (failure.code.empty()) failure.code = "http_" + std::to_string(status);
  return failure;
}

}  // namespace

provider_profile profile_for(std::string_view name, std::string_view model) {
  provider_profile profile;
  profile.name = name;
  profile.model = model;
  if (name == "openai") {
    profile.store_flag = true;
  } else if (name == "anthropic") {
    profile.speaks = dialect::anthropic;
    profile.version = "2026-10-21";
    profile.context_tokens = 200'000;
  } else {
    // Groq and local servers: many of their models take neither strict schemas nor the new field.
    profile.strict_tools = false;
    profile.max_completion_tokens = name == "groq";
    profile.tools = name == "groq";
    profile.context_tokens = name == "groq" ? 128'000 : 0;
  }
  return profile;
}

std::string_view request_path(const provider_profile& profile) noexcept {
  return profile.speaks == dialect::anthropic ? "/v1/messages" : "/chat/completions";
}

std::vector<header> request_headers(const provider_profile& profile, std::string_view api_key) {
  std::vector<header> headers{{"content-type", "application/json"}};
  if (profile.speaks == dialect::anthropic) {
    headers.emplace_back("anthropic-version", profile.version);
    if (!api_key.empty()) headers.emplace_back("x-api-key", api_key);
  } else if (!api_key.empty()) {
    headers.emplace_back("authorization", "Bearer " + std::string{api_key});
  }
  return headers;
}

std::string encode_request(const provider_profile& profile, const chat_request& request) {
  return profile.speaks == dialect::anthropic ? anthropic::encode(profile, request)
                                              : openai::encode(profile, request);
}

chat_result decode_response(const provider_profile& profile, int status, std::span<const header> headers,
                            std::string_view body, instant now) {
  if (status < 200 || status > 299) return failure_of(status, headers, body, now);
  return profile.speaks == dialect::anthropic ? anthropic::decode(body, status)
                                              : openai::decode(body, status);
}

provider_failure no_answer(std::string_view code) {
  return {failure_class::retry_same_then_failover, std::nullopt, ascii_label(code, 64), 0};
}

std::string_view to_string(finish_reason reason) noexcept {
  switch (reason) {
    case finish_reason::stop: return "stop";
    case finish_reason::length: return "length";
    case finish_reason::tool_calls: return "tool_calls";
    case finish_reason::content_filter: return "content_filter";
    case finish_reason::refusal: return "refusal";
  }
  return "unknown";
}

}  // namespace sellavie::llm
