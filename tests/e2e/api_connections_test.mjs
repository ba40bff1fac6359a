// A shop connects its accounts at Meta and its payment provider, and a customer is answered there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { api_client, if_match } from "./harness/api.mjs";
import { event_stream } from "./harness/event_stream.mjs";
import { app_secret, verify_token } from "./harness/server.mjs";
import { dump_of, secrets_in, unsealed, with_bytes } from "./harness/secrets.mjs";
import { colleague, password, signed_in_owner } from "./harness/team.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { model_keys, open_world, shared_world, smtp_password } from "./harness/world.mjs";

let here;
let ada;
let kofi;
shared_world({ before, after }, { name: "api-connections", settings: { "plans.small": { connections: 1 } } }, (world) => { here = world; });

// Everything that the API ever answered, to be searched for secrets.
const answers = [];
beforeEach(async () => {
  if (ada) return;
  [ada, kofi] = await Promise.all([signed_in_owner(here, 0), signed_in_owner(here, 1)]);
  for (const { client } of [ada, kofi]) listen_to(client);
});

function listen_to(client) {
  const call = client.call.bind(client);
  client.call = async (...given) => {
    const answer = await call(...given);
    answers.push(answer.text);
    return answer;
  };
}

let accounts = 0;
// A shop's accounts at Meta that no business has connected: {page, instagram} or {phone, waba}.
async function new_page({ linked = true, ...more } = {}) {
  const number = String(++accounts).padStart(4, "0");
  const page = `page_9${number}`;
  const instagram = `1784149000000${number}`;
  const name = `Shop ${number}`;
  await here.sandbox.add_account({ channel: "messenger", id: page, business: `new-${number}`, name, subscribed: false, ...more });
  if (linked) await here.sandbox.add_account({ channel: "instagram", id: instagram, business: `new-${number}`, name, subscribed: false });
  return { page, instagram, name };
}

async function new_instagram() {
  const id = `1784148000000${String(++accounts).padStart(4, "0")}`;
  await here.sandbox.add_account({ channel: "instagram", id, business: `ig-${id}`, name: "Gram Shop", subscribed: false });
  return id;
}

async function new_number(more = {}) {
  const phone = `10654900000${String(++accounts).padStart(4, "0")}`;
  const { waba } = await here.sandbox.add_account({ channel: "whatsapp", id: phone, business: `wa-${phone}`, name: "Wa Shop", subscribed: false, ...more });
  return { phone, waba };
}

const flows = (whose) => `${whose.shop}/connect-flows`;
const secrets = new Set(["sk_live_another_key_1234", "sk_test_sandbox_key_99", "sk_live_editor_one_0001", "sk_live_editor_two_0002", "sk_test_wrong_key_000001"]);

async function begin(kind, { whose = ada, ...more } = {}) {
  const { status, body } = await whose.client.post(flows(whose), { kind, ...more });
  assert.equal(status, 201, JSON.stringify(body));
  secrets.add(body.state);
  return body;
}

// Logs in at Meta and follows the browser back. -> what the dashboard then sends
async function logged_in(flow, options) {
  const back = await here.sandbox.log_in(flow.authorisation_url, options);
  assert.equal(`${back.origin}${back.pathname}`, `${here.server.url}/connect/callback`);
  const answer = await fetch(back, { redirect: "manual" });
  assert.equal(answer.status, 303);
  const [path, values] = answer.headers.get("location").split("#");
  assert.equal(path, "/connect/return");
  const given = Object.fromEntries(new URLSearchParams(values));
  assert.equal(given.state, flow.state);
  if (given.code) secrets.add(given.code);
  return given;
}

const finish = (flow, body, whose = ada) => whose.client.post(`${flows(whose)}/${flow.id}/finish`, body);
const choose = (flow, wanted, whose = ada, more = {}) => whose.client.post(`${flows(whose)}/${flow.id}/choose`, { accounts: wanted, ...more });
const state_of = async (flow, whose = ada) => (await whose.client.get(`${flows(whose)}/${flow.id}`)).body;
const connection = async (id, whose = ada) => (await whose.client.get(`${whose.shop}/connections/${id}`)).body;
const refusal = ({ status, body }) => [status, body.type?.replace("/problems/", "")];

// From the button to the connection.
async function connect_page(page, { whose = ada, ...more } = {}) {
  const flow = await begin("facebook", { whose, ...more });
  const { state, code } = await logged_in(flow, { grant: [page] });
  const { status, body } = await finish(flow, { state, code }, whose);
  assert.equal(status, 200, JSON.stringify(body));
  if (body.stage === "connected") return body.connections[0];
  const chosen = await choose(flow, [{ channel: "messenger", external_id: page }], whose);
  assert.equal(chosen.body.stage, "connected", chosen.text);
  return chosen.body.connections[0];
}

let customers = 0;
const customer_of = (channel, account) => ({ channel, account, customer: `${channel === "whatsapp" ? "2349" : "8000"}${String(++customers).padStart(9, "0")}` });

// The server knows a new account within a second; a message before that is put aside.
async function is_answered(who) {
  await until(`a customer of ${who.account} is answered`, async () => {
    const heard = (await here.sandbox.replies(who, "app")).length;
    await here.sandbox.say(who, "Hello!");
    for (let i = 0; i < 20; ++i) {
      await sleep(100);
      if ((await here.sandbox.replies(who, "app")).length > heard) return true;
    }
    return false;
  }, { seconds: 20, explain: () => here.place.log_tail("server") });
}

// What is to be said for a disconnected account waits until it is connected again.
async function settled() {
  await until("the sandbox has delivered its webhooks", async () => (await here.sandbox.counters()).webhooks_pending === 0, { seconds: 40 });
  await until("nothing waits for an account that is connected", async () => (await here.server.number(`SELECT (SELECT count(*) FROM inbound_events)
    + (SELECT count(*) FROM outbox o JOIN connections n ON n.id = o.connection_id WHERE n.disconnected_at IS NULL)`)) === 0, { seconds: 40, explain: () => here.place.log_tail("server") });
}

const quarantined = () => here.server.number("SELECT count(*) FROM quarantined_events WHERE reason = 'stranger'");

// --- the three logins ------------------------------------------------------------------------------------------------

test("Facebook: a page and its Instagram account are chosen, and customers are answered on both", async () => {
  const { page, instagram, name } = await new_page();
  const flow = await begin("facebook");
  const url = new URL(flow.authorisation_url);
  assert.deepEqual([url.searchParams.get("config_id"), url.searchParams.get("state")], ["3000000000000003", flow.state]);
  assert.ok(!url.href.includes("scope="));
  const { state, code } = await logged_in(flow, { grant: [page] });
  const offered = await finish(flow, { state, code });
  assert.equal(offered.body.stage, "choosing");
  assert.deepEqual(offered.body.found.map(({ channel, external_id, login }) => [channel, external_id, login]), [["messenger", page, "page"], ["instagram", instagram, "page"]]);
  assert.deepEqual(await state_of(flow), offered.body);
  const chosen = await choose(flow, offered.body.found.map(({ channel, external_id }) => ({ channel, external_id })));
  assert.equal(chosen.body.stage, "connected");
  const [first, second] = await Promise.all(chosen.body.connections.map((id) => connection(id)));
  assert.deepEqual([first.channel, first.state, first.subscribed, first.name, first.connected_by], ["messenger", "active", true, name, ada.account_id]);
  assert.equal(first.token_hint.length, 4);
  assert.deepEqual([second.channel, second.external_id], ["instagram", instagram]);
  const chats = [[first, customer_of("messenger", page)], [second, customer_of("instagram", instagram)]];
  for (const [, who] of chats) await is_answered(who);
  await settled();
  for (const [{ id }, who] of chats) {
    const [[conversation]] = await here.server.sql(`SELECT id FROM conversations WHERE id IN ${here.conversation_of(who)}`);
    const [newest] = (await ada.client.get(`${ada.inbox}/${conversation}/messages?limit=1`)).body.items;
    assert.equal((await connection(id)).last_event_at, newest.at, "the time of its own newest message");
  }
});

test("a single page without an Instagram account is connected without a question", async () => {
  const { page } = await new_page({ linked: false });
  const id = await connect_page(page);
  assert.equal((await connection(id)).external_id, page);
  await is_answered(customer_of("messenger", page));
});

test("Instagram: its own login, both ids, a token that ends", async () => {
  const id = await new_instagram();
  const flow = await begin("instagram");
  assert.equal(flow.app_id, "2000000000000002");
  const { state, code } = await logged_in(flow, { grant: [id] });
  const { body } = await finish(flow, { state, code: `${code}#_` });
  assert.equal(body.stage, "connected", JSON.stringify(body));
  const one = await connection(body.connections[0]);
  assert.deepEqual([one.login, one.external_id, one.state], ["instagram", id, "active"]);
  const days = (Date.parse(one.token_expires_at) - Date.now()) / 86_400_000;
  assert.ok(days > 59 && days < 61, `${days} days`);
  assert.equal(await here.server.number(`SELECT count(*) FROM connection_ids WHERE connection_id = '${one.id}'`), 2);
  await is_answered(customer_of("instagram", id));
});

test("WhatsApp: a signed-up number is registered and answers", async () => {
  const { phone, waba } = await new_number({ registered: false });
  const flow = await begin("whatsapp");
  assert.deepEqual([flow.authorisation_url, flow.config_id], [null, "4000000000000004"]);
  const { code, waba_id, phone_number_id } = await here.sandbox.sign_up([phone]);
  assert.deepEqual([waba_id, phone_number_id], [waba, phone]);
  const { body } = await finish(flow, { state: flow.state, code, waba_id, phone_number_id });
  assert.equal(body.stage, "connected", JSON.stringify(body));
  assert.equal((await connection(body.connections[0])).external_id, phone);
  await is_answered(customer_of("whatsapp", phone));
});

test("WhatsApp: ids of the browser are believed only as far as Meta confirms them", async () => {
  const [mine, foreign] = [await new_number(), await new_number()];
  const named = [{ waba_id: foreign.waba, phone_number_id: foreign.phone }, { waba_id: mine.waba, phone_number_id: foreign.phone }, { phone_number_id: "106540000000002" }];
  for (const ids of named) {
    const flow = await begin("whatsapp");
    const { code } = await here.sandbox.sign_up([mine.phone]);
    assert.deepEqual(refusal(await finish(flow, { state: flow.state, code, ...ids })), [409, "connect-nothing-found"]);
  }
  assert.equal(await here.server.number(`SELECT count(*) FROM connections WHERE external_id IN ('${mine.phone}', '${foreign.phone}')`), 0);
});

const pins = { right: "424242", wrong: ["111111", "222222"] };

test("WhatsApp: a number with a PIN of its own asks for it, and the login goes on", async () => {
  const { phone } = await new_number({ registered: false, pin: pins.right });
  const flow = await begin("whatsapp");
  const { code } = await here.sandbox.sign_up([phone]);
  assert.deepEqual(refusal(await finish(flow, { state: flow.state, code, pin: pins.wrong[0] })), [409, "connect-wrong-pin"]);
  assert.equal((await state_of(flow)).stage, "choosing");
  const wanted = [{ channel: "whatsapp", external_id: phone }];
  assert.deepEqual(refusal(await choose(flow, wanted, ada, { pin: pins.wrong[1] })), [409, "connect-wrong-pin"]);
  assert.equal((await choose(flow, wanted, ada, { pin: pins.right })).body.stage, "connected");
});

// --- what goes wrong -------------------------------------------------------------------------------------------------

test("a login that the person cancels ends there, and says so", async () => {
  const { page } = await new_page();
  const flow = await begin("facebook");
  const back = await logged_in(flow, { decision: "deny" });
  assert.deepEqual([back.error, back.code], ["access_denied", undefined]);
  const ended = await ada.client.post(`${flows(ada)}/${flow.id}/cancel`, { state: back.state });
  assert.deepEqual([ended.body.stage, ended.body.problem], ["failed", "/problems/connect-denied"]);
  assert.deepEqual(refusal(await ada.client.post(`${flows(ada)}/${flow.id}/cancel`, { state: back.state })), [409, "connect-used"]);
  const late = await begin("facebook");
  const { code } = await logged_in(late, { grant: [page] });
  assert.deepEqual(refusal(await finish(flow, { state: flow.state, code })), [409, "connect-used"]);
});

test("a state works once, and a second finish at the same moment connects nothing twice", async () => {
  const { page } = await new_page({ linked: false });
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [page] });
  const both = await Promise.all([1, 2, 3].map(() => finish(flow, { state, code })));
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409, 409]);
  assert.deepEqual(refusal(await finish(flow, { state, code })), [409, "connect-used"]);
  assert.equal(await here.server.number(`SELECT count(*) FROM connections WHERE external_id = '${page}'`), 1);
});

test("a login that took too long is refused, and is nobody's any more", async () => {
  const { page } = await new_page();
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [page] });
  await here.server.sql(`UPDATE connect_flows SET expires_at = ${Date.now() - 1} WHERE id = '${flow.id}'`);
  assert.deepEqual(refusal(await finish(flow, { state, code })), [409, "connect-expired"]);
  assert.equal(await here.server.number(`SELECT count(*) FROM connections WHERE external_id = '${page}'`), 0);
});

test("another session, another person and another state finish nothing, and spoil nothing", async () => {
  const { page } = await new_page({ linked: false });
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [page] });
  const elsewhere = { ...ada, client: await new api_client(here.server.url).signed_in(here.businesses[0].owner.email, password) };
  const partner = await colleague(here, ada, { role: "owner", i: 1 });
  for (const other of [elsewhere, partner]) {
    assert.deepEqual(refusal(await finish(flow, { state, code }, other)), [409, "connect-foreign"]);
    assert.equal((await other.client.get(`${flows(other)}/${flow.id}`)).status, 404);
    assert.equal((await choose(flow, [{ channel: "messenger", external_id: page }], other)).status, 409);
  }
  const theirs = await begin("facebook", { whose: kofi });
  assert.equal((await finish(theirs, { state, code }, ada)).status, 404, "a flow of another business");
  assert.deepEqual(refusal(await finish(theirs, { state, code }, kofi)), [409, "connect-foreign"], "a state of another flow");
  assert.deepEqual(refusal(await finish(flow, { state: `${state}x`, code })), [409, "connect-foreign"]);
  assert.equal((await finish(flow, { state, code })).body.stage, "connected", "the one who began it still can");
  await here.server.sql(`DELETE FROM memberships WHERE account_id = '${kofi.account_id}' AND business_id = '${ada.business_id}'`);
});

test("an account that another business has connected is refused, and stays as it is", async () => {
  const { page } = await new_page({ linked: false });
  const id = await connect_page(page);
  const before = await here.server.sql(`SELECT * FROM connections WHERE external_id = '${page}'`);
  const flow = await begin("facebook", { whose: kofi });
  const { state, code } = await logged_in(flow, { grant: [page] });
  const refused = await finish(flow, { state, code }, kofi);
  assert.deepEqual(refusal(refused), [409, "connected-elsewhere"]);
  assert.ok(refused.body.detail.includes(page) && !refused.body.detail.includes("Ada"));
  assert.deepEqual(await here.server.sql(`SELECT * FROM connections WHERE external_id = '${page}'`), before);
  assert.equal((await state_of(flow, kofi)).problem, "/problems/connected-elsewhere");
  await is_answered(customer_of("messenger", page));
  assert.equal((await connection(id)).state, "active");
});

test("two businesses that finish with one page at the same moment: one has it, the other is told", async () => {
  const { page } = await new_page({ linked: false });
  const logins = await Promise.all([ada, kofi].map(async (whose) => {
    const flow = await begin("facebook", { whose });
    return { whose, flow, ...await logged_in(flow, { grant: [page] }) };
  }));
  const done = await Promise.all(logins.map(({ whose, flow, state, code }) => finish(flow, { state, code }, whose)));
  assert.deepEqual(done.map(({ status }) => status).sort(), [200, 409]);
  assert.deepEqual(refusal(done.find(({ status }) => status === 409)), [409, "connected-elsewhere"]);
  assert.equal(await here.server.number(`SELECT count(*) FROM connection_ids WHERE external_id = '${page}'`), 1);
  assert.equal(await here.server.number(`SELECT count(*) FROM connections WHERE external_id = '${page}'`), 1);
});

test("of several accounts all are connected or none", async () => {
  const [free, taken] = [await new_page({ linked: false }), await new_page({ linked: false })];
  await connect_page(taken.page, { whose: kofi });
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [free.page, taken.page] });
  assert.equal((await finish(flow, { state, code })).body.stage, "choosing");
  const wanted = [free.page, taken.page].map((external_id) => ({ channel: "messenger", external_id }));
  const strange = await choose(flow, [{ channel: "messenger", external_id: "page_0001" }]);
  assert.deepEqual([strange.status, strange.body.errors[0].field], [422, "/accounts"]);
  assert.deepEqual(refusal(await choose(flow, wanted)), [409, "connected-elsewhere"]);
  assert.equal(await here.server.number(`SELECT count(*) FROM connections WHERE external_id = '${free.page}'`), 0);
});

test("missing permissions, no page and a page without the right task are told apart", async () => {
  const { page } = await new_page();
  const idle = await new_page({ linked: false, tasks: ["ANALYZE"] });
  const cases = [[{ grant: [page], without: ["pages_messaging"] }, "connect-permissions", /pages_messaging/],
    [{ grant: [] }, "connect-nothing-found", /no page/], [{ grant: [idle.page] }, "connect-permissions", /Messages/]];
  for (const [options, type, detail] of cases) {
    const flow = await begin("facebook");
    const { state, code } = await logged_in(flow, options);
    const refused = await finish(flow, { state, code });
    assert.deepEqual(refusal(refused), [409, type]);
    assert.match(refused.body.detail, detail);
  }
  const instagram = await begin("instagram");
  const { state, code } = await logged_in(instagram, { grant: [await new_instagram()], without: ["instagram_business_manage_messages"] });
  assert.deepEqual(refusal(await finish(instagram, { state, code })), [409, "connect-permissions"]);
});

test("an error of Meta at any step is told, and stores nothing", async () => {
  for (const step of ["exchange", "debug_token", "accounts"]) {
    const { page } = await new_page();
    const flow = await begin("facebook");
    const { state, code } = await logged_in(flow, { grant: [page] });
    await here.sandbox.set({ "login.error": { step, code: 2, status: 503, times: 1 } });
    assert.deepEqual(refusal(await finish(flow, { state, code })), [502, "provider-refused"], step);
    assert.equal((await state_of(flow)).stage, "failed");
  }
  const { page } = await new_page({ linked: false });
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [page] });
  await here.sandbox.set({ "login.error": { step: "subscribe", code: 2, status: 503, times: 1 } });
  assert.deepEqual(refusal(await finish(flow, { state, code })), [502, "provider-refused"]);
  assert.equal(await here.server.number(`SELECT count(*) FROM connections WHERE external_id = '${page}'`), 0);
  const wanted = [{ channel: "messenger", external_id: page }];
  await here.sandbox.set({ "login.error": { step: "subscribe", code: 2, status: 503, times: 1 } });
  assert.deepEqual(refusal(await choose(flow, wanted)), [502, "provider-refused"]);
  const connected = await choose(flow, wanted);
  assert.equal(connected.body.stage, "connected", "the login is still good");
  const check = () => ada.client.post(`${ada.shop}/connections/${connected.body.connections[0]}/check`);
  await here.sandbox.set({ "login.error": { step: "debug_token", code: 2, status: 503, times: 1 } });
  assert.deepEqual(refusal(await check()), [502, "provider-refused"]);
  assert.equal((await check()).body.state, "active");
});

test("while Meta is silent a login ends by its deadline, and the API and the chats go on", async () => {
  const { page } = await new_page();
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [page] });
  const { page: another } = await new_page();
  const half_done = await begin("facebook");
  assert.equal((await finish(half_done, await logged_in(half_done, { grant: [another] }))).body.stage, "choosing");
  const [[id]] = await here.server.sql(`SELECT id FROM connections WHERE external_id = 'page_0001'`);
  await here.sandbox.set({ "graph.latency_ms": 60_000 });
  try {
    const began = performance.now();
    // More than the workers for it have threads.
    const checks = Array.from({ length: 3 }, () => ada.client.post(`${ada.shop}/connections/${id}/check`));
    const finishing = finish(flow, { state, code });
    const choosing = choose(half_done, [{ channel: "messenger", external_id: another }]);
    await sleep(500);
    const asked = performance.now();
    for (let i = 0; i < 20; ++i) assert.equal((await ada.client.get(`${ada.shop}/connections`)).status, 200);
    assert.ok(performance.now() - asked < 2000, "other requests do not wait");
    assert.equal(await here.server.number("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"), 0);
    assert.deepEqual(refusal(await checks[0]), [504, "provider-silent"]);
    assert.deepEqual(refusal(await finishing), [504, "provider-silent"]);
    assert.deepEqual(refusal(await choosing), [504, "provider-silent"]);
    await Promise.all(checks);
    assert.ok(performance.now() - began < 60_000);
  } finally {
    await here.sandbox.set({ "graph.latency_ms": 0 });
  }
  assert.match((await connection(id)).last_error, /did not answer in time/);
  assert.equal((await connection(id)).state, "active", "who was not answered knows nothing new");
});

test("a server that dies while it asks Meta leaves a login that can be begun again", async () => {
  const { page } = await new_page({ linked: false });
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [page] });
  await here.sandbox.set({ "graph.latency_ms": 3000 });
  const finishing = finish(flow, { state, code }).catch(() => "gone");
  await sleep(500);
  await here.server.restart();
  await here.sandbox.set({ "graph.latency_ms": 0 });
  assert.equal(await finishing, "gone");
  assert.equal((await state_of(flow)).stage, "exchanging");
  assert.deepEqual(refusal(await finish(flow, { state, code })), [409, "connect-used"]);
  await connect_page(page);
});

test("at most twenty logins of a business are open", async () => {
  await here.server.sql("DELETE FROM connect_flows");
  for (let i = 0; i < 20; ++i) await begin("whatsapp", { whose: kofi });
  const { status, headers } = await kofi.client.post(flows(kofi), { kind: "whatsapp" });
  assert.equal(status, 429);
  assert.ok(Number(headers.get("retry-after")) > 0);
  await here.server.sql("DELETE FROM connect_flows");
});

test("a login for which the operator has set up no app is not begun, and says so", async (t) => {
  const bare = await open_world(t, { name: "api-connections-bare", settings: { meta: { instagram_app_id: "", instagram_app_secret: "" } } });
  const owner = await signed_in_owner(bare);
  assert.deepEqual(refusal(await owner.client.post(flows(owner), { kind: "instagram" })), [409, "connect-not-set-up"]);
  assert.equal((await owner.client.post(flows(owner), { kind: "facebook" })).status, 201);
});

test("where Meta sends the browser back is nobody's: it passes on what is known and nothing else", async () => {
  const ask = async (query) => (await fetch(`${here.server.url}/connect/callback?${query}`, { redirect: "manual" })).headers.get("location");
  assert.equal(await ask("code=a%23%0d%0ab&state=s&next=https://evil.example&state=t"), "/connect/return#state=s&code=a%23%0D%0Ab");
  assert.equal(await ask("error=access_denied&error_description=x"), "/connect/return#error=access_denied");
  assert.equal(await ask(`code=${"x".repeat(3000)}`), "/connect/return");
  assert.equal((await fetch(`${here.server.url}/connect/callback`, { method: "POST" })).status, 405);
});

// --- what is connected -----------------------------------------------------------------------------------------------

test("disconnected: no token, no ids, messages are put aside, the chats stay; connected again they go on", async () => {
  const { page } = await new_page({ linked: false });
  const id = await connect_page(page);
  const who = customer_of("messenger", page);
  await is_answered(who);
  await settled();
  const gone = await ada.client.post(`${ada.shop}/connections/${id}/disconnect`);
  assert.deepEqual([gone.body.state, gone.body.token_hint, gone.body.subscribed], ["disconnected", null, null]);
  assert.equal(await here.server.number(`SELECT count(*) FROM connections WHERE id = '${id}' AND access_token = ''`), 1);
  assert.equal(await here.server.number(`SELECT count(*) FROM connection_ids WHERE connection_id = '${id}'`), 0);
  assert.equal((await here.sandbox.say(who, "Are you there?")).status, 0, "Meta was told and sends nothing more");
  const before = await quarantined();
  await until("a message that comes all the same is put aside", async () => {
    await here.message(who, "Hello?").post();
    return (await quarantined()) > before;
  });
  assert.equal((await ada.client.post(`${ada.shop}/connections/${id}/disconnect`)).status, 200, "again");
  assert.deepEqual(refusal(await ada.client.post(`${ada.shop}/connections/${id}/check`)), [409, "not-connected"]);
  const chats = `SELECT count(*) FROM conversations WHERE connection_id = '${id}'`;
  assert.equal(await here.server.number(chats), 1);
  assert.equal(await connect_page(page), id, "the same connection, taken up again");
  await is_answered(who);
  assert.equal(await here.server.number(chats), 1);
  assert.equal((await connection(id)).state, "active");
});

test("a freed account may be another business's, and nothing of the former is there", async () => {
  const { page } = await new_page({ linked: false });
  const former = await connect_page(page);
  const who = customer_of("messenger", page);
  await is_answered(who);
  await settled();
  await ada.client.post(`${ada.shop}/connections/${former}/disconnect`);
  const theirs = await connect_page(page, { whose: kofi });
  assert.notEqual(theirs, former);
  await is_answered(who);
  assert.equal(await here.server.number(`SELECT count(DISTINCT c.business_id) FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE k.scoped_id = '${who.customer}'`), 2);
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [page] });
  assert.deepEqual(refusal(await finish(flow, { state, code })), [409, "connected-elsewhere"]);
});

test("one subscription that two connections share is kept while one of them is left", async () => {
  const { page, instagram } = await new_page();
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [page] });
  const { body: { found } } = await finish(flow, { state, code });
  const { body } = await choose(flow, found.map(({ channel, external_id }) => ({ channel, external_id })));
  await ada.client.post(`${ada.shop}/connections/${body.connections[1]}/disconnect`);
  await is_answered(customer_of("messenger", page));
  const before = await quarantined();
  await until("a message to the other is sent all the same, and put aside here", async () => {
    assert.equal((await here.sandbox.say(customer_of("instagram", instagram), "Hello")).status, 200);
    return (await quarantined()) > before;
  });
  await ada.client.post(`${ada.shop}/connections/${body.connections[0]}/disconnect`);
  assert.equal((await here.sandbox.say(customer_of("messenger", page), "Hello")).status, 0);
});

test("an operator's Instagram account may be of any page of its business: as long as it is there, no page is unsubscribed", async () => {
  const [{ page, instagram }, { page: other }] = [await new_page(), await new_page({ linked: false })];
  const flow = await begin("facebook");
  const { state, code } = await logged_in(flow, { grant: [page] });
  const { body: { found } } = await finish(flow, { state, code });
  const { body: { connections } } = await choose(flow, found.map(({ channel, external_id }) => ({ channel, external_id })));
  await here.server.sql(`UPDATE connections SET subscription_id = '' WHERE external_id = '${instagram}'`);
  const disconnect = (id) => ada.client.post(`${ada.shop}/connections/${id}/disconnect`);
  const is_sent = async (account) => (await here.sandbox.say(customer_of("messenger", account), "Hello")).status === 200;
  const last = await connect_page(other);
  await disconnect(connections[0]);
  assert.ok(await is_sent(page), "its Instagram account may hear by it");
  await disconnect(connections[1]);
  assert.ok(await is_sent(page), "and the page that it hears by may be the other");
  await disconnect(last);
  assert.ok(!await is_sent(other), "of a page alone it is known");
});

test("a number whose account at Meta an operator's number may share keeps its subscription", async () => {
  const { phone } = await new_number();
  const flow = await begin("whatsapp");
  const { code, waba_id, phone_number_id } = await here.sandbox.sign_up([phone]);
  const { body: { connections: [id] } } = await finish(flow, { state: flow.state, code, waba_id, phone_number_id });
  await ada.client.post(`${ada.shop}/connections/${id}/disconnect`);
  assert.equal((await here.sandbox.say(customer_of("whatsapp", phone), "Hello")).status, 200);
});

test("a token that Meta refuses shows as reconnect needed; a new login, and what waited is sent", async () => {
  const { page } = await new_page({ linked: false });
  const id = await connect_page(page);
  const who = customer_of("messenger", page);
  await is_answered(who);
  await settled();
  const heard = (await here.sandbox.replies(who, "app")).length;
  await here.sandbox.revoke({ channel: "messenger", account: page });
  await here.sandbox.say(who, "Hello again!");
  await until("the connection shows it", async () => (await connection(id)).state === "reconnect_needed");
  assert.match((await connection(id)).last_error, /refuses the token/);
  const tasks = await ada.client.get(`${ada.shop}/tasks?kind=connection`);
  assert.ok(tasks.body.items.length > 0, "and a person is told");
  const other = await new_page({ linked: false });
  const wrong = await begin("facebook", { connection_id: id });
  const back = await logged_in(wrong, { grant: [other.page] });
  const refused = await finish(wrong, { state: back.state, code: back.code });
  assert.deepEqual(refusal(refused), [409, "connect-nothing-found"]);
  assert.ok(refused.body.detail.includes(page));
  assert.equal(await connect_page(page, { connection_id: id }), id);
  assert.deepEqual([(await connection(id)).state, (await connection(id)).last_error], ["active", null]);
  await here.sandbox.heard(who, heard + 1, { seconds: 30 });
});

test("a check tells a dead token and renews a lost subscription", async () => {
  const { page } = await new_page({ linked: false });
  const id = await connect_page(page);
  const check = () => ada.client.post(`${ada.shop}/connections/${id}/check`);
  const well = (await check()).body;
  assert.deepEqual([well.state, well.subscribed, well.last_error], ["active", true, null]);
  assert.ok(well.checked_at);
  await fetch(`${here.sandbox.url}/graph/v25.0/${page}/subscribed_apps`, { method: "DELETE", headers: { authorization: `Bearer sandbox-token-${page}` } });
  assert.equal((await here.sandbox.say(customer_of("messenger", page), "Hello")).status, 0);
  assert.equal((await check()).body.subscribed, true);
  await is_answered(customer_of("messenger", page));
  await here.sandbox.revoke({ channel: "messenger", account: page });
  const dead = (await check()).body;
  assert.deepEqual([dead.state, dead.last_error], ["reconnect_needed", "Meta takes the token no more."]);
});

test("whoever watches hears of each change of a connection's health, and reads the state that holds; another business hears nothing", async () => {
  const viewer = await colleague(here, ada, { role: "viewer", i: 1 });
  const [hers, strange] = [await event_stream.open(viewer.client, ada.business_id), await event_stream.open(kofi.client, kofi.business_id)];
  try {
    await Promise.all([hers.event("snapshot"), strange.event("snapshot")]);
    const { page } = await new_page({ linked: false });
    let from = hers.events.length;
    const changed = async (id, state) => {
      await hers.event("connection.changed", (one) => one.connection_id === id, { from });
      from = hers.events.length;
      assert.equal((await connection(id, viewer)).state, state);
    };
    const id = await connect_page(page);
    await changed(id, "active");
    const check = () => ada.client.post(`${ada.shop}/connections/${id}/check`);
    assert.equal((await check()).body.state, "active");
    await here.sandbox.revoke({ channel: "messenger", account: page });
    assert.equal((await check()).body.state, "reconnect_needed");
    await changed(id, "reconnect_needed");
    assert.equal((await check()).body.state, "reconnect_needed");
    assert.equal(await connect_page(page, { connection_id: id }), id);
    await changed(id, "active");
    const disconnect = () => ada.client.post(`${ada.shop}/connections/${id}/disconnect`);
    assert.equal((await disconnect()).body.state, "disconnected");
    await changed(id, "disconnected");
    assert.equal((await disconnect()).body.state, "disconnected");
    // The last event of all: what was to be told before it is here.
    const { page: last } = await new_page({ linked: false });
    const later = await connect_page(last);
    await changed(later, "active");
    const told = hers.events.filter(({ type, data }) => type === "connection.changed" && data.connection_id === id);
    assert.equal(told.length, 4, "what changed nothing is not told");
    assert.ok(hers.events.every(({ type, data }) => type !== "connection.changed" || [id, later].includes(data.connection_id)));
    assert.ok(strange.events.every(({ type }) => type !== "connection.changed"));
  } finally {
    await Promise.all([hers.close(), strange.close()]);
    await here.server.sql(`DELETE FROM memberships WHERE account_id = '${kofi.account_id}' AND business_id = '${ada.business_id}'`);
  }
});

test("a token of the Instagram login that ends soon is renewed by a check", async () => {
  const external_id = await new_instagram();
  const flow = await begin("instagram");
  const { state, code } = await logged_in(flow, { grant: [external_id] });
  const { body: { connections: [id] } } = await finish(flow, { state, code });
  const day = 86_400_000;
  await here.server.sql(`UPDATE connections SET connected_at = ${Date.now() - 50 * day}, token_expires_at = ${Date.now() + 10 * day} WHERE id = '${id}'`);
  const { body } = await ada.client.post(`${ada.shop}/connections/${id}/check`);
  assert.ok(Date.parse(body.token_expires_at) > Date.now() + 59 * day);
  await here.server.sql(`UPDATE connections SET token_expires_at = ${Date.now() - day} WHERE id = '${id}'`);
  assert.equal((await connection(id)).state, "reconnect_needed", "one that has ended");
});

test("the operator's connections are listed, checked and disconnected like any other", async () => {
  const { body } = await kofi.client.get(`${kofi.shop}/connections?limit=100`);
  for (const external_id of ["page_0002", "17841400000000002", "106540000000002"]) {
    const one = body.items.find((row) => row.external_id === external_id);
    assert.equal(one.connected_by, null);
    const checked = (await kofi.client.post(`${kofi.shop}/connections/${one.id}/check`)).body;
    assert.equal(checked.state, "active", external_id);
    // Of a number's WhatsApp account the file says nothing.
    assert.equal(checked.subscribed, one.channel === "whatsapp" ? null : true);
  }
  const of_whatsapp = (await kofi.client.get(`${kofi.shop}/connections?channel=whatsapp&limit=100`)).body.items;
  assert.deepEqual(of_whatsapp.map(({ id }) => id), body.items.filter(({ channel }) => channel === "whatsapp").map(({ id }) => id));
  assert.ok(of_whatsapp.length > 0 && of_whatsapp.length < body.items.length);
  const page = body.items.find((row) => row.external_id === "page_0002");
  assert.equal(page.token_hint, "0002");
  await kofi.client.post(`${kofi.shop}/connections/${page.id}/disconnect`);
  await here.server.provision(here.businesses);
  const again = await connection(page.id, kofi);
  assert.equal(again.state, "active", "the file brings it back, with its chats");
});

test("a plan without a place refuses one more, tells Meta nothing, and lets those that are there be renewed", async () => {
  const [{ page: had }, { page }] = [await new_page({ linked: false }), await new_page({ linked: false })];
  const id = await connect_page(had, { whose: kofi });
  await here.server.sql(`UPDATE businesses SET plan = 'small' WHERE id = '${kofi.business_id}'`);
  try {
    const flow = await begin("facebook", { whose: kofi });
    const { state, code } = await logged_in(flow, { grant: [page] });
    assert.deepEqual(refusal(await finish(flow, { state, code }, kofi)), [409, "plan-limit-reached"]);
    assert.equal((await state_of(flow, kofi)).problem, "/problems/plan-limit-reached");
    assert.equal(await here.server.number(`SELECT count(*) FROM connections WHERE external_id = '${page}'`), 0);
    assert.equal((await here.sandbox.say(customer_of("messenger", page), "Hello")).status, 0, "nothing was subscribed");
    assert.equal(await connect_page(had, { whose: kofi, connection_id: id }), id);
  } finally {
    await here.server.sql(`UPDATE businesses SET plan = '' WHERE id = '${kofi.business_id}'`);
  }
});

// --- payment providers -----------------------------------------------------------------------------------------------

const payments = (whose) => `${whose.shop}/payment-connections`;

test("payment keys are added by their mode, replaced by who read them last, checked, removed, and never shown", async () => {
  const secret_key = "sk_live_0123456789abcdefWXYZ";
  const webhook_secrets = ["whsec_of_the_first_kind", "whsec_of_the_second_kind"];
  for (const one of [secret_key, ...webhook_secrets]) secrets.add(one);
  const added = await ada.client.post(payments(ada), { provider: "paystack", secret_key, webhook_secrets });
  assert.equal(added.status, 201, added.text);
  const { id } = added.body;
  assert.deepEqual([added.body.mode, added.body.key_hint, added.body.webhook_secrets, added.body.version], ["live", "WXYZ", 2, 1]);
  assert.equal((await ada.client.post(payments(ada), { provider: "paystack", secret_key: "sk_live_another_key_1234" })).status, 409);
  const one = `${payments(ada)}/${id}`;
  assert.deepEqual((await ada.client.get(one)).body, added.body);
  assert.deepEqual((await ada.client.get(payments(ada))).body.items.find((each) => each.id === id), added.body);

  const refused = await ada.client.post(`${one}/check`);
  assert.deepEqual([refused.status, refused.body.state, refused.body.last_error], [200, "key_refused", "Paystack refuses the live key."]);
  const other_mode = await ada.client.put(`${one}/keys`, { secret_key: "sk_test_sandbox_key_99" }, if_match(1));
  assert.deepEqual([other_mode.status, other_mode.body.errors[0].field], [422, "/secret_key"]);
  const editors = await Promise.all(["sk_live_editor_one_0001", "sk_live_editor_two_0002"].map((key) => ada.client.put(`${one}/keys`, { secret_key: key }, if_match(1))));
  assert.deepEqual(editors.map(({ status }) => status).sort(), [200, 412]);
  const { body } = await ada.client.get(one);
  assert.deepEqual([body.version, body.webhook_secrets, body.state, body.last_error], [2, 2, "active", null], "secrets that were not given stay");
  const again = await ada.client.post(`${one}/check`);
  assert.equal(again.body.state, "key_refused");
  secrets.add("whsec_given_without_a_key");
  const secret_alone = await ada.client.put(`${one}/keys`, { webhook_secrets: ["whsec_given_without_a_key"] }, if_match(2));
  assert.deepEqual([secret_alone.status, secret_alone.body.webhook_secrets, secret_alone.body.version], [200, 1, 3], secret_alone.text);
  const kept = ["key_hint", "state", "last_error", "checked_at"];
  assert.deepEqual(kept.map((name) => secret_alone.body[name]), kept.map((name) => again.body[name]), "the key is the same, and what is known of it");
  const nothing = await ada.client.put(`${one}/keys`, {}, if_match(3));
  assert.deepEqual([nothing.status, nothing.body.errors[0].field], [422, "/secret_key"]);
  assert.equal((await ada.client.delete(one, if_match(1))).status, 412);
  assert.equal((await ada.client.delete(one, if_match(3))).status, 204);
  assert.equal((await ada.client.get(one)).status, 404);
});

test("a provider that takes no payments in the business's currency is refused by name", async () => {
  const currency = (code) => here.server.sql(`UPDATE businesses SET currency = '${code}' WHERE id = '${ada.business_id}'`);
  await currency("XOF");
  const { status, body } = await ada.client.post(payments(ada), { provider: "paystack", secret_key: "sk_test_0123456789abcdef" });
  await currency("NGN");
  assert.deepEqual([status, body.errors], [422, [{ field: "/provider", detail: "takes no payments in XOF, the currency of this business" }]]);
});

test("a key that is none of its provider is refused by name, and each provider is asked about its own keys", async () => {
  for (const [provider, secret_key] of [["paystack", "pk_test_public_key_1"], ["stripe", "sk_something_else"], ["flutterwave", "FLWPUBK_TEST-abc-X"], ["paystack", "rk_live_restricted_1"]]) {
    const { status, body } = await ada.client.post(payments(ada), { provider, secret_key });
    assert.deepEqual([status, body.errors[0].field], [422, "/secret_key"], secret_key);
  }
  const unknown = [["stripe", "rk_live_0123456789abcdef", "live"], ["flutterwave", "FLWSECK_TEST-0123456789-X", "test"]];
  for (const [provider, secret_key, mode] of unknown) {
    secrets.add(secret_key);
    const { body } = await ada.client.post(payments(ada), { provider, secret_key });
    assert.equal(body.mode, mode);
    const { body: checked } = await ada.client.post(`${payments(ada)}/${body.id}/check`);
    assert.deepEqual([checked.state, checked.last_error], ["key_refused", `${provider[0].toUpperCase()}${provider.slice(1)} refuses the ${mode} key.`]);
    await ada.client.delete(`${payments(ada)}/${body.id}`, if_match(checked.version));
  }
  for (const [provider, secret_key] of [["stripe", "sk_live_sandbox"], ["flutterwave", "FLWSECK_TEST-sandbox-X"]]) {
    const { body } = await ada.client.post(payments(ada), { provider, secret_key });
    const path = `${payments(ada)}/${body.id}`;
    const { body: works } = await ada.client.post(`${path}/check`);
    assert.deepEqual([works.state, works.last_error], ["active", null], provider);
    await here.sandbox.set({ [`${provider}.error`]: { status: 503, times: 1 } });
    assert.deepEqual(refusal(await ada.client.post(`${path}/check`)), [502, "provider-refused"], provider);
    assert.equal((await ada.client.get(path)).body.state, "active");
    await ada.client.delete(path, if_match(works.version));
  }
});

test("a provider's outage is told and changes nothing, a wrong key is refused, and the right one works again", async () => {
  const [[id]] = await here.server.sql(`SELECT id FROM payment_connections WHERE business_id = '${ada.business_id}' AND provider = 'paystack' AND mode = 'test'`);
  const one = `${payments(ada)}/${id}`;
  const works = await ada.client.post(`${one}/check`);
  assert.deepEqual([works.body.state, works.body.last_error], ["active", null], works.text);
  await here.sandbox.set({ "paystack.error": { status: 503, times: 1 } });
  assert.deepEqual(refusal(await ada.client.post(`${one}/check`)), [502, "provider-refused"]);
  assert.equal((await ada.client.get(one)).body.state, "active");
  await here.sandbox.set({ "paystack.latency_ms": 30_000 });
  assert.deepEqual(refusal(await ada.client.post(`${one}/check`)), [504, "provider-silent"]);
  await here.sandbox.set({ "paystack.latency_ms": 0 });
  const { version } = (await ada.client.get(one)).body;
  await ada.client.put(`${one}/keys`, { secret_key: "sk_test_wrong_key_000001" }, if_match(version));
  assert.equal((await ada.client.post(`${one}/check`)).body.state, "key_refused");
  await here.server.provision(here.businesses);
  assert.equal((await ada.client.post(`${one}/check`)).body.state, "active");
});

// --- who did what, and no secret anywhere ----------------------------------------------------------------------------

test("each kind of change of a connection stands in the activity log", async () => {
  const rows = await here.server.sql(`SELECT DISTINCT action FROM audit_log WHERE business_id = '${ada.business_id}' ORDER BY 1`);
  const actions = rows.map(([action]) => action);
  for (const wanted of ["connect.begun", "connect.failed", "connection.checked", "connection.connected", "connection.disconnected", "connection.reconnected",
    "payment_connection.added", "payment_connection.checked", "payment_connection.keys_replaced", "payment_connection.removed"]) assert.ok(actions.includes(wanted), wanted);
});

test("no token, code, state or key, of shops, of their payment providers or of the server, is anywhere, in clear, in hex or in base64: answers, log, metrics, a dump of the database", async () => {
  // Tokens of the sandbox are long and begin like Meta's.
  const token = /(EAA|IGAA)[A-Za-z0-9_-]{30,}/;
  const begun = answers.filter((text) => text.includes('"authorisation_url"'));
  const other = answers.filter((text) => !text.includes('"authorisation_url"'));
  assert.ok(begun.length > 10 && other.length > 50);
  const lines_of = (file) => readFileSync(`${here.server.data}/${file}`, "utf8").trim().split("\n");
  const [key] = lines_of("fernet.key");
  const own_keys = [...lines_of("fernet.key"), ...lines_of("jwt.key").map((line) => line.split(":")[1])].flatMap(with_bytes);
  assert.ok(own_keys.length >= 4 && own_keys.every((one) => one.length >= 32), "a text and its bytes of each");
  const sealed = (await here.server.sql("SELECT access_token FROM connections WHERE access_token <> ''")).flat();
  const tokens = sealed.map((one) => unsealed(one, key));
  assert.ok(tokens.length > 10 && tokens.some((one) => token.test(one)), "these are the tokens that Meta gave");
  const of_payments = here.businesses.flatMap(({ payments }) => payments.map(({ secret_key }) => secret_key));
  assert.ok(of_payments.length > 0);
  const all = [...secrets, ...tokens, ...own_keys, ...of_payments, "sandbox-token-", app_secret, verify_token, "sandbox instagram secret", ...Object.values(model_keys), smtp_password];
  const log = readFileSync(here.place.file("server.log"), "utf8");
  const metrics = await (await fetch(`${here.server.ops}/metrics`)).text();
  const places = { answers: other.join("\n"), log, metrics, dump: await dump_of(here.server.database) };
  for (const [place, text] of Object.entries(places)) assert.deepEqual(secrets_in(text, all), [], place);
  for (const text of [...begun, ...other, log, metrics]) assert.doesNotMatch(text, token);
  // Six digits would be found by chance: here as a text, and in the log of activity, which has no such numbers, however they stand there.
  const tried = [pins.right, ...pins.wrong].join("|");
  const as_text = new RegExp(`["'](${tried})\\\\?["']|pin\\W{1,4}(${tried})`, "i");
  for (const [place, text] of Object.entries({ ...places, answers: answers.join("\n") })) assert.ok(!as_text.test(text), place);
  const recorded = (await here.server.sql("SELECT before, after FROM audit_log")).flat().filter(Boolean);
  assert.ok(recorded.length > 50, `${recorded.length}`);
  const as_digits = new RegExp(`(?<!\\d)(${tried})(?!\\d)`);
  assert.equal(recorded.filter((text) => as_digits.test(text)).length, 0);
  assert.match(JSON.stringify({ pin: pins.right }), as_text, "the search finds what is there");
  // The search itself: what is there is found.
  assert.ok(secrets_in(places.dump, [sealed[0]]).length > 0 && secrets_in(places.answers, ["reconnect_needed"]).length > 0);
});
