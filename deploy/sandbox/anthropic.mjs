// Anthropic's Messages API.

import { createHash } from "node:crypto";
import { answer_json, bearer_of, parse_json, read_body } from "./http.mjs";
import { anthropic_error, check_messages_request, versions } from "./anthropic_request.mjs";
import { play_fault } from "./llm_faults.mjs";
import { answer_to } from "./assistant.mjs";
import { cut } from "./openai.mjs";

const most_body = 32 * 1024 * 1024;

export class anthropic {
  #switches;

  constructor({ switches }) {
    this.#switches = switches;
  }

  async handle(request, response, path) {
    const bytes = await read_body(request, most_body);
    const digest = createHash("sha256").update(bytes).digest("hex");
    const request_id = `req_${digest.slice(0, 24)}`;
    const headers = headers_of(request_id);
    try {
      if (path !== "/v1/messages") throw new anthropic_error("Not found", { status: 404, type: "not_found_error" });
      if (request.method !== "POST") throw new anthropic_error("Method Not Allowed", { status: 405 });
      check_key(request.headers["x-api-key"] ?? bearer_of(request));
      if (await play_fault("anthropic", this.#switches, response, shapes(request_id), headers)) return;
      const version = check_version(request.headers);
      const body = parse_json(bytes);
      check_messages_request(body, version);
      const message = message_of(body, bytes, digest);
      if (body.stream) return stream(response, message, headers);
      answer_json(response, 200, message, headers);
    } catch (error) {
      if (!(error instanceof anthropic_error)) throw error;
      answer_json(response, error.status, error_body(error.type, error.message, request_id), headers);
    }
  }
}

function check_key(key) {
  if (key === "") throw new anthropic_error("x-api-key header is required", { status: 401, type: "authentication_error" });
  if (key.startsWith("wrong")) throw new anthropic_error("invalid x-api-key", { status: 401, type: "authentication_error" });
}

function check_version(headers) {
  const version = headers["anthropic-version"];
  if (version === undefined) throw new anthropic_error("anthropic-version: header is required");
  if (!versions.includes(version)) throw new anthropic_error(`anthropic-version: "${version.slice(0, 40)}" is not a valid version`);
  if (!(headers["content-type"] ?? "").startsWith("application/json")) throw new anthropic_error("content-type: must be application/json");
  return version;
}

function error_body(type, message, request_id) {
  return { type: "error", error: { type, message }, request_id };
}

function shapes(request_id) {
  const shape = (status, type, message) => ({ status, body: error_body(type, message, request_id) });
  return {
    outage: (status) => (status === 529 ? shape(529, "overloaded_error", "Overloaded") : shape(status, "api_error", "Internal server error")),
    rate_limit: () => shape(429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    quota: () => shape(402, "billing_error", "Your credit balance is too low to access the API."),
  };
}

function headers_of(request_id) {
  return {
    "request-id": request_id,
    "anthropic-ratelimit-requests-limit": "4000",
    "anthropic-ratelimit-requests-remaining": "3999",
    "anthropic-ratelimit-tokens-limit": "400000",
    "anthropic-ratelimit-tokens-remaining": "399000",
  };
}

function message_of(body, bytes, digest) {
  const reply = cut(answer_to(conversation_of(body)), body.max_tokens);
  const content = [];
  if (reply.text !== "") content.push({ type: "text", text: reply.text });
  if (reply.call) content.push({ type: "tool_use", id: `toolu_${digest.slice(0, 24)}`, name: reply.call.name, input: reply.call.input });
  return {
    id: `msg_${digest.slice(24, 48)}`,
    type: "message",
    role: "assistant",
    model: body.model,
    content,
    stop_reason: reply.cut ? "max_tokens" : reply.call ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens: Math.ceil(bytes.length / 4),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: Math.ceil(JSON.stringify(content).length / 4),
      service_tier: "standard",
    },
  };
}

// The provider's words -> the assistant's.
function conversation_of({ system = "", messages, tools = [], tool_choice }) {
  const turns = messages.flatMap(({ role, content }) => {
    const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
    const speaker = role === "user" ? "customer" : "business";
    const results = blocks.filter(({ type }) => type === "tool_result").map((block) => ({ role: "result", text: text_of(block.content), is_error: block.is_error === true }));
    const text = text_of(blocks);
    const speaks = text !== "" || results.length === 0;
    return speaks ? [{ role: speaker, text }, ...results] : results;  // results last: they are what is to be answered
  });
  return {
    system: text_of(system),
    turns,
    tools: tool_choice?.type === "none" ? [] : tools.map(({ name }) => name),
  };
}

function text_of(content) {
  if (typeof content === "string") return content;
  return (content ?? []).filter((block) => block?.type === "text").map(({ text }) => text).join("\n");
}

function stream(response, message, headers) {
  response.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
  const send = (type, rest) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`);
  send("message_start", { message: { ...message, content: [], stop_reason: null, usage: { ...message.usage, output_tokens: 1 } } });
  send("ping", {});
  message.content.forEach((block, index) => {
    const is_text = block.type === "text";
    send("content_block_start", { index, content_block: is_text ? { type: "text", text: "" } : { ...block, input: {} } });
    for (const piece of (is_text ? block.text : JSON.stringify(block.input)).match(/[^]{1,24}/gu) ?? []) {
      send("content_block_delta", { index, delta: is_text ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece } });
    }
    send("content_block_stop", { index });
  });
  send("message_delta", { delta: { stop_reason: message.stop_reason, stop_sequence: null }, usage: { output_tokens: message.usage.output_tokens } });
  send("message_stop", {});
  response.end();
}
