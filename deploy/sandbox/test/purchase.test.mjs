import test from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { accounts } from "../accounts.mjs";
import { confirms, has_amount, pay_link } from "../purchase.mjs";
import { open_shop } from "./fake_shop.mjs";
import { start_fixture } from "./fixture.mjs";

function play(...argv) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../purchase.mjs", import.meta.url)), ...argv]);
  let output = "";
  child.stdout.on("data", (chunk) => { output += chunk; });
  child.stderr.on("data", (chunk) => { output += chunk; });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

test("buys on all three channels", async () => {
  const sandbox = await start_fixture();
  open_shop(sandbox.url, sandbox.receiver);
  const { code, output } = await play("--sandbox", sandbox.url, "--timeout", "20");
  await sandbox.close();
  assert.equal(code, 0, output);
  assert.match(output, /smoke: 3 of 3 purchases completed\n$/);
  assert.match(output, /webhook handshake: verified/);
});

test("says which step failed and what to check", async () => {
  const sandbox = await start_fixture();
  const { code, output } = await play("--sandbox", sandbox.url, "--timeout", "1");
  await sandbox.close();
  assert.equal(code, 1);
  assert.match(output, /FAILED at step "greet"[^]*expected: any reply[^]*check: /);
  assert.match(output, /smoke: 0 of 3 purchases completed\n$/);
  assert.equal((await play("--sandbox", sandbox.url)).code, 1);
  assert.equal((await play("--colour", "red")).code, 1);
});

test("knows an amount, a link and a confirmation in any wording", () => {
  const said = (text, buttons) => ({ text, buttons });
  for (const text of ["NGN 30,000.00", "\u20a630,000", "30000", "30.000,00", "30 000", "Total: 30\u202f000.00."]) assert.ok(has_amount(said(text), 3000000), text);
  for (const text of ["NGN 15,000.00", "300", "3000000000", "https://x/30000"]) assert.ok(!has_amount(said(text), 3000000), text);
  assert.equal(pay_link(said("Pay: http://127.0.0.1:9700/pay/abc.")), "http://127.0.0.1:9700/pay/abc");
  assert.equal(pay_link(said("Pay", [{ title: "Pay", url: "http://h/pay/abc" }])), "http://h/pay/abc");
  assert.equal(pay_link(said("http://h/pay/return?x")), undefined);
  for (const text of ["Payment received. No further step.", "Your order is paid!", "Confirmed \u2705"]) assert.ok(confirms(said(text)), text);
  for (const text of ["We have not received it yet.", "It is confirmed once paid", "We haven't received it"]) assert.ok(!confirms(said(text)), text);
});

test("the demo businesses and the sandbox's accounts agree", () => {
  const known = new accounts();
  const lines = readFileSync(new URL("../../demo/business.jsonl", import.meta.url), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ key }) => key), ["ada", "kofi"]);
  for (const { connections, owner, payments, products } of lines) {
    assert.equal(connections.length, 3);
    for (const { channel, external_id, access_token } of connections) assert.equal(known.by_token(access_token), known.find(channel, external_id));
    assert.equal(owner.password, "@DEMO_PASSWORD@");
    assert.match(payments[0].secret_key, /^sk_test_sandbox/);
    assert.ok(products.every(({ price_minor, stock }) => Number.isInteger(price_minor) && stock > 0));
  }
  assert.equal(lines[0].products.length, 6);
});
