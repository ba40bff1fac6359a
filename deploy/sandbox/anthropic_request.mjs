// Checks a Messages request as strictly as the real API. Throws anthropic_error.

import { is_object } from "./http.mjs";

export class anthropic_error extends Error {
  constructor(message, { status = 400, type = "invalid_request_error" } = {}) {
    super(message);
    Object.assign(this, { status, type });
  }
}

export const versions = ["2023-06-01", "2026-10-21"];
const fields = [
  "model", "max_tokens", "messages", "system", "tools", "tool_choice", "stop_sequences", "stream", "metadata", "thinking", "output_config",
  "cache_control", "service_tier",
];
const sampling = ["temperature", "top_p", "top_k"];

export function check_messages_request(body, version) {
  if (!is_object(body)) throw new anthropic_error("The request body is not valid JSON: expected an object");
  const allowed = version === "2023-06-01" ? [...fields, ...sampling] : fields;
  for (const name of Object.keys(body)) {
    if (!allowed.includes(name)) throw new anthropic_error(`${name.slice(0, 80)}: Extra inputs are not permitted`);
  }
  if (body.model === undefined) throw required("model");
  if (typeof body.model !== "string" || body.model === "") throw new anthropic_error("model: Input should be a valid string");
  if (body.max_tokens === undefined) throw required("max_tokens");
  if (!Number.isInteger(body.max_tokens)) throw new anthropic_error("max_tokens: Input should be a valid integer");
  if (body.max_tokens < 1) throw new anthropic_error("max_tokens: Input should be greater than or equal to 1");
  if (body.temperature !== undefined && !(typeof body.temperature === "number" && body.temperature >= 0 && body.temperature <= 1)) {
    throw new anthropic_error("temperature: range: 0..1");
  }
  if (body.stream !== undefined && typeof body.stream !== "boolean") throw new anthropic_error("stream: Input should be a valid boolean");
  if (body.metadata !== undefined && (!is_object(body.metadata) || Object.keys(body.metadata).some((key) => key !== "user_id"))) {
    throw new anthropic_error("metadata: Extra inputs are not permitted");
  }
  check_system(body.system);
  check_tools(body.tools, body.tool_choice);
  check_messages(body.messages, body.tools !== undefined, version);
}

function check_system(system) {
  if (system === undefined || typeof system === "string") return;
  if (!Array.isArray(system)) throw new anthropic_error("system: Input should be a valid string or list");
  system.forEach((block, index) => {
    if (block?.type !== "text" || typeof block.text !== "string") throw new anthropic_error(`system.${index}.text: Field required`);
    if (block.text === "") throw new anthropic_error("system: text content blocks must be non-empty");
    check_block_fields(block, ["type", "text", "cache_control", "citations"], `system.${index}`);
  });
}

function check_tools(tools, choice) {
  if (tools === undefined) {
    if (choice !== undefined) throw new anthropic_error("tool_choice: tool_choice may only be specified while providing tools");
    return;
  }
  if (!Array.isArray(tools)) throw new anthropic_error("tools: Input should be a valid list");
  const names = new Set();
  tools.forEach((tool, index) => {
    const at = `tools.${index}`;
    if (!is_object(tool)) throw new anthropic_error(`${at}: Input should be a valid dictionary`);
    check_block_fields(tool, ["type", "name", "description", "input_schema", "strict", "cache_control"], `${at}.custom`);
    if (typeof tool.name !== "string" || !/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name)) throw new anthropic_error(`${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
    if (names.has(tool.name)) throw new anthropic_error("tools: Tool names must be unique.");
    names.add(tool.name);
    if (!is_object(tool.input_schema)) throw required(`${at}.custom.input_schema`);
    if (tool.input_schema.type !== "object") throw new anthropic_error(`${at}.custom.input_schema.type: Input should be 'object'`);
    if (tool.strict === true) check_strict(tool.input_schema, `${at}.custom.input_schema`);
  });
  if (choice === undefined) return;
  if (!is_object(choice) || !["auto", "any", "none", "tool"].includes(choice.type)) throw new anthropic_error("tool_choice: Input tag should be one of 'auto', 'any', 'tool', 'none'");
  if (choice.type === "tool" && !names.has(choice.name)) throw new anthropic_error(`tool_choice: Tool '${String(choice.name).slice(0, 80)}' not found in provided tools`);
}

function check_strict(schema, at) {
  if (!is_object(schema)) return;
  if (schema.type === "object" && schema.additionalProperties !== false) throw new anthropic_error(`${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`);
  for (const [key, inner] of Object.entries(is_object(schema.properties) ? schema.properties : {})) check_strict(inner, `${at}.properties.${key}`);
  if (schema.items !== undefined) check_strict(schema.items, `${at}.items`);
}

function check_messages(messages, has_tools, version) {
  if (messages === undefined) throw required("messages");
  if (!Array.isArray(messages)) throw new anthropic_error("messages: Input should be a valid list");
  if (messages.length === 0) throw new anthropic_error("messages: at least one message is required");
  let asked = [];  // tool_use ids of the message before
  messages.forEach((message, index) => {
    const at = `messages.${index}`;
    if (!is_object(message)) throw new anthropic_error(`${at}: Input should be a valid dictionary`);
    const { role, content } = message;
    if (role === "system") throw new anthropic_error('messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.');
    if (role !== "user" && role !== "assistant") throw new anthropic_error(`${at}.role: Input should be 'user' or 'assistant'`);
    check_block_fields(message, ["role", "content"], at);
    if (index === 0 && role !== "user") throw new anthropic_error("messages: first message must use the \"user\" role");
    if (index > 0 && messages[index - 1].role === role) throw new anthropic_error(`messages: roles must alternate between "user" and "assistant", but found multiple "${role}" roles in a row`);
    const blocks = blocks_of(content, at, index === messages.length - 1 && role === "assistant");
    blocks.forEach((block, position) => check_block(block, role, `${at}.content.${position}`, version));
    check_answers(blocks, asked, index);
    asked = blocks.filter(({ type }) => type === "tool_use").map(({ id }) => id);
    if (!has_tools && blocks.some(({ type }) => type === "tool_use" || type === "tool_result")) {
      throw new anthropic_error("Requests which include `tool_use` or `tool_result` blocks must define tools");
    }
  });
  if (asked.length > 0) throw unanswered(messages.length - 1, asked);
}

function blocks_of(content, at, may_be_empty) {
  if (content === undefined) throw required(`${at}.content`);
  if (typeof content === "string") {
    if (content === "" && !may_be_empty) throw new anthropic_error(`${at}: all messages must have non-empty content except for the optional final assistant message`);
    if (may_be_empty && /\s$/.test(content)) throw new anthropic_error("messages: final assistant content cannot end with trailing whitespace");
    return content === "" ? [] : [{ type: "text", text: content }];
  }
  if (!Array.isArray(content)) throw new anthropic_error(`${at}.content: Input should be a valid string or list`);
  if (content.length === 0 && !may_be_empty) throw new anthropic_error(`${at}: all messages must have non-empty content except for the optional final assistant message`);
  return content;
}

const block_fields = {
  text: ["type", "text", "cache_control", "citations"],
  image: ["type", "source", "cache_control"],
  document: ["type", "source", "title", "context", "citations", "cache_control"],
  thinking: ["type", "thinking", "signature"],
  redacted_thinking: ["type", "data"],
  tool_use: ["type", "id", "name", "input", "cache_control", "caller"],
  tool_result: ["type", "tool_use_id", "content", "is_error", "cache_control"],
};
const of_role = {
  user: ["text", "image", "document", "tool_result"],
  assistant: ["text", "document", "thinking", "redacted_thinking", "tool_use"],
};

function check_block(block, role, at, version) {
  if (!is_object(block) || !Object.hasOwn(block_fields, block.type ?? "")) throw new anthropic_error(`${at}: Input tag does not match any of the expected tags: ${Object.keys(block_fields).join(", ")}`);
  if (!of_role[role].includes(block.type)) throw new anthropic_error(`${at}: \`${block.type}\` blocks can only be in \`${role === "user" ? "assistant" : "user"}\` messages`);
  check_block_fields(block, block_fields[block.type], `${at}.${block.type}`);
  if (version === "2026-10-21" && role === "assistant" && block.type === "document") throw new anthropic_error(`${at}: \`document\` blocks are not permitted in assistant messages`);
  if (block.type === "text") {
    if (typeof block.text !== "string") throw required(`${at}.text.text`);
    if (block.text.trim() === "") throw new anthropic_error(`messages: text content blocks must ${block.text === "" ? "be non-empty" : "contain non-whitespace text"}`);
    if (version === "2026-10-21" && role === "user" && Array.isArray(block.citations) && block.citations.length > 0) throw new anthropic_error(`${at}.text.citations: Extra inputs are not permitted`);
  }
  if (block.type === "tool_use") {
    if (typeof block.id !== "string" || !/^[a-zA-Z0-9_-]+$/.test(block.id)) throw new anthropic_error(`${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
    if (typeof block.name !== "string" || block.name === "") throw required(`${at}.tool_use.name`);
    if (!is_object(block.input)) throw new anthropic_error(`${at}.tool_use.input: Input should be a valid dictionary`);
  }
  if (block.type === "tool_result") {
    if (typeof block.tool_use_id !== "string") throw required(`${at}.tool_result.tool_use_id`);
    if (block.is_error !== undefined && typeof block.is_error !== "boolean") throw new anthropic_error(`${at}.tool_result.is_error: Input should be a valid boolean`);
    if (block.content !== undefined && typeof block.content !== "string" && !Array.isArray(block.content)) throw new anthropic_error(`${at}.tool_result.content: Input should be a valid string or list`);
  }
}

// Every tool_use of the assistant must be answered at the very start of the next user message, and nothing else may be answered.
function check_answers(blocks, asked, index) {
  const answers = blocks.filter(({ type }) => type === "tool_result").map(({ tool_use_id }) => tool_use_id);
  answers.forEach((id) => {
    if (!asked.includes(id)) throw new anthropic_error(`messages.${index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id.slice(0, 80)}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`);
  });
  const missing = asked.filter((id) => !answers.includes(id));
  if (missing.length > 0) throw unanswered(index - 1, missing);
  if (new Set(answers).size !== answers.length) throw new anthropic_error(`messages.${index}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with one id`);
  const first_other = blocks.findIndex(({ type }) => type !== "tool_result");
  if (first_other >= 0 && first_other < answers.length) throw new anthropic_error(`messages.${index}.content: \`tool_result\` blocks must come first`);
}

function unanswered(index, ids) {
  return new anthropic_error(`messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`);
}

function check_block_fields(value, allowed, at) {
  const extra = Object.keys(value).find((key) => !allowed.includes(key));
  if (extra !== undefined) throw new anthropic_error(`${at}.${extra.slice(0, 80)}: Extra inputs are not permitted`);
}

function required(name) {
  return new anthropic_error(`${name}: Field required`);
}
