import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import { start_fixture } from "./fixture.mjs";

let sandbox;
before(async () => { sandbox = await start_fixture(); });
after(() => sandbox.close());
beforeEach(() => sandbox.ask("POST", "/control/reset", {}));

const system = "- [A1] Ankara 6 yards: NGN 15,000.00 (20 in stock)";
const parameters = { type: "object", properties: { items: { type: "array", items: { type: "object", properties: { sku: { type: "string" }, quantity: { type: "integer" } }, required: ["sku", "quantity"], additionalProperties: false } } }, required: ["items"], additionalProperties: false };
const openai_tool = { type: "function", function: { name: "place_order", description: "d", parameters, strict: true } };
const anthropic_tool = { name: "place_order", description: "d", input_schema: parameters };
const user = (content) => ({ role: "user", content });
const chat = (more = {}) => ({ model: "gpt-4.1-mini", max_completion_tokens: 400, messages: [{ role: "system", content: system }, user("I want 2 ankara")], tools: [openai_tool], ...more });
const claude = (more = {}) => ({ model: "claude-sonnet", max_tokens: 400, system, messages: [user("I want 2 ankara")], tools: [anthropic_tool], ...more });
const openai = (body, base = "/openai/v1", key = "Bearer k") => sandbox.ask("POST", `${base}/chat/completions`, body, { authorization: key });
const anthropic = (body, headers = {}) => sandbox.ask("POST", "/anthropic/v1/messages", body, { "x-api-key": "k", "anthropic-version": "2026-10-21", ...headers });

test("OpenAI: answers with a tool call whose arguments are a string", async () => {
  const { status, body } = await openai(chat());
  assert.equal(status, 200);
  const [{ message, finish_reason }] = body.choices;
  assert.deepEqual([finish_reason, message.tool_calls[0].function.name], ["tool_calls", "place_order"]);
  assert.deepEqual(JSON.parse(message.tool_calls[0].function.arguments), { items: [{ sku: "A1", quantity: 2 }] });
  assert.equal(body.usage.total_tokens, body.usage.prompt_tokens + body.usage.completion_tokens);
});

test("OpenAI: a second round after the result", async () => {
  const { body } = await openai(chat());
  const { message } = body.choices[0];
  const next = await openai(chat({ messages: [...chat().messages, message, { role: "tool", tool_call_id: message.tool_calls[0].id, content: '{"ok":false,"reason":"out_of_stock"}' }] }));
  assert.equal(next.status, 200);
  assert.match(next.body.choices[0].message.content, /out of stock/);
});

test("OpenAI: refuses what the real API refuses", async () => {
  const call = { role: "assistant", content: null, tool_calls: [{ id: "c1", type: "function", function: { name: "place_order", arguments: "{}" } }] };
  const messages = (...more) => chat({ messages: [...chat().messages, ...more] });
  for (const [body, needle] of [
    ["{", "JSON"], ["[]", "JSON"], [chat({ model: undefined }), "model"], [chat({ messages: [] }), "empty array"], [chat({ messages: undefined }), "messages"],
    [chat({ colour: 1 }), "Unknown parameter: 'colour'"], [chat({ tools: [] }), "empty array"], [chat({ tools: undefined, tool_choice: "auto" }), "tool_choice"],
    [messages(call), "did not have response messages: c1"], [messages({ role: "tool", tool_call_id: "c1", content: "x" }), "preceeding message"],
    [messages(call, { role: "tool", tool_call_id: "c2", content: "x" }), "not found"], [messages(call, user("x")), "c1"],
    [messages({ role: "robot", content: "x" }), "Invalid value"], [messages({ role: "user", content: null }), "content"],
    [messages({ role: "assistant", content: "x", tool_calls: [] }), "empty array"],
    [messages({ role: "assistant", content: "x", tool_calls: [{ ...call.tool_calls[0], function: { name: "f", arguments: {} } }] }), "arguments"],
    [chat({ tools: [{ ...openai_tool, function: { ...openai_tool.function, parameters: { type: "object", properties: { a: { type: "string" } }, additionalProperties: false } } }] }), "required"],
    [chat({ model: "gpt-5-mini", temperature: 0.2 }), "temperature"], [chat({ model: "gpt-5-mini", max_completion_tokens: undefined, max_tokens: 5 }), "max_completion_tokens"],
    [chat({ temperature: 3 }), "temperature"], [chat({ stream_options: {} }), "stream_options"],
  ]) {
    const { status, body: answer } = await openai(body);
    assert.equal(status, 400, needle);
    assert.ok(answer.error.message.includes(needle), `${needle} in ${answer.error.message}`);
    assert.deepEqual(Object.keys(answer.error), ["message", "type", "param", "code"]);
  }
  assert.equal((await sandbox.ask("POST", "/openai/v1/chat/completions", chat())).status, 401);
  assert.equal((await openai(chat(), "/openai/v1", "Bearer wrong")).body.error.code, "invalid_api_key");
  assert.equal((await sandbox.ask("POST", "/openai/v1/chat", chat(), { authorization: "Bearer k" })).status, 404);
});

test("OpenAI: streams the same answer", async () => {
  const whole = (await openai(chat())).body.choices[0].message;
  const { body } = await openai(chat({ stream: true, stream_options: { include_usage: true } }));
  const lines = body.split("\n\n").filter(Boolean);
  assert.equal(lines.pop(), "data: [DONE]");
  const chunks = lines.map((line) => JSON.parse(line.slice(6)));
  assert.ok(chunks.pop().usage.total_tokens > 0);
  const deltas = chunks.map(({ choices }) => choices[0].delta);
  assert.equal(deltas.map(({ content = "" }) => content).join(""), whole.content);
  assert.equal(deltas.flatMap(({ tool_calls = [] }) => tool_calls).map((call) => call.function.arguments).join(""), whole.tool_calls[0].function.arguments);
});

test("OpenAI: stops at max_completion_tokens", async () => {
  const { body } = await openai(chat({ max_completion_tokens: 2 }));
  assert.deepEqual([body.choices[0].finish_reason, body.choices[0].message.tool_calls], ["length", undefined]);
});

test("Groq: the same words and its own extras", async () => {
  const { body } = await openai(chat(), "/groq/openai/v1");
  assert.ok(body.x_groq.id && body.usage.total_time > 0);
  assert.equal((await openai(chat({ logprobs: true }), "/groq/openai/v1")).status, 400);
});

test("Anthropic: answers with a tool_use whose input is an object", async () => {
  const { status, body, headers } = await anthropic(claude());
  assert.equal(status, 200);
  assert.equal(body.stop_reason, "tool_use");
  const use = body.content.at(-1);
  assert.deepEqual([use.type, use.name, use.input], ["tool_use", "place_order", { items: [{ sku: "A1", quantity: 2 }] }]);
  assert.ok(headers.get("request-id").startsWith("req_"));
  const messages = [...claude().messages, { role: "assistant", content: body.content }, user([{ type: "tool_result", tool_use_id: use.id, content: "refused: out_of_stock", is_error: true }])];
  const next = await anthropic(claude({ messages }));
  assert.match(next.body.content[0].text, /out of stock/);
  assert.equal(next.body.stop_reason, "end_turn");
});

test("Anthropic: refuses what the real API refuses", async () => {
  const use = { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "place_order", input: {} }] };
  const result = { type: "tool_result", tool_use_id: "t1", content: "x" };
  const messages = (...more) => claude({ messages: [user("x"), ...more] });
  for (const [body, needle] of [
    ["{", "JSON"], [claude({ max_tokens: undefined }), "max_tokens: Field required"], [claude({ model: undefined }), "model: Field required"], [claude({ messages: [] }), "at least one"],
    [claude({ temperature: 1 }), "temperature: Extra inputs"], [claude({ top_p: 1 }), "top_p: Extra inputs"], [messages(user("y")), "alternate"],
    [claude({ messages: [{ role: "assistant", content: "x" }] }), "first message"], [claude({ messages: [{ role: "system", content: "x" }] }), "top-level `system`"],
    [messages({ role: "assistant", content: "" }, user("y")), "non-empty content"], [messages({ role: "assistant", content: [{ type: "text", text: "" }] }, user("y")), "non-empty"],
    [messages(use), "tool_use"], [messages(use, user("y")), "immediately after: t1"], [messages(use, user([{ type: "text", text: "y" }, result])), "come first"],
    [messages({ role: "assistant", content: "x" }, user([result])), "unexpected `tool_use_id`"], [{ ...messages(use, user([result])), tools: undefined }, "must define tools"],
    [claude({ tools: undefined, tool_choice: { type: "auto" } }), "tool_choice"], [claude({ tools: [openai_tool] }), "Extra inputs"], [claude({ system: [{ type: "text", text: "" }] }), "non-empty"],
    [messages({ ...use, content: [{ ...use.content[0], input: "{}" }] }, user([result])), "dictionary"],
  ]) {
    const { status, body: answer } = await anthropic(body);
    assert.equal(status, 400, `${needle}: ${JSON.stringify(answer).slice(0, 200)}`);
    assert.equal(answer.type, "error");
    assert.ok(answer.error.message.includes(needle), `${needle} in ${answer.error.message}`);
    assert.ok(answer.request_id);
  }
  assert.match((await sandbox.ask("POST", "/anthropic/v1/messages", claude(), { "x-api-key": "k" })).body.error.message, /anthropic-version: header is required/);
  assert.equal((await sandbox.ask("POST", "/anthropic/v1/messages", claude(), { "anthropic-version": "2026-10-21" })).status, 401);
  assert.equal((await anthropic(claude({ temperature: 0.5 }), { "anthropic-version": "2023-06-01" })).status, 200);
});

test("Anthropic: streams named events", async () => {
  const { body } = await anthropic(claude({ stream: true }));
  const names = [...body.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual([names[0], names.at(-1)], ["message_start", "message_stop"]);
  assert.ok(body.includes("input_json_delta") && body.includes('"stop_reason":"tool_use"'));
});

test("switches: outage, rate limit, quota and garbage in each provider's words", async () => {
  const asked = { openai: () => openai(chat()), groq: () => openai(chat(), "/groq/openai/v1"), anthropic: () => anthropic(claude()) };
  for (const [name, ask] of Object.entries(asked)) {
    await sandbox.switch_on({ [`llm.${name}.outage`]: 1 });
    assert.equal((await ask()).status, 503);
    await sandbox.switch_on({ [`llm.${name}.rate_limit`]: { retry_after: 7, times: 1 } });
    const limited = await ask();
    assert.deepEqual([limited.status, limited.headers.get("retry-after")], [429, "7"]);
    await sandbox.switch_on({ [`llm.${name}.quota`]: 1 });
    const quota = await ask();
    assert.equal(quota.status, name === "anthropic" ? 402 : 429);
    assert.equal(quota.body.error.code ?? quota.body.error.type, name === "anthropic" ? "billing_error" : "insufficient_quota");
    await sandbox.switch_on({ [`llm.${name}.garbage`]: 1 });
    const garbage = await ask();
    assert.deepEqual([garbage.status, typeof garbage.body], [200, "string"]);
    await sandbox.switch_on({ [`llm.${name}.hang`]: 1 });
    await assert.rejects(fetch(`${sandbox.url}/${{ openai: "openai/v1/chat/completions", groq: "groq/openai/v1/chat/completions", anthropic: "anthropic/v1/messages" }[name]}`,
      { method: "POST", body: "{}", headers: { authorization: "Bearer k" }, signal: AbortSignal.timeout(200) }));
    assert.equal((await ask()).status, 200);
  }
});

test("switches: all or nothing, and unknown names are told", async () => {
  const refused = await sandbox.switch_on({ "graph.latency_ms": 5, "graph.colour": 1 });
  assert.equal(refused.status, 400);
  assert.ok(refused.body.known.includes("graph.lost_answer"));
  assert.equal((await sandbox.ask("GET", "/control/switches")).body["graph.latency_ms"], 0);
  for (const bad of [{ "graph.latency_ms": -1 }, { "graph.latency_ms": "5" }, { "graph.error": true }, { "webhook.duplicate": "yes" }, { "llm.openai.outage": { status: 200 } }, { x: { y: { z: 1 } } }]) {
    assert.equal((await sandbox.switch_on(bad)).status, 400, JSON.stringify(bad));
  }
});
