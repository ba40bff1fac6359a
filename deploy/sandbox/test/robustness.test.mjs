import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import net from "node:net";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { conversations } from "../conversations.mjs";
import { start_fixture } from "./fixture.mjs";

let sandbox;
before(async () => { sandbox = await start_fixture(); });
after(() => sandbox.close());

test("answers any bytes with a clear 4xx and lives on", async () => {
  const bodies = ["", "{", "null", "[]", "\"x\"", "{\"channel\":{}}", "{\"channel\":\"messenger\",\"customer\":[]}", "\u0000\ud800", "[".repeat(50_000), "{\"__proto__\":{\"x\":1}}"];
  const paths = ["/control/say", "/control/echo", "/control/switches", "/control/pay", "/control/webhook", "/control/payment_webhook", "/graph/v25.0/me/messages", "/instagram/v25.0/me/messages",
    "/openai/v1/chat/completions", "/anthropic/v1/messages", "/groq/openai/v1/chat/completions", "/paystack/transaction/initialize", "/paystack/refund", "/flutterwave/v3/payments", "/stripe/v1/checkout/sessions", "/stripe/v1/refunds", "/v1/refunds", "/control/settle", "/control/refund", "/control/dispute", "/control/expire",
    "/control/payment_events", "/control/merchants", "/payments", "/pay/x", "/nothing", "/graph", "/graph//", "/openai", "/constructor"];
  for (const path of paths) {
    for (const body of bodies) {
      const { status } = await sandbox.ask("POST", path, body, { authorization: "Bearer sandbox-token-page_0001", "anthropic-version": "2026-10-21" });
      const may_be_fine = path === "/control/switches" && status === 200;  // an empty change
      assert.ok(may_be_fine || (status >= 400 && status < 500), `${path} ${body.slice(0, 40)} -> ${status}`);
    }
  }
  for (const path of ["/control/transcript", "/control/transcript?channel=x&customer=y", "/graph/%E0%A4", "/pay/%ff", "/%00", "/control/transcript?channel=messenger"]) {
    const { status } = await sandbox.ask("GET", path);
    assert.ok(status >= 400 && status < 500, `${path} -> ${status}`);
  }
  assert.equal((await sandbox.ask("GET", "/control/counters")).status, 200);
});

test("refuses a body beyond the limit", async () => {
  const { status } = await sandbox.ask("POST", "/paystack/refund", "x".repeat(1024 * 1024 + 1), {});
  assert.equal(status, 413);
  assert.equal((await sandbox.ask("GET", "/control/counters")).status, 200);
});

test("answers bytes that are no HTTP", async () => {
  const socket = net.connect(new URL(sandbox.url).port, "127.0.0.1");
  const reply = await new Promise((resolve) => {
    socket.on("data", (chunk) => resolve(chunk.toString()));
    socket.write("\u0016\u0003\u0001nonsense\r\n\r\n");
  });
  socket.destroy();
  assert.match(reply, /^HTTP\/1.1 400/);
});

test("refuses the pages of other sites", async () => {
  assert.equal((await sandbox.ask("POST", "/control/reset", {}, { origin: "https://evil.example" })).status, 403);
  assert.equal((await sandbox.ask("POST", "/control/reset", {}, { origin: sandbox.url })).status, 200);
});

test("keeps 200 messages of 5000 conversations", () => {
  const all = new conversations({ stream: { publish() {} }, clock: () => 1 });
  const account = { key: "messenger/p" };
  for (let i = 0; i < 6000; i += 1) all.customer_said(account, `c${i}`, "", { mid: `m${i}`, text: "x" });
  for (let i = 0; i < 300; i += 1) all.customer_said(account, "c5999", "", { mid: `n${i}`, text: "x" });
  assert.equal(all.all().length, 5000);
  assert.equal(all.find(account, "c5999").messages.length, 200);
  assert.equal(all.last_inbound(account, "c0"), 1);  // the window outlives the transcript
});

test("streams what happens", async () => {
  const response = await fetch(`${sandbox.url}/control/stream`);
  const reader = response.body.getReader();
  await sandbox.say("messenger", "streamed", "hello");
  let text = "";
  while (!text.includes("hello")) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  assert.match(text, /data: \{"type":"message","channel":"messenger","account":"page_0001","customer":"streamed"/);
});

test("serves the phones page under a strict policy", async () => {
  for (const path of ["/", "/phones.css", "/phones.js"]) {
    const { status, body, headers } = await sandbox.ask("GET", path);
    assert.equal(status, 200);
    assert.ok(headers.get("content-security-policy").includes("default-src 'none'"));
    assert.doesNotMatch(String(body), /https?:\/\/(?!www\.w3\.org)|innerHTML|eval\(/);
  }
});

test("the command line: one ready line, ends at once on SIGTERM, names what is missing", async () => {
  const program = fileURLToPath(new URL("../server.mjs", import.meta.url));
  const run = (argv, environment) => {
    const child = spawn(process.execPath, [program, ...argv], { env: { PATH: process.env.PATH, ...environment } });
    const result = { child, output: "" };
    child.stdout.on("data", (chunk) => { result.output += chunk; });
    child.stderr.on("data", (chunk) => { result.output += chunk; });
    result.ended = new Promise((resolve) => child.on("close", (code) => resolve(code)));
    return result;
  };
  const bare = run(["--listen", "127.0.0.1:0"], {});
  assert.equal(await bare.ended, 2);
  assert.match(bare.output, /SANDBOX_APP_SECRET and SANDBOX_VERIFY_TOKEN/);
  const good = run(["--listen", "127.0.0.1:0"], { SANDBOX_APP_SECRET: "s3cret-value", SANDBOX_VERIFY_TOKEN: "v" });
  await new Promise((resolve) => good.child.stdout.once("data", resolve));
  assert.match(good.output, /^sandbox ready on http:\/\/127\.0\.0\.1:\d+\n$/);
  good.child.kill("SIGTERM");
  assert.equal(await good.ended, 0);
  assert.ok(!good.output.includes("s3cret-value"));
});
