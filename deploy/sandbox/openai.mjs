// OpenAI's chat completions, and Groq's, which speaks the same words with a few of its own.

import { createHash } from "node:crypto";
import { answer_json, bearer_of, parse_json, read_body } from "./http.mjs";
import { check_chat_request, openai_error } from "./openai_request.mjs";
import { play_fault } from "./llm_faults.mjs";
import { answer_to } from "./assistant.mjs";

const most_body = 8 * 1024 * 1024;

export class openai {
  #provider;
  #switches;
  #clock;

  // provider: "openai" | "groq"
  constructor({ provider, switches, clock }) {
    this.#provider = provider;
    this.#switches = switches;
    this.#clock = clock;
  }

  async handle(request, response, path) {
    const bytes = await read_body(request, most_body);
    const headers = this.#headers(bytes);
    try {
      if (path !== "/chat/completions") throw new openai_error(`Invalid URL (${request.method} ${path.slice(0, 100)})`, { status: 404 });
      if (request.method !== "POST") throw new openai_error(`Not allowed to ${request.method} on /v1/chat/completions`, { status: 405, code: "method_not_supported" });
      check_key(bearer_of(request));
      if (await play_fault(this.#provider, this.#switches, response, shapes, headers)) return;
      if (!(request.headers["content-type"] ?? "").startsWith("application/json")) throw new openai_error("Unsupported content type: you must send application/json.", { status: 415 });
      const body = parse_json(bytes);
      check_chat_request(this.#provider, body);
      const completion = this.#completion(body, bytes);
      if (body.stream) return stream(response, completion, body.stream_options?.include_usage === true, headers);
      answer_json(response, 200, completion, headers);
    } catch (error) {
      if (!(error instanceof openai_error)) throw error;
      answer_json(response, error.status, error.body(), headers);
    }
  }

  #completion(body, bytes) {
    const id = createHash("sha256").update(bytes).digest("hex").slice(0, 29);
    const reply = cut(answer_to(conversation_of(body)), body.max_completion_tokens ?? body.max_tokens);
    const tool_calls = reply.call && [{
      id: `call_${id.slice(0, 24)}`,
      type: "function",
      function: { name: reply.call.name, arguments: JSON.stringify(reply.call.input) },
    }];
    const message = { role: "assistant", content: reply.text, refusal: null, ...(tool_calls ? { tool_calls } : {}) };
    const usage = usage_of(bytes.length, JSON.stringify(message).length);
    return {
      id: `chatcmpl-${id}`,
      object: "chat.completion",
      created: Math.floor(this.#clock() / 1000),
      model: body.model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: reply.cut ? "length" : tool_calls ? "tool_calls" : "stop" }],
      usage: this.#provider === "groq" ? { ...usage, queue_time: 0.001, prompt_time: 0.002, completion_time: 0.01, total_time: 0.012 } : usage,
      service_tier: this.#provider === "groq" ? "on_demand" : "default",
      ...(this.#provider === "groq" ? { x_groq: { id: `req_${id}` } } : {}),
    };
  }

  #headers(bytes) {
    return {
      "x-request-id": `req_${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}`,
      "x-ratelimit-limit-requests": "10000",
      "x-ratelimit-remaining-requests": "9999",
      "x-ratelimit-reset-requests": "6ms",
      "x-ratelimit-limit-tokens": "1000000",
      "x-ratelimit-remaining-tokens": "999000",
      "x-ratelimit-reset-tokens": "28ms",
    };
  }
}

function check_key(key) {
  if (key === "") throw new openai_error("You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.", { status: 401 });
  if (key.startsWith("wrong")) throw new openai_error("Incorrect API key provided.", { status: 401, code: "invalid_api_key" });
}

const shapes = {
  outage: (status) => ({ status, body: { error: { message: "The server is currently overloaded with other requests.", type: "service_unavailable_error", param: null, code: "server_is_overloaded" } } }),
  rate_limit: () => ({ status: 429, body: { error: { message: "Rate limit reached for requests.", type: "requests", param: null, code: "rate_limit_exceeded" } } }),
  quota: () => ({ status: 429, body: { error: { message: "You exceeded your current quota, please check your plan and billing details.", type: "insufficient_quota", param: null, code: "insufficient_quota" } } }),
};

// The provider's words -> the assistant's.
function conversation_of({ messages, tools = [], tool_choice }) {
  const is_system = ({ role }) => role === "system" || role === "developer";
  const roles = { user: "customer", assistant: "business", tool: "result" };
  return {
    system: messages.filter(is_system).map(text_of).join("\n"),
    turns: messages.filter((message) => !is_system(message)).map((message) => ({ role: roles[message.role], text: text_of(message) })),
    tools: tool_choice === "none" ? [] : tools.map((tool) => tool.function.name),
  };
}

function text_of({ content }) {
  if (typeof content === "string") return content;
  return (content ?? []).filter(({ type }) => type === "text").map(({ text }) => text).join("\n");
}

// A model stops at its limit, in the middle of a word if need be.
export function cut(reply, most_tokens) {
  const most = (most_tokens ?? Infinity) * 4;
  const length = reply.text.length + (reply.call ? JSON.stringify(reply.call.input).length : 0);
  return length <= most ? reply : { text: reply.text.slice(0, most), cut: true };
}

function usage_of(bytes_in, characters_out) {
  const prompt_tokens = Math.ceil(bytes_in / 4);
  const completion_tokens = Math.ceil(characters_out / 4);
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
  };
}

function stream(response, completion, include_usage, headers) {
  const { id, created, model, service_tier, usage, choices: [{ message, finish_reason }] } = completion;
  const chunk = (choices, more = {}) => `data: ${JSON.stringify({ id, object: "chat.completion.chunk", created, model, service_tier, choices, ...more })}\n\n`;
  const delta = (value, reason = null) => chunk([{ index: 0, delta: value, logprobs: null, finish_reason: reason }]);
  response.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
  response.write(delta({ role: "assistant", content: "", refusal: null }));
  for (const piece of message.content.match(/[^]{1,24}/gu) ?? []) response.write(delta({ content: piece }));
  (message.tool_calls ?? []).forEach(({ function: { name, arguments: text }, ...call }, index) => {
    response.write(delta({ tool_calls: [{ index, ...call, function: { name, arguments: "" } }] }));
    for (const piece of text.match(/[^]{1,12}/gu) ?? []) response.write(delta({ tool_calls: [{ index, function: { arguments: piece } }] }));
  });
  response.write(delta({}, finish_reason));
  if (include_usage) response.write(chunk([], { usage }));
  response.end("data: [DONE]\n\n");
}
