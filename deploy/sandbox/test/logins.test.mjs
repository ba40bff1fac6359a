import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { app_secret } from "./receiver.mjs";
import { ada, start_fixture } from "./fixture.mjs";

const app = { client_id: "1234567890", client_secret: app_secret };
const instagram_app = { client_id: "2000000000000002", client_secret: "sandbox instagram secret" };
const back = "http://shop.example/connect/callback";

let sandbox;
before(async () => { sandbox = await start_fixture(); });
after(() => sandbox.close());
beforeEach(async () => {
  sandbox.time.offset = 0;
  await sandbox.ask("POST", "/control/reset", {});
});

const form = (values) => new URLSearchParams(values).toString();
const bearer = (token) => ({ authorization: `Bearer ${token}` });
const post_form = (path, values, headers = {}) => sandbox.ask("POST", path, form(values), { "content-type": "application/x-www-form-urlencoded", ...headers });

function dialog(kind, more = {}) {
  const asked = { client_id: (kind === "facebook" ? app : instagram_app).client_id, redirect_uri: back, state: "s1", response_type: "code", config_id: "1", ...more };
  return `${kind === "facebook" ? "/facebook/v25.0/dialog/oauth" : "/instagram-login/oauth/authorize"}?${form(asked)}`;
}

async function accepted(kind, grant, without = []) {
  const { status, headers } = await post_form(dialog(kind), [["decision", "accept"], ...grant.map((id) => ["grant", id]), ...without.map((one) => ["without", one])]);
  assert.equal(status, 303);
  const url = new URL(headers.get("location"));
  assert.equal(url.searchParams.get("state"), "s1");
  return url.searchParams.get("code");
}

const exchange = (code, more = {}) => sandbox.ask("GET", `/graph/v25.0/oauth/access_token?${form({ ...app, redirect_uri: back, code, ...more })}`);
const debug = async (token) => (await sandbox.ask("GET", `/graph/v25.0/debug_token?input_token=${token}`, undefined, bearer(`${app.client_id}|${app_secret}`))).body.data;

test("shows a person the accounts and lets them deny", async () => {
  const page = await sandbox.ask("GET", dialog("facebook"));
  assert.equal(page.status, 200);
  assert.match(page.body, /Ada Fabrics/);
  const { headers } = await post_form(dialog("facebook"), { decision: "deny" });
  const url = new URL(headers.get("location"));
  assert.deepEqual([url.searchParams.get("error"), url.searchParams.get("state"), url.searchParams.get("code")], ["access_denied", "s1", null]);
  assert.equal((await sandbox.ask("GET", dialog("facebook", { client_id: "9" }))).status, 400);
});

test("a code becomes a token once, for the app and the address that asked", async () => {
  const code = await accepted("facebook", [ada.messenger]);
  assert.equal((await exchange(code, { client_secret: "wrong" })).status, 400);
  assert.equal((await exchange("AQx")).body.error.error_subcode, 36009);
  assert.ok((await exchange(code)).body.access_token);
  assert.equal((await exchange(code)).body.error.code, 100);
  const other = await accepted("facebook", [ada.messenger]);
  assert.equal((await exchange(other, { redirect_uri: `${back}/` })).body.error.error_subcode, 36008);
});

test("a login lists the pages that were granted, with tokens that send", async () => {
  const { body: { access_token } } = await exchange(await accepted("facebook", [ada.messenger]));
  const { scopes, expires_at, app_id } = await debug(access_token);
  assert.ok(scopes.includes("pages_messaging") && expires_at > 0 && app_id === app.client_id);
  const { body: { data: [page, ...others] } } = await sandbox.ask("GET", "/graph/v25.0/me/accounts", undefined, bearer(access_token));
  assert.deepEqual([page.id, page.instagram_business_account.id, others.length], [ada.messenger, ada.instagram, 0]);
  assert.ok(page.tasks.includes("MESSAGING"));
  await sandbox.say("messenger", "c1", "hi");
  const proof = createHmac("sha256", app_secret).update(page.access_token).digest("hex");
  const subscribed = await post_form(`/graph/v25.0/${page.id}/subscribed_apps`, { subscribed_fields: "messages", appsecret_proof: proof }, bearer(page.access_token));
  assert.deepEqual(subscribed.body, { success: true });
  assert.equal((await sandbox.send("messenger", { recipient: { id: "c1" }, messaging_type: "RESPONSE", message: { text: "Hello" } }, "me", page.access_token)).status, 200);
});

test("the list of pages goes on where it ended", async () => {
  const { body: { access_token } } = await exchange(await accepted("facebook", ["page_0001", "page_0002"]));
  const ask = async (query) => (await sandbox.ask("GET", `/graph/v25.0/me/accounts?${query}`, undefined, bearer(access_token))).body;
  const first = await ask("limit=1");
  assert.ok(first.paging.next);
  const second = await ask(`limit=1&after=${first.paging.cursors.after}`);
  assert.deepEqual([first.data[0].id, second.data[0].id, second.paging.next], ["page_0001", "page_0002", undefined]);
});

test("what was withheld is missing, and a longer token keeps what was granted", async () => {
  const { body: { access_token } } = await exchange(await accepted("facebook", [ada.messenger], ["pages_messaging"]));
  assert.ok(!(await debug(access_token)).scopes.includes("pages_messaging"));
  const longer = await sandbox.ask("GET", `/graph/v25.0/oauth/access_token?${form({ ...app, grant_type: "fb_exchange_token", fb_exchange_token: access_token })}`);
  assert.equal(longer.body.expires_in, 5_184_000);
  assert.ok(!(await debug(longer.body.access_token)).scopes.includes("pages_messaging"));
});

test("Instagram: a code with #_, a token of an hour, one of sixty days, two ids", async () => {
  const { headers } = await post_form(dialog("instagram"), { decision: "accept", grant: ada.instagram });
  assert.ok(headers.get("location").endsWith("#_"));
  const code = new URL(headers.get("location")).searchParams.get("code");
  const short = await post_form("/instagram-code/oauth/access_token", { ...instagram_app, grant_type: "authorization_code", redirect_uri: back, code });
  const [{ access_token, permissions }] = short.body.data;
  assert.match(permissions, /instagram_business_manage_messages/);
  const again = await post_form("/instagram-code/oauth/access_token", { ...instagram_app, grant_type: "authorization_code", redirect_uri: back, code });
  assert.deepEqual([again.status, again.body.error_type], [400, "OAuthException"]);
  const long = await sandbox.ask("GET", `/instagram/access_token?${form({ grant_type: "ig_exchange_token", client_secret: instagram_app.client_secret, access_token })}`);
  assert.equal(long.body.expires_in, 5_184_000);
  const { body: me } = await sandbox.ask("GET", "/instagram/v25.0/me?fields=id,user_id,username", undefined, bearer(long.body.access_token));
  assert.equal(me.user_id, ada.instagram);
  assert.notEqual(me.id, me.user_id);
  const { body: { data } } = await sandbox.ask("GET", `/instagram/v25.0/${ada.instagram}/subscribed_apps`, undefined, bearer(long.body.access_token));
  assert.equal(data[0].id, instagram_app.client_id);
});

test("WhatsApp: a code of thirty seconds opens the numbers that were granted, and no other", async () => {
  const { body: { code, waba_id, phone_number_id } } = await sandbox.ask("POST", "/control/signup", { accounts: [ada.whatsapp] });
  const { body: { access_token } } = await sandbox.ask("GET", `/graph/v25.0/oauth/access_token?${form({ ...app, code })}`);
  const { granular_scopes, expires_at } = await debug(access_token);
  assert.deepEqual([granular_scopes[0].target_ids, expires_at], [[waba_id], 0]);
  const { body: { data } } = await sandbox.ask("GET", `/graph/v25.0/${waba_id}/phone_numbers`, undefined, bearer(access_token));
  assert.deepEqual(data.map(({ id }) => id), [phone_number_id]);
  assert.equal((await sandbox.ask("GET", "/graph/v25.0/206540000000002/phone_numbers", undefined, bearer(access_token))).status, 401);
  const late = await sandbox.ask("POST", "/control/signup", { accounts: [ada.whatsapp] });
  sandbox.time.offset = 31_000;
  assert.equal((await sandbox.ask("GET", `/graph/v25.0/oauth/access_token?${form({ ...app, code: late.body.code })}`)).body.error.error_subcode, 36007);
});

test("WhatsApp: a new number is registered with its PIN", async () => {
  await sandbox.ask("POST", "/control/accounts", { channel: "whatsapp", id: "106540000000077", business: "new", name: "New", registered: false, pin: "123456" });
  const { body: { code, waba_id } } = await sandbox.ask("POST", "/control/signup", { accounts: ["106540000000077"] });
  const { body: { access_token } } = await sandbox.ask("GET", `/graph/v25.0/oauth/access_token?${form({ ...app, code })}`);
  const number = async () => (await sandbox.ask("GET", `/graph/v25.0/${waba_id}/phone_numbers`, undefined, bearer(access_token))).body.data[0].platform_type;
  const register = (pin) => post_form("/graph/v25.0/106540000000077/register", { messaging_product: "whatsapp", pin }, bearer(access_token));
  assert.equal(await number(), "NOT_APPLICABLE");
  assert.equal((await register("000000")).body.error.code, 133005);
  assert.deepEqual((await register("123456")).body, { success: true });
  assert.equal(await number(), "CLOUD_API");
});

test("a revoked account has no token that opens it", async () => {
  const { body: { access_token } } = await exchange(await accepted("facebook", [ada.messenger]));
  await sandbox.ask("POST", "/control/revoke", { channel: "messenger", account: ada.messenger });
  assert.equal((await debug(access_token)).is_valid, false);
  assert.equal((await sandbox.send("messenger", { recipient: { id: "c1" }, message: { text: "x" } }, "me", `sandbox-token-${ada.messenger}`)).body.error.code, 190);
});

test("a step of a login fails on demand", async () => {
  await sandbox.switch_on({ "login.error": { step: "exchange", code: 2, status: 503, times: 1 } });
  const code = await accepted("facebook", ["page_0002"]);
  assert.deepEqual([(await exchange(code)).status, (await exchange(code)).status], [503, 200]);
});

test("Paystack tells its balance to a key that works", async () => {
  assert.equal((await sandbox.ask("GET", "/paystack/balance", undefined, bearer("sk_test_abc"))).body.status, true);
  assert.equal((await sandbox.ask("GET", "/paystack/balance", undefined, bearer("sk_test_no"))).status, 401);
});
