#include "protocol/action/action_parser.hpp"

#include <algorithm>
#include <utility>

#include "protocol/action/arguments.hpp"
#include "protocol/action/clean_text.hpp"
#include "protocol/action/text_guard.hpp"

namespace sellavie {
namespace {

constexpr std::size_t max_diagnostics = 32;
constexpr std::size_t max_calls_read = 32;
constexpr std::size_t max_tool_call_id_bytes = 200;
constexpr int max_passes = 4;

struct reading {
  parsed_reply reply;
  std::string_view nonce;
  action_encoding encoding;

  void note(diagnostic_kind kind, std::string_view subject = {}, std::string_view call_id = {}) {
    if (reply.diagnostics.size() < max_diagnostics)
      reply.diagnostics.push_back({kind, loggable(subject), std::string{call_id}});
  }

  void lose(diagnostic_kind kind, std::string_view subject, std::string_view call_id) {
    reply.lost_action = true;
    note(kind, subject, call_id);
  }

  void propose(std::string_view name, std::string_view arguments, std::string_view call_id) {
    auto parsed = parse_action(name, arguments);
    if (auto* problem = std::get_if<argument_problem>(&parsed))
      return lose(problem->kind, problem->subject, call_id);
    auto& what = std::get<action>(parsed);
    scrub(what);
    const auto name_of = to_string(kind_of(what));
    const bool known = std::any_of(reply.actions.begin(), reply.actions.end(),
                                   [&](const auto& earlier) { return earlier.what == what; });
    if (known) return note(diagnostic_kind::duplicate_action, name_of, call_id);
    if (reply.actions.size() >= max_actions_per_plan)
      return lose(diagnostic_kind::too_many_actions, name_of, call_id);
    reply.actions.push_back({std::move(what), std::string{call_id}});
  }

  /// Free text of an action may end on an invoice or a label: the nonce has no place there either.
  void scrub(action& what) const {
    const auto clean = [this](std::string& text) {
      if (auto cut = cut_nonce(text, nonce)) text = std::string{trimmed(*cut)};
    };
    if (auto* order = std::get_if<proposal::place_order>(&what)) clean(order->note);
    if (auto* leave = std::get_if<proposal::hand_off>(&what)) clean(leave->reason);
    if (auto* contact = std::get_if<proposal::record_contact>(&what))
      for (auto* field : {&contact->name, &contact->email, &contact->phone, &contact->address}) clean(*field);
  }

  void read(const control_tag& tag) {
    const bool is_ours = encoding == action_encoding::tags && !nonce.empty() && tag.token == nonce;
    if (is_ours) return propose(tag.name, tag.arguments, {});
    const auto kind =
        encoding == action_encoding::tags ? diagnostic_kind::wrong_nonce : diagnostic_kind::stray_tag;
    if (parse_action_kind(tag.name)) return lose(kind, tag.name, {});
    note(kind, tag.name);
  }

  void read(const tool_call& call) {
    const auto id = ascii_label(call.id, max_tool_call_id_bytes);
    if (encoding == action_encoding::tools) return propose(call.name, call.arguments, id);
    lose(diagnostic_kind::unexpected_tool_call, call.name, id);
  }

  /// A log field never shows the nonce either: cut from what will be printed, because replacing
  /// what cannot be printed may lay bare a nonce that was broken up by it.
  [[nodiscard]] std::string loggable(std::string_view subject) const {
    auto label = ascii_label(subject);
    if (auto cut = cut_nonce(label, nonce)) label = *std::move(cut);
    return label;
  }

  /// R1, R2: cut until nothing is left to cut, because two cuts may join what stood around them.
  [[nodiscard]] std::string strip(std::string text) {
    for (int pass = 0; pass < max_passes; ++pass) {
      auto cut = cut_tags(text);
      if (pass == 0) {
        for (const auto& tag : cut.tags) read(tag);
        if (cut.strays > 0) note(diagnostic_kind::stray_tag);
        if (cut.unclosed) lose(diagnostic_kind::unclosed_tag, {}, {});
      }
      auto bare = cut_nonce(cut.text, nonce);
      if (bare && pass == 0) note(diagnostic_kind::nonce_in_text);
      if (!bare) return std::move(cut.text);
      text = *std::move(bare);
    }
    return {};
  }
};

/// Single spaces, no space before a line's end, at most one empty line.
std::string tidied(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == ' ' && !out.empty() && out.back() == ' ') continue;
    if (c == '\n') {
      while (!out.empty() && (out.back() == ' ' || out.back() == '\t')) out.pop_back();
      if (out.ends_with("\n\n")) continue;
    }
    out.push_back(c);
  }
  return std::string{trimmed(out)};
}

/// Only marks of a list, fence or emphasis are left: nothing that a customer could read.
bool says_nothing(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\n`*_~#>-|{}[]():;,.\"'") == std::string_view::npos;
}

std::string capped(std::string_view text) {
  const auto head = utf8_prefix(text, max_reply_bytes);
  const auto space = head.find_last_of(" \n");
  return std::string{
      trimmed(space != std::string_view::npos && space > max_reply_bytes / 2 ? head.substr(0, space) : head)};
}

}  // namespace

parsed_reply parse_completion(const model_output& output, std::string_view nonce, action_encoding encoding) {
  reading state{{}, nonce, encoding};
  const auto text = std::string_view{output.text}.substr(0, max_completion_bytes);
  if (text.size() < output.text.size()) state.note(diagnostic_kind::text_capped);

  auto visible = tidied(state.strip(tidied(clean_text(text))));
  const auto calls = std::min(output.tool_calls.size(), max_calls_read);
  for (std::size_t i = 0; i < calls; ++i) state.read(output.tool_calls[i]);
  if (calls < output.tool_calls.size()) state.lose(diagnostic_kind::too_many_actions, {}, {});

  if (visible.size() > max_reply_bytes) {
    visible = capped(visible);
    state.note(diagnostic_kind::text_capped);
  }
  if (says_nothing(visible)) visible.clear();
  auto reply = std::move(state.reply);
  reply.text = std::move(visible);
  reply.needs_handoff = reply.text.empty() && reply.actions.empty();
  return reply;
}

std::string_view to_string(diagnostic_kind kind) noexcept {
  switch (kind) {
    case diagnostic_kind::wrong_nonce: return "wrong_nonce";
    case diagnostic_kind::unclosed_tag: return "unclosed_tag";
    case diagnostic_kind::stray_tag: return "stray_tag";
    case diagnostic_kind::nonce_in_text: return "nonce_in_text";
    case diagnostic_kind::unexpected_tool_call: return "unexpected_tool_call";
    case diagnostic_kind::unknown_action: return "unknown_action";
    case diagnostic_kind::bad_json: return "bad_json";
    case diagnostic_kind::too_large: return "too_large";
    case diagnostic_kind::forbidden_field: return "forbidden_field";
    case diagnostic_kind::unknown_field: return "unknown_field";
    case diagnostic_kind::bad_value: return "bad_value";
    case diagnostic_kind::too_many_actions: return "too_many_actions";
    case diagnostic_kind::duplicate_action: return "duplicate_action";
    case diagnostic_kind::text_capped: return "text_capped";
  }
  return "unknown";
}

}  // namespace sellavie
