// Checks a chat completion request as strictly as the real API. Throws openai_error.

import { is_object } from "./http.mjs";

export class openai_error extends Error {
  constructor(message, { status = 400, type = "invalid_request_error", param = null, code = null } = {}) {
    super(message);
    Object.assign(this, { status, type, param, code });
  }

  body() {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

const shared_fields = [
  "model", "messages", "max_completion_tokens", "max_tokens", "temperature", "top_p", "tools", "tool_choice", "parallel_tool_calls",
  "response_format", "stream", "stream_options", "seed", "stop", "n", "service_tier", "user", "presence_penalty", "frequency_penalty",
  "reasoning_effort", "logit_bias", "logprobs", "top_logprobs", "metadata", "store",
];
const openai_fields = ["safety_identifier", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options", "verbosity", "modalities"];
const groq_fields = ["reasoning_format", "include_reasoning", "disable_tool_validation"];
const groq_refuses = ["logit_bias", "logprobs", "top_logprobs"];

// provider: "openai" | "groq"
export function check_chat_request(provider, body) {
  if (!is_object(body)) throw new openai_error("We could not parse the JSON body of your request.");
  check_fields(provider, body);
  if (typeof body.model !== "string" || body.model === "") throw new openai_error("you must provide a model parameter");
  check_sampling(provider, body);
  check_tools(body);
  check_messages(body.messages);
  check_format(body.response_format);
}

function check_fields(provider, body) {
  const known = new Set([...shared_fields, ...(provider === "groq" ? groq_fields : openai_fields)]);
  for (const name of Object.keys(body)) {
    if (!known.has(name)) throw wrong(`Unknown parameter: '${name.slice(0, 80)}'.`, name.slice(0, 80), "unknown_parameter");
    if (provider === "groq" && groq_refuses.includes(name)) throw wrong(`property '${name}' is unsupported`, name);
  }
  if (body.store !== undefined && typeof body.store !== "boolean") throw wrong_type("store", "a boolean");
  if (body.stream !== undefined && body.stream !== null && typeof body.stream !== "boolean") throw wrong_type("stream", "a boolean");
  if (body.stream_options && body.stream !== true) throw wrong("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
}

function check_sampling(provider, body) {
  const reasons = provider === "openai" && /^(o\d|gpt-[5-9])/.test(body.model);
  if (body.max_tokens !== undefined && body.max_completion_tokens !== undefined) {
    throw wrong("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens", "invalid_parameter_combination");
  }
  if (reasons && body.max_tokens !== undefined) {
    throw wrong("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter");
  }
  if (reasons && body.reasoning_effort !== "none") {
    for (const name of ["temperature", "top_p"]) {
      if (body[name] !== undefined && body[name] !== 1) throw wrong(`Unsupported value: '${name}' does not support ${body[name]} with this model. Only the default (1) value is supported.`, name, "unsupported_value");
    }
  }
  within("temperature", body.temperature, 0, 2);
  within("top_p", body.top_p, 0, 1);
  for (const name of ["max_tokens", "max_completion_tokens"]) {
    const value = body[name];
    if (value !== undefined && value !== null && !(Number.isInteger(value) && value >= 1)) throw wrong(`Invalid '${name}': integer below minimum value. Expected a value >= 1.`, name, "integer_below_min_value");
  }
  if (body.n !== undefined && body.n !== 1) throw wrong("The sandbox answers n = 1 only.", "n");
}

function within(name, value, least, most) {
  if (value === undefined || value === null) return;
  if (typeof value !== "number") throw wrong_type(name, "a decimal");
  if (value < least || value > most) throw wrong(`Invalid '${name}': expected a value from ${least} to ${most}.`, name, "decimal_out_of_range");
}

function check_tools({ tools, tool_choice, parallel_tool_calls }) {
  if (tools === undefined) {
    if (tool_choice !== undefined && tool_choice !== "none") throw wrong("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice");
    if (parallel_tool_calls !== undefined) throw wrong("'parallel_tool_calls' is only allowed when 'tools' are specified.", "parallel_tool_calls");
    return;
  }
  if (!Array.isArray(tools)) throw wrong_type("tools", "an array");
  if (tools.length === 0) throw wrong("Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.", "tools", "empty_array");
  if (tools.length > 128) throw wrong("Invalid 'tools': array too long. Expected an array with maximum length 128.", "tools", "array_above_max_length");
  tools.forEach(check_tool);
  const names = tools.map((tool) => tool.function.name);
  if (tool_choice === undefined || ["none", "auto", "required"].includes(tool_choice)) return;
  if (!is_object(tool_choice) || tool_choice.type !== "function" || !names.includes(tool_choice.function?.name)) {
    throw wrong("Invalid value for 'tool_choice'.", "tool_choice", "invalid_value");
  }
}

function check_tool(tool, index) {
  const at = `tools[${index}]`;
  if (!is_object(tool)) throw wrong_type(at, "an object");
  if (tool.type !== "function") throw wrong(`Missing or invalid parameter: '${at}.type'.`, `${at}.type`, "missing_required_parameter");
  if (!is_object(tool.function)) throw wrong(`Missing required parameter: '${at}.function'.`, `${at}.function`, "missing_required_parameter");
  const { name, description, parameters, strict, ...rest } = tool.function;
  const extra = Object.keys(rest)[0];
  if (extra !== undefined) throw wrong(`Unknown parameter: '${at}.function.${extra}'.`, `${at}.function.${extra}`, "unknown_parameter");
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) throw wrong(`Invalid '${at}.function.name': string does not match pattern '^[a-zA-Z0-9_-]+$'.`, `${at}.function.name`, "invalid_value");
  if (description !== undefined && typeof description !== "string") throw wrong_type(`${at}.function.description`, "a string");
  if (parameters !== undefined && (!is_object(parameters) || parameters.type !== "object")) {
    throw schema_error(name, at, "schema must be a JSON Schema of 'type: \"object\"'");
  }
  if (parameters) check_schema(name, at, parameters, strict === true, []);
}

function check_schema(name, at, schema, strict, path) {
  if (!is_object(schema)) throw schema_error(name, at, `In context=(${path.join(", ")}), a schema must be an object`);
  if (schema.type === "array" && schema.items === undefined) throw schema_error(name, at, `In context=(${path.join(", ")}), array schema missing items`);
  if (is_object(schema.properties)) {
    if (strict && schema.additionalProperties !== false) {
      throw schema_error(name, at, `In context=(${path.join(", ")}), 'additionalProperties' is required to be supplied and to be false.`);
    }
    const required = Array.isArray(schema.required) ? schema.required : [];
    for (const [key, inner] of Object.entries(schema.properties)) {
      if (strict && !required.includes(key)) {
        throw schema_error(name, at, `In context=(${path.join(", ")}), 'required' is required to be supplied and to be an array including every key in properties. Missing '${key}'.`);
      }
      check_schema(name, at, inner, strict, [...path, "'properties'", `'${key}'`]);
    }
  } else if (strict && schema.type === "object" && schema.additionalProperties !== false) {
    throw schema_error(name, at, `In context=(${path.join(", ")}), 'additionalProperties' is required to be supplied and to be false.`);
  }
  if (schema.items !== undefined) check_schema(name, at, schema.items, strict, [...path, "'items'"]);
}

function schema_error(name, at, detail) {
  return wrong(`Invalid schema for function '${name}': ${detail}`, `${at}.function.parameters`, "invalid_function_parameters");
}

const content_types = { system: ["text"], developer: ["text"], tool: ["text"], assistant: ["text", "refusal"], user: ["text", "image_url", "input_audio", "file"] };

function check_messages(messages) {
  if (messages === undefined) throw wrong("Missing required parameter: 'messages'.", "messages", "missing_required_parameter");
  if (!Array.isArray(messages)) throw wrong_type("messages", "an array of objects");
  if (messages.length === 0) throw wrong("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "messages", "empty_array");
  let open = new Map();  // tool_call_id -> answered
  messages.forEach((message, index) => {
    const at = `messages[${index}]`;
    check_message(message, at);
    if (message.role === "tool") {
      if (open.size === 0) throw wrong("Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", `${at}.role`);
      if (!open.has(message.tool_call_id)) throw wrong(`Invalid parameter: 'tool_call_id' of '${String(message.tool_call_id).slice(0, 80)}' not found in 'tool_calls' of previous message.`, `${at}.tool_call_id`);
      open.set(message.tool_call_id, true);
      return;
    }
    check_answered(open, at);
    open = new Map((message.tool_calls ?? []).map(({ id }) => [id, false]));
  });
  check_answered(open, `messages[${messages.length}]`);
}

function check_answered(open, at) {
  const missing = [...open].filter(([, answered]) => !answered).map(([id]) => id);
  if (missing.length === 0) return;
  throw wrong(`An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${missing.join(", ")}`, `${at}.role`);
}

function check_message(message, at) {
  if (!is_object(message)) throw wrong_type(at, "an object");
  const { role, content, tool_calls, tool_call_id } = message;
  if (!Object.hasOwn(content_types, role ?? "")) throw wrong(`Invalid value: '${String(role).slice(0, 40)}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`, `${at}.role`, "invalid_value");
  if (role === "tool" && (typeof tool_call_id !== "string" || tool_call_id === "")) throw wrong(`Missing required parameter: '${at}.tool_call_id'.`, `${at}.tool_call_id`, "missing_required_parameter");
  if (role !== "assistant" && tool_calls !== undefined) throw wrong(`Unknown parameter: '${at}.tool_calls'.`, `${at}.tool_calls`, "unknown_parameter");
  if (role === "assistant") check_tool_calls(tool_calls, at);
  if (content === undefined || content === null) {
    if (role === "assistant" && tool_calls !== undefined) return;
    throw wrong(`Invalid value for 'content': expected a string, got null.`, `${at}.content`, "invalid_type");
  }
  check_content(content, role, at);
}

function check_content(content, role, at) {
  if (typeof content === "string") return;
  if (!Array.isArray(content)) throw wrong_type(`${at}.content`, "one of a string or array of objects");
  if (content.length === 0) throw wrong(`Invalid '${at}.content': empty array.`, `${at}.content`, "empty_array");
  content.forEach((part, index) => {
    if (!is_object(part) || !content_types[role].includes(part.type)) throw wrong(`Invalid value at '${at}.content[${index}].type'. Supported values are: ${content_types[role].join(", ")}.`, `${at}.content[${index}]`, "invalid_value");
    if (part.type === "text" && typeof part.text !== "string") throw wrong(`Missing required parameter: '${at}.content[${index}].text'.`, `${at}.content[${index}].text`, "missing_required_parameter");
    if (part.type === "image_url" && typeof part.image_url?.url !== "string") throw wrong(`Missing required parameter: '${at}.content[${index}].image_url.url'.`, `${at}.content[${index}].image_url`, "missing_required_parameter");
  });
}

function check_tool_calls(calls, at) {
  if (calls === undefined) return;
  if (!Array.isArray(calls)) throw wrong_type(`${at}.tool_calls`, "an array");
  if (calls.length === 0) throw wrong(`Invalid '${at}.tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`, `${at}.tool_calls`, "empty_array");
  calls.forEach((call, index) => {
    const here = `${at}.tool_calls[${index}]`;
    if (!is_object(call) || call.type !== "function") throw wrong(`Missing or invalid parameter: '${here}.type'.`, `${here}.type`, "missing_required_parameter");
    if (typeof call.id !== "string" || call.id === "" || call.id.length > 64) throw wrong(`Invalid '${here}.id'.`, `${here}.id`, "invalid_value");
    if (typeof call.function?.name !== "string") throw wrong(`Missing required parameter: '${here}.function.name'.`, `${here}.function.name`, "missing_required_parameter");
    if (typeof call.function.arguments !== "string") throw wrong_type(`${here}.function.arguments`, "a string");
  });
}

function check_format(format) {
  if (format === undefined) return;
  if (!is_object(format) || !["text", "json_object", "json_schema"].includes(format.type)) throw wrong("Invalid value for 'response_format.type'.", "response_format", "invalid_value");
  if (format.type === "json_schema" && (typeof format.json_schema?.name !== "string" || !is_object(format.json_schema.schema))) {
    throw wrong("Missing required parameter: 'response_format.json_schema'.", "response_format.json_schema", "missing_required_parameter");
  }
}

function wrong(message, param, code = null) {
  return new openai_error(message, { param, code });
}

function wrong_type(param, expected) {
  return wrong(`Invalid type for '${param}': expected ${expected}.`, param, "invalid_type");
}
