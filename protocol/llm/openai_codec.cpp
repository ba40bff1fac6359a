#include "protocol/llm/openai_codec.hpp"

#include "protocol/action/tool_schema.hpp"
#include "protocol/llm/decode_support.hpp"
#include "protocol/llm/json_writer.hpp"

namespace sellavie::llm::openai {
namespace {

using json = nlohmann::json;

void write_tool_calls(json_writer& out, const std::vector<tool_call>& calls) {
  out.key("tool_calls");
  out.begin_array();
  for (const auto& call : calls) {
    out.begin_object();
    out.member("id", std::string_view{call.id});
    out.member("type", "function");
    out.key("function");
    out.begin_object();
    out.member("name", std::string_view{call.name});
    out.member("arguments", std::string_view{call.arguments});
    out.end_object();
    out.end_object();
  }
  out.end_array();
}

void write_message(json_writer& out, const chat_message& message) {
  out.begin_object();
  switch (message.role) {
    case chat_role::user: out.member("role", "user"); break;
    case chat_role::assistant: out.member("role", "assistant"); break;
    case chat_role::tool: out.member("role", "tool"); break;
  }
  if (message.role == chat_role::tool) out.member("tool_call_id", std::string_view{message.tool_call_id});
  out.member("content", std::string_view{message.text});
  if (message.role == chat_role::assistant && !message.tool_calls.empty())
    write_tool_calls(out, message.tool_calls);
  out.end_object();
}

void write_tools(json_writer& out, const provider_profile& profile, const chat_request& request) {
  const auto style = profile.strict_tools ? schema_style::strict : schema_style::plain;
  out.key("tools");
  out.begin_array();
  for (const auto kind : request.allowed) {
    out.begin_object();
    out.member("type", "function");
    out.key("function");
    out.begin_object();
    out.member("name", to_string(kind));
    out.member("description", describe(kind));
    out.key("parameters");
    out.raw(arguments_schema(kind, style));
    if (profile.strict_tools) out.member("strict", true);
    out.end_object();
    out.end_object();
  }
  out.end_array();
  out.member("tool_choice", "auto");
}

std::size_t size_hint(const chat_request& request) {
  std::size_t size = request.system.size() + 4096;
  for (const auto& message : request.messages) size += message.text.size() + 128;
  return size;
}

finish_reason finish_of(const std::string& word) {
  if (word == "length") return finish_reason::length;
  if (word == "tool_calls" || word == "function_call") return finish_reason::tool_calls;
  if (word == "content_filter") return finish_reason::content_filter;
  return finish_reason::stop;
}

/// `arguments` is a string by the book; some local servers send the object itself.
std::string arguments_of(const json& function) {
  const auto* arguments = member(function, "arguments");
  if (!arguments || arguments->is_null()) return {};
  if (arguments->is_string()) return arguments->get<std::string>();
  return arguments->dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<tool_call> calls_of(const json& message) {
  std::vector<tool_call> calls;
  const auto* list = member(message, "tool_calls");
  if (!list || !list->is_array()) return calls;
  for (const auto& entry : *list) {
    const auto* function = member(entry, "function");
    if (!function || calls.size() == max_calls_decoded) continue;
    calls.push_back({text_at(entry, "id"), text_at(*function, "name"), arguments_of(*function)});
  }
  return calls;
}

/// A string, or parts of {"type":"text","text":…}.
std::string content_of(const json& message) {
  const auto* content = member(message, "content");
  if (!content) return {};
  if (content->is_string()) return content->get<std::string>();
  std::string text;
  if (content->is_array())
    for (const auto& part : *content) text += text_at(part, "text");
  return text;
}

token_usage usage_of(const json& body) {
  token_usage usage;
  const auto* counts = member(body, "usage");
  if (!counts) return usage;
  usage.input = count_at(*counts, "prompt_tokens");
  usage.output = count_at(*counts, "completion_tokens");
  if (const auto* details = member(*counts, "prompt_tokens_details"))
    usage.cached = count_at(*details, "cached_tokens");
  return usage;
}

}  // namespace

std::string encode(const provider_profile& profile, const chat_request& request) {
  std::string body;
  body.reserve(size_hint(request));
  json_writer out{body};
  out.begin_object();
  out.member("model", std::string_view{profile.model});
  out.member(profile.max_completion_tokens ? "max_completion_tokens" : "max_tokens", request.max_tokens);
  if (profile.store_flag) out.member("store", false);
  out.key("messages");
  out.begin_array();
  out.begin_object();
  out.member("role", "system");
  out.member("content", std::string_view{request.system});
  out.end_object();
  for (const auto& message : request.messages) write_message(out, message);
  out.end_array();
  if (request.tools && profile.tools && !request.allowed.empty()) write_tools(out, profile, request);
  out.end_object();
  return body;
}

chat_result decode(std::string_view text, int status) {
  const auto body = parse_bounded(text, max_response_bytes, max_response_depth);
  if (!body || !body->is_object()) return garbage("bad_json", status);
  // Some gateways answer 200 with an error inside.
  if (const auto* failure = member(*body, "error"); failure && !failure->is_null())
    return garbage("error_in_success", status);
  const auto* choices = member(*body, "choices");
  if (!choices || !choices->is_array() || choices->empty()) return garbage("no_choices", status);
  const auto& choice = choices->front();
  const auto* message = member(choice, "message");
  if (!message || !message->is_object()) return garbage("no_message", status);

  chat_completion completion;
  completion.text = content_of(*message);
  completion.tool_calls = calls_of(*message);
  completion.finish = finish_of(text_at(choice, "finish_reason"));
  completion.usage = usage_of(*body);
  if (!text_at(*message, "refusal").empty()) completion.finish = finish_reason::refusal;
  return checked(std::move(completion), status);
}

}  // namespace sellavie::llm::openai
