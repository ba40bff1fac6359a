#include "protocol/llm/anthropic_codec.hpp"

#include <algorithm>
#include <span>

#include "protocol/action/tool_schema.hpp"
#include "protocol/llm/decode_support.hpp"
#include "protocol/llm/json_writer.hpp"

namespace sellavie::llm::anthropic {
namespace {

using json = nlohmann::json;
using message_run = std::span<const chat_message>;

constexpr bool is_user_side(chat_role role) noexcept { return role != chat_role::assistant; }

void write_text(json_writer& out, std::string_view text) {
  // The API refuses empty text blocks.
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
  out.begin_object();
  out.member("type", "text");
  out.member("text", text);
  out.end_object();
}

void write_result(json_writer& out, std::string_view call_id, std::string_view text) {
  out.begin_object();
  out.member("type", "tool_result");
  out.member("tool_use_id", call_id);
  out.member("content", text);
  out.end_object();
}

/// `input` must be an object: what a model wrote badly goes back as an empty one.
void write_tool_use(json_writer& out, const tool_call& call) {
  const auto input = parse_bounded(call.arguments, max_response_bytes, max_response_depth);
  out.begin_object();
  out.member("type", "tool_use");
  out.member("id", std::string_view{call.id});
  out.member("name", std::string_view{call.name});
  out.key("input");
  out.raw(input && input->is_object() ? input->dump(-1, ' ', false, json::error_handler_t::replace) : "{}");
  out.end_object();
}

std::vector<std::string_view> calls_in(message_run run) {
  std::vector<std::string_view> ids;
  for (const auto& message : run)
    for (const auto& call : message.tool_calls) ids.push_back(call.id);
  return ids;
}

/// Results first, one per open call (a missing one is told to be missing), then the texts.
void write_user(json_writer& out, message_run run, const std::vector<std::string_view>& open_calls) {
  for (const auto id : open_calls) {
    const auto answer = std::find_if(run.begin(), run.end(), [&](const chat_message& message) {
      return message.role == chat_role::tool && message.tool_call_id == id;
    });
    write_result(
        out, id,
        answer == run.end() ? std::string_view{"{\"result\":\"not done\"}"} : std::string_view{answer->text});
  }
  bool said = false;
  for (const auto& message : run) {
    if (message.role != chat_role::user) continue;
    write_text(out, message.text);
    said = said || message.text.find_first_not_of(" \t\r\n") != std::string::npos;
  }
  if (!said && open_calls.empty()) write_text(out, "(no text)");
}

void write_assistant(json_writer& out, message_run run) {
  bool wrote = false;
  for (const auto& message : run) {
    write_text(out, message.text);
    wrote = wrote || message.text.find_first_not_of(" \t\r\n") != std::string::npos ||
            !message.tool_calls.empty();
  }
  for (const auto& message : run)
    for (const auto& call : message.tool_calls) write_tool_use(out, call);
  if (!wrote) write_text(out, "(no text)");
}

template <class WriteBlocks>
void write_turn(json_writer& out, std::string_view role, WriteBlocks write_blocks) {
  out.begin_object();
  out.member("role", role);
  out.key("content");
  out.begin_array();
  write_blocks();
  out.end_array();
  out.end_object();
}

void write_messages(json_writer& out, message_run messages) {
  if (messages.empty() || !is_user_side(messages.front().role))
    write_turn(out, "user", [&] { write_text(out, "(the conversation began earlier)"); });
  std::vector<std::string_view> open_calls;
  for (std::size_t from = 0; from < messages.size();) {
    auto end = from + 1;
    const bool user_side = is_user_side(messages[from].role);
    while (end < messages.size() && is_user_side(messages[end].role) == user_side) ++end;
    const auto run = messages.subspan(from, end - from);
    if (user_side) write_turn(out, "user", [&] { write_user(out, run, open_calls); });
    else write_turn(out, "assistant", [&] { write_assistant(out, run); });
    open_calls = user_side ? std::vector<std::string_view>{} : calls_in(run);
    from = end;
  }
  // A conversation never ends with the assistant: that would be a prefill, which newer models refuse.
  if (!messages.empty() && !is_user_side(messages.back().role))
    write_turn(out, "user", [&] { write_user(out, {}, open_calls); });
}

void write_tools(json_writer& out, const provider_profile& profile, const chat_request& request) {
  const auto style = profile.strict_tools ? schema_style::strict : schema_style::plain;
  out.key("tools");
  out.begin_array();
  for (const auto kind : request.allowed) {
    out.begin_object();
    out.member("name", to_string(kind));
    out.member("description", describe(kind));
    out.key("input_schema");
    out.raw(arguments_schema(kind, style));
    if (profile.strict_tools) out.member("strict", true);
    out.end_object();
  }
  out.end_array();
}

bool has_tool_calls(message_run messages) {
  return std::any_of(messages.begin(), messages.end(),
                     [](const auto& message) { return !message.tool_calls.empty(); });
}

finish_reason finish_of(const std::string& word) {
  if (word == "max_tokens" || word == "model_context_window_exceeded") return finish_reason::length;
  if (word == "tool_use") return finish_reason::tool_calls;
  if (word == "refusal") return finish_reason::refusal;
  return finish_reason::stop;
}

token_usage usage_of(const json& body) {
  token_usage usage;
  const auto* counts = member(body, "usage");
  if (!counts) return usage;
  usage.cached = count_at(*counts, "cache_read_input_tokens");
  usage.input =
      count_at(*counts, "input_tokens") + count_at(*counts, "cache_creation_input_tokens") + usage.cached;
  usage.output = count_at(*counts, "output_tokens");
  return usage;
}

void read_block(const json& block, chat_completion& completion) {
  const auto type = text_at(block, "type");
  if (type == "text") {
    completion.text += text_at(block, "text");
  } else if (type == "tool_use" && completion.tool_calls.size() < max_calls_decoded) {
    const auto* input = member(block, "input");
    completion.tool_calls.push_back(
        {text_at(block, "id"), text_at(block, "name"),
         input ? input->dump(-1, ' ', false, json::error_handler_t::replace) : std::string{}});
  }
}

}  // namespace

std::string encode(const provider_profile& profile, const chat_request& request) {
  std::string body;
  body.reserve(request.system.size() + 8192);
  json_writer out{body};
  out.begin_object();
  out.member("model", std::string_view{profile.model});
  out.member("max_tokens", request.max_tokens);
  out.member("system", std::string_view{request.system});
  out.key("messages");
  out.begin_array();
  write_messages(out, request.messages);
  out.end_array();
  // tool_use blocks in the messages are only accepted together with the definitions.
  const bool offers = request.tools && profile.tools && !request.allowed.empty();
  if (offers || (has_tool_calls(request.messages) && !request.allowed.empty()))
    write_tools(out, profile, request);
  out.end_object();
  return body;
}

chat_result decode(std::string_view text, int status) {
  const auto body = parse_bounded(text, max_response_bytes, max_response_depth);
  if (!body || !body->is_object()) return garbage("bad_json", status);
  if (text_at(*body, "type") == "error") return garbage("error_in_success", status);
  const auto* content = member(*body, "content");
  if (!content || !content->is_array()) return garbage("no_content", status);

  chat_completion completion;
  for (const auto& block : *content) read_block(block, completion);
  completion.finish = finish_of(text_at(*body, "stop_reason"));
  completion.usage = usage_of(*body);
  if (text_at(*body, "stop_reason") == "model_context_window_exceeded" && completion.text.empty())
    return provider_failure{failure_class::context_overflow, std::nullopt, "model_context_window_exceeded",
                            status};
  return checked(std::move(completion), status);
}

}  // namespace sellavie::llm::anthropic
