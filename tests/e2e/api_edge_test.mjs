// The edge: browsers of other origins, compression, scanners, odd methods, and the private listener.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { request } from "node:http";
import { api_client } from "./harness/api.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
const page = "https://app.example.com";
shared_world({ before, after }, { name: "api-edge", settings: { http: { cors_origins: [page, "http://localhost:5173"] } } }, (world) => { here = world; });

const password = "a long demo password";

// Unlike fetch it sends what it is told and unpacks nothing. -> {status, headers, body: Buffer}
function ask(method, path, headers = {}, { port = here.server.port, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

// Bytes as they are. -> the first line of the answer
function raw(text, port = here.server.port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let got = "";
    socket.setTimeout(5000, () => socket.destroy());
    socket.on("data", (part) => { got += part; if (got.includes("\r\n")) { resolve(got); socket.destroy(); } });
    socket.on("error", reject).on("close", () => resolve(got));
  });
}
const status_of = (text) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);

test("a page of a listed origin may use the API, refusals included; others get no permission", async () => {
  const preflight = await ask("OPTIONS", "/api/v1/auth/sign-in", { origin: page, "access-control-request-method": "POST", "access-control-request-headers": "content-type" });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers["access-control-allow-origin"], page);
  assert.equal(preflight.headers["access-control-allow-credentials"], "true");
  assert.match(preflight.headers["access-control-allow-methods"], /POST/);
  assert.match(preflight.headers["access-control-allow-headers"].toLowerCase(), /authorization.*content-type.*x-sellavie-client/);
  const headers = { origin: page, "content-type": "application/json" };
  const given = await ask("POST", "/api/v1/auth/sign-in", headers, { body: JSON.stringify({ email: here.businesses[0].owner.email, password }) });
  assert.deepEqual([given.status, given.headers["access-control-allow-origin"]], [200, page]);
  for (const path of ["/api/v1/me", "/api/v1/businesses/x/conversations", "/api/v1/openapi.json"])
    assert.equal((await ask("GET", path, { origin: page })).headers["access-control-allow-origin"], page, path);
  for (const origin of ["https://evil.example", "null", `${page}.evil.example`, `${page}/`, `${page}, https://evil.example`]) {
    for (const [method, path] of [["OPTIONS", "/api/v1/me"], ["GET", "/api/v1/me"], ["GET", "/api/v1/openapi.json"]]) {
      const { headers: told } = await ask(method, path, { origin });
      assert.equal(told["access-control-allow-origin"], undefined, `${method} ${path} ${origin}`);
      assert.equal(told["access-control-allow-credentials"], undefined);
      assert.match(told.vary, /origin/i);
    }
  }
});

test("every answer of the API tells browsers to do nothing with it", async () => {
  for (const [method, path] of [["GET", "/api/v1/openapi.json"], ["GET", "/api/v1/me"], ["POST", "/api/v1/auth/sign-in"], ["GET", "/api/v1/nowhere"], ["PUT", "/api/v1/me"]]) {
    const { headers } = await ask(method, path);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.equal(headers["x-frame-options"], "DENY", path);
    assert.equal(headers["referrer-policy"], "no-referrer", path);
    assert.equal(headers["cache-control"], "no-store", path);
    assert.equal(headers["strict-transport-security"], undefined, "the public address is http");
    assert.ok(!("server" in headers) && !("x-powered-by" in headers));
  }
  assert.equal((await ask("GET", "/api/v1/me")).headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
});

test("large answers are packed for whoever wants it, small ones and tokens never", async () => {
  const plain = await ask("GET", "/api/v1/openapi.json");
  assert.equal(plain.headers["content-encoding"], undefined);
  const packed = await ask("GET", "/api/v1/openapi.json", { "accept-encoding": "br;q=1, gzip;q=0.5" });
  assert.equal(packed.headers["content-encoding"], "gzip");
  assert.ok(packed.body.length * 3 < plain.body.length);
  assert.equal(gunzipSync(packed.body).toString(), plain.body.toString());
  assert.equal((await ask("GET", "/api/v1/openapi.json", { "accept-encoding": "gzip;q=0" })).headers["content-encoding"], undefined);
  const client = await new api_client(here.server.url).signed_in(here.businesses[0].owner.email, password);
  const { business_id } = (await client.get("/me")).body.memberships[0];
  const headers = { authorization: `Bearer ${client.access_token}`, "accept-encoding": "gzip" };
  assert.equal((await ask("GET", "/api/v1/me", headers)).headers["content-encoding"], undefined);
  for (let i = 0; i < 12; ++i) {
    const who = here.customer();
    await here.sandbox.say(who, `Hello ${i}`);
  }
  await here.settled();
  const list = `/api/v1/businesses/${business_id}/conversations`;
  const whole = await ask("GET", list, { authorization: headers.authorization });
  const small = await ask("GET", list, headers);
  assert.equal(small.headers["content-encoding"], "gzip");
  assert.match(small.headers.vary, /accept-encoding/i);
  assert.equal(gunzipSync(small.body).toString(), whole.body.toString());
  const signed_in = await ask("POST", "/api/v1/auth/sign-in", { "content-type": "application/json", "accept-encoding": "gzip" },
    { body: JSON.stringify({ email: here.businesses[0].owner.email, password }) });
  assert.equal(signed_in.headers["content-encoding"], undefined);
});

const scanned = ["/.env", "/.git/config", "/wp-login.php", "/wp-admin/setup-config.php", "/phpmyadmin/", "/actuator/env", "/server-status", "/cgi-bin/luci",
  "/api/v1/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/api/v2/users", "/admin", "/console/", "/solr/admin/info/system", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
  "/api/v1/", "/api/v1/openapi.json/", "//api/v1/me", "/api/v1/me%00", "/api/v1/me;x=1", "/API/V1/ME", "/%ff%fe", "/'", "/<script>"];

test("scanners and odd methods get a short refusal, and are counted", async () => {
  const reason_of = { 400: "malformed", 404: "unknown_route", 405: "unknown_route", 501: "not_implemented" };
  const reasons = [...new Set(Object.values(reason_of))];
  const counted = () => Promise.all(reasons.map((reason) => here.server.metric("sellavie_http_refusals_total", { reason })));
  const before = await counted();
  const statuses = [];
  for (const path of scanned) {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: t\r\n\r\n`);
    statuses.push(status_of(answer));
    assert.ok([400, 404].includes(statuses.at(-1)), `${path}: ${answer.split("\r\n")[0]}`);
    assert.ok(answer.length < 1000 && !answer.includes("passwd") && !answer.includes("<script>"), path);
  }
  for (const [method, status] of [["PUT", 405], ["DELETE", 405], ["TRACE", 501], ["CONNECT", 501], ["PROPFIND", 501], ["DEBUG", 501], ["get", 501], ["SEARCH", 501], ["PRI", 501]]) {
    const told = status_of(await raw(`${method} /api/v1/me HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n`));
    assert.equal(told, status, method);
    statuses.push(told);
  }
  const after_it = await counted();
  reasons.forEach((reason, i) => {
    const expected = statuses.filter((status) => reason_of[status] === reason).length;
    assert.ok(expected > 1, reason);
    assert.equal(after_it[i] - before[i], expected, reason);
  });
  assert.equal((await fetch(`${here.server.url}/api/v1/me`)).status, 401, "and the server goes on");
});

test("a request id is taken over when it is harmless, else one is made", async () => {
  const id_of = async (sent) => (await ask("GET", "/api/v1/me", sent === undefined ? {} : { "x-request-id": sent })).headers["x-request-id"];
  for (const good of ["abc-1.2_Z", "a".repeat(64)]) assert.equal(await id_of(good), good);
  for (const bad of [undefined, "", "a b", "a".repeat(65), "<script>", "a,b", "a;b", "'--", "{}", "a/b", "%0a", "é"]) {
    const made = await id_of(bad);
    assert.match(made, /^[0-9A-Za-z._-]{8,64}$/, String(bad));
    assert.notEqual(made, bad);
  }
  const { body } = await ask("GET", "/api/v1/me", { "x-request-id": "mine" });
  assert.equal(JSON.parse(body).request_id, "mine");
});

test("the private listener is not reachable through the public one, by any spelling", async () => {
  const private_port = new URL(here.server.ops).port;
  for (const path of ["/metrics", "/healthz", "/readyz"]) {
    assert.equal((await fetch(`${here.server.ops}${path}`)).status, 200, `${path} is there`);
    const targets = [path, `${path}/`, `/${path}`, `/.${path}`, `/x/..${path}`, `/api/v1/..${path}`, `/api/v1/../..${path}`, `/%2e${path}`, `${path}%00`, `${path}?`, `${path}#`,
      path.toUpperCase(), `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`, `${path};x`, `/\\${path}`, `http://127.0.0.1:${private_port}${path}`, `http://localhost${path}`, `//127.0.0.1:${private_port}${path}`];
    for (const target of targets) {
      for (const host of ["t", `127.0.0.1:${private_port}`, "localhost"]) {
        const more = `X-Forwarded-Host: 127.0.0.1:${private_port}\r\nX-Original-URL: ${path}\r\nX-Rewrite-URL: ${path}\r\nX-Forwarded-For: 127.0.0.1\r\n`;
        const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`);
        assert.ok([400, 404].includes(status_of(answer)), `${target} ${host}: ${answer.split("\r\n")[0]}`);
        assert.ok(!answer.includes("sellavie_") && !answer.includes("\r\n\r\nready") && !answer.includes("\r\n\r\nok"), target);
      }
    }
  }
  for (const path of ["/api/v1/me", "/api/v1/openapi.json", "/webhooks/meta"])
    assert.equal((await fetch(`${here.server.ops}${path}`)).status, 404, `${path} is not on the private listener`);
});
