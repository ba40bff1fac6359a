#include "protocol/llm/classify.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace sellavie::llm {
namespace {

using words_list = std::initializer_list<std::string_view>;

bool mentions(std::string_view text, words_list parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

bool is_overflow(const error_words& words) {
  return mentions(words.code, {"context_length", "context_window", "string_above_max_length"}) ||
         mentions(words.message,
                  {"prompt is too long", "maximum context length", "context length", "context window",
                   "exceed context limit", "too many tokens", "exceeds the available context size"});
}

bool is_filtered(const error_words& words) {
  return mentions(words.code, {"content_policy", "content_filter", "policy_violation"});
}

/// Azure says insufficient_quota for a limit per minute too; a short Retry-After is then all there is,
/// and the breaker's cool-down follows it.
bool is_out_of_money(const error_words& words) {
  return mentions(words.code,
                  {"insufficient_quota", "credit_balance", "spend_limit", "billing", "quota_exceeded"}) ||
         (words.code.empty() && mentions(words.type, {"insufficient_quota", "billing_error"})) ||
         mentions(words.message,
                  {"credit balance is too low", "usage limits", "spend limit", "spending limit"});
}

/// The model wrote what the provider could not accept: another try may come out well.
bool is_bad_generation(const error_words& words) {
  return mentions(words.code, {"tool_use_failed", "json_validate_failed"});
}

failure_class classify_request_error(const error_words& words) {
  if (is_overflow(words)) return failure_class::context_overflow;
  if (is_filtered(words)) return failure_class::refusal;
  if (is_bad_generation(words)) return failure_class::garbage;
  if (is_out_of_money(words)) return failure_class::failover_now;
  if (mentions(words.code, {"model_not_found", "model_decommissioned", "invalid_api_key"}))
    return failure_class::failover_now;
  return failure_class::caller_bug;
}

}  // namespace

failure_class classify(int status, const error_words& words) {
  switch (status) {
    case 400:
    case 413:
    case 422: return classify_request_error(words);
    case 401:
    case 402:
    case 403:
    case 404: return is_filtered(words) ? failure_class::refusal : failure_class::failover_now;
    case 429:
      return is_out_of_money(words) ? failure_class::failover_now : failure_class::retry_same_then_failover;
    case 408:
    case 409:
    case 498: return failure_class::retry_same_then_failover;
    default: break;
  }
  if (status >= 500 || status < 100) return failure_class::retry_same_then_failover;
  if (status >= 200 && status < 300) return failure_class::garbage;
  // A redirect means a wrong base URL, another 4xx a request that this provider does not know.
  return status < 400 ? failure_class::failover_now : failure_class::caller_bug;
}

}  // namespace sellavie::llm
