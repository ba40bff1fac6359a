// Our tokens, seals, hashes, QR codes and the API's document against implementations that nobody here wrote (tests/interop), both ways.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { push_browser, queue_push } from "./harness/browser_push.mjs";
import { open_receiver } from "./harness/receiver.mjs";
import { chat, signed_in_owner } from "./harness/team.mjs";
import { root } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

const packages = `${root}/tests/interop`;
if (!existsSync(`${packages}/node_modules/http_ece`)) throw new Error("the packages are not there: npm ci --prefix tests/interop");
const foreign = createRequire(`${packages}/package.json`);
const jose = foreign("jose");
const fernet = foreign("fernet");
const bcrypt = foreign("bcryptjs");
const { authenticator } = foreign("otplib");
const read_qr_code = foreign("jsqr");
const { Webhook } = foreign("standardwebhooks");
const http_ece = foreign("http_ece");

let here;
const receiver = await open_receiver();
after(() => receiver.close());
shared_world({ before, after }, { name: "interop", settings: { egress: receiver.egress } }, (world) => { here = world; });

const password = "a long demo password";
const email = () => here.businesses[0].owner.email;
const signed_in = (word = password) => new api_client(here.server.url).signed_in(email(), word);
const first_line = (name) => readFileSync(`${here.server.data}/${name}`, "utf8").trim().split("\n")[0];

function jwt_key() {
  const [kid, secret] = first_line("jwt.key").split(":");
  return { kid, secret: Buffer.from(secret, "base64url") };
}

const expected = { issuer: "sellavie", audience: "sellavie-api", algorithms: ["HS256"] };

test("jose verifies our access tokens, and no other key does", async () => {
  const { access_token } = await signed_in();
  const { kid, secret } = jwt_key();
  const { payload, protectedHeader } = await jose.jwtVerify(access_token, secret, expected);
  assert.equal(protectedHeader.kid, kid);
  assert.match(payload.sub, /^[0-9a-f-]{36}$/);
  assert.equal(payload.exp - payload.iat, 3600);
  await assert.rejects(jose.jwtVerify(access_token, Buffer.alloc(32, 1), expected));
});

test("a token that jose signs gets in, and its wrong ones do not", async () => {
  const { access_token } = await signed_in();
  const { kid, secret } = jwt_key();
  const { sub, sid } = jose.decodeJwt(access_token);
  const made = (header = {}, change = (one) => one, with_secret = secret) =>
    change(new jose.SignJWT({ sid }).setProtectedHeader({ alg: "HS256", typ: "JWT", kid, ...header })
      .setIssuer("sellavie").setAudience("sellavie-api").setSubject(sub).setIssuedAt().setExpirationTime("10 minutes")).sign(with_secret);
  const me = async (token) => (await new api_client(here.server.url).get("/me", { token })).status;
  assert.equal(await me(await made()), 200);
  const now = Math.floor(Date.now() / 1000);
  for (const [why, token] of Object.entries({
    "another key": made({}, undefined, Buffer.alloc(32, 1)),
    "another kid": made({ kid: "another" }),
    HS384: made({ alg: "HS384" }),
    HS512: made({ alg: "HS512" }, undefined, Buffer.concat([secret, secret])),
    expired: made({}, (one) => one.setIssuedAt(now - 1200).setExpirationTime(now - 600)),
    future: made({}, (one) => one.setIssuedAt(now + 600).setExpirationTime(now + 1200)),
    "not yet": made({}, (one) => one.setNotBefore(now + 600)),
    "another audience": made({}, (one) => one.setAudience("another")),
    "another issuer": made({}, (one) => one.setIssuer("another")),
    unsecured: new jose.UnsecuredJWT({ sid }).setIssuer("sellavie").setAudience("sellavie-api").setSubject(sub).setIssuedAt().setExpirationTime("10 minutes").encode(),
  })) assert.equal(await me(await token), 401, why);
});

const fernet_secret = () => new fernet.Secret(first_line("fernet.key"));
const unsealed = (token) => new fernet.Token({ secret: fernet_secret(), token, ttl: 0 }).decode();

test("npm fernet opens what we seal", async () => {
  const [[sealed]] = await here.server.sql("SELECT access_token FROM connections ORDER BY external_id LIMIT 1");
  const [first] = here.businesses.flatMap(({ connections }) => connections).sort((a, b) => (a.external_id < b.external_id ? -1 : 1));
  assert.equal(unsealed(sealed), first.access_token);
  assert.throws(() => new fernet.Token({ secret: new fernet.Secret(Buffer.alloc(32, 1).toString("base64")), token: sealed, ttl: 0 }).decode());
});

test("we open what npm fernet seals", async () => {
  const ada = await signed_in();
  const refresh = () => ada.post("/auth/refresh", { refresh_token: ada.refresh_token });
  const first = await refresh();
  const [[sealed]] = await here.server.sql("SELECT successor FROM refresh_tokens WHERE successor <> '' ORDER BY rotated_at DESC LIMIT 1");
  assert.equal(unsealed(sealed), first.body.refresh_token, "the overlap's successor");
  const foreign_seal = new fernet.Token({ secret: fernet_secret() }).encode("sealed-elsewhere");
  await here.server.sql(`UPDATE refresh_tokens SET successor = '${foreign_seal}' WHERE successor = '${sealed}'`);
  const again = await refresh();
  assert.deepEqual([again.status, again.body.refresh_token], [200, "sealed-elsewhere"]);
});

const stored_hash = async () => (await here.server.sql(`SELECT password_hash FROM accounts WHERE email = '${email()}'`))[0][0];

test("bcryptjs verifies our password hashes", async () => {
  const hash = await stored_hash();
  assert.ok(bcrypt.compareSync(password, hash));
  assert.ok(!bcrypt.compareSync(`${password}!`, hash));
});

test("we verify the hashes of bcryptjs", async () => {
  const ours = await stored_hash();
  try {
    for (const word of ["pässwörd of bcryptjs", "x".repeat(72), "emoji 🔑 password"]) {
      await here.server.sql(`UPDATE accounts SET password_hash = '${bcrypt.hashSync(word, 6)}', failed_sign_ins = 0, blocked_until = 0 WHERE email = '${email()}'`);
      await signed_in(word);
      const wrong = await new api_client(here.server.url).post("/auth/sign-in", { email: email(), password: `${word.slice(0, -2)}!` });
      assert.equal(wrong.status, 401);
    }
  } finally {
    await here.server.sql(`UPDATE accounts SET password_hash = '${ours}', failed_sign_ins = 0, blocked_until = 0 WHERE email = '${email()}'`);
  }
});

// The squares of our SVG as a picture that a camera could have taken, each `scale` pixels wide.
function pixels_of(svg, scale = 6) {
  const [, side_of_paper, path] = /<path fill="#fff" d="M0 0h(\d+)v\1h-\1z"\/><path d="([^"]+)"\/>/.exec(svg);
  const side = Number(side_of_paper) * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  const squares = [...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)];
  assert.equal(squares.map(([text]) => text).join(""), path, "nothing but squares is drawn");
  for (const [, x, y] of squares) {
    for (let row = y * scale; row < (Number(y) + 1) * scale; row += 1) {
      for (let at = x * scale; at < (Number(x) + 1) * scale; at += 1) pixels.fill(0, (row * side + at) * 4, (row * side + at) * 4 + 3);
    }
  }
  return [pixels, side, side];
}

test("jsqr reads from our QR code the very address that the app is given", async () => {
  const client = await signed_in();
  for (let i = 0; i < 3; ++i) {
    const { body: { otpauth_uri, qr_svg, secret } } = await client.post("/me/second-factor", { password });
    assert.equal(read_qr_code(...pixels_of(qr_svg))?.data, otpauth_uri);
    const { protocol, host, searchParams } = new URL(otpauth_uri);
    assert.deepEqual([protocol, host, searchParams.get("secret")], ["otpauth:", "totp", secret]);
  }
});

// A page of a PDF as pixels: poppler draws it as a reader's program does.
function pixels_of_page(pdf) {
  const picture = execFileSync("pdftoppm", ["-r", "150", "-f", "1", "-l", "1", "-"], { input: pdf, maxBuffer: 64 << 20 });
  const [head, width, height] = /^P6\s(\d+) (\d+)\s255\s/.exec(picture.subarray(0, 40).toString("latin1"));
  const colours = picture.subarray(head.length);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i += 1) pixels.set([colours[3 * i], colours[3 * i + 1], colours[3 * i + 2], 255], 4 * i);
  return [pixels, Number(width), Number(height)];
}

test("jsqr reads from the page of an invoice the very address where it can be paid", async () => {
  const ada = await signed_in_owner(here);
  const { id } = await chat(here, ada);
  const with_key = () => ({ headers: { "idempotency-key": randomUUID() } });
  const { body: { order } } = await ada.client.post(`${ada.shop}/orders`, { conversation_id: id, items: [{ sku: "A1", quantity: 1 }] }, with_key());
  const { body: { payment_url } } = await ada.client.post(`${ada.shop}/orders/${order.id}/payment-link`, {}, with_key());
  const { body: invoice } = await ada.client.post(`${ada.shop}/orders/${order.id}/invoice`);
  const { bytes } = await ada.client.get(`${ada.shop}/invoices/${invoice.id}/pdf`);
  assert.match(payment_url, /^http/);
  assert.equal(read_qr_code(...pixels_of_page(bytes))?.data, payment_url);
});

test("a validator of OpenAPI 3.1 finds no fault in the API's document", async () => {
  const { Validator } = await import(foreign.resolve("@seriousme/openapi-schema-validator"));
  const document = await (await fetch(`${here.server.url}/api/v1/openapi.json`)).json();
  const validate = async (one) => new Validator().validate(structuredClone(one));
  const found = await validate(document);
  assert.deepEqual([found.valid, (found.errors ?? []).slice(0, 5)], [true, []]);
  const [path] = Object.keys(document.paths);
  for (const wrong of [{ ...document, info: {} }, { ...document, paths: { ...document.paths, [path]: { get: { parameters: [{ name: "x" }] } } } }])
    assert.equal((await validate(wrong)).valid, false, "it would have found one");
});

const business_of = async (client) => (await client.get("/me")).body.memberships[0].business_id;

test("standardwebhooks verifies our webhooks, and refuses them changed, late or under another secret", async () => {
  const client = await signed_in();
  const shop = `/businesses/${await business_of(client)}`;
  const { body: { id, secret } } = await client.post(`${shop}/webhook-endpoints`, { url: receiver.url("/standard"), events: ["order.placed"] });
  assert.equal((await client.post(`${shop}/webhook-endpoints/${id}/ping`)).status, 202);
  const [{ body, headers }] = await receiver.heard("/standard");
  assert.equal(new Webhook(secret).verify(body, headers).type, "ping");
  assert.throws(() => new Webhook(secret).verify(`${body} `, headers));
  assert.throws(() => new Webhook(secret).verify(body, { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 600) }));
  assert.throws(() => new Webhook(`whsec_${Buffer.alloc(32, 1).toString("base64")}`).verify(body, headers));
});

test("http_ece decrypts our push messages, and jose verifies who sent them", async () => {
  const client = await signed_in();
  const browser = new push_browser(receiver);
  receiver.answer = () => ({ status: 201 });
  const { body: { id } } = await client.post("/me/push-subscriptions", browser.subscription);
  await queue_push(here, await business_of(client), id, { title: "A chat waits: ₦" });
  const [{ bytes, headers }] = await browser.heard();
  const opened = http_ece.decrypt(bytes, { version: "aes128gcm", privateKey: browser.ecdh, authSecret: browser.auth });
  assert.deepEqual(JSON.parse(opened), { title: "A chat waits: ₦" });
  const [, token, k] = /^vapid t=(\S+), k=(\S+)$/.exec(headers.authorization);
  assert.equal(k, (await client.get("/push-key")).body.public_key);
  const point = Buffer.from(k, "base64url");
  const key = await jose.importJWK({ kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") }, "ES256");
  const { payload } = await jose.jwtVerify(token, key, { audience: receiver.url(""), algorithms: ["ES256"] });
  assert.equal(payload.sub, "mailto:mail@sellavie.example");
  assert.ok(payload.exp - Date.now() / 1000 < 24 * 3600);
});

// Last: the owner of the second shop has a second factor from here on.
test("otplib reads what the app scans, and its codes turn the second factor on and sign in", async () => {
  const { email: kofi } = here.businesses[1].owner;
  const client = await new api_client(here.server.url).signed_in(kofi, password);
  const { body: { otpauth_uri } } = await client.post("/me/second-factor", { password });
  const secret = new URL(otpauth_uri).searchParams.get("secret");
  assert.equal((await client.post("/me/second-factor/confirm", { code: authenticator.generate(secret) })).status, 200);
  assert.equal((await new api_client(here.server.url).post("/auth/sign-in", { email: kofi, password })).status, 401);
  // The code that confirmed it counts once; the next one is due in up to 30 s.
  await here.server.sql(`UPDATE second_factors SET last_step = 0 WHERE account_id = (SELECT id FROM accounts WHERE email = '${kofi}')`);
  const code = authenticator.generate(secret);
  const strange = authenticator.generate(authenticator.generateSecret());
  if (strange !== code) assert.equal((await new api_client(here.server.url).post("/auth/sign-in", { email: kofi, password, code: strange })).status, 401);
  await new api_client(here.server.url).signed_in(kofi, password, { code });
});
