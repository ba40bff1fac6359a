// Businesses and the people who work for them: founding, settings, invitations, roles, leaving, handing over.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { if_match, kept_cookie, listening_client } from "./harness/api.mjs";
import { code_of } from "./harness/authenticator.mjs";
import { dump_of, secrets_in, with_bytes } from "./harness/secrets.mjs";
import { all_of, chat, signed_in_owner } from "./harness/team.mjs";
import { open_world } from "./harness/world.mjs";
import { until } from "./harness/workspace.mjs";

let here;
let model;
const ends = [];
before(async () => {
  model = await model_on_the_way();
  here = await open_world({ after: (end) => ends.push(end) }, { name: "api-team", settings: { "llm.openai": { base_url: `${model.url}/openai/v1` } } });
  model.target = here.sandbox.url;
});
after(async () => {
  for (const end of ends) await end();
  model.close();
});

// Stands before the sandbox's model and keeps what it was asked.
async function model_on_the_way() {
  const spy = { asked: [] };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    spy.asked.push(body);
    const headers = { "content-type": "application/json", authorization: request.headers.authorization };
    const answer = await fetch(`${spy.target}${request.url}`, { method: request.method, headers, body });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") }).end(await answer.text());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  spy.url = `http://127.0.0.1:${server.address().port}`;
  spy.close = () => server.close();
  return spy;
}

// The tokens that came in mails, to be searched for.
const invitation_tokens = [];

const password = "correct horse battery";
const ada_fabrics = { name: "Ada Fabrics", currency: "NGN", timezone: "Africa/Lagos", locale: "en-NG" };
let people = 0;
const somebody = () => `teammate${++people}@example.com`;
const anyone = () => new listening_client(here.server.url);
const token_in = ({ text }) => /#token=(\S+)/.exec(text)[1];
const fields = ({ body }) => (body?.errors ?? []).map(({ field }) => field);
const key = (value = randomUUID()) => ({ headers: { "idempotency-key": value } });
const statuses = (answers) => answers.map(({ status }) => status).sort();

async function signed_up(email = somebody()) {
  const known = (await here.sandbox.mails(email)).length;
  await anyone().post("/auth/sign-up", { email, password, name: "Bola" });
  const mail = (await here.sandbox.got_mails(email, known + 1)).at(-1);
  const { status, body } = await anyone().post("/auth/verify-email", { token: token_in(mail), password });
  assert.equal(status, 200);
  return person(body.access_token, email);
}

async function person(access_token, email) {
  const client = new listening_client(here.server.url, { access_token });
  return { client, email, id: (await client.get("/me")).body.id };
}

// Somebody with a business of their own. -> {client, email, id, business_id, shop}
async function founder() {
  const owner = await signed_up();
  const { status, body, text } = await owner.client.post("/businesses", ada_fabrics, key());
  assert.equal(status, 201, text);
  return { ...owner, business_id: body.id, shop: `/businesses/${body.id}` };
}

async function invited({ client, shop }, email, role) {
  const known = (await here.sandbox.mails(email)).length;
  const { status, body, text } = await client.post(`${shop}/invitations`, { email, role });
  assert.equal(status, 201, text);
  const token = token_in((await here.sandbox.got_mails(email, known + 1)).at(-1));
  invitation_tokens.push(token);
  return { invitation: body, token };
}

const accept_as_new = (token, more = {}) => anyone().post("/invitations/accept-as-new", { token, name: "Chidi", password, ...more });

// Somebody new who came by an invitation.
async function joined(business, role = "agent") {
  const email = somebody();
  const { token } = await invited(business, email, role);
  const { status, body, text } = await accept_as_new(token);
  assert.equal(status, 200, text);
  return { ...await person(body.access_token, email), shop: business.shop };
}

const member = async ({ client, shop }, { id }) => (await client.get(`${shop}/members/${id}`)).body;
async function give_role(by, whom, role) {
  const { version } = await member(by, whom);
  return by.client.patch(`${by.shop}/members/${whom.id}`, { role }, if_match(version));
}
const take_out = (by, whom) => by.client.delete(`${by.shop}/members/${whom.id}`);
const leave = ({ client, shop }) => client.post(`${shop}/leave`);
const owners_of = ({ business_id }) => here.server.number(`SELECT count(*) FROM memberships WHERE business_id = '${business_id}' AND role = 'owner'`);
const log_of = async ({ client, shop }) => (await all_of(client, `${shop}/activity`)).items;

// --- businesses ----------------------------------------------------------------------------------

test("whoever has an account founds a business and owns it; the same key founds no second one", async () => {
  const { client, id } = await signed_up();
  const once = key();
  const first = await client.post("/businesses", ada_fabrics, once);
  assert.equal(first.status, 201, first.text);
  assert.deepEqual({ ...first.body, id: 0, created_at: 0 }, { ...ada_fabrics, id: 0, created_at: 0, refund_limit_minor: null, low_stock_at: 3, checkout_reminders: 1, checkout_reminder_minutes: null, role: "owner", version: 1 });
  const again = await client.post("/businesses", ada_fabrics, once);
  assert.deepEqual([again.status, again.body.id], [201, first.body.id]);
  const other = await client.post("/businesses", { ...ada_fabrics, name: "Bola Beads" }, once);
  assert.deepEqual([other.status, fields(other)], [422, ["Idempotency-Key"]]);
  const eight = await Promise.all(Array.from({ length: 8 }, () => client.post("/businesses", { ...ada_fabrics, name: "Once" }, key("the-same"))));
  assert.deepEqual(eight.map(({ status }) => status), Array(8).fill(201), eight[0].text);
  assert.equal(new Set(eight.map(({ body }) => body.id)).size, 1);
  assert.equal((await client.post("/businesses", ada_fabrics)).status, 428);
  assert.equal((await client.get("/businesses")).body.items.length, 2);
  assert.deepEqual((await client.get("/me")).body.memberships.map(({ role }) => role), ["owner", "owner"]);
  const [entry] = await log_of({ client, shop: `/businesses/${first.body.id}` });
  assert.deepEqual([entry.action, entry.account_id, JSON.parse(entry.after)], ["business.founded", id, { ...ada_fabrics, refund_limit_minor: null, low_stock_at: 3, checkout_reminders: 1, checkout_reminder_minutes: null }]);
});

test("currency, timezone and locale are ones that exist", async () => {
  const { client } = await signed_up();
  const wrong = async (more) => {
    const given = await client.post("/businesses", { ...ada_fabrics, ...more }, key());
    assert.equal(given.status, 422, JSON.stringify(more));
    return fields(given);
  };
  for (const currency of ["XXX", "ngn", "ZZZ", "XAU"]) assert.deepEqual(await wrong({ currency }), ["/currency"]);
  for (const timezone of ["Mars/Olympus", "africa/lagos", "WAT-1", "posix/Africa/Lagos", "localtime", "+01:00", "../../etc/passwd"]) assert.deepEqual(await wrong({ timezone }), ["/timezone"]);
  for (const locale of ["en_NG", "english", "en--NG", "en-u-ca-roc"]) assert.deepEqual(await wrong({ locale }), ["/locale"]);
  assert.deepEqual(await wrong({ name: "two\nlines" }), ["/name"]);
  const { locale } = (await client.post("/businesses", { ...ada_fabrics, locale: undefined, timezone: "UTC" }, key())).body;
  assert.equal(locale, "en");
});

test("one account founds a bounded number of businesses", async () => {
  const { client, id } = await signed_up();
  await here.server.sql(`INSERT INTO businesses (id, key, name, currency, timezone, created_at, founded_by, founding_key)
    SELECT gen_random_uuid(), 'bound' || n, 'x', 'NGN', 'UTC', 0, '${id}', 'k' || n FROM generate_series(1, 19) n`);
  const many = await Promise.all([1, 2, 3].map(() => client.post("/businesses", ada_fabrics, key())));
  assert.deepEqual(statuses(many), [201, 409, 409]);
});

test("settings are changed by whoever read the newest, and only where the role allows it", async () => {
  const owner = await founder();
  const { client, shop } = owner;
  const read = await client.get(shop);
  assert.equal(read.headers.get("etag"), '"1"');
  const changed = await client.patch(shop, { name: "Ada & Daughters", timezone: "Africa/Accra", locale: "fr" }, if_match(1));
  assert.deepEqual([changed.status, changed.headers.get("etag"), changed.body.name, changed.body.currency], [200, '"2"', "Ada & Daughters", "NGN"]);
  assert.equal((await client.patch(shop, { name: "Late" }, if_match(1))).status, 412);
  const same = await client.patch(shop, { name: "Ada & Daughters" }, if_match(2));
  assert.deepEqual([same.status, same.body.version], [200, 2], "nothing to change");
  assert.deepEqual(statuses(await Promise.all(["one", "two"].map((name) => client.patch(shop, { name }, if_match(2))))), [200, 412]);
  assert.deepEqual(fields(await client.patch(shop, { timezone: "Mars/Olympus" }, if_match(3))), ["/timezone"]);
  assert.equal((await client.patch(shop, { name: "x" })).status, 428);
  const agent = await joined(owner, "agent");
  assert.equal((await agent.client.patch(shop, { name: "Mine" }, if_match(3))).status, 403);
  assert.equal((await agent.client.get(shop)).body.role, "agent");
  const logged = (await log_of(owner)).find(({ action }) => action === "business.changed");
  assert.equal(JSON.parse(logged.before).name, "Ada & Daughters");
});

test("the currency stays once there are prices in it", async () => {
  const { client, shop } = await founder();
  const change = (currency, version) => client.patch(shop, { currency }, if_match(version));
  assert.deepEqual((({ status, body }) => [status, body.currency])(await change("GHS", 1)), [200, "GHS"]);
  assert.deepEqual(fields(await change("XXX", 2)), ["/currency"]);
  assert.equal((await client.post(`${shop}/products`, { sku: "A1", name: "Ankara", price_minor: 100 })).status, 201);
  assert.equal((await change("KES", 2)).status, 409);
  assert.equal((await change("GHS", 2)).status, 200, "the one that it has");
  assert.equal((await client.patch(shop, { name: "Still mine", currency: "GHS" }, if_match(2))).status, 200);
});

test("a business that answers customers is called by its new name from then on", async () => {
  const owner = await signed_in_owner(here, 0);
  const { who } = await chat(here, owner);
  const { body } = await owner.client.get(owner.shop);
  assert.equal((await owner.client.patch(owner.shop, { name: "Renamed Fabrics of Lagos" }, if_match(body.version))).status, 200);
  // Every server hears of it within a moment.
  let answers = 1;
  await until("the model is taught the new name", async () => {
    await here.sandbox.say(who, "Are you there?");
    await here.sandbox.heard(who, ++answers);
    return model.asked.some((body) => body.includes("Business: Renamed Fabrics of Lagos"));
  }, { seconds: 15, every_ms: 200 });
  assert.ok(model.asked.some((body) => body.includes(`Business: ${here.businesses[0].business}`)), "and by the old one before");
});

// --- invitations ---------------------------------------------------------------------------------

test("the owner invites, and somebody new opens an account from the mail", async () => {
  const owner = await founder();
  const email = somebody();
  const asked = await owner.client.post(`${owner.shop}/invitations`, { email, role: "agent" });
  assert.equal(asked.status, 201);
  const [mail] = await here.sandbox.got_mails(email);
  assert.ok(mail.text.includes(`${here.server.url}/invitation#token=`), "where no server logs it");
  assert.ok(!mail.text.includes("Ada") && !mail.subject.includes("Ada"), "nothing that a stranger typed");
  const token = token_in(mail);
  const offer = await anyone().post("/invitations/look-at", { token });
  assert.deepEqual([offer.status, { ...offer.body, expires_at: 0 }], [200, { business_name: "Ada Fabrics", email, role: "agent", expires_at: 0 }]);
  assert.ok(Math.abs(Date.parse(offer.body.expires_at) - Date.now() - 7 * 86_400_000) < 60_000);
  assert.deepEqual(fields(await accept_as_new(token, { password: "ü".repeat(40) })), ["/password"], "80 bytes");
  const opened = await accept_as_new(token);
  assert.equal(opened.status, 200, opened.text);
  const { body: me } = await anyone().get("/me", { token: opened.body.access_token });
  assert.deepEqual([me.email, me.name, me.memberships], [email, "Chidi", [{ business_id: owner.business_id, business_name: "Ada Fabrics", role: "agent" }]]);
  assert.deepEqual(fields(await accept_as_new(token)), ["/token"], "used once");
  assert.deepEqual(fields(await anyone().post("/invitations/look-at", { token })), ["/token"]);
  await anyone().signed_in(email, password);
  assert.deepEqual((await owner.client.get(`${owner.shop}/invitations`)).body.items, []);
  const team = (await owner.client.get(`${owner.shop}/members`)).body.items;
  assert.deepEqual(team.map(({ email: address, role }) => [address, role]), [[owner.email, "owner"], [email, "agent"]]);
  const actions = (await log_of(owner)).map(({ action }) => action).reverse();
  assert.deepEqual(actions, ["business.founded", "invitation.sent", "invitation.accepted", "member.joined"]);
  const [[stored]] = await here.server.sql(`SELECT count(*) FROM audit_log WHERE before || after LIKE '%${token}%'`);
  assert.equal(stored, "0");
});

test("a browser that accepts as somebody new keeps its first refresh token in a cookie alone", async () => {
  const { token } = await invited(await founder(), somebody(), "agent");
  const cookie = kept_cookie(await accept_as_new(token, { keep_in: "cookie" }));
  kept_cookie(await anyone().post("/auth/refresh", {}, { headers: { cookie, "x-sellavie-client": "dashboard" } }));
});

test("an account accepts what was sent to its address, and nothing else", async () => {
  const owner = await founder();
  const chidi = await signed_up(), mallory = await signed_up();
  const { token } = await invited(owner, chidi.email.toUpperCase(), "viewer");
  const stolen = await mallory.client.post("/invitations/accept", { token });
  assert.equal(stolen.status, 409);
  assert.ok(!stolen.text.toLowerCase().includes(chidi.email), "does not say whose it is");
  const as_new = await accept_as_new(token);
  assert.equal(as_new.status, 409, "the mailbox may know that it has an account");
  assert.equal((await anyone().post("/invitations/accept", { token })).status, 401);
  const accepted = await chidi.client.post("/invitations/accept", { token });
  assert.deepEqual([accepted.status, accepted.body], [200, { business_id: owner.business_id, business_name: "Ada Fabrics", role: "viewer" }]);
  assert.deepEqual(fields(await chidi.client.post("/invitations/accept", { token })), ["/token"]);
  assert.equal((await chidi.client.get(owner.shop)).status, 200);
  assert.equal((await mallory.client.get(owner.shop)).status, 404);
});

test("who invites learns nothing about who has an account", async () => {
  const owner = await founder();
  const known = await signed_up();
  const [with_account, without] = [await owner.client.post(`${owner.shop}/invitations`, { email: known.email, role: "agent" }), await owner.client.post(`${owner.shop}/invitations`, { email: somebody(), role: "agent" })];
  const shape = ({ status, body, headers }) => [status, Object.keys(body), body.role, body.is_expired, [...headers.keys()]];
  assert.deepEqual(shape(with_account), shape(without));
  for (const { body } of [with_account, without]) {
    const twice = await owner.client.post(`${owner.shop}/invitations`, { email: body.email.toUpperCase(), role: "viewer" });
    assert.deepEqual([twice.status, twice.body.detail], [409, "This address is invited already. Send that invitation again, or revoke it."]);
  }
  const colleague = await owner.client.post(`${owner.shop}/invitations`, { email: owner.email, role: "agent" });
  assert.equal(colleague.status, 409, "of the own team, whose addresses are shown anyway");
});

test("an invitation ends after a week, is sent again with another link, and is taken back", async () => {
  const owner = await founder();
  const email = somebody();
  const { invitation, token } = await invited(owner, email, "agent");
  await here.server.sql(`UPDATE invitations SET expires_at = expires_at - 7 * 86400000::bigint WHERE id = '${invitation.id}'`);
  assert.deepEqual(fields(await accept_as_new(token)), ["/token"]);
  const [listed] = (await owner.client.get(`${owner.shop}/invitations`)).body.items;
  assert.deepEqual([listed.id, listed.is_expired], [invitation.id, true]);
  const resent = await owner.client.post(`${owner.shop}/invitations/${invitation.id}/send-again`);
  assert.deepEqual([resent.status, resent.body.is_expired], [200, false]);
  const second = token_in((await here.sandbox.got_mails(email, 2)).at(-1));
  assert.notEqual(second, token);
  assert.deepEqual(fields(await anyone().post("/invitations/look-at", { token })), ["/token"], "the earlier link");
  assert.equal((await anyone().post("/invitations/look-at", { token: second })).status, 200);
  assert.equal((await owner.client.delete(`${owner.shop}/invitations/${invitation.id}`)).status, 204);
  assert.deepEqual(fields(await accept_as_new(second)), ["/token"]);
  assert.equal((await owner.client.delete(`${owner.shop}/invitations/${invitation.id}`)).status, 404);
  assert.equal((await owner.client.post(`${owner.shop}/invitations/${invitation.id}/send-again`)).status, 404);
});

test("one invitation makes one member, whoever is faster", async () => {
  const owner = await founder();
  const { token } = await invited(owner, somebody(), "agent");
  const both = await Promise.all([accept_as_new(token), accept_as_new(token, { password: "another password", name: "Twice" })]);
  assert.deepEqual(statuses(both), [200, 422]);
  assert.equal((await owner.client.get(`${owner.shop}/members`)).body.items.length, 2);
  const chidi = await signed_up();
  const { token: second } = await invited(owner, chidi.email, "agent");
  const four = await Promise.all(Array.from({ length: 4 }, () => chidi.client.post("/invitations/accept", { token: second })));
  assert.deepEqual(statuses(four), [200, 422, 422, 422]);
});

test("the invitation and a sign-up of the same address make one account", async () => {
  const owner = await founder();
  const email = somebody();
  await anyone().post("/auth/sign-up", { email, password: "somebody else's wish", name: "Mallory" });
  const [sign_up] = await here.sandbox.got_mails(email);
  const { token } = await invited(owner, email, "agent");
  assert.equal((await accept_as_new(token)).status, 200);
  const late = await anyone().post("/auth/verify-email", { token: token_in(sign_up), password: "somebody else's wish" });
  assert.deepEqual(fields(late), ["/token"]);
  await anyone().signed_in(email, password);
});

test("a business waits for a bounded number of people", async () => {
  const owner = await founder();
  await here.server.sql(`INSERT INTO invitations SELECT gen_random_uuid(), '${owner.business_id}', 'bound' || n || '@example.com', 'agent', sha256(('${owner.business_id}' || n)::bytea), '${owner.id}', 0, 0, 0 FROM generate_series(1, 49) n`);
  const many = await Promise.all([1, 2, 3].map(() => owner.client.post(`${owner.shop}/invitations`, { email: somebody(), role: "agent" })));
  assert.deepEqual(statuses(many), [201, 409, 409]);
  const { items, pages } = await all_of(owner.client, `${owner.shop}/invitations`, { limit: 20 });
  assert.deepEqual([items.length, pages], [50, 3]);
});

test("invitations end with their sender's right to send them", async () => {
  const owner = await founder();
  const admin = await joined(owner, "admin");
  const { token } = await invited(admin, somebody(), "admin");
  assert.equal((await give_role(owner, admin, "agent")).status, 200);
  assert.deepEqual(fields(await accept_as_new(token)), ["/token"]);
  assert.ok((await log_of(owner)).some(({ action }) => action === "invitation.ended_with_its_sender"));
  const other = await joined(owner, "admin");
  const { invitation, token: second } = await invited(other, somebody(), "agent");
  assert.equal((await owner.client.post(`${owner.shop}/invitations/${invitation.id}/send-again`)).body.invited_by, owner.id);
  assert.equal((await take_out(owner, other)).status, 204);
  assert.deepEqual(fields(await anyone().post("/invitations/look-at", { token: second })), ["/token"], "sent again since");
  const third = token_in((await here.sandbox.got_mails(invitation.email, 2)).at(-1));
  assert.equal((await accept_as_new(third)).status, 200, "the owner stands behind it now");
});

test("a token that is none opens nothing", async () => {
  const { client } = await signed_up();
  for (const token of ["x".repeat(43), "0".repeat(20), "';DELETE/**/FROM/**/invitations;--"]) {
    for (const given of [await anyone().post("/invitations/look-at", { token }), await accept_as_new(token), await client.post("/invitations/accept", { token })])
      assert.deepEqual([given.status, fields(given)], [422, ["/token"]]);
  }
});

// --- the team ------------------------------------------------------------------------------------

test("an agent and a viewer see their team and change nothing of it", async () => {
  const owner = await founder();
  const { invitation } = await invited(owner, somebody(), "viewer");
  for (const role of ["agent", "viewer"]) {
    const one = await joined(owner, role);
    assert.equal((await one.client.get(`${owner.shop}/members`)).status, 200);
    const tried = [
      one.client.get(`${owner.shop}/invitations`), one.client.post(`${owner.shop}/invitations`, { email: somebody(), role: "viewer" }),
      one.client.post(`${owner.shop}/invitations/${invitation.id}/send-again`), one.client.delete(`${owner.shop}/invitations/${invitation.id}`),
      give_role(one, one, "admin"), take_out(one, owner), one.client.post(`${owner.shop}/transfer-ownership`, { member_id: one.id, password })];
    assert.deepEqual(new Set((await Promise.all(tried)).map(({ status }) => status)), new Set([403]), role);
  }
});

test("an admin orders the team up to the own role, and never owners", async () => {
  const owner = await founder();
  const admin = await joined(owner, "admin"), agent = await joined(owner, "agent");
  assert.equal((await give_role(admin, agent, "owner")).status, 403);
  assert.equal((await give_role(admin, admin, "owner")).status, 403);
  assert.equal((await give_role(admin, owner, "agent")).status, 403);
  assert.equal((await take_out(admin, owner)).status, 403);
  assert.equal((await admin.client.post(`${owner.shop}/invitations`, { email: somebody(), role: "owner" })).status, 403);
  const { invitation, token } = await invited(owner, somebody(), "owner");
  assert.equal((await admin.client.delete(`${owner.shop}/invitations/${invitation.id}`)).status, 403);
  assert.equal((await admin.client.post(`${owner.shop}/invitations/${invitation.id}/send-again`)).status, 403);
  assert.equal((await anyone().post("/invitations/look-at", { token })).body.role, "owner");
  assert.equal((await give_role(admin, agent, "admin")).body.role, "admin");
  assert.equal((await give_role(agent, admin, "viewer")).status, 200, "agent is an admin by now");
  assert.equal((await admin.client.get(`${owner.shop}/invitations`)).status, 403, "at once");
  assert.equal((await give_role(agent, agent, "agent")).status, 200, "less of oneself");
  const { version } = await member(owner, agent);
  assert.equal((await owner.client.patch(`${owner.shop}/members/${agent.id}`, { role: "viewer" }, if_match(version - 1))).status, 412);
});

test("a removed member is out at once, and their chats are nobody's", async () => {
  const owner = await signed_in_owner(here, 0);
  const { one, id } = await chat(here, owner);
  const agent = await joined(owner, "agent");
  assert.equal((await agent.client.put(`${one}/assignee`, { assignee_id: agent.id })).status, 200);
  assert.equal((await agent.client.get(one)).status, 200);
  assert.equal((await take_out(owner, agent)).status, 204);
  for (const path of [one, owner.shop, `${owner.shop}/members`]) assert.equal((await agent.client.get(path)).status, 404, path);
  assert.equal(await here.server.number(`SELECT count(*) FROM conversation_work WHERE conversation_id = '${id}' AND assignee_id IS NULL`), 1);
  assert.equal((await agent.client.get("/me")).status, 200, "the account stays");
  assert.equal((await take_out(owner, agent)).status, 404);
});

test("people leave on their own, the last owner does not", async () => {
  const owner = await founder();
  const agent = await joined(owner);
  assert.equal((await leave(agent)).status, 204);
  assert.equal((await leave(agent)).status, 404);
  assert.equal((await leave(owner)).status, 409);
  assert.equal((await take_out(owner, owner)).status, 409);
  assert.equal((await give_role(owner, owner, "admin")).status, 409);
  const second = await joined(owner, "owner");
  assert.equal((await leave(owner)).status, 204);
  assert.equal((await leave(second)).status, 409);
  assert.equal(await owners_of(owner), 1);
});

test("two owners who remove each other, or both leave: one stays", async () => {
  for (const at_once of [(a, b) => [take_out(a, b), take_out(b, a)], (a, b) => [leave(a), leave(b)], (a, b) => [give_role(a, a, "admin"), take_out(b, b)]]) {
    const one = await founder();
    const other = await joined(one, "owner");
    const both = statuses(await Promise.all(at_once(one, other)));
    assert.ok(both[0] < 300 && both[1] >= 400, String(both));
    assert.equal(await owners_of(one), 1);
  }
});

test("a person works for several businesses, and each role counts where it was given", async () => {
  const first = await founder(), second = await founder();
  const agent = await joined(first, "agent");
  const { token } = await invited(second, agent.email, "admin");
  assert.equal((await agent.client.post("/invitations/accept", { token })).status, 200);
  const { items, pages } = await all_of(agent.client, "/businesses", { limit: 1 });
  assert.deepEqual([pages, items.map(({ id, role }) => [id, role])], [2, [[first.business_id, "agent"], [second.business_id, "admin"]].sort()]);
  assert.equal((await agent.client.get(`${first.shop}/invitations`)).status, 403);
  assert.equal((await agent.client.get(`${second.shop}/invitations`)).status, 200);
  assert.equal((await agent.client.get(`${second.shop}/members/${first.id}`)).status, 404, "of the other team");
  assert.equal((await agent.client.delete(`${second.shop}/members/${first.id}`)).status, 404);
  assert.equal((await first.client.get(`${second.shop}/members`)).status, 404);
  assert.equal((await take_out(first, agent)).status, 204);
  assert.equal((await agent.client.get(second.shop)).status, 200);
});

test("the members of a team come in pages", async () => {
  const owner = await founder();
  await here.server.sql(`WITH made AS (INSERT INTO accounts (id, email, name, password_hash, created_at)
      SELECT gen_random_uuid(), 'crowd' || n || '-${owner.business_id}@example.com', 'n', 'x', 0 FROM generate_series(1, 198) n RETURNING id)
    INSERT INTO memberships (account_id, business_id, role, created_at) SELECT id, '${owner.business_id}', 'viewer', 0 FROM made`);
  const { items, pages } = await all_of(owner.client, `${owner.shop}/members`, { limit: 50 });
  assert.deepEqual([items.length, pages, new Set(items.map(({ id }) => id)).size], [199, 4, 199]);
  const tokens = [(await invited(owner, somebody(), "agent")).token, (await invited(owner, somebody(), "agent")).token];
  assert.deepEqual(statuses(await Promise.all(tokens.map((token) => accept_as_new(token)))), [200, 409], "200 are a team");
});

// --- handing over --------------------------------------------------------------------------------

const hand_over = ({ client, shop }, { id }, more = {}) => client.post(`${shop}/transfer-ownership`, { member_id: id, password, ...more });

test("an owner hands the business over with the password, and both are told", async () => {
  const owner = await founder();
  const heir = await joined(owner, "agent"), stranger = await signed_up();
  assert.deepEqual(fields(await hand_over(owner, heir, { password: "not the password" })), ["/password"]);
  for (const nobody of [stranger, owner, { id: owner.business_id }]) assert.deepEqual(fields(await hand_over(owner, nobody)), ["/member_id"]);
  const known = await Promise.all([owner, heir].map(async ({ email }) => (await here.sandbox.mails(email)).length));
  assert.equal((await hand_over(owner, heir)).status, 204);
  assert.deepEqual([(await member(heir, owner)).role, (await member(heir, heir)).role], ["admin", "owner"]);
  assert.equal((await hand_over(owner, heir)).status, 403, "done is done");
  const [given] = (await here.sandbox.got_mails(owner.email, known[0] + 1)).slice(-1), [received] = (await here.sandbox.got_mails(heir.email, known[1] + 1)).slice(-1);
  assert.deepEqual([given.subject, received.subject], ["You handed your business over", "You are the owner of a business now"]);
  assert.ok(received.text.includes(`/businesses/${owner.business_id}/team`));
  const entry = (await log_of(heir)).find(({ action }) => action === "business.ownership_transferred");
  assert.deepEqual([entry.account_id, JSON.parse(entry.before), JSON.parse(entry.after)], [owner.id, { owner_id: owner.id }, { owner_id: heir.id }]);
});

test("with a second factor its code is asked for too, and works once", async () => {
  const owner = await founder();
  const heir = await joined(owner, "admin");
  const { body } = await owner.client.post("/me/second-factor", { password });
  await owner.client.post("/me/second-factor/confirm", { code: code_of(body.otpauth_uri) });
  assert.deepEqual(fields(await hand_over(owner, heir)), ["/code"]);
  assert.deepEqual(fields(await hand_over(owner, heir, { code: "000000" })), ["/code"]);
  const code = code_of(body.otpauth_uri, 1);
  assert.equal((await hand_over(owner, heir, { code })).status, 204);
  assert.equal(await owners_of(owner), 1);
});

test("two owners who hand over to each other at the same time leave one", async () => {
  const one = await founder();
  const other = await joined(one, "owner");
  const both = await Promise.all([hand_over(one, other), hand_over(other, one)]);
  assert.ok(both.some(({ status }) => status === 204), String(statuses(both)));
  assert.equal(await owners_of(one), 1);
});

test("guessing the password slows down", async () => {
  const owner = await founder();
  const heir = await joined(owner);
  for (let i = 0; i < 5; ++i) assert.equal((await hand_over(owner, heir, { password: `guess number ${i}` })).status, 422);
  await here.server.sql(`UPDATE sessions SET blocked_until = blocked_until + 600000 WHERE account_id = '${owner.id}' AND blocked_until > 0`);
  assert.equal((await hand_over(owner, heir)).status, 429);
});

// --- notification settings -----------------------------------------------------------------------

const every_kind = ["hand_over", "paid_order", "failed_payment", "review_item", "low_stock", "broken_connection", "quota"];
const quiet = { kinds: Object.fromEntries(every_kind.map((kind) => [kind, { in_app: true, email: false, push: kind === "quota" }])), quiet_hours: { from: "21:30", to: "06:05", timezone: "Africa/Lagos" }, digest: "daily" };
const settings_of = ({ client, shop }) => client.get(`${shop}/notification-settings`);
const choose = ({ client, shop }, wanted, version) => client.put(`${shop}/notification-settings`, wanted, if_match(version));

test("who never chose has the usual notifications; choices are each member's own, in each business", async () => {
  const owner = await founder();
  const agent = await joined(owner, "viewer");
  const usual = await settings_of(agent);
  assert.deepEqual([usual.headers.get("etag"), usual.body.version, Object.keys(usual.body.kinds).sort(), usual.body.quiet_hours, usual.body.digest], ['"0"', 0, [...every_kind].sort(), null, "off"]);
  assert.deepEqual(usual.body.kinds.hand_over, { in_app: true, email: true, push: true });
  const chosen = await choose(agent, quiet, 0);
  assert.deepEqual([chosen.status, chosen.headers.get("etag"), { ...chosen.body, version: 0 }], [200, '"1"', { ...quiet, version: 0 }]);
  assert.deepEqual((await settings_of(agent)).body, { ...quiet, version: 1 });
  assert.equal((await settings_of(owner)).body.version, 0);
  assert.equal((await choose(agent, { ...quiet, quiet_hours: null, digest: "weekly" }, 1)).body.quiet_hours, null);
  const logged = (await log_of(owner)).filter(({ action }) => action === "notification_settings.changed");
  assert.deepEqual([logged.length, logged[0].account_id, JSON.parse(logged[0].before).digest], [2, agent.id, "daily"]);
});

test("two devices that choose at the same time: one is told that it read too early", async () => {
  const owner = await founder();
  assert.deepEqual(statuses(await Promise.all([choose(owner, quiet, 0), choose(owner, { ...quiet, digest: "off" }, 0)])), [200, 412]);
  assert.equal((await choose(owner, quiet, 0)).status, 412);
  assert.equal((await choose(owner, quiet, 7)).status, 412);
  assert.deepEqual(statuses(await Promise.all([choose(owner, quiet, 1), choose(owner, { ...quiet, digest: "weekly" }, 1)])), [200, 412]);
});

test("quiet hours are two times of day in a timezone that exists", async () => {
  const owner = await founder();
  const wrong = async (more) => fields(await choose(owner, { ...quiet, quiet_hours: { ...quiet.quiet_hours, ...more } }, 0));
  assert.deepEqual(await wrong({ from: "24:00", to: "07-00" }), ["/quiet_hours/from", "/quiet_hours/to"]);
  assert.deepEqual(await wrong({ to: "21:30" }), ["/quiet_hours/to"]);
  assert.deepEqual(await wrong({ timezone: "Mars/Olympus" }), ["/quiet_hours/timezone"]);
  assert.equal((await settings_of(owner)).body.version, 0);
});

test("choices go with the membership", async () => {
  const owner = await founder();
  const agent = await joined(owner);
  await choose(agent, quiet, 0);
  await leave(agent);
  assert.equal((await choose(agent, quiet, 1)).status, 404);
  const { token } = await invited(owner, agent.email, "agent");
  assert.equal((await agent.client.post("/invitations/accept", { token })).status, 200);
  assert.equal((await settings_of(agent)).body.version, 0);
});

// Last: it looks at what the others were answered.
test("an invitation's token is in its mail and nowhere else: neither in an answer, nor in the log, nor in a dump of the database", async () => {
  const owner = await founder();
  await invited(owner, somebody(), "agent");  // still open
  const answers = listening_client.answers.map(({ text }) => text);
  assert.ok(invitation_tokens.length > 10 && answers.length > 100);
  const all = invitation_tokens.flatMap(with_bytes);
  const dump = await dump_of(here.server.database);
  const places = { answers: answers.join("\n"), log: readFileSync(here.place.file("server.log"), "utf8"), metrics: await (await fetch(`${here.server.ops}/metrics`)).text(), dump };
  for (const [place, text] of Object.entries(places)) assert.deepEqual(secrets_in(text, all), [], place);
  assert.ok(secrets_in(places.answers, [owner.business_id]).length > 0 && secrets_in(dump, [owner.email]).length > 0, "the search finds what is there");
});
