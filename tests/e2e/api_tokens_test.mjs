// What nobody gets in with: every way in which an access token can be wrong, signed with the server's own key
// where that matters.

import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
shared_world({ before, after }, { name: "api-tokens" }, (world) => { here = world; });

const password = "a long demo password";
const signed_in = (i = 0) => new api_client(here.server.url).signed_in(here.businesses[i].owner.email, password);
const me = async (token) => (await new api_client(here.server.url).get("/me", { token })).status;
const part = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const opened = (encoded) => JSON.parse(Buffer.from(encoded, "base64url"));

// The key that signs: "kid:base64url".
function key() {
  const [kid, secret] = readFileSync(`${here.server.data}/jwt.key`, "utf8").trim().split("\n")[0].split(":");
  return { kid, secret: Buffer.from(secret, "base64url") };
}

function signed(header, claims, { hash = "sha256", secret = key().secret } = {}) {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac(hash, secret).update(text).digest("base64url")}`;
}

// A token of ada's session, its header and claims.
async function a_token() {
  const { access_token } = await signed_in();
  const [header, payload] = access_token.split(".").map((one, i) => (i < 2 ? opened(one) : one));
  return { access_token, header, claims: payload };
}

test("a token that we sign here as the server does gets in: what follows is refused for its one fault", async () => {
  const { access_token, header, claims } = await a_token();
  assert.equal(await me(access_token), 200);
  assert.equal(await me(signed(header, claims)), 200);
});

test("other algorithms are refused, signed rightly or not at all", async () => {
  const { header, claims } = await a_token();
  for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
    const unsigned = `${part({ ...header, alg })}.${part(claims)}`;
    for (const token of [`${unsigned}.`, unsigned, signed({ ...header, alg }, claims)]) assert.equal(await me(token), 401, alg);
  }
  for (const [alg, hash] of [["HS384", "sha384"], ["HS512", "sha512"], ["RS256", "sha256"], ["ES256", "sha256"], ["hs256", "sha256"], [256, "sha256"], [null, "sha256"]])
    assert.equal(await me(signed({ ...header, alg }, claims, { hash })), 401, String(alg));
  assert.equal(await me(signed({ ...header, crit: ["exp"] }, claims)), 401, "crit");
});

test("unknown and odd key ids are refused", async () => {
  const { header, claims } = await a_token();
  for (const kid of ["another", "", "../jwt.key", "/dev/null", "' OR 1=1", `${header.kid} `, header.kid.toUpperCase() + "x", 1, null, [header.kid]])
    assert.equal(await me(signed({ ...header, kid }, claims)), 401, String(kid));
  const { kid: _, ...without } = header;
  assert.equal(await me(signed(without, claims)), 401);
  for (const secret of [Buffer.alloc(0), Buffer.from("secret"), Buffer.alloc(32), Buffer.from(header.kid)])
    assert.equal(await me(signed(header, claims, { secret })), 401, "a guessed key");
});

test("expired tokens, and those of the future, are refused", async () => {
  const { header, claims } = await a_token();
  const now = Math.floor(Date.now() / 1000);
  const times = {
    "expired an hour ago": { iat: now - 7200, exp: now - 3600 },
    "expired just now": { iat: now - 3600, exp: now - 1 },
    "issued in the future": { iat: now + 300, exp: now + 900 },
    "not valid yet": { iat: now, exp: now + 900, nbf: now + 300 },
    "lives longer than any of ours": { iat: now, exp: now + 86_400 },
    "never expires": { iat: now, exp: undefined },
    "expires at no time": { iat: now, exp: "never" },
    "expires beyond numbers": { iat: now, exp: 1e300 },
    "negative": { iat: -1, exp: now + 60 },
  };
  for (const [why, change] of Object.entries(times)) assert.equal(await me(signed(header, { ...claims, ...change })), 401, why);
});

test("claims of another issuer, audience, account or session are refused", async () => {
  const { header, claims } = await a_token();
  const other = opened((await signed_in(1)).access_token.split(".")[1]);
  const nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
  for (const change of [{ iss: "another" }, { iss: undefined }, { aud: "another" }, { aud: undefined }, { sub: other.sub }, { sid: other.sid },
    { sub: nobody }, { sid: nobody }, { sub: undefined }, { sid: undefined }, { sub: "x" }, { sid: 1 }])
    assert.equal(await me(signed(header, { ...claims, ...change })), 401, JSON.stringify(change));
});

test("a truncated, padded, swapped or altered signature is refused", async () => {
  const { access_token } = await a_token();
  const second = (await signed_in()).access_token;
  const [header, payload, signature] = access_token.split(".");
  const flipped = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
  const tokens = [`${header}.${payload}`, `${header}.${payload}.`, `${header}.${payload}.${second.split(".")[2]}`, `${header}.${second.split(".")[1]}.${signature}`,
    `${access_token}.`, `${access_token}=`, `${access_token}A`, ` ${access_token}`, `${header}.${payload}.${signature}.${signature}`,
    `${header}..${signature}`, `.${payload}.${signature}`, "..", ".", "", "null", "x".repeat(5000), access_token.replaceAll(".", ",")];
  for (let at = 0; at < access_token.length; at += 7) tokens.push(flipped(access_token, at));
  for (let end = 1; end < access_token.length; end += 11) tokens.push(access_token.slice(0, end));
  // The last character holds 4 bits of the signature and 2 spare ones, which must be zero.
  for (const last of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    if (last !== signature.at(-1)) tokens.push(`${header}.${payload}.${signature.slice(0, -1)}${last}`);
  for (const token of tokens) assert.equal(await me(token), 401, token);
  assert.equal(await me(access_token), 200, "the true one still gets in");
});

test("a token is taken from one Authorization header alone", async () => {
  const { access_token } = await a_token();
  const status = async (path, headers) => (await fetch(`${here.server.url}/api/v1${path}`, { headers })).status;
  assert.equal(await status("/me", { authorization: `Bearer ${access_token}` }), 200);
  for (const [path, headers] of [[`/me?access_token=${access_token}`, {}], ["/me", { cookie: `access_token=${access_token}` }],
    ["/me", { "x-access-token": access_token }], ["/me", { authorization: access_token }], ["/me", { authorization: `Basic ${access_token}` }],
    ["/me", { authorization: `Bearer  ${access_token}` }], ["/me", { authorization: `Bearer ${access_token}, Bearer ${access_token}` }]])
    assert.equal(await status(path, headers), 401, JSON.stringify([path.slice(0, 20), Object.keys(headers)]));
});

test("a revoked session is out within one second, whoever ended it", async () => {
  const { access_token, claims } = await a_token();
  assert.equal(await me(access_token), 200);
  await here.server.sql(`UPDATE sessions SET revoked_at = 1 WHERE id = '${claims.sid}'`);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(await me(access_token), 401);
});

// Last: it restarts the server, and afterwards nothing from before is valid.
test("a new key that is put before the old one signs from then on; the old one's tokens are good until it is taken away", async () => {
  const file = `${here.server.data}/jwt.key`;
  const [old_key] = readFileSync(file, "utf8").trim().split("\n");
  const new_key = `next:${randomBytes(32).toString("base64").replaceAll("+", "-").replaceAll("/", "_")}`;
  const kid_of = (token) => opened(token.split(".")[0]).kid;
  const start_with = async (...keys) => {
    await here.server.stop();
    writeFileSync(file, `${keys.join("\n")}\n`);
    await here.server.start();
  };
  const before = await signed_in();
  assert.equal(kid_of(before.access_token), old_key.split(":")[0]);

  await start_with(new_key, old_key);
  assert.equal(await me(before.access_token), 200, "nobody is signed out by a rotation");
  const after_it = await signed_in();
  assert.equal(kid_of(after_it.access_token), "next");
  assert.equal(await me(after_it.access_token), 200);
  const { header, claims } = await a_token();
  assert.equal(await me(signed({ ...header, kid: old_key.split(":")[0] }, claims)), 401, "each kid has its own key");

  await start_with(new_key);
  assert.equal(await me(before.access_token), 401);
  assert.equal(await me(after_it.access_token), 200);
  const renewed = await before.post("/auth/refresh", { refresh_token: before.refresh_token });
  assert.deepEqual([renewed.status, kid_of(renewed.body.access_token)], [200, "next"], "the session goes on");
});
