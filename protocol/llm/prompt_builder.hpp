#pragma once
// A turn's context -> the request to a model. Line formats that the sandbox's assistant relies on:
//
//   - [A1] Ankara 6 yards: NGN 15,000.00 (20 in stock)        `(sold out)` when none is left
//   Open order: #1042; 2 x A1 Ankara 6 yards; total NGN 30,000.00; awaiting_payment
//   Nonce: <token>                                            in tag mode only
//
//  R1  The server's rules stand first and say that everything below is data.
//  R2  What customers and tenants wrote is delimited and neutralised: it has no square brackets, and no
//      line of it begins like a catalogue, order, nonce or rule line.
//  R3  Products: the most relevant by the words of the conversation, then those in stock; at most 60.
//  R4  The budget is kept by dropping the oldest history first, then the least relevant products.
//  R5  In round 2 every tool call of round 1 is answered.
//  R6  What the business taught is shown whole: its limits (protocol/training) lie within the places here. Its rules and
//      topics are named by a rule of the server, and still are data.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/action/action.hpp"
#include "protocol/action/plan_codec.hpp"
#include "protocol/domain/catalog.hpp"
#include "protocol/domain/order.hpp"
#include "protocol/llm/chat.hpp"
#include "protocol/training/content.hpp"

namespace sellavie::llm {

enum class speaker : std::uint8_t { customer, assistant, person };

struct spoken_line {
  speaker by = speaker::customer;
  std::string text;
};

/// What became of one proposal of round 1. `text` is outcome_for_model or a parser diagnostic.
struct round_result {
  /// Empty in tag mode.
  std::string tool_call_id;
  /// Action name as proposed.
  std::string name;
  std::string text;
};

struct previous_round {
  std::string text;
  /// As the provider sent them (tools mode); unanswered ones are told to be not done.
  std::vector<tool_call> tool_calls;
  std::vector<round_result> results;
};

/// References must outlive the call of build_prompt only.
struct turn_context {
  std::string business_name;
  /// Null: nothing was.
  const training::content* taught = nullptr;
  std::string locale = "en";
  /// As PostgreSQL converted it: "Saturday 2026-11-21 09:30".
  std::string local_time;
  std::span<const product> products;
  std::string customer_name;
  const order* open_order = nullptr;
  /// Oldest first, without this turn's.
  std::vector<spoken_line> history;
  /// This turn's messages, in order.
  std::vector<std::string> inbound;
  /// Such as "1 image, 1 voice message (not readable)"; empty = none.
  std::string attachments;
  /// Tag mode only: fresh per turn.
  std::string nonce;
  std::vector<action_kind> allowed;
  action_encoding encoding = action_encoding::tags;
  std::optional<previous_round> previous;
};

struct prompt_limits {
  /// For the whole request without the answer.
  std::uint32_t prompt_tokens = 6'000;
  std::uint32_t answer_tokens = 800;
  std::size_t max_products = 60;
  std::size_t max_history = 30;
};

struct built_prompt {
  chat_request request;
  /// For plan.shown and check_claims: what this prompt showed.
  std::vector<shown_price> shown;
  std::vector<money> prices;
  std::string facts_text;
  std::uint32_t estimated_tokens = 0;
};

[[nodiscard]] built_prompt build_prompt(const turn_context& context, const prompt_limits& limits = {});

/// Bytes / 4, rounded up.
[[nodiscard]] std::uint32_t estimate_tokens(std::string_view text) noexcept;
/// As if the first `skipped` messages were not there.
[[nodiscard]] std::uint32_t estimate_tokens(const chat_request& request, std::size_t skipped = 0) noexcept;

/// Foreign text as data: valid UTF-8, no hidden characters, no square brackets, no reserved line starts.
[[nodiscard]] std::string neutralised(std::string_view text, std::size_t max_bytes = 4'000);
/// The same for a place inside a line of ours: one line, without the quoting of line starts.
[[nodiscard]] std::string inline_text(std::string_view text, std::size_t max_bytes = 1'000);

}  // namespace sellavie::llm
