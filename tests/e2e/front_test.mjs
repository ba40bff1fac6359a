// deploy/nginx/sellavie.conf in front of the real server: only ports and certificates differ from the file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { after, before, test } from "node:test";
import { shared_world } from "./harness/world.mjs";
import { password } from "./harness/team.mjs";
import { free_ports, root, until } from "./harness/workspace.mjs";

const name = "shop.example.com";
let here, front;
shared_world({ before, after }, { name: "front", settings: { http: { trusted_proxies: ["127.0.0.1"] } } }, (world) => { here = world; });

async function prepare_nginx() {
  const [plain_port, tls_port] = await free_ports(2);
  const place = here.place.file("nginx");
  mkdirSync(place);
  const certificate = `${place}/fullchain.pem`, key = `${place}/privkey.pem`;
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`,
    "-addext", `subjectAltName=DNS:${name}`, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  const text = readFileSync(`${root}/deploy/nginx/sellavie.conf`, "utf8");
  const changes = [
    [/^ +listen \[::\].*\n/gm, "", 2],  // not every machine has IPv6
    [/listen 80;/g, `listen 127.0.0.1:${plain_port};`, 1],
    [/listen 443 ssl/g, `listen 127.0.0.1:${tls_port} ssl`, 1],
    [/server 127\.0\.0\.1:8080;/g, `server 127.0.0.1:${here.server.port};`, 1],
    [/\/etc\/letsencrypt\/live\/shop\.example\.com\/fullchain\.pem/g, certificate, 1],
    [/\/etc\/letsencrypt\/live\/shop\.example\.com\/privkey\.pem/g, key, 1],
  ];
  let site = text;
  for (const [from, to, times] of changes) {
    assert.equal([...site.matchAll(from)].length, times, `${from}`);
    site = site.replaceAll(from, to);
  }
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((one) => `${one}_temp_path ${place}/${one};`).join("\n");
  const config = `${place}/nginx.conf`;
  const user = process.getuid() === 0 ? "user root;" : "";
  writeFileSync(`${place}/site.conf`, site);
  writeFileSync(config, `${user}\npid ${place}/pid;\nworker_processes 1;\nevents { worker_connections 256; }\nhttp {\naccess_log off;\n${folders}\ninclude ${place}/site.conf;\n}\n`);
  front = { plain_port, tls_port, config, ca: readFileSync(certificate) };
}

function start_nginx() {
  here.place.start("/usr/sbin/nginx", ["-c", front.config, "-e", "stderr", "-g", "daemon off;"], { log: "nginx" });
  return until("nginx listens", () => ask("GET", "/api/v1/openapi.json"), { explain: () => here.place.log_tail("nginx") });
}

// Through TLS. -> {status, headers, text}; with `stream` the answer itself, as soon as its head is there.
function ask(method, path, { headers = {}, body, from, stream = false } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: front.tls_port, servername: name, ca: front.ca, method, path, localAddress: from,
      agent: false, headers: { host: name, ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }), ...headers } }, (answer) => {
      if (stream) return void resolve(answer);
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }));
      answer.on("error", reject);
    });
    // nginx may refuse, and close, before a large body is through.
    asked.on("error", (error) => (asked.res ? undefined : reject(error)));
    asked.end(body);
  });
}

const json = { "content-type": "application/json" };

async function sign_in(options = {}) {
  const body = JSON.stringify({ email: here.businesses[0].owner.email, password });
  const answer = await ask("POST", "/api/v1/auth/sign-in", { body, ...options, headers: { ...json, ...options.headers } });
  assert.equal(answer.status, 200, answer.text);
  return { authorization: `Bearer ${JSON.parse(answer.text).access_token}` };
}

test("nginx takes the file and starts", async () => {
  await prepare_nginx();
  execFileSync("/usr/sbin/nginx", ["-t", "-q", "-c", front.config, "-e", "stderr"], { stdio: "pipe" });
  await start_nginx();
  const moved = await fetch(`http://127.0.0.1:${front.plain_port}/x?y=1`, { redirect: "manual" });
  assert.equal(moved.status, 301);
  assert.match(moved.headers.get("location"), /^https:\/\/.*\/x\?y=1$/);
});

test("a webhook comes through byte by byte as it was signed, and its customer is answered", async () => {
  const who = here.customer();
  await here.meet(who);
  const { body, headers } = here.message(who, "Hello! Ẹ káàsán 🧵");
  const answer = await ask("POST", "/webhooks/meta", { body, headers: { ...json, ...headers } });
  assert.equal(answer.status, 200, answer.text);
  await here.sandbox.heard(who, 1);
  const forged = await ask("POST", "/webhooks/meta", { body: `${body} `, headers: { ...json, ...headers } });
  assert.notEqual(forged.status, 200);
});

test("the API answers, and knows the client's address, not what a client says of itself", async () => {
  const addresses = async () => (await here.server.sql("SELECT address FROM sessions ORDER BY created_at DESC, id DESC LIMIT 1"))[0][0];
  const me = await ask("GET", "/api/v1/me", { headers: await sign_in() });
  assert.equal(me.status, 200, me.text);
  assert.equal(await addresses(), "127.0.0.1");
  await sign_in({ from: "127.0.0.2", headers: { "x-forwarded-for": "203.0.113.9" } });
  assert.equal(await addresses(), "127.0.0.2");
  assert.equal(me.headers["strict-transport-security"], "max-age=31536000");
  assert.doesNotMatch(me.headers.server ?? "", /\d/);
});

test("bodies: 2 MB for the API, 4 MB for webhooks, 10 MB for pictures and attachments; a refusal is a problem document", async () => {
  const of = (mb) => Buffer.alloc(mb * 1024 * 1024, 0x20);
  const picture = "/api/v1/businesses/01890a5d-ac96-774b-bcce-b302099a8057/products/01890a5d-ac96-774b-bcce-b302099a8057/images";
  const attachment = "/api/v1/businesses/01890a5d-ac96-774b-bcce-b302099a8057/attachments";
  const cases = [[attachment, 9, false], [attachment, 11, true], ["/api/v1/auth/sign-in", 3, true], ["/", 3, true], ["/webhooks/meta", 3, false], ["/webhooks/meta", 5, true], [picture, 9, false], [picture, 11, true]];
  for (const [path, mb, is_refused] of cases) {
    const { status, headers, text } = await ask("POST", path, { body: of(mb), headers: json });
    assert.equal(status === 413, is_refused, `${path} ${mb} MB: ${status}`);
    if (is_refused) {
      assert.equal(headers["content-type"], "application/problem+json");
      assert.deepEqual(JSON.parse(text), { type: "/problems/too-large", title: "The request is too large", status: 413 });
    }
  }
});

test("live events go out when they happen", async () => {
  const headers = await sign_in();
  const { memberships } = JSON.parse((await ask("GET", "/api/v1/me", { headers })).text);
  const stream = await ask("GET", `/api/v1/events?business_id=${memberships[0].business_id}`, { headers, stream: true });
  assert.equal(stream.statusCode, 200);
  assert.equal(stream.headers["content-type"], "text/event-stream");
  let heard = "";
  stream.on("data", (part) => { heard += part; });
  stream.on("error", () => {});
  try {
    const who = here.customer();
    await here.sandbox.say(who, "Hello!");
    await until("an event came through", () => /^event: message/m.test(heard), { seconds: 10, explain: () => heard });
  } finally {
    stream.destroy();
  }
});

test("the private listener's pages are not there, however they are spelled", async () => {
  const paths = ["/metrics", "/metrics/", "/metrics?x", "/%6detrics", "//metrics", "/./metrics", "/x/../metrics", "/healthz", "/readyz", "/READYZ", "/metrics%00"];
  for (const path of paths) {
    const { status, text } = await ask("GET", path);
    assert.ok([400, 404].includes(status), `${path}: ${status}`);
    assert.doesNotMatch(text, /sellavie_|^ready|^ok/m, path);
  }
});

test("without the server: 503, and when to come again", async () => {
  await here.server.stop();
  const { status, headers, text } = await ask("GET", "/api/v1/me");
  assert.equal(status, 503);
  assert.equal(headers["retry-after"], "5");
  assert.equal(JSON.parse(text).type, "/problems/unavailable");
  await here.server.start();
  assert.equal((await ask("GET", "/api/v1/openapi.json")).status, 200);
});
