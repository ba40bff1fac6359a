#pragma once
// A conversation with a model, neutral of its provider.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/action/model_output.hpp"
#include "protocol/domain/action_kind.hpp"
#include "protocol/domain/failover.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::llm {

enum class chat_role : std::uint8_t { user, assistant, tool };

struct chat_message {
  chat_role role = chat_role::user;
  std::string text;
  /// assistant only.
  std::vector<tool_call> tool_calls;
  /// tool only: which call this answers.
  std::string tool_call_id;

  friend bool operator==(const chat_message&, const chat_message&) = default;
};

struct chat_request {
  std::string system;
  std::vector<chat_message> messages;
  /// How many of them, from the front, are what was said before this turn.
  std::size_t history = 0;
  /// Offer the allowed actions as tools; otherwise the system text describes tags.
  bool tools = false;
  std::vector<action_kind> allowed;
  std::uint32_t max_tokens = 800;

  friend bool operator==(const chat_request&, const chat_request&) = default;
};

/// For a model whose context is too small: this turn alone, without what was said before.
[[nodiscard]] chat_request without_history(const chat_request& full);

enum class finish_reason : std::uint8_t { stop, length, tool_calls, content_filter, refusal };
[[nodiscard]] std::string_view to_string(finish_reason reason) noexcept;

struct token_usage {
  /// The whole prompt, cached parts included.
  std::int64_t input = 0;
  std::int64_t cached = 0;
  std::int64_t output = 0;

  friend bool operator==(const token_usage&, const token_usage&) = default;
};

struct chat_completion {
  std::string text;
  std::vector<tool_call> tool_calls;
  finish_reason finish = finish_reason::stop;
  token_usage usage;

  friend bool operator==(const chat_completion&, const chat_completion&) = default;
};

/// `code` is the provider's own word (rate_limit_exceeded, …), printable ASCII, safe to log.
struct provider_failure {
  failure_class kind = failure_class::retry_same_then_failover;
  std::optional<milliseconds> retry_after;
  std::string code;
  /// HTTP status; 0 = no answer came.
  int status = 0;

  friend bool operator==(const provider_failure&, const provider_failure&) = default;
};

using chat_result = std::variant<chat_completion, provider_failure>;

}  // namespace sellavie::llm
