#pragma once
// Completion -> customer-visible text + proposed actions + diagnostics. Total: any bytes, no throw.
//
//  R1  Whatever stands from `[[` to `]]`, or to the end when unclosed, never reaches the customer:
//      right nonce, wrong nonce or none, brackets spaced out, look-alike or split by zero-width.
//  R2  The nonce never reaches the customer, also in another case or with separators in between.
//  R3  Only the agreed encoding yields actions; a tag needs this turn's nonce, exactly, in the text as R7 leaves it.
//  R4  A field outside the vocabulary (price, total, discount, order_id, …) refuses its whole action.
//  R5  Quantities are JSON integers 1..10000; skus 1..64 printable ASCII without space, quote, bracket;
//      1..50 items; equal skus of one action are summed.
//  R6  At most max_actions_per_plan; identical ones collapse into one.
//  R7  Invalid UTF-8 becomes U+FFFD, control and bidirectional characters go, the text is capped.
//  R8  Text that is empty afterwards with no action marks `needs_handoff`.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/action/action.hpp"
#include "protocol/action/model_output.hpp"

namespace sellavie {

enum class diagnostic_kind : std::uint8_t {
  wrong_nonce,
  unclosed_tag,
  /// A `[[…]]` that is no action of this encoding.
  stray_tag,
  /// The nonce stood bare in the text and was cut.
  nonce_in_text,
  /// A tool call although this provider was told to write tags.
  unexpected_tool_call,
  unknown_action,
  bad_json,
  too_large,
  /// price, total, currency, ids: things that only the server may bind.
  forbidden_field,
  unknown_field,
  bad_value,
  too_many_actions,
  duplicate_action,
  text_capped,
};
[[nodiscard]] std::string_view to_string(diagnostic_kind kind) noexcept;

/// `subject` is an action or field name, printable ASCII of at most 48 bytes: safe to log.
struct diagnostic {
  diagnostic_kind kind = diagnostic_kind::stray_tag;
  std::string subject;
  std::string tool_call_id;

  friend bool operator==(const diagnostic&, const diagnostic&) = default;
};

struct parsed_reply {
  std::string text;
  std::vector<proposed_action> actions;
  std::vector<diagnostic> diagnostics;
  /// Nothing to say and nothing to do: a person must answer.
  bool needs_handoff = false;
  /// The model wanted an action that could not be read or was refused here. Its text may claim that
  /// the action happened, so it must not be sent: ask again once, then hand over.
  bool lost_action = false;
};

inline constexpr std::size_t max_completion_bytes = 64 * 1024;
inline constexpr std::size_t max_reply_bytes = 6'000;
inline constexpr std::size_t max_arguments_bytes = 16 * 1024;
inline constexpr int max_arguments_depth = 8;

/// An empty nonce matches no tag.
[[nodiscard]] parsed_reply parse_completion(const model_output& output, std::string_view nonce,
                                            action_encoding encoding);

}  // namespace sellavie
